"""Recipes and dishes: how the kitchen makes things, and what guests see."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from uuid import UUID

import sqlalchemy as sa

from kpa_catering import stored
from kpa_catering.models import ComponentRow, DishRow, RecipeLineRow, RecipeRow
from kpa_catering.names import alphabetical
from kpa_catering.naming import check_version, give_name, next_position
from kpa_catering.pantry import KITCHEN, find_ingredient
from kpa_catering.recipes import MAX_PORTIONS, Component, RecipeLine, whole
from kpa_catering.units import Quantity
from kpa_core.api import N_, NotFound, Refused, Work

MAX_STEPS = 60
MAX_STEP = 500


def recipes(work: Work) -> list[RecipeRow]:
    """Return every recipe, by name."""
    work.require("catering.read", KITCHEN)
    found = work.session.scalars(sa.select(RecipeRow))
    return sorted(found, key=lambda row: (alphabetical(row.name), row.id))


def find_recipe(work: Work, recipe_id: UUID, capability: str = "catering.read") -> RecipeRow:
    """Return one recipe.

    Raises:
        NotFound: there is none, or the kitchen is not for this actor.
    """
    row = work.session.get(RecipeRow, recipe_id)
    if row is None or not work.can(capability, KITCHEN):
        raise NotFound()
    return row


def add_recipe(work: Work, name: str, portions: int) -> RecipeRow:
    """Start a recipe; its lines and steps come after, one at a time.

    Raises:
        Refused: no name, or not a whole number of portions.
        Conflict: the name is taken.
    """
    with work.transaction() as session:
        work.require("catering.write", KITCHEN)
        row = RecipeRow(created_by=work.actor.party_id, steps=[])
        give_name(session, row, name)
        row.portions = whole("portions", portions, 1, MAX_PORTIONS)
        session.add(row)
        session.flush()
        work.record("catering.write", row, after={"name": row.name, "portions": portions})
    return row


def change_recipe(
    work: Work, recipe_id: UUID, version: int, name: str, portions: int, steps: Iterable[str]
) -> RecipeRow:
    """Change what a recipe is called, how much it makes, and how it is made.

    Raises:
        Conflict: the name is taken, or someone else changed the recipe in between.
        Refused: too many steps, or one too long.
    """
    with work.transaction() as session:
        row = find_recipe(work, recipe_id, "catering.write")
        check_version(row, version)
        before = {"name": row.name, "portions": row.portions, "steps": row.steps}
        give_name(session, row, name)
        row.portions = whole("portions", portions, 1, MAX_PORTIONS)
        row.steps = _steps(steps)
        after = {"name": row.name, "portions": portions, "steps": row.steps}
        work.record("catering.write", row, before=before, after=after)
    return row


def add_line(
    work: Work, recipe_id: UUID, ingredient_id: UUID, quantity: Quantity, yield_percent: int = 100
) -> RecipeLineRow:
    """Put so much of an ingredient into a recipe, ready to use.

    Raises:
        Refused: the ingredient cannot be counted in this unit; the sentence says what to write.
    """
    with work.transaction() as session:
        row = find_recipe(work, recipe_id, "catering.write")
        ingredient = find_ingredient(work, ingredient_id)
        checked = RecipeLine(stored.ingredient(ingredient), quantity, yield_percent)
        line = stored.recipe_line_row(
            checked, ingredient, next_position(row.lines), work.actor.party_id
        )
        row.lines.append(line)
        session.flush()
        work.record("catering.write", row, after={"added": ingredient.name})
    return line


def remove_line(work: Work, line_id: UUID) -> RecipeRow:
    """Take a line out of its recipe."""
    with work.transaction() as session:
        line = session.get(RecipeLineRow, line_id)
        if line is None:
            raise NotFound()
        row = find_recipe(work, line.recipe_id, "catering.write")
        row.lines.remove(line)
        work.record("catering.write", row, before={"removed": line.ingredient.name})
    return row


def dishes(work: Work) -> list[DishRow]:
    """Return every dish, by name."""
    work.require("catering.read", KITCHEN)
    found = work.session.scalars(sa.select(DishRow))
    return sorted(found, key=lambda row: (alphabetical(row.name), row.id))


def find_dish(work: Work, dish_id: UUID, capability: str = "catering.read") -> DishRow:
    """Return one dish.

    Raises:
        NotFound: there is none, or the kitchen is not for this actor.
    """
    row = work.session.get(DishRow, dish_id)
    if row is None or not work.can(capability, KITCHEN):
        raise NotFound()
    return row


def add_dish(work: Work, name: str) -> DishRow:
    """Start a dish.

    Raises:
        Conflict: the name is taken.
    """
    with work.transaction() as session:
        work.require("catering.write", KITCHEN)
        row = DishRow(created_by=work.actor.party_id)
        give_name(session, row, name)
        session.add(row)
        session.flush()
        work.record("catering.write", row, after={"name": row.name})
    return row


def rename_dish(work: Work, dish_id: UUID, version: int, name: str) -> DishRow:
    """Call a dish otherwise.

    Raises:
        Conflict: the name is taken, or someone else changed the dish in between.
    """
    with work.transaction() as session:
        row = find_dish(work, dish_id, "catering.write")
        check_version(row, version)
        before = row.name
        give_name(session, row, name)
        work.record("catering.write", row, before={"name": before}, after={"name": row.name})
    return row


def add_component(
    work: Work, dish_id: UUID, recipe_id: UUID, portions: Fraction = Fraction(1)
) -> ComponentRow:
    """Put a recipe into a dish; ``portions`` of it go into one portion of the dish.

    Raises:
        Refused: not a number of portions.
    """
    with work.transaction() as session:
        row = find_dish(work, dish_id, "catering.write")
        recipe = find_recipe(work, recipe_id)
        checked = Component(stored.recipe(recipe), portions)
        component = ComponentRow(
            position=next_position(row.components),
            recipe=recipe,
            portions_thousandths=stored.thousandths(checked.portions),
            created_by=work.actor.party_id,
        )
        row.components.append(component)
        session.flush()
        work.record("catering.write", row, after={"added": recipe.name})
    return component


def remove_component(work: Work, component_id: UUID) -> DishRow:
    """Take a recipe out of a dish."""
    with work.transaction() as session:
        component = session.get(ComponentRow, component_id)
        if component is None:
            raise NotFound()
        row = find_dish(work, component.dish_id, "catering.write")
        row.components.remove(component)
        work.record("catering.write", row, before={"removed": component.recipe.name})
    return row


def _steps(lines: Iterable[str]) -> list[str]:
    steps = [" ".join(line.split()) for line in lines if line.strip()]
    if len(steps) > MAX_STEPS or any(len(step) > MAX_STEP for step in steps):
        raise Refused(
            N_("Écris {most} étapes au plus, de {longest} lettres au plus."),
            field="steps",
            most=MAX_STEPS,
            longest=MAX_STEP,
        )
    return steps
