"""The serving counter starts anew when a backup was put back: old cursors then name other things.

A mark is drawn whenever a cursor that is new is given: it is in the database, and in a file beside
it that is in no backup. Where they differ, the database is older than what peers were told, or came
into another folder: it gives cursors of another epoch, and peers with an old one get everything.
"""

from __future__ import annotations

import json
import secrets
from pathlib import Path

from kpa_core.api import Work
from kpa_federation.log import keeping
from kpa_federation.log.models import CounterRow
from kpa_federation.own import head

GIVEN = Path("data", "federation.cursor")


def check(work: Work) -> None:
    """See that the cursor about to be given follows those that were; else start another epoch."""
    path = work.instance.settings.root / GIVEN
    row = work.session.get(CounterRow, 1)
    if row is not None and _read(path) == (row.given, row.count):
        return
    with work.transaction() as session:
        row = keeping.counter(session, is_writing=True)
        known = _read(path)
        if known is None or known[0] != row.given:
            row.epoch = secrets.token_hex(4)
        row.given = secrets.token_hex(8)
        head.write_file(path, json.dumps([row.given, row.count]).encode())


def _read(path: Path) -> tuple[str, int] | None:
    try:
        given, count = json.loads(path.read_text())
        return str(given), int(count)
    except (OSError, ValueError, TypeError):
        return None
