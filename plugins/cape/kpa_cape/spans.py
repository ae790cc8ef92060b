"""Stretches of work on a real clock: nights without an hour, weeks across a year's end.

A task is a day and two times on the wall clock. It passes midnight when it ends at or before the
time it starts; equal times count as a whole day, so that a task without a length is refused to a
minor rather than forgotten. Lengths are counted in real minutes: the night of the change to summer
time has one hour less to rest in.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from kpa_cape.days import ONE_DAY, days_between

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, order=True)
class Span:
    """A stretch of time between two instants, in UTC, seen from one ``zone``."""

    start: datetime
    end: datetime
    zone: str

    @property
    def minutes(self) -> int:
        """The real length; a minute begun is a minute."""
        return -((self.start - self.end) // MINUTE)

    @property
    def local_start(self) -> datetime:
        """What the clock on the wall says at the start."""
        return self.start.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)

    @property
    def local_end(self) -> datetime:
        """What the clock on the wall says at the end."""
        return self.end.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)

    def days(self) -> list[date]:
        """List the days with work in them; ending at midnight sharp does not touch the next."""
        last = self.local_end.date()
        if self.local_end.time() == time() and last > self.local_start.date():
            last -= ONE_DAY
        return days_between(self.local_start.date(), last)

    def minutes_on(self, day: date) -> int:
        """Count the real minutes of this span that fall on one day."""
        start = max(self.start, _instant(day, time(), self.zone))
        end = min(self.end, _instant(day + ONE_DAY, time(), self.zone))
        return Span(start, end, self.zone).minutes if start < end else 0

    def holds(self, other: Span) -> bool:
        """Tell whether ``other`` lies inside this span."""
        return self.start <= other.start and other.end <= self.end


def span(day: date, starts_at: time, ends_at: time, zone: str) -> Span:
    """Return the real stretch of a task written as a day and two wall-clock times.

    On the night the clocks go back, a time that comes twice is read so that the task is longest.
    """
    last = day if ends_at > starts_at else day + ONE_DAY
    start = min(_instant(day, starts_at, zone, fold) for fold in (0, 1))
    end = max(_instant(last, ends_at, zone, fold) for fold in (0, 1))
    return Span(start, end, zone)


def merged(spans: Iterable[Span], gap_minutes: int = 0) -> list[Span]:
    """Join spans that overlap, touch, or lie less than ``gap_minutes`` apart, in order of time."""
    joined: list[Span] = []
    for one in sorted(spans):
        if joined and _apart(joined[-1], one) < max(gap_minutes, 1):
            before = joined.pop()
            one = Span(before.start, max(before.end, one.end), one.zone)
        joined.append(one)
    return joined


def _apart(before: Span, after: Span) -> int:
    return (after.start - before.end) // MINUTE


def _instant(day: date, at: time, zone: str, fold: int = 0) -> datetime:
    local = datetime.combine(day, at.replace(tzinfo=None, fold=fold), ZoneInfo(zone))
    return local.astimezone(UTC)
