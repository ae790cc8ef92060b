"""The allergen sheet and the labels of an order, to print."""

from __future__ import annotations

from uuid import UUID

from flask import Response

from kpa_catering import labels
from kpa_catering.allergens import Allergen
from kpa_core.api import Pages, current_work, page, see


def add(pages: Pages) -> None:
    """Add these pages to the blueprint; the core says where an order belongs."""

    @pages.get("/commandes/<uuid:order_id>/allergenes", needs="order.read")
    def order_allergens(order_id: UUID) -> Response:
        return _sheet("catering/order_allergens.html", order_id)

    @pages.get("/commandes/<uuid:order_id>/etiquettes", needs="order.read")
    def order_labels(order_id: UUID) -> Response:
        return _sheet("catering/order_labels.html", order_id)


def _sheet(template: str, order_id: UUID) -> Response:
    found = labels.sheet_of(current_work(), order_id)
    if found is None:
        return see("activities.order", order_id=order_id)
    return page(template, shown=found, allergens=[one.value for one in Allergen])
