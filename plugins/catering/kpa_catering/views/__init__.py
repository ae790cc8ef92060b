"""The pages under ``/catering/``: one blueprint, one file per part of the kitchen."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_catering import controls, menus, taken, words
from kpa_catering.models import (
    ComponentRow,
    DishRow,
    EquivalenceRow,
    IngredientRow,
    RecipeLineRow,
    RecipeRow,
)
from kpa_catering.pantry import KITCHEN
from kpa_catering.settings import Settings
from kpa_catering.views import (
    buying_pages,
    dish_pages,
    hygiene_pages,
    label_pages,
    menu_pages,
    order_pages,
    pantry_pages,
    recipe_pages,
    taken_pages,
)
from kpa_core.api import Pages, Scope

OF_THE_KITCHEN: dict[str, type[Any]] = {
    "ingredient_id": IngredientRow,
    "equivalence_id": EquivalenceRow,
    "recipe_id": RecipeRow,
    "recipe_line_id": RecipeLineRow,
    "dish_id": DishRow,
    "component_id": ComponentRow,
}
"""What belongs to the whole KPA, by its place in an address."""

FILTERS: tuple[Callable[..., str], ...] = (
    words.number,
    words.amount,
    words.written,
    words.packs,
    words.cost,
    words.span,
    words.allergen,
    words.presence,
    words.unit_name,
    words.degrees,
    words.limits,
    words.moment,
)
"""Words of the kitchen for templates, as ``catering_amount`` and so on."""


def blueprint(settings: Settings) -> Pages:
    """Return the pages of the kitchen, its menus, and the menu of an order."""
    scopes = {name: partial(_in_kitchen, model) for name, model in OF_THE_KITCHEN.items()}
    places = {"menu_id": menus.scope_of_menu, "serving_id": menus.scope_of_serving}
    places["taken_id"] = taken.scope_of_taken
    places["control_id"] = controls.scope_of_control
    pages = Pages("catering", "kpa_catering", scopes={**scopes, **places})
    for filter_ in FILTERS:
        pages.add_app_template_filter(filter_, f"catering_{filter_.__name__}")
    pantry_pages.add(pages, settings)
    recipe_pages.add(pages)
    dish_pages.add(pages)
    menu_pages.add(pages, settings)
    taken_pages.add(pages, settings)
    order_pages.add(pages, settings)
    buying_pages.add(pages)
    label_pages.add(pages)
    hygiene_pages.add(pages)
    return pages


def _in_kitchen(model: type[Any], session: Session, row_id: UUID) -> Scope | None:
    known = session.scalar(sa.select(model.id).where(model.id == row_id))
    return KITCHEN if known else None
