"""What ``kpa doctor`` is told about the kitchen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_catering.models import (
    ComponentRow,
    IngredientRow,
    MenuRow,
    RecipeLineRow,
    ServingRow,
)
from kpa_catering.settings import Settings
from kpa_catering.texts import told
from kpa_core.api import N_, Health

NAMED = 3


def price_check(session: Session, today: date, settings: Settings) -> Iterator[Health]:
    """Yield whether the prices behind the open menus are recent."""
    old = old_prices(session, today - timedelta(days=settings.price_old_after_days))
    detail = ""
    if old:
        detail = told(
            N_("Prix de plus de {days} jours : {count}. Regarde les tickets : {names}…"),
            count=len(old),
            days=settings.price_old_after_days,
            names=", ".join(old[:NAMED]),
        )
    yield Health("catering prices", not old, detail)


def old_prices(session: Session, before: date) -> list[str]:
    """Return the ingredients of open menus whose price was seen before a day, by name."""
    used = (
        sa.select(RecipeLineRow.ingredient_id)
        .join(ComponentRow, ComponentRow.recipe_id == RecipeLineRow.recipe_id)
        .join(ServingRow, ServingRow.dish_id == ComponentRow.dish_id)
        .join(MenuRow, MenuRow.id == ServingRow.menu_id)
        .where(MenuRow.state == "open")
    )
    query = sa.select(IngredientRow.name).where(
        IngredientRow.id.in_(used), IngredientRow.priced_on < before
    )
    return list(session.scalars(query.order_by(IngredientRow.slug)))
