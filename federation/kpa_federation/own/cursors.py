"""The serving counter starts anew when a backup was put back: old cursors then name other things.

The file beside the database, in no backup, holds the last cursor that was given. A database that is
older than that, or came into another folder, gives cursors of another epoch, and peers with an old
one get everything.
"""

from __future__ import annotations

import json
from pathlib import Path

from kpa_core.api import Work
from kpa_federation.log import keeping
from kpa_federation.own import head

GIVEN = Path("data", "federation.cursor")


def check(work: Work) -> None:
    """See that the cursor about to be given follows those that were; else start another epoch."""
    path = work.instance.settings.root / GIVEN
    epoch, count = _now(work)
    given = _read(path)
    if given == (epoch, count):
        return
    if given is None or given[0] != epoch or given[1] > count:
        with work.transaction() as session:
            keeping.start_epoch(session)
        epoch, count = _now(work)
    head.write_file(path, json.dumps([epoch, count]).encode())


def _now(work: Work) -> tuple[str, int]:
    epoch, _, count = keeping.cursor(work.session).partition(".")
    return epoch, int(count)


def _read(path: Path) -> tuple[str, int] | None:
    try:
        epoch, count = json.loads(path.read_text())
        return str(epoch), int(count)
    except (OSError, ValueError, TypeError):
        return None
