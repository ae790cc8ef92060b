"""Rest between days and over the week.

*Between days*: twelve hours from the end of one working day to the start of the next, in real time.
A working day is the stretches that start on the same date; what passes midnight belongs to the day
it started on.

*Over the week*: two days off in a row, Monday to Sunday. A run of days off may start on a Sunday
and end on the Monday after, as where a place closes on these two days; a day that served one week
does not serve the next.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from kpa_cape.days import ONE_DAY, days_between
from kpa_cape.spans import Span

WEEK = timedelta(weeks=1)
# A week may lend its Monday to the week before, so the count starts some weeks earlier.
LOOK_BACK = 4 * WEEK


@dataclass(frozen=True)
class DailyRest:
    """Around one stretch of work, in minutes: the shortest rest beside it, the day's spread."""

    shortest_rest: int | None
    spread: int


def daily_rest_found(work: Sequence[Span], own: Span) -> DailyRest:
    """Measure the rest before and after the working day ``own`` belongs to.

    ``work`` is in order of time and without overlaps, and holds ``own``. A rest is None when there
    is no other working day beside.
    """
    today = own.local_start.date()
    same_day = [one for one in work if one.local_start.date() == today]
    start, end = same_day[0].start, same_day[-1].end
    before = [(start - one.end) for one in work if one.local_start.date() < today]
    after = [(one.start - end) for one in work if one.local_start.date() > today]
    rests = [rest // timedelta(minutes=1) for rest in (*before, *after)]
    # Only a rest this stretch is a border of can be its fault.
    borders = []
    if own == same_day[0]:
        borders += rests[: len(before)]
    if own == same_day[-1]:
        borders += rests[len(before) :]
    return DailyRest(min(borders, default=None), Span(start, end, own.zone).minutes)


def weeks_without_rest(work: Iterable[Span], touched: Iterable[date], in_a_row: int) -> set[date]:
    """Return the Mondays of the weeks without ``in_a_row`` days off, around the touched weeks.

    Each week takes its first possible run of days off, which leaves the most to the next week.
    """
    mondays = sorted(touched)
    first, last = mondays[0] - LOOK_BACK, mondays[-1] + WEEK
    taken = {day for one in work for day in one.days()}
    missing = set()
    for monday in (first + WEEK * count for count in range((last - first) // WEEK + 1)):
        run = _first_run(monday, taken, in_a_row)
        if run:
            taken.update(run)
        else:
            missing.add(monday)
    return missing


def _first_run(monday: date, taken: set[date], in_a_row: int) -> list[date]:
    for day in days_between(monday, monday + WEEK - ONE_DAY):
        run = days_between(day, day + ONE_DAY * (in_a_row - 1))
        if not taken.intersection(run):
            return run
    return []
