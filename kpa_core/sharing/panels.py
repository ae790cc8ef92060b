"""The blocks about money on the page of an order: what was bought, and the share-out."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from kpa_core.activities.models import Order
from kpa_core.contracts import Card
from kpa_core.errors import N_
from kpa_core.i18n import lazy
from kpa_core.sharing import expenses, shareouts
from kpa_core.work import Work

SHARED_FROM = ("invoiced", "paid", "shared", "reviewed")


def order_panels(work: Work, order_id: UUID) -> Iterator[Card]:
    """Yield the expenses of an order, and its share-out once there is an invoice."""
    order = work.session.get_one(Order, order_id)
    if work.can("expense.read", order.scope):
        shown = expenses.of_order(work, order_id)
        counted = [one for one in shown if one.counts]
        data = {
            "order": order,
            "shown": counted,
            "cost_cents": sum(one.expense.cost_cents for one in counted),
        }
        yield Card(lazy(N_("Achats")), "sharing/panel_expenses.html", "expense.read", data)
    if order.state in SHARED_FROM and work.can("share.read", order.scope):
        found = shareouts.of_order(work, order_id)
        data = {"order": order, "share_outs": found, "outlook": shareouts.simulate(work, order_id)}
        yield Card(lazy(N_("Partage")), "sharing/panel_share.html", "share.read", data)
