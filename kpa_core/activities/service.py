"""What the rooms above use of orders: find them, see what they may do, move them along."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core.activities.approvals import approvals as approvals
from kpa_core.activities.approvals import approve as approve
from kpa_core.activities.approvals import check_approved as check_approved
from kpa_core.activities.lines import check_plugins_loaded as check_plugins_loaded
from kpa_core.activities.lines import lines_of as lines_of
from kpa_core.activities.models import Order, OrderEvent
from kpa_core.activities.orders import NEXT, SAFE_WITHOUT_PLUGINS, move_between
from kpa_core.activities.scopes import find_activity as find_activity
from kpa_core.activities.scopes import find_locked_order as find_locked_order
from kpa_core.activities.scopes import find_order as find_order
from kpa_core.activities.scopes import order_named as order_named
from kpa_core.activities.scopes import scope_of_activity as scope_of_activity
from kpa_core.activities.scopes import scope_of_order as scope_of_order
from kpa_core.activities.scopes import visible_activities as visible_activities
from kpa_core.activities.scopes import visible_orders as visible_orders
from kpa_core.contracts import OrderRef
from kpa_core.errors import N_, KpaError, Refused
from kpa_core.work import Work


def mark(work: Work, order: Order, state: str, note: str = "") -> Order:
    """Move an order, in the current transaction; rights are checked by the caller.

    Raises:
        Refused: the path has no such step, yeses are missing before a quote leaves, or the plugin
            of a line is out.
    """
    with work.transaction() as session:
        before = order.state
        move_between(before, state)
        if state not in SAFE_WITHOUT_PLUGINS:
            check_plugins_loaded(work, order)
        if state == "quoted":
            check_approved(work, order)
        order.state = state
        _keep(work, session, order, before, note)
    return order


def move(work: Work, order_id: UUID, state: str, note: str = "") -> Order:
    """Move an order as a member does, such as noting the customer's answer.

    Raises:
        Refused: as :func:`mark`; or a paper or a share-out makes this step; or it must say why; or
            a room above holds the order where it is.
        NotFound: the order is not for this actor.
    """
    with work.transaction():
        order = find_locked_order(work, order_id)
        step = move_between(order.state, state)
        if step.by != "member":
            raise Refused(
                N_("Cette étape vient d'un devis, d'une facture ou d'un partage. Commence là.")
            )
        work.require(step.needs, order.scope)
        if step.must_say_why and not note.strip():
            raise Refused(N_("Écris pourquoi, en quelques mots."), field="note")
        held = why_held(work, order, state)
        if held is not None:
            raise held
        before = order.state
        mark(work, order, state, note)
        work.record(
            step.needs, order, scope=order.scope, before={"state": before}, after={"state": state}
        )
    return order


def next_thing(work: Work, order: Order) -> KpaError:
    """Return what is to be done next about an order: what a room above says, or its state."""
    asked = (one.next_thing for one in work.instance.features if one.next_thing)
    found = (said for ask in asked if (said := ask(work, order.id)) is not None)
    return next(found, None) or Refused(NEXT[order.state])


def why_held(work: Work, order: Order, state: str) -> KpaError | None:
    """Return why a room above lets nobody move an order to ``state`` now; None while none does."""
    asked = (one.holds_order for one in work.instance.features if one.holds_order)
    return next((held for ask in asked if (held := ask(work, order.id, state))), None)


def add_note(work: Work, order_id: UUID, note: str) -> OrderEvent:
    """Write a remark on an order, such as why the price is low this time."""
    if not note.strip():
        raise Refused(N_("Écris quelques mots."), field="note")
    with work.transaction() as session:
        order = find_order(work, order_id, "order.write")
        event = _keep(work, session, order, order.state, note)
        work.record("order.write", event, scope=order.scope, after={"noted": True})
    return event


def history(session: Session, order_id: UUID) -> list[OrderEvent]:
    """Return what happened to an order, the latest first."""
    query = sa.select(OrderEvent).where(OrderEvent.order_id == order_id)
    return list(session.scalars(query.order_by(OrderEvent.id.desc())))


def order_ref(order: Order) -> OrderRef:
    """Return an order as plugins see it."""
    return OrderRef(
        id=order.id,
        reference=order.reference,
        activity_id=order.activity_id,
        activity_kind=order.activity.kind,
        state=order.state,
        day=order.day,
        guests=order.guests,
    )


def _keep(work: Work, session: Session, order: Order, before: str, note: str) -> OrderEvent:
    event = OrderEvent(
        order_id=order.id,
        from_state=before,
        to_state=order.state,
        note=note.strip(),
        created_by=work.actor.party_id,
    )
    session.add(event)
    session.flush()
    return event
