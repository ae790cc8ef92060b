"""Objects left at the workshop: taken, looked at, agreed on, worked on, given back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core.api import (
    N_,
    Conflict,
    NotFound,
    Refused,
    Scope,
    Work,
    activities_for,
    now,
    order_named,
)
from kpa_workshop import rules
from kpa_workshop.models import MachineUseRow, PartMoveRow, TicketRow
from kpa_workshop.rules import WAYS, Cost, check_step, whole, words

WORK = "workshop.work"


@dataclass(frozen=True)
class NewTicket:
    """What is written when an object comes in; ``order`` is a reference, if it is for one."""

    what: str
    owner: str
    wrong: str
    order: str = ""


def take_in(work: Work, activity_id: UUID, new: NewTicket) -> TicketRow:
    """Write the ticket of an object.

    Raises:
        Refused: something is missing, or there is no such order in this activity.
        NotFound: the activity is not for this actor.
    """
    with work.transaction() as session:
        here = activity(work, activity_id)
        row = TicketRow(
            activity_id=here,
            order_id=_order(work, here, new.order),
            number=_next_number(session, here),
            what=words("what", new.what),
            owner=words("owner", new.owner),
            wrong=words("wrong", new.wrong),
        )
        row.created_by = work.actor.party_id
        session.add(row)
        session.flush()
        _trace(work, row, "received")
    return row


def diagnose(
    work: Work, ticket_id: UUID, version: int, todo: str, minutes: int, price_cents: int
) -> TicketRow:
    """Write what is to be done, in how many minutes, and its price without VAT in cents.

    Raises:
        Refused: the client answered already, or a figure is out of range.
        Conflict: somebody changed it in between.
    """
    with work.transaction():
        row = _step(work, ticket_id, version, "diagnosed")
        row.todo = words("todo", todo)
        row.minutes = whole("minutes", minutes, 0, rules.MOST_MINUTES)
        row.price_cents = whole("price", price_cents, 0, rules.MOST_CENTS)
        _trace(work, row, "diagnosed")
    return row


def answer(work: Work, ticket_id: UUID, version: int, *, yes: bool, how: str) -> TicketRow:
    """Write the client's answer to the price, how it was given, and to whom.

    Raises:
        Refused: no price was told yet.
        Conflict: somebody changed it in between.
    """
    with work.transaction():
        row = _step(work, ticket_id, version, "agreed" if yes else "refused")
        if how not in WAYS:
            raise Refused(N_("Dis comment le client a répondu."), field="how")
        row.said_how, row.said_at, row.said_to = how, now(), work.actor.party_id
        row.state = "agreed" if yes else "refused"
        _trace(work, row, row.state)
    return row


def finish(work: Work, ticket_id: UUID, version: int) -> TicketRow:
    """Write that the work is done.

    Raises:
        Refused: the client did not say yes.
    """
    with work.transaction():
        row = _step(work, ticket_id, version, "done")
        _trace(work, row, "done")
    return row


def give_back(work: Work, ticket_id: UUID, version: int) -> TicketRow:
    """Write that the object is with its owner again."""
    with work.transaction():
        row = _step(work, ticket_id, version, "returned")
        _trace(work, row, "returned")
    return row


def find(work: Work, ticket_id: UUID) -> TicketRow:
    """Return an object's ticket.

    Raises:
        NotFound: there is none, or not for this actor.
    """
    row = work.session.get(TicketRow, ticket_id)
    if row is None or not work.can(WORK, Scope(activity_id=row.activity_id)):
        raise NotFound()
    return row


def open_work(work: Work, ticket_id: UUID) -> TicketRow:
    """Return an object one may work on.

    Raises:
        Refused: the client did not say yes, or it is done.
    """
    row = find(work, ticket_id)
    if row.state != "agreed":
        raise Refused(rules.WHY_NOT["done"])
    return row


def activity(work: Work, activity_id: UUID) -> UUID:
    """Return an activity whose workshop this actor works in.

    Raises:
        NotFound: it is not.
    """
    if activity_id not in {one.id for one in activities_for(work, WORK)}:
        raise NotFound()
    return activity_id


def of_activity(session: Session, activity_id: UUID) -> Sequence[TicketRow]:
    """Return the objects of an activity, those that wait first, the newest first."""
    query = sa.select(TicketRow).where(TicketRow.activity_id == activity_id)
    over = TicketRow.state == "returned"
    return session.scalars(query.order_by(over, TicketRow.number.desc()).limit(200)).all()


def of_order(session: Session, order_id: UUID) -> Sequence[TicketRow]:
    """Return the objects of an order."""
    query = sa.select(TicketRow).where(TicketRow.order_id == order_id)
    return session.scalars(query.order_by(TicketRow.number)).all()


def cost_of(session: Session, ticket_id: UUID) -> Cost:
    """Return what an object cost us so far."""
    parts = sa.select(sa.func.sum(-PartMoveRow.count * PartMoveRow.cost_cents))
    uses = sa.select(sa.func.sum(MachineUseRow.cost_cents))
    # A sum of whole numbers is a decimal one to PostgreSQL.
    return Cost(
        int(session.scalar(parts.where(PartMoveRow.ticket_id == ticket_id)) or 0),
        int(session.scalar(uses.where(MachineUseRow.ticket_id == ticket_id)) or 0),
    )


def scope_of_ticket(session: Session, ticket_id: UUID) -> Scope | None:
    """Return where an object belongs."""
    row = session.get(TicketRow, ticket_id)
    return Scope(activity_id=row.activity_id) if row else None


def _order(work: Work, activity_id: UUID, reference: str) -> UUID | None:
    if not reference.strip():
        return None
    try:
        order = order_named(work, reference, "order.write")
    except NotFound as error:
        text = N_("Aucune commande ne s'appelle « {reference} ».")
        raise Refused(text, field="order", reference=reference[:40]) from error
    if order.activity_id != activity_id:
        raise Refused(N_("Cette commande est d'une autre activité."), field="order")
    return order.id


def _step(work: Work, ticket_id: UUID, version: int, after: str) -> TicketRow:
    row = find(work, ticket_id)
    if row.version != version:
        raise Conflict(N_("Quelqu'un a changé cette fiche. Relis-la."))
    check_step(row.state, after)
    if after in ("diagnosed", "done", "returned"):
        row.state = after
    return row


def _next_number(session: Session, activity_id: UUID) -> int:
    query = sa.select(sa.func.max(TicketRow.number)).where(TicketRow.activity_id == activity_id)
    return (session.scalar(query) or 0) + 1


def _trace(work: Work, row: TicketRow, state: str) -> None:
    scope = Scope(activity_id=row.activity_id)
    work.record(WORK, row, scope=scope, after={"number": row.number, "state": state})
