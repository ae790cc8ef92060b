"""Take a cookbook in: what the kitchen does not have yet becomes its own.

What it has stays as it is here: our price and our answers about allergens win over those of a file
written elsewhere. So importing twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa

from kpa_catering import stored
from kpa_catering.allergens import Presence
from kpa_catering.cookbook import Cookbook
from kpa_catering.menus import new_menu, write_work_time
from kpa_catering.models import (
    ComponentRow,
    DeclarationRow,
    DishRow,
    IngredientRow,
    MenuRow,
    RecipeRow,
    ServingRow,
)
from kpa_catering.names import slug
from kpa_catering.naming import give_name
from kpa_catering.pantry import KITCHEN
from kpa_catering.recipes import Dish, Ingredient, Menu, Recipe, RecipeLine
from kpa_core.api import N_, NotFound, PluginWork, Refused, Work, activities_for

SOURCE = "carnet de recettes"
T = TypeVar("T")
Lent = Work | PluginWork
"""The work of a page or of a command, or the one a hook was lent."""


@dataclass
class Imported:
    """What came in: how many records are new, the names kept as they were, and the menus."""

    new: int = 0
    kept: list[str] = field(default_factory=list)
    menus: list[MenuRow] = field(default_factory=list)


def import_cookbook(
    work: Work, book: Cookbook, activity_id: UUID | None, *, vat_rate_bp: int
) -> Imported:
    """Take in a cookbook; its menus become menus of the activity. Prices count as today's.

    Raises:
        Refused: it has menus and no activity was named, or a recipe cannot be counted with the
            ingredient that is here under the same name.
        NotFound: the activity is not for this actor.
    """
    with work.transaction() as session:
        work.require("catering.write", KITCHEN)
        if book.menus and activity_id is None:
            raise Refused(N_("Dis pour quelle activité sont ces menus."), field="activity_id")
        here = {activity.id for activity in activities_for(work, "catering.choose")}
        if book.menus and activity_id not in here:
            raise NotFound(field="activity_id")
        done = take_in(work, book, activity_id, vat_rate_bp)
        session.flush()
        facts = {"new": done.new, "kept": len(done.kept)}
        work.record("catering.write", "catering_cookbook", after=facts)
    return done


def take_in(
    work: Lent,
    book: Cookbook,
    activity_id: UUID | None,
    vat_rate_bp: int,
    source: str = SOURCE,
) -> Imported:
    """Add the rows of a cookbook, in the caller's transaction and by the caller's rights.

    ``source`` is what the answers about allergens say they come from.

    Raises:
        Refused: a recipe cannot be counted with the ingredient that is here.
    """
    taking = _Taking(work, Imported())
    ingredients = taking.each(
        IngredientRow, book.ingredients, lambda one, work: _ingredient(one, work, source)
    )
    recipes = taking.each(
        RecipeRow, book.recipes, lambda one, work: _recipe(one, ingredients, work)
    )
    dishes = taking.each(DishRow, book.dishes, lambda one, work: _dish(one, recipes, work))
    for menu in book.menus.values():
        assert activity_id is not None
        taking.menu(menu, activity_id, dishes, vat_rate_bp)
    return taking.done


class _Taking:
    """One import under way."""

    def __init__(self, work: Lent, done: Imported) -> None:
        self.work = work
        self.done = done

    def each(
        self,
        model: type[Any],
        records: Mapping[str, T],
        make: Callable[[T, Lent], Any],
    ) -> dict[str, Any]:
        """Return the row of every record by its key: ours when the name is here, else a new one."""
        return {key: self._row(model, record, make) for key, record in records.items()}

    def menu(
        self, menu: Menu, activity_id: UUID, dishes: Mapping[str, DishRow], vat_rate_bp: int
    ) -> None:
        """Make a menu of the activity, unless it has one of this name."""
        row = self._ours(MenuRow, menu.name, MenuRow.activity_id == activity_id)
        if row is None:
            row = new_menu(self.work, activity_id, menu.name, vat_rate_bp)
            write_work_time(row, menu.work_time)
            row.servings = [
                ServingRow(
                    position=place,
                    dish=dishes[serving.dish.key],
                    per_guest_thousandths=stored.thousandths(serving.per_guest),
                    created_by=self.work.actor.party_id,
                )
                for place, serving in enumerate(menu.servings, 1)
            ]
            self.done.new += 1
        self.done.menus.append(row)

    def _row(self, model: type[Any], record: Any, make: Callable[[Any, Lent], Any]) -> Any:
        row = self._ours(model, record.name)
        if row is None:
            with self.work.session.no_autoflush:
                row = make(record, self.work)
            give_name(self.work.session, row, record.name)
            self.work.session.add(row)
            self.work.session.flush()
            self.done.new += 1
        return row

    def _ours(self, model: type[Any], name: str, *among: sa.ColumnElement[bool]) -> Any:
        query = sa.select(model).where(model.slug == slug(name), *among)
        row = self.work.session.scalar(query)
        if row is not None:
            self.done.kept.append(row.name)
        return row


def _ingredient(one: Ingredient, work: Lent, source: str) -> IngredientRow:
    by, size = work.actor.party_id, one.pack.size
    return IngredientRow(
        pack_label=one.pack.label,
        pack_thousandths=stored.thousandths(size.amount),
        pack_unit=size.unit.value,
        price_cents=one.pack.price_cents,
        priced_on=None if one.pack.price_cents is None else work.today,
        equivalences=[stored.equivalence_row(e.left, e.right, by) for e in one.equivalences],
        declarations=[
            DeclarationRow(
                allergen=allergen.value,
                presence=presence.value,
                source=source,
                said_on=work.today,
                created_by=by,
            )
            for allergen, presence in one.allergens.items()
            if presence is not Presence.UNKNOWN
        ],
        created_by=by,
    )


def _recipe(one: Recipe, ingredients: Mapping[str, IngredientRow], work: Lent) -> RecipeRow:
    by, lines = work.actor.party_id, []
    for place, line in enumerate(one.lines, 1):
        ours = ingredients[line.ingredient.key]
        # Counted again with what is here: our pack may have another unit than the file's.
        checked = RecipeLine(stored.ingredient(ours), line.quantity, line.yield_percent)
        lines.append(stored.recipe_line_row(checked, ours, place, by))
    return RecipeRow(portions=one.portions, steps=list(one.steps), lines=lines, created_by=by)


def _dish(one: Dish, recipes: Mapping[str, RecipeRow], work: Lent) -> DishRow:
    by = work.actor.party_id
    components = [
        ComponentRow(
            position=place,
            recipe=recipes[part.recipe.key],
            portions_thousandths=stored.thousandths(part.portions),
            created_by=by,
        )
        for place, part in enumerate(one.components, 1)
    ]
    return DishRow(components=components, created_by=by)
