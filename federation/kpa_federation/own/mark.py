"""Whether the peers were asked, since this start, where one's own log stood.

Kept in a file outside the database, for the processes of one start. See ``peers.asking``.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

from kpa_core.api import N_, Refused, Work, now
from kpa_federation.own import head

ASKED = Path("data", "federation.asked")
OVERRIDE = "override"
STARTS = 8
"""Starts that are remembered: a command beside the server is one of its own."""
WAITS = N_(
    "Le KPA demande d'abord à ses voisins où il en était. Réessaie dans quelques minutes. "
    "S'ils sont tous absents, la personne qui tient la machine peut passer outre : "
    "kpa federation override."
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
    marks = _marks(work)
    return marks.get(work.instance.started) or ("open" if _is_overridden(marks) else "")


def put(work: Work, mark: str) -> None:
    """Remember what the peers answered."""
    marks = {**_marks(work)}
    marks.pop(work.instance.started, None)
    since = marks.pop(OVERRIDE, None)
    kept = dict([*marks.items(), (work.instance.started, mark)][-STARTS:])
    _write(work, kept if since is None else {**kept, OVERRIDE: since})


def override(work: Work) -> None:
    """Go on without an answer of the peers: in every process, for a day."""
    _write(work, {**_marks(work), OVERRIDE: now().isoformat()})


def _is_overridden(marks: dict[str, str]) -> bool:
    since = marks.get(OVERRIDE)
    return since is not None and now() - datetime.fromisoformat(since) < timedelta(days=1)


def _write(work: Work, marks: dict[str, str]) -> None:
    head.write_file(work.instance.settings.root / ASKED, json.dumps(marks).encode())


def _marks(work: Work) -> dict[str, str]:
    try:
        said = json.loads((work.instance.settings.root / ASKED).read_text())
    except (OSError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}
