"""What this plugin shows elsewhere: on an order, and in the doctor's list."""

from __future__ import annotations

from sqlalchemy.orm import Session

from kpa_core.api import Card, Health, OrderRef, Scope
from kpa_ofn import booking, rates, shops
from kpa_ofn.texts import lazy


def cards_of(session: Session, order: OrderRef) -> list[Card]:
    """Return where an order comes from, when it came from a shop."""
    row = booking.of_order(session, order.id)
    if row is None:
        return []
    data = {
        "sale": row,
        "unknown": rates.unknown(session, row.shop_id, row.lines),
        "scope": Scope(activity_id=order.activity_id),
    }
    return [Card(lazy("Boutique"), "ofn/order_card.html", needs="order.read", data=data)]


def checks(session: Session) -> list[Health]:
    """Return, for each shop, whether all of it could be read."""
    return [
        Health(
            f"ofn:{shops.remote_of(shop)}",
            ok=not shop.drift,
            detail=lazy("La boutique et nous n'avons pas les mêmes commandes : page Boutique.")
            if shop.drift
            else "",
        )
        for shop in shops.all_open(session)
    ]
