"""The block of an order's page that shows its quote, its invoice and its money."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from kpa_core.activities import approvals
from kpa_core.activities import service as orders
from kpa_core.contracts import Card
from kpa_core.errors import N_
from kpa_core.i18n import lazy
from kpa_core.invoices import documents
from kpa_core.invoices.life.standing import standing
from kpa_core.work import Work


def order_panel(work: Work, order_id: UUID) -> Iterator[Card]:
    """Yield the block for an order the reader may see the papers of."""
    order = orders.find_order(work, order_id)
    if not work.can("document.read", order.scope):
        return
    has_price = bool(orders.lines_of(work.session, order_id))
    yield Card(
        title=lazy(N_("Devis, facture, paiement")),
        template="invoices/panel.html",
        needs="document.read",
        data={
            "standing": standing(work, order),
            "papers": documents.of_order(work, order_id),
            "label_of": documents.label_of,
            "has_price": has_price,
            "is_approved": has_price and approvals.missing(work, order) == 0,
        },
    )
