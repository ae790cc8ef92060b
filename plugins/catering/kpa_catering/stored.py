"""Rows read as what the kitchen writes down, and its amounts as rows keep them.

Each function reads one kind of row as the record of the same name in :mod:`kpa_catering.recipes`.
"""

from __future__ import annotations

from fractions import Fraction
from uuid import UUID

from kpa_catering.allergens import Allergen, Presence, Sheet, declare
from kpa_catering.diets import Origin
from kpa_catering.models import (
    DishRow,
    EquivalenceRow,
    IngredientRow,
    MenuRow,
    RecipeLineRow,
    RecipeRow,
)
from kpa_catering.recipes import (
    Component,
    Dish,
    Ingredient,
    Menu,
    Pack,
    Recipe,
    RecipeLine,
    Serving,
    Span,
    WorkTime,
)
from kpa_catering.units import Equivalence, Quantity, Unit


def menu(row: MenuRow) -> Menu:
    """Read a menu with its dishes, their recipes and their ingredients."""
    servings = (Serving(dish(one.dish), _exact(one.per_guest_thousandths)) for one in row.servings)
    return Menu(str(row.id), row.name, tuple(servings), work_time(row))


def work_time(row: MenuRow) -> WorkTime | None:
    """Read the usual minutes of a menu, None when nobody has said."""
    low, high, guest_low, guest_high = row.fixed_low, row.fixed_high, row.guest_low, row.guest_high
    if low is None or high is None or guest_low is None or guest_high is None:
        return None
    return WorkTime(Span(low, high), Span(guest_low, guest_high))


def dish(row: DishRow) -> Dish:
    """Read a dish with its recipes."""
    parts = (
        Component(recipe(one.recipe), _exact(one.portions_thousandths)) for one in row.components
    )
    return Dish(str(row.id), row.name, tuple(parts))


def recipe(row: RecipeRow) -> Recipe:
    """Read a recipe with its lines."""
    lines = tuple(recipe_line(one) for one in row.lines)
    return Recipe(str(row.id), row.name, row.portions, lines, tuple(row.steps))


def recipe_line(row: RecipeLineRow) -> RecipeLine:
    """Read one line of a recipe.

    Raises:
        Refused: its unit no longer meets the unit its ingredient is sold in.
    """
    quantity = _quantity(row.thousandths, row.unit)
    return RecipeLine(ingredient(row.ingredient), quantity, row.yield_percent)


def ingredient(row: IngredientRow) -> Ingredient:
    """Read an ingredient with what its label says."""
    return Ingredient(
        str(row.id),
        row.name,
        pack(row),
        tuple(equivalence(one) for one in row.equivalences),
        sheet(row),
        Origin(row.origin.origin) if row.origin else None,
    )


def pack(row: IngredientRow) -> Pack:
    """Read how an ingredient is sold."""
    return Pack(_quantity(row.pack_thousandths, row.pack_unit), row.pack_label, row.price_cents)


def equivalence(row: EquivalenceRow) -> Equivalence:
    """Read one equivalence."""
    return Equivalence(
        _quantity(row.left_thousandths, row.left_unit),
        _quantity(row.right_thousandths, row.right_unit),
    )


def sheet(row: IngredientRow) -> Sheet:
    """Read the 14 answers of an ingredient; what nobody answered is unknown."""
    said: dict[Presence, list[Allergen]] = {}
    for one in row.declarations:
        said.setdefault(Presence(one.presence), []).append(Allergen(one.allergen))
    return declare(said, of=row.name)


def equivalence_row(left: Quantity, right: Quantity, by: UUID | None) -> EquivalenceRow:
    """Return the row of an equivalence."""
    return EquivalenceRow(
        left_thousandths=thousandths(left.amount),
        left_unit=left.unit.value,
        right_thousandths=thousandths(right.amount),
        right_unit=right.unit.value,
        created_by=by,
    )


def recipe_line_row(
    line: RecipeLine, of: IngredientRow, position: int, by: UUID | None
) -> RecipeLineRow:
    """Return the row of a recipe's line; ``of`` is the row of its ingredient."""
    return RecipeLineRow(
        position=position,
        ingredient=of,
        thousandths=thousandths(line.quantity.amount),
        unit=line.quantity.unit.value,
        yield_percent=line.yield_percent,
        created_by=by,
    )


def thousandths(amount: Fraction) -> int:
    """Return a stated amount as rows keep it; `units.stated` allows no finer one."""
    return int(amount * 1000)


def _exact(count: int) -> Fraction:
    return Fraction(count, 1000)


def _quantity(count: int, unit: str) -> Quantity:
    return Quantity(_exact(count), Unit(unit))
