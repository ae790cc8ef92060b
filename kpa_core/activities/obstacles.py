"""What speaks against somebody having a task: the clock, the green light, the plugins.

All the reasons are said at once, each with what to do about it. A plugin may add reasons; nothing
lifts one.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from kpa_core.activities.models import Assignment, Task
from kpa_core.activities.people import card_now, current_id
from kpa_core.contracts import Assignment as Asked
from kpa_core.contracts import Problem
from kpa_core.errors import N_, Refused
from kpa_core.i18n import Texts
from kpa_core.members.greenlight import green_light
from kpa_core.members.models import Party
from kpa_core.members.service import is_minor, person_facts, person_scope
from kpa_core.work import Work, collect

AROUND = timedelta(days=15)
"""How far around a task plugins see a person's other work: weekly limits need two weeks."""


class Reasons:
    """Problems that are said in the reader's language when they are shown."""

    def __init__(self, problems: Iterable[Problem], texts: Texts) -> None:
        self.problems = tuple(problems)
        self.texts = texts

    def __str__(self) -> str:
        return " ".join(text for problem in self.problems for text in said(problem, self.texts))


class CannotAssign(Refused):
    """Somebody cannot have a task; ``problems`` are all the reasons."""

    def __init__(
        self, person: Party, task: Task, problems: Iterable[Problem], texts: Texts
    ) -> None:
        reasons = Reasons(problems, texts)
        super().__init__(
            N_("{name} ne peut pas prendre « {task} ». {reasons}"),
            field="person_id",
            name=person.display_name,
            task=task.title,
            reasons=reasons,
        )
        self.person = person
        self.problems = reasons.problems


def problems(work: Work, task: Task, person: Party) -> list[Problem]:
    """Return every reason why a person should not do a task: the clock, the light, the plugins."""
    others = _other_tasks(work, task, person)
    found = [_overlap(task, other, person) for other in others if _meet(task, other)]
    if task.paid:
        found += _light(work, task, person)
    asked = _asked(work, task, person, others)
    added = [
        problem
        for _, told in collect(work, "check_assignment", assignment=asked)
        for problem in told
    ]
    return found + _shown(work, person, added)


def check_free(work: Work, task: Task, person: Party) -> None:
    """Stop here unless a person may have a task.

    Raises:
        CannotAssign: something forbids it; all the reasons are told.
    """
    blocking = [problem for problem in problems(work, task, person) if problem.blocking]
    if blocking:
        raise CannotAssign(person, task, blocking, work.instance.texts)


def said(problem: Problem, texts: Texts) -> list[str]:
    """Return a problem's reason, and what to do about it, in the reader's language."""
    found = [texts.gettext(part) for part in (problem.message, problem.todo) if part]
    return [text.format(**problem.params) if problem.params else text for text in found]


def _light(work: Work, task: Task, person: Party) -> list[Problem]:
    """Return what keeps the green light off; the details are for whoever may see contracts."""
    light = green_light(work, person.id, task.day)
    if light.ok:
        return []
    missing = Problem(
        N_("{name} n'a pas le feu vert ce jour-là."),
        {"name": person.display_name},
        todo=N_("Demande à l'animateur·rice."),
    )
    if not work.can("engagement.read", person_scope(work, person.id)):
        return [missing]
    off = {(one.sentence, one.todo): None for one in light.lights if one.state != "ok"}
    # Already in the reader's language: kept from being read as a pattern once more.
    details = [Problem("{said}", {"said": f"{text} {todo}".strip()}) for text, todo in off]
    return [Problem(missing.message, missing.params), *details]


def _shown(work: Work, person: Party, added: list[Problem]) -> list[Problem]:
    """Return the plugins' reasons; those about a minor tell an age or a paper, and are not for all.

    A remark that forbids nothing is then left out: there would be nothing to ask for.
    """
    if not is_minor(work, person) or work.can("minor.read", person_scope(work, person.id)):
        return added
    if not any(problem.blocking for problem in added):
        return []
    return [
        Problem(
            N_("Cette tâche n'est pas possible pour cette personne."),
            todo=N_("Demande à l'animateur·rice."),
        )
    ]


def _asked(work: Work, task: Task, person: Party, others: Iterable[Task]) -> Asked:
    return Asked(
        person=person_facts(work, person),
        carrier_id=task.activity.carrier_id,
        activity_id=task.activity_id,
        activity_kind=task.activity.kind,
        task_id=task.id,
        title=task.title,
        tags=tuple(task.tags),
        day=task.day,
        starts_at=task.starts_at,
        ends_at=task.ends_at,
        paid=task.paid,
        others=tuple((other.day, other.starts_at, other.ends_at) for other in others),
    )


def _other_tasks(work: Work, task: Task, person: Party) -> list[Task]:
    """Return the person's other tasks around this one, in every activity."""
    own_id = card_now(person)
    held = sa.select(Assignment.task_id).where(
        current_id(Assignment.person_id) == own_id, Assignment.removed_at.is_(None)
    )
    query = (
        sa.select(Task)
        .where(Task.id.in_(held), Task.id != task.id, Task.cancelled_at.is_(None))
        .where(Task.day.between(task.day - AROUND, task.day + AROUND))
        .options(joinedload(Task.activity))
        .order_by(Task.day, Task.starts_at, Task.id)
    )
    return list(work.session.scalars(query))


def _meet(one: Task, other: Task) -> bool:
    return _start(one) < _end(other) and _start(other) < _end(one)


def _start(task: Task) -> datetime:
    return datetime.combine(task.day, task.starts_at)


def _end(task: Task) -> datetime:
    return datetime.combine(task.last_day, task.ends_at)


def _overlap(task: Task, other: Task, person: Party) -> Problem:
    """Say that the person is elsewhere; where exactly is for those of the same activity."""
    params: dict[str, object] = {"name": person.display_name}
    message = N_("{name} a déjà une autre tâche à cette heure.")
    if other.activity_id == task.activity_id:
        message = N_("{name} a déjà « {other} » à cette heure.")
        params["other"] = other.title
    return Problem(message, params, todo=N_("Change l'heure, ou choisis quelqu'un d'autre."))
