"""The time people give: noted together, corrected by another row, never beyond a day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core.activities import assignments, contributions
from kpa_core.activities.contributions import NewTime
from kpa_core.activities.models import Contribution
from kpa_core.contracts import Actor
from kpa_core.errors import Conflict, NotFound, Refused
from kpa_core.members.models import Party
from kpa_core.members.roles import give_role


@pytest.fixture
def note(house, referent: Actor) -> Callable[..., Contribution]:
    def note(person: Actor, minutes: int, **facts) -> Contribution:
        with house.work(referent) as work:
            given = {"kind": "volunteer", "day": work.today, **facts}
            new = NewTime(person_id=person.party_id, minutes=minutes, **given)
            return contributions.add_time(work, house.activity.id, new)

    return note


def test_the_hours_of_a_task_are_noted_for_several_at_once(house, cook, referent) -> None:
    order = house.order()
    task = house.task(order_id=order.id)
    other = house.person("Bilal", "participant")
    with house.work(referent) as work:
        for person in (cook, other):
            assignments.assign(work, task.id, person.party_id)
        contributions.add_time_of_task(work, task.id, [cook.party_id, other.party_id], task.minutes)
        found = contributions.minutes_by_person(work.session, order.id)
    assert found == {cook.party_id: 360, other.party_id: 360}


def test_a_correction_takes_the_place_of_the_row_and_both_are_kept(
    house, cook, referent, note
) -> None:
    order = house.order()
    row = note(cook, 360, kind="sale", order_id=order.id)
    with house.work(referent) as work:
        newer = contributions.correct_time(work, row.id, 300, "Partie plus tôt")
        assert contributions.minutes_by_person(work.session, order.id) == {cook.party_id: 300}
        with pytest.raises(Conflict, match="déjà corrigées"):
            contributions.correct_time(work, row.id, 200, "Encore")
        contributions.correct_time(work, newer.id, 0, "Ce n'était pas elle")
        assert contributions.minutes_by_person(work.session, order.id) == {}
        assert contributions.times(work) == []
        assert len(work.session.scalars(sa.select(Contribution)).all()) == 3


def test_a_correction_says_why(house, cook, referent, note) -> None:
    row = note(cook, 60)
    with house.work(referent) as work, pytest.raises(Refused) as refused:
        contributions.correct_time(work, row.id, 30, " ")
    assert refused.value.field == "reason"


def test_written_time_is_never_changed_nor_deleted(house, cook, note) -> None:
    row = note(cook, 60)
    with house.work() as work:
        with pytest.raises(Refused, match="ne change plus"), work.transaction() as session:
            session.get_one(Contribution, row.id).minutes = 600
        with pytest.raises(Refused, match="ne change plus"), work.transaction() as session:
            session.delete(session.get_one(Contribution, row.id))
        assert work.session.get_one(Contribution, row.id, populate_existing=True).minutes == 60


def test_nobody_gives_more_than_a_day_in_a_day(house, cook, note) -> None:
    note(cook, 20 * 60)
    with pytest.raises(Refused, match="dépasse 24 heures"):
        note(cook, 4 * 60 + 1)
    note(cook, 4 * 60)
    with pytest.raises(Refused, match="24 heures"):
        note(cook, 1)


def test_the_day_counts_across_activities_and_after_corrections(
    house, cook, referent, note
) -> None:
    sewing = house.start("Couture")
    house.person("Zora", "referent", at=sewing)
    first = note(cook, 23 * 60)
    with house.work() as work:
        give_role(work, cook.party_id, "participant", starts_on=work.today, activity_id=sewing.id)
        new = NewTime(cook.party_id, work.today, 61, "volunteer")
        with pytest.raises(Refused, match="24 heures"):
            contributions.add_time(work, sewing.id, new)
        contributions.correct_time(work, first.id, 60, "Une heure, pas un jour")
        contributions.add_time(work, sewing.id, new)


def test_time_is_counted_on_the_card_a_person_has_now(house, cook, referent, note) -> None:
    order = house.order()
    twin = house.person("Amina B.", "participant")
    note(twin, 120, kind="sale", order_id=order.id)
    note(cook, 60, kind="sale", order_id=order.id)
    with house.work() as work, work.transaction() as session:
        session.get_one(Party, twin.party_id).merged_into_id = cook.party_id
    with house.work(referent) as work:
        assert contributions.minutes_by_person(work.session, order.id) == {cook.party_id: 180}
    with pytest.raises(Refused, match="24 heures"):
        note(cook, 24 * 60 - 179)


WRONG = {
    "no time": ({"minutes": 0}, "minutes"),
    "a day and a minute": ({"minutes": 1441}, "minutes"),
    "for nothing known": ({"minutes": 60, "kind": "fun"}, "kind"),
}


@pytest.mark.parametrize(("facts", "field"), WRONG.values(), ids=WRONG)
def test_time_that_makes_no_sense_is_refused(cook, note, facts: dict, field: str) -> None:
    with pytest.raises(Refused) as refused:
        note(cook, **facts)
    assert refused.value.field == field


def test_the_future_is_not_noted(house, cook, note) -> None:
    with house.work() as work:
        tomorrow = work.today + timedelta(days=1)
    with pytest.raises(Refused) as refused:
        note(cook, 60, day=tomorrow)
    assert refused.value.field == "day"


def test_time_for_a_customer_needs_the_green_light_of_that_day(house, note) -> None:
    newcomer = house.person("Bilal", "participant", light=False)
    with pytest.raises(Refused, match="feu vert") as refused:
        note(newcomer, 60, kind="sale")
    assert refused.value.field == "kind"
    assert note(newcomer, 60, kind="training").minutes == 60


def test_the_hours_of_an_order_stand_once_its_money_is_shared(house, cook, referent, note) -> None:
    order = house.order()
    row = note(cook, 60, kind="sale", order_id=order.id)
    with house.work() as work, work.transaction() as session:
        session.get_one(type(order), order.id).state = "shared"
    with pytest.raises(Refused, match="déjà partagé"):
        note(cook, 60, kind="sale", order_id=order.id)
    with house.work(referent) as work, pytest.raises(Refused, match="déjà partagé"):
        contributions.correct_time(work, row.id, 30, "Erreur")


def test_time_goes_to_an_order_of_the_same_activity_only(house, cook, note) -> None:
    elsewhere = house.order(at=house.start("Couture"))
    with pytest.raises(NotFound):
        note(cook, 60, order_id=elsewhere.id)


def test_someone_outside_the_activity_gives_no_time_there(house, note) -> None:
    outsider = house.person("Zora")
    with pytest.raises(Refused, match="Fais-la entrer"):
        note(outsider, 60)


def test_nobody_named_is_said(house, referent) -> None:
    with house.work(referent) as work, pytest.raises(Refused) as refused:
        contributions.add_time_of_task(work, house.task().id, [], 60)
    assert refused.value.field == "people"


def test_another_activity_neither_sees_nor_corrects_time(house, cook, note) -> None:
    row = note(cook, 60)
    sewing = house.start("Couture")
    tailor = house.person("Zora", "participant", "referent", at=sewing)
    with house.work(tailor) as work:
        assert contributions.times(work) == []
        with pytest.raises(NotFound):
            contributions.correct_time(work, row.id, 30, "Pour voir")
        new = NewTime(cook.party_id, work.today, 60)
        with pytest.raises(NotFound):
            contributions.add_time(work, house.activity.id, new)


BROKEN = {
    "no time": ({"minutes": 0}, "minutes_in_a_day"),
    "more than a day": ({"minutes": 1441}, "minutes_in_a_day"),
    "a reason without a row to correct": ({"reason": "parce que"}, "correction_says_why"),
    "an unknown kind": ({"kind": "fun"}, "kind_known"),
}


@pytest.mark.parametrize(("values", "constraint"), BROKEN.values(), ids=BROKEN)
def test_the_database_itself_refuses_wrong_time(
    house, cook: Actor, values: dict, constraint: str
) -> None:
    place = {"person_id": cook.party_id, "activity_id": house.activity.id}
    row = {"kind": "sale", "minutes": 60, "day": date(2026, 1, 1), **place, **values}
    with Session(house.instance.engine) as session:
        session.add(Contribution(**row))
        with pytest.raises(sa.exc.IntegrityError, match=constraint):
            session.flush()
