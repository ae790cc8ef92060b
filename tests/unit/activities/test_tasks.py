"""How long a task lasts, and how many people it lacks."""

from __future__ import annotations

from datetime import date, time
from uuid import uuid4

import pytest

from kpa_core.activities.models import Task
from kpa_core.activities.tasks import Planned
from kpa_core.members.models import Party

DAY = date(2026, 11, 28)
LENGTHS = {
    "a morning": (time(9), time(12, 30), 210, DAY),
    "a whole day but a minute": (time(0), time(23, 59), 1439, DAY),
    "past midnight": (time(20), time(1), 300, date(2026, 11, 29)),
    "until midnight": (time(18), time(0), 360, date(2026, 11, 29)),
}


@pytest.mark.parametrize(("start", "end", "minutes", "last"), LENGTHS.values(), ids=LENGTHS)
def test_a_task_that_ends_before_it_starts_ends_the_day_after(
    start: time, end: time, minutes: int, last: date
) -> None:
    task = Task(day=DAY, starts_at=start, ends_at=end)
    assert (task.minutes, task.last_day) == (minutes, last)


def people(count: int) -> tuple[Party, ...]:
    return tuple(Party(id=uuid4(), display_name=f"P{number}") for number in range(count))


def test_someone_who_has_the_task_and_cannot_come_is_missing() -> None:
    two = people(2)
    answers = {two[0].id: "coming", two[1].id: "cannot"}
    planned = Planned(Task(people_needed=3), two, answers, None, False)
    assert planned.missing == 2
    assert planned.cannot(two[1].id)
    assert planned.coming == 1


def test_nobody_is_missing_when_more_have_it_than_needed() -> None:
    assert Planned(Task(people_needed=1), people(3), {}, None, False).missing == 0
