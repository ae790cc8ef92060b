"""Parts and goods: what came in, what went into which object, and what is left."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core.api import N_, Conflict, NotFound, Refused, Scope, Work
from kpa_workshop import rules
from kpa_workshop.models import PartMoveRow, PartRow
from kpa_workshop.rules import whole, words
from kpa_workshop.tickets import WORK, activity, open_work


def add_part(work: Work, activity_id: UUID, name: str, cost_cents: int, count: int) -> PartRow:
    """Add something to the stock, with how many there are and what one costs in cents.

    Raises:
        Refused: a figure is out of range.
        Conflict: the activity has a part of this name.
    """
    with work.transaction() as session:
        here = activity(work, activity_id)
        name = words("name", name, 80)
        query = sa.select(PartRow.id).where(PartRow.activity_id == here, PartRow.name == name)
        if session.scalar(query):
            raise Conflict(N_("« {name} » est déjà dans le stock."), field="name", name=name)
        cost = whole("cost", cost_cents, 0, rules.MOST_CENTS)
        row = PartRow(activity_id=here, name=name, cost_cents=cost)
        row.created_by = work.actor.party_id
        session.add(row)
        session.flush()
        if count:
            _move(work, row, whole("count", count, 0, rules.MOST_COUNT), None)
        work.record(WORK, row, scope=Scope(activity_id=here), after={"name": name})
    return row


def bring(work: Work, part_id: UUID, count: int, cost_cents: int) -> PartRow:
    """Write that so many came in, and what one costs from now on."""
    with work.transaction():
        row = find(work, part_id)
        row.cost_cents = whole("cost", cost_cents, 0, rules.MOST_CENTS)
        _move(work, row, whole("count", count, 1, rules.MOST_COUNT), None)
        after = {"name": row.name, "count": count}
        work.record(WORK, row, scope=Scope(activity_id=row.activity_id), after=after)
    return row


def use(work: Work, ticket_id: UUID, part_id: UUID, count: int) -> PartRow:
    """Put parts into an object, at what one costs today.

    Raises:
        Refused: there are fewer left, or the client did not say yes.
    """
    with work.transaction():
        ticket, row = open_work(work, ticket_id), find(work, part_id)
        if row.activity_id != ticket.activity_id:
            raise NotFound()
        count = whole("count", count, 1, rules.MOST_COUNT)
        if row.stock < count:
            raise Refused(
                N_("Il reste {left} « {name} ». Écris d'abord ce qui est arrivé."),
                field="count",
                left=row.stock,
                name=row.name,
            )
        _move(work, row, -count, ticket.id)
        after = {"name": row.name, "count": -count, "ticket": ticket.number}
        work.record(WORK, row, scope=Scope(activity_id=row.activity_id), after=after)
    return row


def find(work: Work, part_id: UUID) -> PartRow:
    """Return a part.

    Raises:
        NotFound: there is none, or not for this actor.
    """
    row = work.session.get(PartRow, part_id)
    if row is None or not work.can(WORK, Scope(activity_id=row.activity_id)):
        raise NotFound()
    return row


def parts_of(session: Session, activity_id: UUID) -> Sequence[PartRow]:
    """Return the stock of an activity, by name."""
    query = sa.select(PartRow).where(PartRow.activity_id == activity_id)
    return session.scalars(query.order_by(PartRow.name)).all()


def scope_of_part(session: Session, part_id: UUID) -> Scope | None:
    """Return where a part belongs."""
    row = session.get(PartRow, part_id)
    return Scope(activity_id=row.activity_id) if row else None


def _move(work: Work, row: PartRow, count: int, ticket_id: UUID | None) -> None:
    # The row's version makes two who take the last one at the same moment wait for each other.
    row.stock += count
    move = PartMoveRow(part_id=row.id, ticket_id=ticket_id, count=count, cost_cents=row.cost_cents)
    move.created_by = work.actor.party_id
    work.session.add(move)
    work.session.flush()
