"""Minors and tasks, through the core's planning."""

from __future__ import annotations

from datetime import date, time
from typing import Any
from uuid import UUID

import pytest

from kpa_cape import policies
from kpa_core.activities import assignments, tasks

House = Any  # conftest.House, which a test module cannot import
DAY = date(2026, 5, 21)


@pytest.fixture
def samir(house: House) -> Any:
    """A boy of 16 with a contract, and his mother's yes."""
    from kpa_core.members import service

    samir = house.person("Samir", "participant", birth=date(2010, 3, 15))
    with house.work() as work:
        service.record_consent(
            work, samir.party_id, guardian_name="Nadia", guardian_phone="", on=date(2026, 4, 1)
        )
    house.contract(samir, starts_on=date(2026, 4, 2), ends_on=date(2026, 12, 31))
    return samir


def task(house: House, start: int, end: int, **more: Any) -> UUID:
    new = tasks.NewTask("Servir", DAY, time(start), time(end), **more)
    with house.work() as work:
        return tasks.add_task(work, house.activity_id, new).id


def give(house: House, task_id: UUID, person: Any) -> None:
    with house.work() as work:
        assignments.assign(work, task_id, person.party_id)


def test_a_minor_works_by_day(house: House, samir: Any) -> None:
    give(house, task(house, 14, 18), samir)


def test_a_minor_is_refused_at_night_with_the_reason_and_what_to_do(
    house: House, samir: Any
) -> None:
    with pytest.raises(assignments.CannotAssign) as refused:
        give(house, task(house, 19, 23), samir)
    (problem,) = refused.value.problems
    assert problem.message.format(**problem.params) == (
        "Samir a 16 ans. La loi ne permet pas de travailler après 22 h."
    )
    assert "L3163-1" in problem.source
    assert problem.todo


def test_a_minor_is_refused_at_the_carriers_hour_in_the_carriers_name(
    house: House, samir: Any
) -> None:
    host = house.person("Marc", "host")
    with house.work(host) as work:
        policies.set_policy(
            work, house.carrier_id, {"night_from": 20 * 60}, starts_on=DAY, source="CA de mai"
        )
    with pytest.raises(assignments.CannotAssign, match="La maison qui facture dit"):
        give(house, task(house, 19, 21), samir)


def test_alcohol_and_other_works_are_kept_away(house: House, samir: Any) -> None:
    with pytest.raises(assignments.CannotAssign, match="servir de l'alcool"):
        give(house, task(house, 14, 18, tags=("alcohol",)), samir)


def test_the_other_tasks_of_the_day_count(house: House, samir: Any) -> None:
    give(house, task(house, 8, 12), samir)
    give(house, task(house, 13, 17), samir)
    with pytest.raises(assignments.CannotAssign, match="8 h par jour"):
        give(house, task(house, 18, 19), samir)


@pytest.mark.parametrize(
    ("zone", "is_refused"), [("Europe/Paris", True), ("America/Cayenne", False)]
)
def test_rest_is_counted_on_the_clock_of_the_instance(
    zone: str, is_refused: bool, make_house: Any
) -> None:
    # In Paris the night before 28 March 2027 is one hour shorter; in Cayenne it is not.
    house = make_house(zone)
    samir = house.person("Samir", "participant", birth=date(2010, 3, 15))
    evening, morning = (
        tasks.NewTask("Aider", day, time(start), time(end), paid=False)
        for day, start, end in ((date(2027, 3, 27), 18, 21), (date(2027, 3, 28), 9, 11))
    )
    with house.work() as work:
        ids = [tasks.add_task(work, house.activity_id, new).id for new in (evening, morning)]
    give(house, ids[0], samir)
    if is_refused:
        with pytest.raises(assignments.CannotAssign, match="11 h"):
            give(house, ids[1], samir)
    else:
        give(house, ids[1], samir)
