"""The limits for people of 16 and 17, one function each: a case in, problems out.

Health limits (hours, breaks, rest, night, dangerous works) hold for every task, paid or not. The
Sunday and holiday ones hold for work for a customer: giving a hand at a Sunday fête is not work.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time

from kpa_cape import minor_words as words
from kpa_cape.days import public_holidays, week_of
from kpa_cape.minor_words import WORDS, said_day, said_length
from kpa_cape.policy import CARRIER_RULE, Limit, Policy
from kpa_cape.rest import daily_rest_found, weeks_without_rest
from kpa_cape.spans import Span, merged
from kpa_cape.works import forbidden, plain
from kpa_core.api import Problem


@dataclass(frozen=True)
class Case:
    """One task of one minor, with all their other work around it.

    ``before`` is the work they already have, ``after`` the same with this task in it; both in
    order of time and without overlaps. ``own`` is this task with whatever overlaps or touches it.
    """

    name: str
    age: int
    paid: bool
    tags: tuple[str, ...]
    task: Span
    before: tuple[Span, ...]
    after: tuple[Span, ...]
    policy: Policy
    day: date

    @property
    def own(self) -> Span:
        """The stretch of work this task becomes part of."""
        return next(one for one in self.after if one.holds(self.task))

    def limit(self, key: str) -> Limit:
        """Return the limit in force on the day the task starts."""
        return self.policy.limit(key, self.day)

    def problem(self, limit: Limit, shown: object, **params: object) -> Problem:
        """Say which limit is passed, in the law's name or in the carrier's."""
        said = WORDS[limit.key]
        return Problem(
            message=said.law if limit.from_law else said.carrier,
            params={"name": self.name, "age": self.age, "limit": shown, **params},
            source=limit.source,
            todo=said.todo,
        )


def refusals(case: Case) -> Iterator[Problem]:
    """Yield every limit this task would pass, in the order a person should hear them."""
    yield from _works(case)
    yield from _night(case)
    yield from _days_off(case)
    yield from _daily(case)
    yield from _weekly(case)
    yield from _stretch(case)
    yield from _daily_rest(case)
    yield from _weekly_rest(case)


def _works(case: Case) -> Iterator[Problem]:
    who = {"name": case.name, "age": case.age}
    for work in forbidden(case.tags, case.day):
        yield Problem(work.message, who, source=work.source, todo=words.WORK_TODO)
    kept_away = {plain(tag) for tag in case.policy.on(case.day).refused_works}
    for tag in case.tags:
        if plain(tag) in kept_away:
            yield Problem(
                words.CARRIER_WORK,
                {**who, "work": tag},
                source=CARRIER_RULE,
                todo=words.WORK_TODO,
            )


def _night(case: Case) -> Iterator[Problem]:
    """Yield at most one problem: the evening's, or else the morning's."""
    evening, morning = case.limit("night_from"), case.limit("night_until")
    clock = [_clock_minutes(case.task, day) for day in case.task.days()]
    if any(last > evening.value for _, last in clock):
        yield case.problem(evening, said_length(evening.value))
    elif any(first < morning.value for first, _ in clock):
        yield case.problem(morning, said_length(morning.value))


def _clock_minutes(task: Span, day: date) -> tuple[int, int]:
    """Return when the task starts and ends on one day's wall clock, in minutes after midnight."""
    start, end = task.local_start, task.local_end
    first = _after_midnight(start.time()) if start.date() == day else 0
    last = _after_midnight(end.time()) if end.date() == day else 24 * 60
    return first, last


def _after_midnight(at: time) -> int:
    return at.hour * 60 + at.minute + (1 if at.second or at.microsecond else 0)


def _days_off(case: Case) -> Iterator[Problem]:
    if not case.paid:
        return
    sunday, holiday = case.limit("sunday_minutes"), case.limit("holiday_minutes")
    for day in case.task.days():
        if day.weekday() == 6 and case.task.minutes_on(day) > sunday.value:
            yield case.problem(sunday, sunday.value, day=said_day(day))
        if day in public_holidays(day.year) and case.task.minutes_on(day) > holiday.value:
            yield case.problem(holiday, holiday.value, day=said_day(day))


def _daily(case: Case) -> Iterator[Problem]:
    limit = case.limit("daily_minutes")
    for day in case.task.days():
        found = sum(one.minutes_on(day) for one in case.after)
        if found > limit.value:
            yield _too_long(case, limit, found, day)


def _weekly(case: Case) -> Iterator[Problem]:
    limit = case.limit("weekly_minutes")
    for monday in sorted({week_of(day) for day in case.task.days()}):
        found = sum(
            one.minutes_on(day)
            for one in case.after
            for day in one.days()
            if week_of(day) == monday
        )
        if found > limit.value:
            yield _too_long(case, limit, found, monday)


def _stretch(case: Case) -> Iterator[Problem]:
    limit, pause = case.limit("stretch_minutes"), case.limit("break_minutes")
    # A pause shorter than the legal one does not cut the stretch, and is not work either.
    stretch = next(one for one in merged(case.after, pause.value) if one.holds(case.task))
    found = sum(one.minutes for one in case.after if stretch.holds(one))
    if found > limit.value:
        yield case.problem(
            limit,
            said_length(limit.value),
            found=said_length(found),
            pause=said_length(pause.value),
        )


def _daily_rest(case: Case) -> Iterator[Problem]:
    limit, spread = case.limit("daily_rest_minutes"), case.limit("daily_spread_minutes")
    found = daily_rest_found(case.after, case.own)
    if found.shortest_rest is not None and found.shortest_rest < limit.value:
        yield case.problem(limit, said_length(limit.value), found=said_length(found.shortest_rest))
    if found.spread > spread.value:
        yield _too_long(case, spread, found.spread, case.own.local_start.date())


def _weekly_rest(case: Case) -> Iterator[Problem]:
    limit = case.limit("weekly_rest_days")
    touched = {week_of(day) for day in case.task.days()}
    already = weeks_without_rest(case.before, touched, limit.value)
    for monday in sorted(weeks_without_rest(case.after, touched, limit.value)):
        if monday in touched or monday not in already:
            yield case.problem(limit, limit.value, day=said_day(monday))


def _too_long(case: Case, limit: Limit, found: int, day: date) -> Problem:
    return case.problem(
        limit, said_length(limit.value), found=said_length(found), day=said_day(day)
    )
