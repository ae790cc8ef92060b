"""Make the demo instance: a new KPA, then its story, told through forms."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from kpa_core.demo import buffet, cast, opening, tshirts
from kpa_core.demo.stage import Stage
from kpa_core.features import open_instance
from kpa_core.scaffold.newborn import Birth, make_instance

CARDS = "cards.json"


def make_demo(folder: Path, port: int = 8000) -> Mapping[str, str]:
    """Make the demo in ``folder`` and return the codes of its people's cards, by name.

    Raises:
        Misuse: the folder is not empty.
    """
    first = cast.PEOPLE[0]
    code = make_instance(
        folder,
        Birth(
            name=cast.KPA_NAME,
            territory=cast.TERRITORY,
            pitch=cast.PITCH,
            port=port,
            demo=True,
            first_name=first.name,
            first_contact=first.phone,
        ),
    )
    instance = open_instance(folder)
    try:
        stage = Stage(instance)
        stage.codes[first.name] = code
        opening.open_the_kpa(stage)
        buffet.tell(stage)
        tshirts.tell(stage)
        buffet.ask(stage, buffet.NEXT)
    finally:
        instance.close()
    (folder / CARDS).write_text(json.dumps(stage.codes, ensure_ascii=False, indent=1), "utf-8")
    return stage.codes


def cards(folder: Path) -> Mapping[str, str]:
    """Return the codes kept beside the demo, which has no secrets."""
    path = folder / CARDS
    codes = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    assert isinstance(codes, dict)
    return codes
