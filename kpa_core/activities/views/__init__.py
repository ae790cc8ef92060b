"""Pages about activities, offers, customers, orders, tasks and hours."""

from __future__ import annotations

from kpa_core.activities import scopes
from kpa_core.activities.views.activity_pages import add_to as add_activity_pages
from kpa_core.activities.views.calendar_pages import add_to as add_calendar_pages
from kpa_core.activities.views.customer_pages import add_to as add_customer_pages
from kpa_core.activities.views.hour_pages import add_to as add_hour_pages
from kpa_core.activities.views.line_pages import add_to as add_line_pages
from kpa_core.activities.views.order_pages import add_to as add_order_pages
from kpa_core.activities.views.public_pages import add_to as add_public_pages
from kpa_core.activities.views.task_pages import add_to as add_task_pages
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
    for add_to in (
        add_public_pages,
        add_activity_pages,
        add_customer_pages,
        add_order_pages,
        add_line_pages,
        add_task_pages,
        add_calendar_pages,
        add_hour_pages,
    ):
        add_to(pages)
    return pages
