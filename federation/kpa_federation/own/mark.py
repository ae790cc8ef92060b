"""Whether the peers were asked, since this start, where one's own log stood.

Kept in a file outside the database, for the processes of one start. See ``peers.asking``.
"""

from __future__ import annotations

import json
from pathlib import Path

from kpa_core.api import N_, Refused, Work
from kpa_federation.own import head

ASKED = Path("data", "federation.asked")
STARTS = 8
"""Starts that are remembered: a command beside the server is one of its own."""
WAITS = N_(
    "Le KPA demande d'abord à ses voisins où il en était. Réessaie dans quelques minutes. "
    "S'ils sont tous absents, la personne qui tient la machine peut passer outre."
)
BEHIND = N_(
    "Une vieille sauvegarde a été remise : les voisins ont des fiches de ce KPA qui manquent ici. "
    "Reprends-les d'abord : kpa federation recover."
)


def check(work: Work) -> None:
    """See that the peers were asked since this start.

    Raises:
        Refused: not yet, or they know more of this log than the database.
    """
    mark = get(work)
    if mark == "behind":
        raise Refused(BEHIND)
    if mark != "open":
        raise Refused(WAITS)


def get(work: Work) -> str:
    """Return ``open``, ``behind``, or an empty text before the peers answered."""
    return _marks(work).get(work.instance.started, "")


def put(work: Work, mark: str) -> None:
    """Remember what the peers answered."""
    marks = {**_marks(work)}
    marks.pop(work.instance.started, None)
    kept = dict([*marks.items(), (work.instance.started, mark)][-STARTS:])
    head.write_file(work.instance.settings.root / ASKED, json.dumps(kept).encode())


def _marks(work: Work) -> dict[str, str]:
    try:
        said = json.loads((work.instance.settings.root / ASKED).read_text())
    except (OSError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}
