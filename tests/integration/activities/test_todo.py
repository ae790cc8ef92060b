"""The next thing to do, and what the software knows of a person."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from kpa_core.activities import (
    answers,
    approvals,
    asking,
    assignments,
    calendars,
    contributions,
    customers,
    service,
    tasks,
)
from kpa_core.activities.lines import add_line
from kpa_core.activities.models import Order, OrderEvent
from kpa_core.activities.personal import erase_personal_data, personal_data
from kpa_core.activities.todo import todo
from kpa_core.contracts import Actor
from kpa_core.work import VISITOR


def titles(house, actor: Actor) -> list[str]:
    with house.work(actor) as work:
        return [one.title for one in sorted(todo(work), key=lambda one: one.order)]


def test_a_visitor_has_nothing_to_do(house) -> None:
    house.order()
    assert titles(house, VISITOR) == []


def test_an_order_asks_for_one_thing_after_another(house, cook, referent, make_line) -> None:
    order = house.order()
    assert titles(house, cook) == ["Une demande à lire"]
    with house.work(cook) as work:
        add_line(work, order.id, make_line())
    assert titles(house, cook) == ["Un devis à relire"]
    with house.work(cook) as work:
        approvals.approve(work, order.id)
    assert titles(house, cook) == [], "the others read now"
    with house.work(referent) as work:
        approvals.approve(work, order.id)
    assert titles(house, cook) == ["Un devis à envoyer"]
    with house.work(cook) as work:
        found = service.find_order(work, order.id)
        service.mark(work, found, "quoted")
        service.mark(work, found, "accepted")
    assert titles(house, cook) == []
    with house.work() as work, work.transaction() as session:
        session.get_one(Order, order.id).day = work.today
    assert titles(house, cook) == ["Le travail est fait ?"]


def test_another_activity_has_nothing_to_do_with_it(house) -> None:
    house.order()
    house.task()
    sewing = house.start("Couture")
    tailor = house.person("Zora", "participant", "referent", at=sewing)
    assert titles(house, tailor) == []


def test_a_task_asks_for_an_answer_then_for_people_then_for_hours(house, cook, referent) -> None:
    with house.work() as work:
        tomorrow, yesterday = (work.today + timedelta(days=days) for days in (1, -1))
    task = house.task(day=tomorrow)
    assert titles(house, cook) == ["Est-ce que tu viens ?"]
    with house.work(cook) as work:
        answers.answer(work, task.id, "coming")
    assert titles(house, cook) == []
    assert titles(house, referent) == ["Est-ce que tu viens ?", "Il manque du monde"]
    with house.work(referent) as work:
        answers.answer(work, task.id, "cannot")
        assignments.assign(work, task.id, cook.party_id)
    past = house.task("Ranger", day=yesterday)
    with house.work(referent) as work:
        assignments.assign(work, past.id, cook.party_id)
    assert titles(house, cook) == ["Des heures à noter"]
    with house.work(cook) as work:
        contributions.add_time_of_task(work, past.id, [cook.party_id], 60)
    assert titles(house, cook) == []


def test_a_person_sees_everything_and_erasing_keeps_only_the_time(house, cook, referent) -> None:
    task = house.task(paid=False)
    with house.work(cook) as work:
        answers.answer(work, task.id, "coming")
        calendars.open_calendar(work)
        assignments.assign(work, task.id, cook.party_id)
        contributions.add_time_of_task(work, task.id, [cook.party_id], 360, "Bravo")
    with house.work() as work:
        told = sorted(str(item.what) for item in personal_data(work, cook.party_id))
    assert told == ["Agenda", "Ta réponse", "Temps donné", "Tâche"]
    with house.work() as work:
        for _ in range(2):
            erase_personal_data(work, cook.party_id)
        left = sorted(str(item.what) for item in personal_data(work, cook.party_id))
    assert left == ["Temps donné", "Tâche"]


def test_who_is_erased_has_no_task_to_come(house, cook, referent) -> None:
    with house.work() as work:
        tomorrow = work.today + timedelta(days=1)
    past, to_come = house.task(), house.task(day=tomorrow)
    with house.work(referent) as work:
        for task in (past, to_come):
            assignments.assign(work, task.id, cook.party_id)
        erase_personal_data(work, cook.party_id)
        assert tasks.planned(work, to_come.id).missing == 2
        assert tasks.planned(work, past.id).missing == 1


def test_a_customer_who_is_erased_leaves_no_wish_behind(house) -> None:
    petit = customers.NewCustomer("Madame Petit", "person", phone="06 12 34 56 78")
    with house.work(VISITOR) as work:
        wanted = asking.Wanted(wishes="Sans porc", place="12 rue des Lilas")
        asked = asking.ask(work, petit, wanted)
        assert "Sans porc" not in asked.title
        party_id, customer_id = asked.customer.party_id, asked.customer_id
    with house.work() as work:
        session = work.session
        for title in ("Noces de Lila Petit", "Repas"):
            asking.add_order(work, house.activity.id, customer_id, asking.Wanted(title=title))
        before = {one.title: one for one in session.scalars(sa.select(Order))}
        with work.transaction():  # a quote named this meal: the paper says so for ten years
            quoted = OrderEvent(from_state="asked", to_state="quoted", order_id=before["Repas"].id)
            session.add(quoted)
        told = " ".join(item.value for item in personal_data(work, party_id))
        assert "Sans porc" in told
        assert "+33612345678" in told
        erase_personal_data(work, party_id)
        told = [item.value for item in personal_data(work, party_id)]
        plain = asking.plain_title(None, work.today)
    assert [one.split(" · ")[1] for one in told] == [plain, plain, "Repas"]
    assert all(len(one.split(" · ")) == 2 for one in told)
