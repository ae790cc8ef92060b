"""The block of this plugin on the page of an order."""

from __future__ import annotations

from sqlalchemy.orm import Session

from kpa_catering import orders
from kpa_catering.texts import lazy
from kpa_core.api import Card, OrderRef, Scope


def cards_of(session: Session, order: OrderRef) -> list[Card]:
    """Return the menu chosen for a catering order, or the way to choose one; else nothing."""
    choice = orders.choice_of(session, order.id, order.activity_id)
    if choice is None and order.activity_kind != orders.KIND:
        return []
    data = {
        "order": order,
        "choice": choice,
        "other_guests": choice is not None and choice.guests != order.guests,
        "may_change": order.state == orders.PRICED_IN,
        "scope": Scope(activity_id=order.activity_id),
    }
    return [Card(lazy("Menu"), "catering/order_card.html", needs="order.read", data=data)]
