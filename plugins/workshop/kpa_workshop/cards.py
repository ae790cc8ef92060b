"""What this plugin shows and adds elsewhere: on an order, in a quote, about a person."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core.api import N_, Card, Line, OrderRef, PersonalItem, QuoteRequest, Scope
from kpa_workshop import tickets
from kpa_workshop.models import MachineRow, TicketRow, TrainingRow
from kpa_workshop.texts import lazy, told

VAT_BP = 2000
PRICED = ("diagnosed", "agreed", "done", "returned")


def cards_of(session: Session, order: OrderRef) -> list[Card]:
    """Return the objects of an order, if there are any."""
    rows = tickets.of_order(session, order.id)
    if not rows:
        return []
    data = {"tickets": rows, "scope": Scope(activity_id=order.activity_id)}
    return [Card(lazy("Atelier"), "workshop/order_card.html", needs="order.read", data=data)]


def quote_lines(session: Session, request: QuoteRequest) -> list[Line]:
    """Return a line for each object of an order that has a price, with what it cost us so far."""
    rate = VAT_BP if request.vat_regime == "normal" else 0
    rows = [one for one in tickets.of_order(session, request.order_id) if one.state in PRICED]
    return [_line(session, one, rate) for one in rows if one.price_cents is not None]


def _line(session: Session, row: TicketRow, rate: int) -> Line:
    return Line(
        label=told(N_("Atelier : {what}"), what=row.what),
        quantity=Decimal(1),
        unit_price_cents=row.price_cents or 0,
        vat_rate_bp=rate,
        details=row.todo,
        planned_cost_cents=tickets.cost_of(session, row.id).total_cents,
        data={"ticket_id": str(row.id)},
    )


def personal_data(session: Session, person_id: UUID) -> list[PersonalItem]:
    """Return the trainings of a person, and the answers they heard from clients."""
    query = (
        sa.select(MachineRow.name, TrainingRow.given_on)
        .join(TrainingRow, TrainingRow.machine_id == MachineRow.id)
        .where(TrainingRow.person_id == person_id)
    )
    found = [
        PersonalItem(lazy("Formation"), f"{name}, {given_on}", lazy("Pour la sécurité."))
        for name, given_on in session.execute(query)
    ]
    heard = sa.select(TicketRow.what).where(TicketRow.said_to == person_id)
    found += [
        PersonalItem(lazy("Réponse d'un client notée"), what, lazy("Pour pouvoir le prouver."))
        for what in session.scalars(heard)
    ]
    return found


def forget_person(session: Session, person_id: UUID) -> None:
    """Take a person's name off trainings and answers."""
    session.execute(sa.delete(TrainingRow).where(TrainingRow.person_id == person_id))
    heard = sa.update(TicketRow).where(TicketRow.said_to == person_id)
    session.execute(heard.values(said_to=None))
