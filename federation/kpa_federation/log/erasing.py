"""Bytes of what was withdrawn or replaced are erased some days later.

In between they are hidden and not served; a recovery that takes the withdrawal back finds them.
"""

from __future__ import annotations

from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_federation.log.models import EntryRow
from kpa_federation.protocol import limits


def erase(session: Session, today: date) -> None:
    """Erase the bodies of entries that have been live no more for 14 days."""
    long_ago = today - timedelta(days=limits.KEEP_DAYS)
    dead = sa.and_(EntryRow.dead_on <= long_ago, EntryRow.body.is_not(None))
    session.execute(sa.update(EntryRow).where(dead).values(body=None))
