"""Tasks: what is to do on which day, who comes, who is missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, time, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from kpa_core import clock
from kpa_core.activities.models import Activity, Assignment, Availability, Order, Task
from kpa_core.activities.people import current_id
from kpa_core.activities.scopes import find_activity, find_locked_task, visible_tasks
from kpa_core.activities.telling import tell_of_task
from kpa_core.errors import N_, Conflict, NotFound, Refused
from kpa_core.members.models import Party
from kpa_core.work import Work

LONGEST = 16 * 60
"""The minutes of the longest task: beyond, the two hours were most likely swapped."""
FIRST_DAY = date(2000, 1, 1)
AHEAD = timedelta(days=5 * 366)
"""How far ahead a task may be: further is a year typed wrong."""


@dataclass(frozen=True)
class NewTask:
    """A task as it is typed. It passes midnight when it ends before the time it starts."""

    title: str
    day: date
    starts_at: time
    ends_at: time
    people_needed: int = 1
    place: str = ""
    tags: tuple[str, ...] = ()
    paid: bool = True
    order_id: UUID | None = None


@dataclass(frozen=True)
class Planned:
    """A task with who has it, who could, and the reader's own part in it."""

    task: Task
    people: tuple[Party, ...]
    answers: Mapping[UUID, str]
    my_answer: str | None
    is_mine: bool

    @property
    def missing(self) -> int:
        """How many people are still missing; one who has it and cannot come is missing."""
        sure = [one for one in self.people if self.answers.get(one.id) != "cannot"]
        return max(0, self.task.people_needed - len(sure))

    @property
    def coming(self) -> int:
        """How many said they come, whether they have the task or not."""
        return sum(answer == "coming" for answer in self.answers.values())

    def cannot(self, person_id: UUID) -> bool:
        """Tell whether someone who has the task said they cannot come."""
        return self.answers.get(person_id) == "cannot"


def planning(
    work: Work,
    start: date,
    end: date,
    *,
    activity_id: UUID | None = None,
    order_id: UUID | None = None,
) -> dict[date, list[Planned]]:
    """Return the tasks of days from ``start`` to ``end``, both in, day by day."""
    query = visible_tasks(work).where(Task.day.between(start, end))
    if activity_id is not None:
        query = query.where(Task.activity_id == activity_id)
    if order_id is not None:
        query = query.where(Task.order_id == order_id)
    days: dict[date, list[Planned]] = {}
    for planned in _with_people(work, query):
        days.setdefault(planned.task.day, []).append(planned)
    return days


def tasks_of(work: Work, order_id: UUID) -> list[Planned]:
    """Return the tasks of an order, in order of time."""
    return _with_people(work, visible_tasks(work).where(Task.order_id == order_id))


def planned(work: Work, task_id: UUID) -> Planned:
    """Return one task with its people.

    Raises:
        NotFound: there is none, or not for this actor.
    """
    found = _with_people(work, visible_tasks(work).where(Task.id == task_id))
    if not found:
        raise NotFound()
    return found[0]


def add_task(work: Work, activity_id: UUID, new: NewTask) -> Task:
    """Put a task on the planning.

    Raises:
        Refused: no title, no length or over 16 hours, a day out of reach, nobody needed.
        NotFound: the activity, or the order in it, is not for this actor.
    """
    with work.transaction() as session:
        activity = find_activity(work, activity_id, "task.plan")
        facts = _checked(asdict(new), work.today)
        _check_order(session, activity, facts["order_id"])
        task = Task(activity=activity, created_by=work.actor.party_id, **facts)
        session.add(task)
        session.flush()
        after = {"title": task.title, "day": task.day}
        work.record("task.plan", task, scope=activity.scope, after=after)
    return task


def write_changes(work: Work, task_id: UUID, version: int, changes: Mapping[str, Any]) -> Task:
    """Change a task, in the current transaction; who has it is checked again by the caller.

    Raises:
        Conflict: someone else changed it in between.
    """
    with work.transaction() as session:
        task = find_locked_task(work, task_id, "task.plan")
        if task.version != version:
            raise Conflict(N_("Quelqu'un d'autre a changé cette tâche. Rouvre-la et recommence."))
        known = NewTask.__dataclass_fields__
        before = {name: getattr(task, name) for name in known}
        given = {name: changes[name] for name in known if name in changes}
        after = _checked({**before, **given}, work.today)
        _check_order(session, task.activity, after["order_id"])
        for name, value in after.items():
            setattr(task, name, value)
        session.flush()
        # The place may be somebody's home: it stays out of a log that nothing is erased from.
        before, after = ({**facts, "place": ""} for facts in (before, after))
        work.record("task.plan", task, scope=task.activity.scope, before=before, after=after)
    return task


