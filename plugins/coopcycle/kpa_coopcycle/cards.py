"""What this plugin shows and adds elsewhere: on an order, in a quote, in the doctor's list."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy.orm import Session

from kpa_coopcycle import connections, deliveries
from kpa_coopcycle.models import DeliveryRow
from kpa_coopcycle.settings import Settings
from kpa_coopcycle.texts import lazy
from kpa_core.api import Card, Health, Line, OrderRef, QuoteRequest, Scope


def cards_of(session: Session, order: OrderRef) -> list[Card]:
    """Return "Qui livre ?" for an order of an activity that has a co-op; else nothing."""
    rows = deliveries.of_order(session, order.id)
    places = connections.of_activity(session, order.activity_id)
    if not rows and not places:
        return []
    data = {
        "order": order,
        "deliveries": [row for row in rows if row.state != "cancelled"],
        "may_ask": bool(places) and order.state in deliveries.DELIVERED_IN,
        "scope": Scope(activity_id=order.activity_id),
    }
    return [Card(lazy("Qui livre ?"), "coopcycle/order_card.html", needs="order.read", data=data)]


def quote_lines(session: Session, request: QuoteRequest, settings: Settings) -> list[Line]:
    """Return a line for each delivery the KPA itself sells to the customer, as a bike co-op.

    The server's price is what it charges, tax included; what is left without its tax is the price
    of the line, at the rate that the KPA set. A carrier outside the normal regime charges none.
    """
    rows = deliveries.of_order(session, request.order_id)
    rate = settings.vat_rate_bp if request.vat_regime == "normal" else 0
    return [_line(row, rate) for row in rows if _is_sold(row)]


def _is_sold(row: DeliveryRow) -> bool:
    sold = row.state in ("priced", "ordered", "booked", "cancelling")
    return sold and row.connection.role == "coop" and row.net_price_cents is not None


def _line(row: DeliveryRow, rate: int) -> Line:
    return Line(
        label=str(lazy("Livraison à vélo")),
        quantity=Decimal(1),
        unit_price_cents=row.net_price_cents or 0,
        vat_rate_bp=rate,
        data={"delivery_id": str(row.id)},
    )


def checks(session: Session) -> list[Health]:
    """Return, for each server, whether its deliveries are ours."""
    return [
        Health(
            f"coopcycle:{connections.remote_of(at)}",
            ok=not at.drift,
            detail=lazy("La coop et nous n'avons pas les mêmes livraisons : page Livraisons.")
            if at.drift
            else "",
        )
        for at in connections.all_open(session)
    ]
