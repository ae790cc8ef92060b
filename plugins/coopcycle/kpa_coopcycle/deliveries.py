"""Deliveries of an order: asked for a price, ordered by a person, cancelled. No network here.

Each act writes its row and asks for the effect in one transaction: what is committed will be done.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_coopcycle import connections
from kpa_coopcycle.models import ConnectionRow, DeliveryRow, StepRow
from kpa_coopcycle.wishes import Stop, Wish, checked
from kpa_core.api import (
    N_,
    Conflict,
    NotFound,
    OrderRef,
    Refused,
    Scope,
    Work,
    find_order,
    now,
    open_sealed,
    order_ref,
    seal,
)

DELIVER = "coopcycle.deliver"
PRICE, CREATE, CANCEL, READ = (f"coopcycle.{one}" for one in ("price", "create", "cancel", "read"))
DELIVERED_IN = ("asked", "quoted", "accepted", "done")
"""The states of an order that something may still be delivered for."""


def ask(work: Work, order_id: UUID, connection_id: UUID, wish: Wish) -> DeliveryRow:
    """Ask what a delivery for an order would cost; nothing is ordered.

    Raises:
        Refused: the wish is not whole, or the order is over.
        NotFound: the order or the co-op is not for this actor.
    """
    with work.transaction() as session:
        order = find_for(work, order_id)
        at = connections.find(work, connection_id, DELIVER)
        if at.activity_id != order.activity_id:
            raise NotFound()
        if order.state not in DELIVERED_IN:
            raise Refused(N_("{reference} est finie : rien à livrer."), reference=order.reference)
        row = DeliveryRow(connection_id=at.id, order_id=order.id, slot=wish.window.written())
        row.created_by = work.actor.party_id
        session.add(row)
        session.flush()
        row.connection = at
        _wish_for(work, row, checked(wish))
        work.record(DELIVER, row, scope=_scope(row), after={"order": order.reference})
    return row


def ask_again(work: Work, delivery_id: UUID, version: int, wish: Wish) -> DeliveryRow:
    """Change what is asked, before it is ordered, and ask for the price again.

    Raises:
        Refused: it was ordered, or the wish is not whole.
        Conflict: somebody changed it in between.
    """
    with work.transaction():
        row = find(work, delivery_id)
        if row.version != version:
            raise Conflict(N_("Quelqu'un a changé cette livraison. Relis-la."))
        if row.state not in ("asked", "priced", "refused"):
            raise Refused(N_("Cette livraison est déjà commandée."))
        _wish_for(work, row, checked(wish))
        work.record(DELIVER, row, scope=_scope(row), after={"state": row.state})
    return row


def order(work: Work, delivery_id: UUID, price_cents: int) -> DeliveryRow:
    """Order a delivery at the price that was shown.

    Raises:
        Refused: it has no price, or another one than was shown.
    """
    with work.transaction():
        row = find(work, delivery_id)
        if row.state != "priced":
            raise Refused(N_("Cette livraison n'a pas de prix, ou elle est déjà commandée."))
        if row.price_cents != price_cents:
            raise Refused(N_("Le prix a changé. Relis-le, puis commande."))
        row.state, row.reason = "ordered", ""
        # A delivery that was refused and asked again is another effect on the same delivery.
        key = f"{row.id}:{row.version}"
        work.ask(CREATE, {"delivery": str(row.id)}, key=key, remote=_remote(row))
        work.record(DELIVER, row, scope=_scope(row), after={"price_cents": row.price_cents})
    return row


def cancel(work: Work, delivery_id: UUID) -> DeliveryRow:
    """Cancel a delivery: at once while nothing was ordered, else by asking the co-op.

    Raises:
        Refused: it is being ordered right now, or it is over.
    """
    with work.transaction():
        row = find(work, delivery_id)
        if row.state in ("asked", "priced", "refused"):
            row.state, row.ended_at = "cancelled", now()
        elif row.state == "booked" and row.is_open:
            row.state, row.reason = "cancelling", ""
            key = f"{row.id}:{row.version}"
            work.ask(CANCEL, {"delivery": str(row.id)}, key=key, remote=_remote(row))
        elif row.state == "ordered":
            raise Refused(N_("La commande est en train de partir. Attends qu'elle soit notée."))
        else:
            raise Refused(N_("Cette livraison est finie. Elle ne s'annule plus."))
        work.record(DELIVER, row, scope=_scope(row), after={"state": row.state})
    return row


def wish_of(work: Work, row: DeliveryRow) -> Wish:
    """Return what was asked.

    Raises:
        Refused: it was forgotten, some weeks after the end.
    """
    if row.wish is None:
        raise Refused(N_("Les détails de cette livraison sont effacés."))
    wish = Wish.of(json.loads(open_sealed(work, row.wish)))
    return replace(wish, ref=ref_of(work, row.id))


def ref_of(work: Work, delivery_id: UUID) -> str:
    """Return our reference of a delivery: this instance's name and the number of the row."""
    return f"{work.instance.settings.instance.base_url}:{delivery_id.hex}"


def find(work: Work, delivery_id: UUID, capability: str = DELIVER) -> DeliveryRow:
    """Return a delivery.

    Raises:
        NotFound: there is none, or not for this actor.
    """
    row = work.session.get(DeliveryRow, delivery_id)
    if row is None or not work.can(capability, _scope(row)):
        raise NotFound()
    return row


def find_for(work: Work, order_id: UUID, capability: str = DELIVER) -> OrderRef:
    """Return an order one may deliver for.

    Raises:
        NotFound: there is none, or not for this actor.
    """
    return order_ref(find_order(work, order_id, capability))


def of_order(session: Session, order_id: UUID) -> Sequence[DeliveryRow]:
    """Return the deliveries of an order, the newest first."""
    query = sa.select(DeliveryRow).where(DeliveryRow.order_id == order_id)
    return session.scalars(query.order_by(DeliveryRow.created_at.desc(), DeliveryRow.id)).all()


def steps_of(session: Session, delivery_id: UUID) -> Sequence[StepRow]:
    """Return what was seen of a delivery, oldest first."""
    query = sa.select(StepRow).where(StepRow.delivery_id == delivery_id)
    return session.scalars(query.order_by(StepRow.at, StepRow.id)).all()


def scope_of_delivery(session: Session, delivery_id: UUID) -> Scope | None:
    """Return where a delivery belongs."""
    row = session.get(DeliveryRow, delivery_id)
    return _scope(row) if row else None


def with_stop(wish: Wish, stop: Stop) -> Wish:
    """Return a wish with one stop more."""
    return replace(wish, stops=(*wish.stops, stop))


def _wish_for(work: Work, row: DeliveryRow, wish: Wish) -> None:
    row.wish = seal(work, json.dumps(wish.kept()))
    row.slot, row.state, row.reason = wish.window.written(), "asked", ""
    row.price_cents = row.price_tax_cents = None
    row.unplaced = False
    work.session.flush()
    key = f"{row.id}:{row.version}"
    work.ask(PRICE, {"delivery": str(row.id)}, key=key, remote=_remote(row))


def _remote(row: DeliveryRow) -> str:
    at: ConnectionRow = row.connection
    return connections.remote_of(at)


def _scope(row: DeliveryRow) -> Scope:
    return Scope(activity_id=row.connection.activity_id)