def cancel_task(work: Work, task_id: UUID) -> Task:
    """Take a task off the planning; the hours already noted for it stay."""
    with work.transaction() as session:
        task = find_locked_task(work, task_id, "task.plan")
        task.cancelled_at = clock.now()
        for assignment in live_assignments(session, task_id):
            assignment.removed_at, assignment.removed_by = task.cancelled_at, work.actor.party_id
            tell_of_task(work, task, assignment.person_id, given=False)
        work.record("task.plan", task, scope=task.activity.scope, after={"cancelled": True})
    return task


def live_assignments(session: Session, task_id: UUID) -> list[Assignment]:
    """Return who has a task now."""
    query = sa.select(Assignment).where(
        Assignment.task_id == task_id, Assignment.removed_at.is_(None)
    )
    return list(session.scalars(query.order_by(Assignment.id)))


def _with_people(work: Work, query: sa.Select[Task]) -> list[Planned]:
    session = work.session
    query = query.options(joinedload(Task.activity), joinedload(Task.order))
    tasks = list(session.scalars(query.order_by(Task.day, Task.starts_at, Task.title, Task.id)))
    ids = [task.id for task in tasks]
    people = _people(session, ids)
    answers = _answers(session, ids)
    me = work.actor.party_id
    return [
        Planned(
            task=task,
            people=tuple(people.get(task.id, ())),
            answers=answers.get(task.id, {}),
            my_answer=answers.get(task.id, {}).get(me) if me else None,
            is_mine=any(person.id == me for person in people.get(task.id, ())),
        )
        for task in tasks
    ]


def _people(session: Session, ids: Iterable[UUID]) -> dict[UUID, list[Party]]:
    query = (
        sa.select(Assignment.task_id, Party)
        .join(Party, Party.id == current_id(Assignment.person_id))
        .where(Assignment.task_id.in_(ids), Assignment.removed_at.is_(None))
        .order_by(Party.display_name, Party.id)
    )
    people: dict[UUID, list[Party]] = {}
    for task_id, person in session.execute(query):
        people.setdefault(task_id, []).append(person)
    return people


def _answers(session: Session, ids: Iterable[UUID]) -> dict[UUID, dict[UUID, str]]:
    query = sa.select(Availability.task_id, current_id(Availability.person_id), Availability.answer)
    query = query.where(Availability.task_id.in_(ids)).order_by(Availability.updated_at)
    answers: dict[UUID, dict[UUID, str]] = {}
    for task_id, person_id, answer in session.execute(query):
        answers.setdefault(task_id, {})[person_id] = answer
    return answers


def _checked(facts: Mapping[str, Any], today: date) -> dict[str, Any]:
    clean = {
        **facts,
        "title": " ".join(facts["title"].split()),
        "place": facts["place"].strip(),
        "tags": sorted({tag.strip() for tag in facts["tags"] if tag.strip()}),
    }
    if not clean["title"]:
        raise Refused(N_("Qu'est-ce qu'il y a à faire ? Exemple : cuisiner."), field="title")
    if clean["starts_at"] == clean["ends_at"]:
        raise Refused(
            N_("La tâche finit à l'heure où elle commence. Change une heure."), field="ends_at"
        )
    if _minutes_between(clean["starts_at"], clean["ends_at"]) > LONGEST:
        raise Refused(
            N_("La tâche dure plus de 16 heures. Regarde les deux heures : sont-elles inversées ?"),
            field="ends_at",
        )
    if not FIRST_DAY <= clean["day"] <= today + AHEAD:
        raise Refused(
            N_("Ce jour est trop loin. Regarde l'année : de 2000 à 5 ans après aujourd'hui."),
            field="day",
        )
    if not 1 <= clean["people_needed"] <= 1000:
        raise Refused(N_("Il faut combien de personnes ? Écris 1 ou plus."), field="people_needed")
    return clean


def _minutes_between(starts_at: time, ends_at: time) -> int:
    start, end = (at.hour * 60 + at.minute for at in (starts_at, ends_at))
    return (end - start) % (24 * 60)


def _check_order(session: Session, activity: Activity, order_id: UUID | None) -> None:
    order = session.get(Order, order_id) if order_id else None
    if order_id is not None and (order is None or order.activity_id != activity.id):
        raise NotFound()
