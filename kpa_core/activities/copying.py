"""The same order once more: what was agreed is copied, what happened is not."""

from __future__ import annotations

from uuid import UUID

from kpa_core.activities import asking, lines
from kpa_core.activities.models import Order, OrderLine
from kpa_core.activities.scopes import find_order
from kpa_core.work import Work

COPIED = ("title", "place", "guests", "lang")
OF_LINE = (
    "position",
    "label",
    "details",
    "quantity_thousandths",
    "unit",
    "unit_price_cents",
    "vat_rate_bp",
    "price_basis",
    "nature",
    "discount_cents",
    "planned_cost_cents",
    "plugin",
    "edited",
    "data",
)


def order_again(work: Work, order_id: UUID) -> Order:
    """Write a new request like an order: its customer, its title, its lines.

    No number, state, day, yes, paper, time, engagement or purchase number goes along, nor a
    discount on the whole: each belongs to the order it was given for.

    Raises:
        NotFound: the order is not for this actor.
    """
    with work.transaction() as session:
        before = find_order(work, order_id, "order.write")
        wanted = asking.Wanted(**{name: getattr(before, name) for name in COPIED})
        made = asking.add_order(work, before.activity_id, before.customer_id, wanted)
        # The customer's standing numbers came along with its card: they are for one order only.
        made.engagement_number = ""
        made.delivery_address, made.vat_reason = before.delivery_address, before.vat_reason
        for line in lines.lines_of(session, before.id):
            facts = {name: getattr(line, name) for name in OF_LINE}
            session.add(OrderLine(order_id=made.id, created_by=work.actor.party_id, **facts))
        session.flush()
    return made
