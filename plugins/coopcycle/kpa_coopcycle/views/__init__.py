"""The pages under ``/coopcycle/``: co-ops, deliveries of an order, and the webhooks' door."""

from __future__ import annotations

from kpa_coopcycle import connections, deliveries, words
from kpa_coopcycle.views import coop_pages, delivery_pages, webhook
from kpa_core.api import Pages

FILTERS = (
    words.where,
    words.kind,
    words.slot,
    words.moment,
    words.euros,
    words.difference,
)
"""Words for templates, as ``coopcycle_where`` and so on."""


def blueprint() -> Pages:
    """Return the pages of this plugin."""
    scopes = {
        "connection_id": connections.scope_of_connection,
        "delivery_id": deliveries.scope_of_delivery,
    }
    pages = Pages("coopcycle", "kpa_coopcycle", scopes=scopes)
    for filter_ in FILTERS:
        pages.add_app_template_filter(filter_, f"coopcycle_{filter_.__name__}")
    coop_pages.add(pages)
    delivery_pages.add(pages)
    webhook.add(pages)
    return pages
