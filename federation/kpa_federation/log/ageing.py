"""This instance's own days: what was verified more than thirty of them ago is final.

They follow the clock, but a clock that goes back takes none away, and one that leaps adds few: a
wrong date on one day makes nothing final, and opens nothing that was.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_federation.log.models import CounterRow, SightingRow
from kpa_federation.protocol import limits

LEAP = 7
"""Days that count, at most, when the clock shows a later day than it did before."""


def advanced(day: date, noted: date, today: date) -> date:
    """Return the own day once the clock, which last showed ``noted``, shows ``today``.

    It never goes beyond the clock: one that falls back at each start would age all by a week.
    """
    step = timedelta(days=min(max((today - noted).days, 0), LEAP))
    return max(day, min(today, day + step))


def own_day(session: Session, now: datetime) -> date:
    """Return the own day at a time of the clock; nothing is written."""
    return _day_of(session.get(CounterRow, 1), now.date())


def move(count: CounterRow, now: datetime) -> date:
    """Note what the clock shows; return the own day. The caller holds the counter."""
    count.own_day, count.noted_on = _day_of(count, now.date()), now.date()
    return count.own_day


def final_size(session: Session, log_id: int, now: datetime) -> int:
    """Return the size that was verified here more than 30 days ago."""
    long_ago = own_day(session, now) - timedelta(days=limits.FINAL_DAYS)
    seen = sa.select(sa.func.max(SightingRow.size)).where(
        SightingRow.log_id == log_id, SightingRow.day < long_ago
    )
    return session.scalar(seen) or 0


def _day_of(count: CounterRow | None, today: date) -> date:
    if count is None or count.own_day is None or count.noted_on is None:
        return today
    return advanced(count.own_day, count.noted_on, today)
