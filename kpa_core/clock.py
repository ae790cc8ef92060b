"""The one place that asks what time it is.

Instants are aware and in UTC. A day is a date in somebody's time zone: the instance's for work,
the carrier's for documents.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo


def now() -> datetime:
    """Return the current instant, aware, in UTC."""
    return datetime.now(UTC)


def today(zone: str) -> date:
    """Return the current day in the IANA time zone named ``zone``."""
    return now().astimezone(ZoneInfo(zone)).date()


def day_of(instant: datetime, zone: str) -> date:
    """Return the day an aware instant falls on in ``zone``."""
    return instant.astimezone(ZoneInfo(zone)).date()


def instant_of(day: date, at: time, zone: str) -> datetime:
    """Return the UTC instant of a wall-clock time in ``zone``."""
    return datetime.combine(day, at, ZoneInfo(zone)).astimezone(UTC)
