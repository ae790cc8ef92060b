"""Minors over nights, weeks and years: where calendars go wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpa_cape.minor_words import WORDS
from kpa_cape.minors import check_minor
from kpa_cape.policy import CarrierPolicy, read_policy
from kpa_cape.rest import weeks_without_rest
from kpa_cape.spans import span
from kpa_core.api import Assignment, PersonFacts

MakeTask = Callable[..., Assignment]
LAW = CarrierPolicy()
PARIS = "Europe/Paris"
ZONE = ZoneInfo(PARIS)


def keys(task: Assignment, policy: CarrierPolicy = LAW, zone: str = PARIS) -> list[str]:
    """Name the limits passed, by their key."""
    of_message = {words.law: key for key, words in WORDS.items()}
    return [of_message[one.message] for one in check_minor(task, policy, zone)]


CLOCK_CHANGES: dict[str, tuple[str, list[str], list[str]]] = {
    # 29 March 2026, 02:00 becomes 03:00. 28 March is a Saturday.
    "twelve hours on the clock, eleven in bed": (
        "2026-03-29 08:00-10:00",
        ["2026-03-28 18:00-20:00"],
        ["daily_rest_minutes"],
    ),
    "thirteen on the clock are enough": (
        "2026-03-29 09:00-11:00",
        ["2026-03-28 18:00-20:00"],
        [],
    ),
    # 25 October 2026, 03:00 becomes 02:00. 24 October is a Saturday.
    "eleven hours on the clock, twelve in bed": (
        "2026-10-25 07:00-09:00",
        ["2026-10-24 18:00-20:00"],
        [],
    ),
    "ten on the clock are too few": (
        "2026-10-25 06:00-08:00",
        ["2026-10-24 18:00-20:00"],
        ["daily_rest_minutes"],
    ),
}


@pytest.mark.parametrize(("when", "others", "passed"), CLOCK_CHANGES.values(), ids=CLOCK_CHANGES)
def test_rest_is_counted_in_real_hours(
    when: str, others: list[str], passed: list[str], task: MakeTask
) -> None:
    assert keys(task(when, others=others, paid=False)) == passed


def test_night_is_read_on_the_wall_clock_of_the_place(task: MakeTask) -> None:
    winter, summer = "2026-11-18 20:00-22:00", "2026-07-15 20:00-22:00"
    for zone in (PARIS, "Indian/Reunion", "America/Martinique"):
        assert keys(task(winter), zone=zone) == []
        assert keys(task(summer), zone=zone) == []


WEEKS: dict[str, tuple[str, list[str], list[str]]] = {
    # Monday 28 December 2026 to Sunday 3 January 2027; 1 January is a Friday.
    "hours across the year's end are one week": (
        "2027-01-02 08:00-11:01",
        [
            *(f"2026-12-{day} 08:00-12:00" for day in (28, 29, 30, 31)),
            *(f"2026-12-{day} 13:00-17:00" for day in (28, 29, 30, 31)),
        ],
        ["weekly_minutes"],
    ),
    "the week after starts from zero": (
        "2027-01-04 08:00-12:00",
        [
            *(f"2026-12-{day} 08:00-12:00" for day in (28, 29, 30, 31)),
            *(f"2026-12-{day} 13:00-17:00" for day in (28, 29, 30, 31)),
        ],
        [],
    ),
    "Saturday and Sunday off": (
        "2026-06-05 10:00-12:00",
        [f"2026-06-0{day} 10:00-12:00" for day in (1, 2, 3, 4)],
        [],
    ),
    "Sunday off and the Monday after": (
        "2026-06-06 10:00-12:00",
        [f"2026-06-0{day} 10:00-12:00" for day in (1, 2, 3, 4, 5)] + ["2026-06-09 10:00-12:00"],
        [],
    ),
    "Sunday and Monday closed, week after week": (
        "2026-06-13 10:00-12:00",
        [
            f"2026-06-{day:02d} 10:00-12:00"
            for day in (2, 3, 4, 5, 6, 9, 10, 11, 12, 16, 17, 18, 19, 20)
        ],
        [],
    ),
    "two days off that do not touch": (
        "2026-06-06 10:00-12:00",
        [f"2026-06-0{day} 10:00-12:00" for day in (1, 2, 4, 5, 8)],
        ["weekly_rest_days"],
    ),
    "Monday was the end of last week's rest, and serves once": (
        "2026-06-14 10:00-12:00",
        [f"2026-06-{day:02d} 10:00-12:00" for day in (1, 2, 3, 4, 5, 6, 10, 11, 12, 13)],
        ["weekly_rest_days"],
    ),
    "taking the Monday breaks the week before": (
        "2026-06-08 10:00-12:00",
        [f"2026-06-0{day} 10:00-12:00" for day in (1, 2, 3, 4, 5, 6)],
        ["weekly_rest_days"],
    ),
    "a week already broken before is not this task's fault": (
        "2026-06-17 10:00-12:00",
        [f"2026-06-{day:02d} 10:00-12:00" for day in (1, 2, 3, 4, 5, 6, 7, 8)],
        [],
    ),
    "but a broken week takes no more work": (
        "2026-06-07 14:00-15:00",
        [f"2026-06-{day:02d} 10:00-12:00" for day in (1, 2, 3, 4, 5, 6, 7, 8)],
        ["weekly_rest_days"],
    ),
}


@pytest.mark.parametrize(("when", "others", "passed"), WEEKS.values(), ids=WEEKS)
def test_weeks(when: str, others: list[str], passed: list[str], task: MakeTask) -> None:
    assert keys(task(when, others=others, paid=False)) == passed


MIDNIGHTS: dict[str, tuple[str, list[str], list[str]]] = {
    "the hours before midnight count for their own day": (
        "2026-05-20 22:00-02:00",
        ["2026-05-21 14:00-18:00"],
        ["night_from"],
    ),
    "a night shift rests from its end, not from its date": (
        "2026-05-21 13:00-15:00",
        ["2026-05-20 22:00-02:00"],
        ["daily_rest_minutes"],
    ),
    "two halves of a night are one stretch": (
        "2026-05-20 22:00-00:00",
        ["2026-05-21 00:00-03:00"],
        ["night_from", "stretch_minutes"],
    ),
    "Sunday begins at midnight": ("2026-05-23 22:00-00:01", [], ["night_from", "sunday_minutes"]),
    "and not before": ("2026-05-23 20:00-00:00", [], ["night_from"]),
    "the first of May begins at midnight": (
        "2026-04-30 23:00-01:00",
        [],
        ["night_from", "holiday_minutes"],
    ),
    "the year's last night": ("2026-12-31 22:00-01:00", [], ["night_from", "holiday_minutes"]),
    "Easter Monday moves": ("2027-03-29 10:00-12:00", [], ["holiday_minutes"]),
    "a Sunday that is a holiday too": (
        "2026-11-01 10:00-12:00",
        [],
        ["sunday_minutes", "holiday_minutes"],
    ),
}


@pytest.mark.parametrize(("when", "others", "passed"), MIDNIGHTS.values(), ids=MIDNIGHTS)
def test_midnights_and_holidays(
    when: str, others: list[str], passed: list[str], task: MakeTask
) -> None:
    assert keys(task(when, others=others)) == passed


def test_a_task_between_two_others_is_not_blamed_for_their_short_night(task: MakeTask) -> None:
    others = ["2026-05-20 08:00-09:00", "2026-05-20 15:00-21:00", "2026-05-21 08:00-09:00"]
    found = keys(task("2026-05-20 11:00-12:00", others=others))
    assert "daily_rest_minutes" not in found


def test_rest_is_measured_to_the_nearest_day_on_each_side(task: MakeTask) -> None:
    others = ["2026-05-18 18:00-22:00", "2026-05-19 18:00-22:00", "2026-05-21 06:00-08:00"]
    assert keys(task("2026-05-20 09:00-11:00", others=others)) == ["daily_rest_minutes"]
    assert keys(task("2026-05-20 17:00-18:01", others=others)) == ["daily_rest_minutes"]
    assert keys(task("2026-05-20 12:00-14:00", others=others)) == []


MINUTES = st.integers(0, 24 * 60 - 1)


@st.composite
def plans(draw: st.DrawFn) -> list[tuple[date, time, time]]:
    """Draw two weeks of tasks, around the change to winter time or the year's end."""
    first = draw(st.sampled_from([date(2026, 3, 23), date(2026, 10, 19), date(2026, 12, 21)]))
    tasks = []
    for day in draw(st.lists(st.integers(0, 13), min_size=1, max_size=12)):
        start, length = draw(MINUTES), draw(st.integers(1, 600))
        begins = datetime.combine(first + timedelta(days=day), time()) + timedelta(minutes=start)
        ends = begins + timedelta(minutes=length)
        tasks.append((begins.date(), begins.time(), ends.time()))
    return tasks


