"""Machines: who was trained on which, and their time as a cost of the objects."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core.api import N_, Conflict, NotFound, Refused, Scope, Work, people_seen
from kpa_workshop import rules
from kpa_workshop.models import MachineRow, MachineUseRow, TrainingRow
from kpa_workshop.rules import machine_cents, whole, words
from kpa_workshop.tickets import WORK, activity, open_work

TRAIN = "workshop.train"


def add_machine(
    work: Work, activity_id: UUID, name: str, cents_per_hour: int, *, needs_training: bool
) -> MachineRow:
    """Add a machine, with what an hour of it costs in cents.

    Raises:
        Conflict: the activity has a machine of this name.
    """
    with work.transaction() as session:
        here = activity(work, activity_id)
        name = words("name", name, 80)
        query = sa.select(MachineRow.id).where(
            MachineRow.activity_id == here, MachineRow.name == name
        )
        if session.scalar(query):
            raise Conflict(N_("« {name} » est déjà là."), field="name", name=name)
        row = MachineRow(
            activity_id=here,
            name=name,
            cents_per_hour=whole("cost", cents_per_hour, 0, rules.MOST_CENTS),
            needs_training=needs_training,
        )
        row.created_by = work.actor.party_id
        session.add(row)
        session.flush()
        work.record(WORK, row, scope=Scope(activity_id=here), after={"name": name})
    return row


def train(work: Work, machine_id: UUID, person_id: UUID) -> None:
    """Write that a person was trained on a machine today; twice is once.

    Raises:
        NotFound: the machine or the person is not for this actor.
    """
    with work.transaction() as session:
        row = find(work, machine_id, TRAIN)
        if person_id not in set(session.scalars(people_seen(work, "member.read"))):
            raise NotFound()
        if not is_trained(session, row.id, person_id):
            given = TrainingRow(machine_id=row.id, person_id=person_id, given_on=work.today)
            given.created_by = work.actor.party_id
            session.add(given)
            session.flush()
        work.record(TRAIN, row, scope=Scope(activity_id=row.activity_id), after={"trained": True})


def use(work: Work, ticket_id: UUID, machine_id: UUID, minutes: int) -> MachineUseRow:
    """Write the minutes the actor used a machine for an object.

    Raises:
        Refused: they were not trained on it, or the client did not say yes.
    """
    with work.transaction() as session:
        ticket, row = open_work(work, ticket_id), find(work, machine_id, WORK)
        if row.activity_id != ticket.activity_id:
            raise NotFound()
        who = work.actor.party_id
        if row.needs_training and (who is None or not is_trained(session, row.id, who)):
            raise Refused(
                N_("Tu n'es pas encore formé·e sur « {name} ». Demande à ton ou ta référent·e."),
                field="machine_id",
                name=row.name,
            )
        spent = whole("minutes", minutes, 1, rules.MOST_MINUTES)
        made = MachineUseRow(
            machine_id=row.id,
            ticket_id=ticket.id,
            minutes=spent,
            cost_cents=machine_cents(spent, row.cents_per_hour),
        )
        made.created_by = who
        session.add(made)
        session.flush()
        after = {"machine": row.name, "minutes": spent, "ticket": ticket.number}
        work.record(WORK, row, scope=Scope(activity_id=row.activity_id), after=after)
    return made


def find(work: Work, machine_id: UUID, capability: str) -> MachineRow:
    """Return a machine.

    Raises:
        NotFound: there is none, or not for this actor.
    """
    row = work.session.get(MachineRow, machine_id)
    if row is None or not work.can(capability, Scope(activity_id=row.activity_id)):
        raise NotFound()
    return row


def machines_of(session: Session, activity_id: UUID) -> Sequence[MachineRow]:
    """Return the machines of an activity, by name."""
    query = sa.select(MachineRow).where(MachineRow.activity_id == activity_id)
    return session.scalars(query.order_by(MachineRow.name)).all()


def trained_on(session: Session, machine_id: UUID) -> list[UUID]:
    """Return who was trained on a machine."""
    query = sa.select(TrainingRow.person_id).where(TrainingRow.machine_id == machine_id)
    return list(session.scalars(query))


def is_trained(session: Session, machine_id: UUID, person_id: UUID) -> bool:
    """Tell whether a person was trained on a machine."""
    return person_id in trained_on(session, machine_id)


def scope_of_machine(session: Session, machine_id: UUID) -> Scope | None:
    """Return where a machine belongs."""
    row = session.get(MachineRow, machine_id)
    return Scope(activity_id=row.activity_id) if row else None
