"""Who may have a task: every reason is told, with what to do; nothing gets round it."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core.accounts.models import Message
from kpa_core.activities import answers, assignments, tasks
from kpa_core.activities.models import Assignment, Task
from kpa_core.activities.obstacles import CannotAssign, problems, said
from kpa_core.contracts import Actor
from kpa_core.errors import Conflict, NotFound, Refused
from kpa_core.i18n import sentence
from kpa_core.members.models import Engagement, Party
from kpa_core.members.roles import roles_of
from kpa_core.members.service import seal_birth


def test_someone_with_the_green_light_has_the_task_and_is_told(house, cook, referent) -> None:
    task = house.task()
    with house.work(referent) as work:
        assignments.assign(work, task.id, cook.party_id)
        assignments.assign(work, task.id, cook.party_id)
        planned = tasks.planned(work, task.id)
        assert [one.display_name for one in planned.people] == ["Amina"]
        assert planned.missing == 1
        told = work.session.scalars(sa.select(Message.kind)).all()
    assert told == ["task.given"]


def test_without_the_green_light_a_referent_is_told_all_the_reasons(house, referent) -> None:
    newcomer = house.person("Bilal", "participant", light=False)
    task = house.task()
    with house.work(referent) as work:
        with pytest.raises(CannotAssign) as refused:
            assignments.assign(work, task.id, newcomer.party_id)
        text = sentence(refused.value, house.instance.texts)
        assert "Bilal ne peut pas prendre « Cuisiner »" in text
        assert "n'a pas le feu vert" in text
        assert "Il n'y a pas encore de contrat. Prépare-le avec la maison qui facture." in text
        assert work.session.scalar(sa.select(sa.func.count(Assignment.id))) == 0


def test_who_may_not_see_contracts_is_told_what_to_do_without_details(house, cook) -> None:
    newcomer = house.person("Bilal", "participant", light=False)
    task = house.task()
    with house.work(cook) as work, pytest.raises(CannotAssign) as refused:
        assignments.assign(work, task.id, newcomer.party_id)
    text = sentence(refused.value, house.instance.texts)
    assert "Demande à l'animateur·rice." in text
    assert "contrat. Prépare" not in text


def test_what_plugins_say_of_a_minor_is_for_who_may_read_minors(house, cook) -> None:
    yanis = house.person("Yanis", "participant", light=False)
    with house.work() as work, work.transaction() as session:
        card = session.get_one(Party, yanis.party_id)
        card.birth_sealed = seal_birth(work, work.today - timedelta(days=16 * 366))
    task = house.task(starts_at=time(22), ends_at=time(2))
    told = {}
    for reader in (cook, yanis, house.person("Nadia", "animator")):
        with house.work(reader) as work:
            found = problems(work, task, work.session.get_one(Party, yanis.party_id))
            texts = house.instance.texts
            told[reader.name] = " ".join(part for one in found for part in said(one, texts))
    assert told.pop("Amina") == (
        "Yanis n'a pas le feu vert ce jour-là. Demande à l'animateur·rice. "
        "Cette tâche n'est pas possible pour cette personne. Demande à l'animateur·rice."
    )
    assert all("Yanis a 17 ans : pas la nuit." in text for text in told.values())
    assert len(told) == 2


def test_a_plugin_adds_its_reason_to_those_of_the_core(house, referent) -> None:
    yanis = house.person("Yanis", "participant", light=False)
    task = house.task(starts_at=time(22), ends_at=time(2))
    with house.work(referent) as work, pytest.raises(CannotAssign) as refused:
        assignments.assign(work, task.id, yanis.party_id)
    text = sentence(refused.value, house.instance.texts)
    assert "feu vert" in text
    assert "Yanis a 17 ans : pas la nuit. Change l'heure." in text


def test_an_unpaid_task_needs_no_green_light_but_the_plugin_still_speaks(house, referent) -> None:
    yanis = house.person("Yanis", "participant", light=False)
    day, night = house.task(paid=False), house.task(paid=False, starts_at=time(22), ends_at=time(2))
    with house.work(referent) as work:
        assignments.assign(work, day.id, yanis.party_id)
        with pytest.raises(CannotAssign, match="pas la nuit"):
            assignments.assign(work, night.id, yanis.party_id)


def test_the_light_is_asked_for_the_day_of_the_task(house, cook, referent) -> None:
    with house.work() as work, work.transaction() as session:
        engagement = session.scalars(
            sa.select(Engagement).where(Engagement.person_id == cook.party_id)
        ).one()
        engagement.ends_on = work.today + timedelta(days=5)
        today = work.today
    soon, late = (house.task(day=today + timedelta(days=days)) for days in (5, 6))
    with house.work(referent) as work:
        assignments.assign(work, soon.id, cook.party_id)
        with pytest.raises(CannotAssign, match="fini depuis"):
            assignments.assign(work, late.id, cook.party_id)


OVERLAPS = {
    "at the same hours": (time(9), time(15), True),
    "at the end": (time(14, 59), time(18), True),
    "around it": (time(8), time(16), True),
    "just after": (time(15), time(18), False),
    "just before": (time(6), time(9), False),
}


@pytest.mark.parametrize(("start", "end", "meets"), OVERLAPS.values(), ids=OVERLAPS)
def test_nobody_is_in_two_places_at_once(house, cook, referent, start, end, meets) -> None:
    first, other = house.task(), house.task("Livrer", starts_at=start, ends_at=end)
    with house.work(referent) as work:
        assignments.assign(work, first.id, cook.party_id)
        if meets:
            with pytest.raises(CannotAssign, match="a déjà « Cuisiner » à cette heure"):
                assignments.assign(work, other.id, cook.party_id)
        else:
            assignments.assign(work, other.id, cook.party_id)


def test_a_task_past_midnight_meets_one_of_the_next_morning(house, cook, referent) -> None:
    night = house.task("Servir", starts_at=time(21), ends_at=time(3))
    morning = house.task(day=night.day + timedelta(days=1), starts_at=time(2), ends_at=time(6))
    with house.work(referent) as work:
        assignments.assign(work, night.id, cook.party_id)
        with pytest.raises(CannotAssign, match="Servir"):
            assignments.assign(work, morning.id, cook.party_id)


def test_what_someone_does_in_another_activity_is_not_told(house, cook, referent) -> None:
    sewing = house.start("Couture")
    with house.work() as work:
        mine = tasks.NewTask("Secret", work.today, time(9), time(15), paid=False)
        elsewhere = tasks.add_task(work, sewing.id, mine)
        with work.transaction() as session:
            session.add(Assignment(task_id=elsewhere.id, person_id=cook.party_id))
    with house.work(referent) as work, pytest.raises(CannotAssign) as refused:
        assignments.assign(work, house.task().id, cook.party_id)
    assert "une autre tâche à cette heure" in str(refused.value)
    assert "Secret" not in str(refused.value)


def test_someone_outside_the_activity_has_to_come_in_first(house, referent) -> None:
    outsider = house.person("Zora")
    with house.work(referent) as work, pytest.raises(Refused, match="Fais-la entrer"):
        assignments.assign(work, house.task().id, outsider.party_id)


def test_moving_a_task_to_the_night_asks_again_who_may_do_it(house, referent) -> None:
    yanis = house.person("Yanis", "participant")
    task = house.task()
    with house.work(referent) as work:
        assignments.assign(work, task.id, yanis.party_id)
        with pytest.raises(CannotAssign, match="pas la nuit"):
            assignments.change_task(
                work, task.id, task.version, {"starts_at": time(22), "ends_at": time(23)}
            )
        kept = work.session.get_one(Task, task.id, populate_existing=True)
        assert kept.starts_at == time(9)
        changed = assignments.change_task(work, task.id, kept.version, {"place": "Salle des fêtes"})
        assert changed.place == "Salle des fêtes"
        with pytest.raises(Conflict):
            assignments.change_task(work, task.id, kept.version - 1, {"place": "Ailleurs"})


def test_candidates_say_who_may_and_why_others_may_not(house, cook, referent) -> None:
    house.person("Bilal", "participant", light=False)
    task = house.task()
    with house.work(cook) as work:
        answers.answer(work, task.id, "maybe")
    with house.work(referent) as work:
        found = assignments.candidates(work, tasks.planned(work, task.id))
    shown = [(one.person.display_name, one.answer, one.is_free) for one in found]
    assert shown == [("Amina", "maybe", True), ("Fatou", None, True), ("Bilal", None, False)]
    assert found[2].problems


def test_a_remark_of_a_plugin_warns_and_does_not_refuse(house, cook, referent) -> None:
    house.instance.plugins.get("guard").remark = "Il fera froid."
    task = house.task()
    with house.work(referent) as work:
        found = assignments.candidates(work, tasks.planned(work, task.id))
        assert [(one.is_free, one.problems[0].message) for one in found] == [
            (True, "Il fera froid.")
        ] * 2
        assignments.assign(work, task.id, cook.party_id)


def test_who_left_the_activity_is_shown_with_the_task_they_still_have(
    house, cook, referent
) -> None:
    task = house.task()
    with house.work(referent) as work:
        assignments.assign(work, task.id, cook.party_id)
    with house.work() as work, work.transaction() as session:
        for role in roles_of(session, cook.party_id, work.today):
            role.ends_on = work.today
    with house.work(referent) as work:
        found = assignments.candidates(work, tasks.planned(work, task.id))[0]
        assert (found.person.display_name, found.has_it, found.is_free) == ("Amina", True, False)
        assert found.problems[0].message == "{name} n'est plus dans l'activité."
        assignments.unassign(work, task.id, cook.party_id)


def test_a_joined_card_keeps_its_tasks(house, cook, referent) -> None:
    twin = house.person("Amina B.", "participant")
    task, other = house.task(), house.task("Livrer")
    with house.work(referent) as work:
        assignments.assign(work, task.id, twin.party_id)
    with house.work() as work, work.transaction() as session:
        session.get_one(Party, twin.party_id).merged_into_id = cook.party_id
    with house.work(referent) as work:
        planned = tasks.planned(work, task.id)
        assert [one.display_name for one in planned.people] == ["Amina"]
        with pytest.raises(CannotAssign, match="a déjà « Cuisiner »"):
            assignments.assign(work, other.id, cook.party_id)
        assignments.unassign(work, task.id, cook.party_id)
        assert tasks.planned(work, task.id).people == ()


def test_a_task_taken_back_is_free_again_and_its_past_is_kept(house, cook, referent) -> None:
    task = house.task()
    with house.work(referent) as work:
        assignments.assign(work, task.id, cook.party_id)
        assignments.unassign(work, task.id, cook.party_id)
        with pytest.raises(NotFound):
            assignments.unassign(work, task.id, cook.party_id)
        assert tasks.planned(work, task.id).people == ()
        assignments.assign(work, task.id, cook.party_id)
        rows = work.session.scalars(sa.select(Assignment)).all()
    assert sorted(row.removed_at is None for row in rows) == [False, True]
    assert {row.removed_by for row in rows if row.removed_at} == {referent.party_id}


def test_the_database_itself_refuses_the_same_task_twice(house, cook) -> None:
    task = house.task()
    with Session(house.instance.engine) as session:
        for _ in range(2):
            session.add(Assignment(task_id=task.id, person_id=cook.party_id))
        with pytest.raises(sa.exc.IntegrityError):
            session.flush()


def test_another_activity_neither_plans_nor_sees_the_task(house, cook: Actor) -> None:
    sewing = house.start("Couture")
    tailor = house.person("Zora", "participant", "referent", at=sewing)
    task = house.task()
    with house.work(tailor) as work:
        for act in (
            lambda: assignments.assign(work, task.id, cook.party_id),
            lambda: assignments.change_task(work, task.id, task.version, {"place": "Ici"}),
            lambda: tasks.cancel_task(work, task.id),
            lambda: tasks.planned(work, task.id),
            lambda: answers.answer(work, task.id, "coming"),
        ):
            with pytest.raises(NotFound):
                act()
        assert tasks.planning(work, work.today, work.today) == {}


def test_a_task_does_not_change_while_it_is_given(house, referent, meanwhile) -> None:
    yanis, task = house.person("Yanis", "participant"), house.task()

    def put_at_night() -> None:
        hours = {"starts_at": time(22), "ends_at": time(23)}
        with house.work(referent) as work:
            assignments.change_task(work, task.id, task.version, hours)

    changed = meanwhile(assignments, "Assignment", put_at_night)
    with house.work(referent) as work:
        assignments.assign(work, task.id, yanis.party_id)

    assert isinstance(changed(), CannotAssign)
    with house.work(referent) as work:
        assert work.session.get_one(Task, task.id).starts_at == time(9)