@settings(max_examples=150, deadline=None)
@given(plans())
def test_a_plan_accepted_task_by_task_keeps_every_limit_by_another_count(
    plan: list[tuple[date, time, time]],
) -> None:
    accepted: list[tuple[date, time, time]] = []
    for one in plan:
        if not check_minor(_task_at(one, accepted), LAW):
            accepted.append(one)
    minutes = _working_minutes(accepted)
    for day, worked in _by_day(minutes).items():
        assert len(worked) <= 480
        clock = [at.astimezone(ZONE).time() for at in worked]
        assert all(time(6) <= at < time(22) for at in clock)
        assert max(worked) - min(worked) < timedelta(hours=12)
        assert day.weekday() != 6
    assert all(count <= 2100 for count in _by_week(minutes).values())
    ordered = sorted(minutes)
    for before, after in pairwise(ordered):
        if before.astimezone(ZONE).date() != after.astimezone(ZONE).date():
            assert after - before > timedelta(hours=12)


@settings(max_examples=100, deadline=None)
@given(plans(), st.data())
def test_a_stricter_policy_never_allows_what_the_law_refuses(
    plan: list[tuple[date, time, time]], data: st.DataObject
) -> None:
    table: dict[str, Any] = {
        "daily_minutes": data.draw(st.integers(0, 480)),
        "night_from": data.draw(st.integers(0, 1320)),
        "daily_rest_minutes": data.draw(st.integers(720, 1440)),
        "weekly_rest_days": data.draw(st.integers(2, 7)),
        "break_minutes": data.draw(st.integers(30, 120)),
    }
    task = _task_at(plan[0], plan[1:])
    if check_minor(task, LAW):
        assert check_minor(task, read_policy(table))


