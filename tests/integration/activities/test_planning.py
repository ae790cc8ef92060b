"""I come, I cannot, perhaps; who is missing; the calendar on a phone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
import sqlalchemy as sa
from icalendar import Calendar

from kpa_core.activities import answers, assignments, calendars, tasks
from kpa_core.activities.models import Availability, CalendarLink, Task
from kpa_core.errors import NotFound, Refused
from kpa_core.work import VISITOR


def test_the_last_answer_is_the_one_that_counts(house, cook) -> None:
    task = house.task()
    with house.work(cook) as work:
        for given in ("maybe", "cannot", "coming"):
            answers.answer(work, task.id, given)
        assert work.session.scalars(sa.select(Availability.answer)).all() == ["coming"]
        planned = tasks.planned(work, task.id)
    assert (planned.my_answer, planned.coming, planned.missing) == ("coming", 1, 2)


def test_an_answer_that_is_none_of_the_three_is_refused(house, cook) -> None:
    with house.work(cook) as work, pytest.raises(Refused, match="je viens"):
        answers.answer(work, house.task().id, "yes")


def test_someone_answers_for_a_person_without_a_phone(house, cook, referent) -> None:
    task = house.task()
    with house.work(referent) as work:
        answers.answer(work, task.id, "coming", cook.party_id)
        assert tasks.planned(work, task.id).answers == {cook.party_id: "coming"}


OUT_OF_REACH = {
    "hours swapped": ({"starts_at": time(8), "ends_at": time(7)}, "ends_at"),
    "a minute over 16 h": ({"starts_at": time(8), "ends_at": time(0, 1)}, "ends_at"),
    "another century": ({"day": date(1999, 12, 31)}, "day"),
    "a year typed wrong": ({"day": date(2126, 1, 1)}, "day"),
}


@pytest.mark.parametrize(("facts", "field"), OUT_OF_REACH.values(), ids=OUT_OF_REACH)
def test_a_task_that_cannot_be_meant_is_refused(house, referent, facts, field) -> None:
    with pytest.raises(Refused) as refused:
        house.task(**facts)
    assert refused.value.field == field
    task = house.task(starts_at=time(8), ends_at=time(0))
    with house.work(referent) as work, pytest.raises(Refused):
        assignments.change_task(work, task.id, task.version, facts)


def test_a_task_of_yesterday_takes_no_answer(house, cook) -> None:
    with house.work(cook) as work:
        task = house.task(day=work.today - timedelta(days=1))
        with pytest.raises(Refused, match="passée"):
            answers.answer(work, task.id, "coming")


def test_someone_outside_the_activity_does_not_answer(house, referent) -> None:
    outsider = house.person("Zora")
    with house.work(referent) as work, pytest.raises(Refused, match="n'est pas dans l'activité"):
        answers.answer(work, house.task().id, "coming", outsider.party_id)


def test_who_has_a_task_and_cannot_come_is_missing(house, cook, referent) -> None:
    task = house.task()
    with house.work(referent) as work:
        assignments.assign(work, task.id, cook.party_id)
        assert tasks.planned(work, task.id).missing == 1
    with house.work(cook) as work:
        answers.answer(work, task.id, "cannot")
        assert tasks.planned(work, task.id).missing == 2


def test_the_planning_goes_day_by_day_in_order_of_hours(house, cook) -> None:
    with house.work(cook) as work:
        today = work.today
        house.task("Livrer", starts_at=time(16), ends_at=time(18))
        house.task("Cuisiner")
        house.task("Ranger", day=today + timedelta(days=2))
        house.task("Plus tard", day=today + timedelta(days=9))
        days = tasks.planning(work, today, today + timedelta(days=7))
    shown = {day: [one.task.title for one in planned] for day, planned in days.items()}
    assert shown == {today: ["Cuisiner", "Livrer"], today + timedelta(days=2): ["Ranger"]}


WRONG = {
    "no title": ({"title": " "}, "title"),
    "no length": ({"ends_at": time(9)}, "ends_at"),
    "nobody needed": ({"people_needed": 0}, "people_needed"),
}


@pytest.mark.parametrize(("facts", "field"), WRONG.values(), ids=WRONG)
def test_a_task_that_makes_no_sense_is_refused(house, facts: dict, field: str) -> None:
    with pytest.raises(Refused) as refused:
        house.task(**{"title": "Cuisiner", **facts})
    assert refused.value.field == field


def test_a_task_belongs_to_an_order_of_its_own_activity(house, cook) -> None:
    order = house.order(at=house.start("Couture"))
    with pytest.raises(NotFound):
        house.task(order_id=order.id)


def test_a_cancelled_task_leaves_the_planning_and_its_people(house, cook, referent) -> None:
    task = house.task()
    with house.work(referent) as work:
        assignments.assign(work, task.id, cook.party_id)
        tasks.cancel_task(work, task.id)
        assert tasks.planning(work, work.today, work.today) == {}
        assert tasks.live_assignments(work.session, task.id) == []


def test_the_calendar_holds_what_is_mine_and_what_i_come_to(house, cook, referent) -> None:
    winter = date(2027, 1, 15)
    mine = house.task("Cuisiner", day=winter, place="Cuisine")
    perhaps = house.task("Livrer", day=winter, starts_at=time(22), ends_at=time(1))
    house.task("Pas pour moi", day=winter)
    with house.work(referent) as work:
        assignments.assign(work, mine.id, cook.party_id)
    with house.work(cook) as work:
        answers.answer(work, perhaps.id, "coming")
        token = calendars.open_calendar(work)
    with house.work(VISITOR) as work:
        found = Calendar.from_ical(calendars.calendar_of(work, token)).walk("VEVENT")
    told = [(str(one["summary"]), str(one["status"]), one.decoded("dtstart")) for one in found]
    assert told == [
        ("Cuisiner · Traiteur", "CONFIRMED", datetime(2027, 1, 15, 8, tzinfo=UTC)),
        ("Livrer · Traiteur", "TENTATIVE", datetime(2027, 1, 15, 21, tzinfo=UTC)),
    ]
    assert found[1].decoded("dtend") == datetime(2027, 1, 16, 0, tzinfo=UTC)


def test_a_calendar_address_is_secret_and_can_be_shut(house, cook) -> None:
    with house.work(cook) as work:
        first = calendars.open_calendar(work)
        second = calendars.open_calendar(work)
        kept = work.session.scalars(sa.select(CalendarLink.token_hash)).all()
        assert not {first, second} & set(kept)
    with house.work(VISITOR) as work:
        with pytest.raises(NotFound):
            calendars.calendar_of(work, first)
        assert calendars.calendar_of(work, second).startswith(b"BEGIN:VCALENDAR")
    with house.work(cook) as work:
        calendars.close_calendar(work)
        assert not calendars.has_calendar(work)
    with house.work(VISITOR) as work, pytest.raises(NotFound):
        calendars.calendar_of(work, second)


def test_a_cancelled_task_leaves_the_calendar(house, cook, referent) -> None:
    task = house.task()
    with house.work(referent) as work:
        assignments.assign(work, task.id, cook.party_id)
        tasks.cancel_task(work, task.id)
    with house.work(cook) as work:
        token = calendars.open_calendar(work)
        assert b"VEVENT" not in calendars.calendar_of(work, token)
        assert work.session.get_one(Task, task.id).cancelled_at is not None
