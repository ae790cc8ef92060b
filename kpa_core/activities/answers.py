"""I come, I cannot, perhaps: one answer per person and task, the last one given."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import sqlalchemy as sa

from kpa_core import clock
from kpa_core.activities.models import ANSWERS, Availability
from kpa_core.activities.people import is_in
from kpa_core.activities.scopes import find_task
from kpa_core.errors import N_, Refused
from kpa_core.work import Work

LABELS = {
    "coming": N_("Je viens"),
    "cannot": N_("Je ne peux pas"),
    "maybe": N_("Peut-être"),
}


def answer(work: Work, task_id: UUID, given: str, person_id: UUID | None = None) -> Availability:
    """Say whether a person comes; without ``person_id``, oneself.

    Whoever plans may note the answer of somebody who gave it by voice.

    Raises:
        Refused: there is no such answer, the day has passed, or the person is not in the activity.
    """
    if given not in ANSWERS:
        raise Refused(N_("Réponds : je viens, je ne peux pas, ou peut-être."), field="answer")
    with work.transaction() as session:
        who = person_id or work.actor.party_id
        capability = "task.answer" if who == work.actor.party_id else "task.plan"
        task = find_task(work, task_id, capability)
        if who is None:
            raise Refused(N_("Une personne doit répondre. Connecte-toi."))
        if task.last_day < work.today:
            raise Refused(N_("Cette tâche est passée."))
        if not is_in(session, task.activity_id, who, task.day, work.today):
            raise Refused(N_("Cette personne n'est pas dans l'activité."), field="person_id")
        row = session.scalar(
            sa.select(Availability).where(
                Availability.task_id == task_id, Availability.person_id == who
            )
        )
        if row is None:
            row = Availability(task_id=task_id, person_id=who, created_by=work.actor.party_id)
            session.add(row)
        row.answer, row.updated_at = given, clock.now()
        session.flush()
        if capability == "task.plan":  # said for somebody else: they may ask who said it
            scope = replace(task.activity.scope, person_id=who)
            work.record(capability, row, scope=scope, after={"answer": given})
    return row