@settings(max_examples=100, deadline=None)
@given(st.sets(st.integers(0, 27)), st.integers(0, 3))
def test_weekly_rest_agrees_with_trying_every_choice(worked: set[int], week: int) -> None:
    monday = date(2026, 6, 1)
    days = {monday + timedelta(days=count) for count in worked}
    spans = [span(day, time(10), time(12), PARIS) for day in days]
    found = weeks_without_rest(spans, {monday + timedelta(weeks=week)}, 2)
    # The weeks before the plan are free, so they never lend; the plan's four weeks decide.
    last = week + 1
    assert (not found) is _can_rest(days, monday, 0, last, frozenset())


def _can_rest(days: set[date], monday: date, week: int, last: int, lent: frozenset[date]) -> bool:
    if week > last:
        return True
    for count in range(7):
        first = monday + timedelta(weeks=week, days=count)
        pair = {first, first + timedelta(days=1)}
        if not pair & (days | lent) and _can_rest(days, monday, week + 1, last, lent | pair):
            return True
    return False


def _task_at(when: tuple[date, time, time], others: list[tuple[date, time, time]]) -> Assignment:
    nobody = UUID(int=0)
    samir = PersonFacts(nobody, "Samir", date(2010, 3, 15), date(2026, 3, 15))
    return Assignment(
        person=samir,
        carrier_id=None,
        activity_id=nobody,
        activity_kind="catering",
        task_id=nobody,
        title="Livrer",
        tags=(),
        day=when[0],
        starts_at=when[1],
        ends_at=when[2],
        paid=True,
        others=tuple(others),
    )


def _working_minutes(plan: list[tuple[date, time, time]]) -> set[datetime]:
    """Count by brute force: every real minute of work, once."""
    found = set()
    for day, starts, ends in plan:
        one = span(day, starts, ends, PARIS)
        at = one.start
        while at < one.end:
            found.add(at)
            at += timedelta(minutes=1)
    return found


def _by_day(minutes: set[datetime]) -> dict[date, list[datetime]]:
    days: dict[date, list[datetime]] = {}
    for at in minutes:
        days.setdefault(at.astimezone(ZONE).date(), []).append(at)
    return days


def _by_week(minutes: set[datetime]) -> dict[date, int]:
    weeks: dict[date, int] = {}
    for day, worked in _by_day(minutes).items():
        monday = day - timedelta(days=day.weekday())
        weeks[monday] = weeks.get(monday, 0) + len(worked)
    return weeks
