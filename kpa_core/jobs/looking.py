"""An effect that may have left is looked for before anything else; absent twice, it is sent again.

Neither CoopCycle nor Open Food Network knows idempotency keys, so a blind second attempt could make
a second paid delivery. A server may also show a thing some time after having made it: one look that
finds nothing proves little, hence two, a minute apart.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from kpa_core import clock
from kpa_core.outbox import JobRow

LOOKS = 2
WAIT = timedelta(minutes=1)


def begin(row: JobRow, due_at: datetime | None = None) -> None:
    """Note that the row may have left and will be looked for."""
    row.state, row.doubt = "unknown", LOOKS
    row.due_at = due_at or clock.now() + WAIT


def note_absent(row: JobRow) -> None:
    """Note a look that found nothing; after the last one the row may be sent again."""
    row.doubt -= 1
    row.state = "unknown" if row.doubt else "pending"
    row.due_at = clock.now() + (WAIT if row.doubt else timedelta())
