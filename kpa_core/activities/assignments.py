"""Who has a task: given, taken back, and asked again when the task changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from kpa_core import clock
from kpa_core.activities import tasks
from kpa_core.activities.models import Assignment, Task
from kpa_core.activities.obstacles import CannotAssign as CannotAssign
from kpa_core.activities.obstacles import check_free, problems
from kpa_core.activities.people import card_now, is_in, places
from kpa_core.activities.scopes import find_locked_task, find_task
from kpa_core.activities.telling import tell_of_task
from kpa_core.contracts import Problem
from kpa_core.errors import N_, NotFound, Refused
from kpa_core.members.models import Party
from kpa_core.work import Work

CHECKED = ("day", "starts_at", "ends_at", "tags", "paid")
"""Changes of a task after which everyone who has it is checked again."""


@dataclass(frozen=True)
class Candidate:
    """Somebody who could have a task: their answer, and what speaks against it."""

    person: Party
    answer: str | None
    has_it: bool
    problems: tuple[Problem, ...]

    @property
    def is_free(self) -> bool:
        """Tell whether nothing forbids it."""
        return not any(problem.blocking for problem in self.problems)


def assign(work: Work, task_id: UUID, person_id: UUID) -> Assignment:
    """Give a task to a person; one who has it keeps it.

    Raises:
        CannotAssign: something forbids it; all the reasons are told.
        Refused: the person is not in the activity on that day.
        NotFound: the task is not for this actor.
    """
    with work.transaction() as session:
        # Locked: its hour must not change, nor two tasks at one hour be given, at this moment.
        task = find_locked_task(work, task_id, "task.plan")
        person = session.get(Party, person_id, with_for_update=True)
        if person is None:
            raise NotFound()
        if not is_in(session, task.activity_id, person_id, task.day):
            raise Refused(
                N_("Cette personne n'est pas dans l'activité. Fais-la entrer d'abord."),
                field="person_id",
            )
        for held in tasks.live_assignments(session, task_id):
            if card_now(held.person) == person_id:
                return held
        check_free(work, task, person)
        row = Assignment(task=task, person=person, created_by=work.actor.party_id)
        session.add(row)
        session.flush()
        work.record("task.plan", row, scope=task.activity.scope, after={"person": person_id})
        tell_of_task(work, task, person_id, given=True)
    return row


def unassign(work: Work, task_id: UUID, person_id: UUID) -> None:
    """Take a task back from a person.

    Raises:
        NotFound: they do not have it, or it is not for this actor.
    """
    with work.transaction() as session:
        task = find_task(work, task_id, "task.plan")
        live = tasks.live_assignments(session, task_id)
        held = [one for one in live if card_now(one.person) == person_id]
        if not held:
            raise NotFound()
        held[0].removed_at, held[0].removed_by = clock.now(), work.actor.party_id
        work.record("task.plan", held[0], scope=task.activity.scope, before={"person": person_id})


def change_task(work: Work, task_id: UUID, version: int, changes: Mapping[str, Any]) -> Task:
    """Change a task; whoever has it must still be allowed to do it.

    Raises:
        CannotAssign: someone may not do it any more; take it back from them first.
        Conflict: someone else changed it in between.
    """
    with work.transaction() as session:
        before = find_locked_task(work, task_id, "task.plan")
        facts = {name: getattr(before, name) for name in CHECKED}
        task = tasks.write_changes(work, task_id, version, changes)
        if any(getattr(task, name) != value for name, value in facts.items()):
            live = tasks.live_assignments(session, task_id)
            for person_id in sorted(card_now(held.person) for held in live):
                session.get(Party, person_id, with_for_update=True)  # as when a task is given
            for held in live:
                check_free(work, task, held.person)
    return task


def candidates(work: Work, planned: tasks.Planned) -> list[Candidate]:
    """Return who has the task and who could: those in the activity on its day.

    Who has it comes first, then who is free, those who said they come before the others.
    """
    task = planned.task
    inside = [place.person for place in places(work.session, task.activity_id, task.day)]
    gone = [person for person in planned.people if person not in inside]
    found = [_candidate(planned, person, problems(work, task, person)) for person in inside]
    found += [_candidate(planned, person, [_left(person)]) for person in gone]
    order = {"coming": 0, "maybe": 1, None: 2, "cannot": 3}
    return sorted(found, key=lambda one: (not one.has_it, not one.is_free, order[one.answer]))


def _candidate(planned: tasks.Planned, person: Party, against: Iterable[Problem]) -> Candidate:
    answer = planned.answers.get(person.id)
    return Candidate(person, answer, person in planned.people, tuple(against))


def _left(person: Party) -> Problem:
    return Problem(
        N_("{name} n'est plus dans l'activité."),
        {"name": person.display_name},
        todo=N_("Reprends la tâche, ou fais revenir cette personne."),
    )
