"""Pages about quotes, invoices, payments and the bodies that invoice."""

from __future__ import annotations

from kpa_core.invoices import documents
from kpa_core.invoices.carrier import carriers, series
from kpa_core.invoices.paying import payments
from kpa_core.invoices.views import (
    answer_pages,
    carrier_link_pages,
    carrier_pages,
    claim_pages,
    correction_pages,
    deposit_pages,
    document_pages,
    exchange_pages,
    life_pages,
    order_pages,
    payment_pages,
    public_pages,
)
from kpa_core.pages import Pages


def blueprint() -> Pages:
    """Return the pages of this folder; ``invoices.quote_link`` is the customer's,
    ``invoices.carrier_link`` the carrier's."""
    pages = Pages(
        "invoices",
        "kpa_core.invoices",
        scopes={
            "document_id": documents.scope_of_document,
            "carrier_id": carriers.scope_of_carrier,
            "series_id": series.scope_of_series,
            "payment_id": payments.scope_of_payment,
        },
    )
    for part in (
        public_pages,
        claim_pages,
        life_pages,
        document_pages,
        order_pages,
        deposit_pages,
        correction_pages,
        answer_pages,
        payment_pages,
        carrier_pages,
        exchange_pages,
        carrier_link_pages,
    ):
        part.add_to(pages)
    return pages
