"""Pages about activities, offers, customers, orders, tasks and hours."""

from __future__ import annotations

from kpa_core.activities import scopes
from kpa_core.activities.views import (
    activity_pages,
    calendar_pages,
    customer_pages,
    hour_pages,
    line_pages,
    order_pages,
    public_pages,
    task_pages,
)
from kpa_core.pages import Pages


def blueprint() -> Pages:
    """Return the pages of this folder; ``activities.ask`` and ``activities.offers`` are public."""
    pages = Pages(
        "activities",
        "kpa_core.activities",
        scopes={
            "activity_id": scopes.scope_of_activity,
            "offer_id": scopes.scope_of_offer,
            "customer_id": scopes.scope_of_customer,
            "order_id": scopes.scope_of_order,
            "line_id": scopes.scope_of_line,
            "task_id": scopes.scope_of_task,
            "contribution_id": scopes.scope_of_contribution,
            "counter_id": scopes.scope_of_counter,
        },
    )
    for part in (
        public_pages,
        activity_pages,
        customer_pages,
        order_pages,
        line_pages,
        task_pages,
        calendar_pages,
        hour_pages,
    ):
        part.add_to(pages)
    return pages
