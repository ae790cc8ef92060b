"""What a menu asks for so many guests, as plain numbers and names that can be kept.

`plan_for` works it out from the recipes of today; `Plan.kept` is the same read back from what was
kept with an order. A page or a quote that shows a kept plan never looks at a recipe again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from fractions import Fraction
from math import ceil
from typing import Any

from kpa_catering.allergens import Allergen, Finding, Presence, questions
from kpa_catering.recipes import Dish, Menu
from kpa_catering.scaling import Cost, Purchase, batches, purchase_list, usual_time


@dataclass(frozen=True)
class Bought:
    """One line of the shopping list; `size` and `needed` are thousandths of `unit`.

    `needed` is rounded up to the thousandth, `packs` were counted before that.
    """

    name: str
    packs: int
    pack: str
    size: int
    unit: str
    needed: int
    cost_cents: int | None

    @property
    def left_over(self) -> int:
        """Count the thousandths that stay in the cupboard."""
        return self.packs * self.size - self.needed


@dataclass(frozen=True)
class Answer:
    """What a dish says about one allergen, and the ingredients that make it say so."""

    presence: str
    because_of: tuple[str, ...] = ()


@dataclass(frozen=True)
class DishSheet:
    """What one dish says about the 14 allergens, by their key."""

    name: str
    answers: Mapping[str, Answer]


@dataclass(frozen=True)
class AllergenSheet:
    """What a menu says about allergens, dish by dish and as a whole.

    `questions` are the ingredients somebody still has to ask about, with the allergens to ask for.
    """

    dishes: tuple[DishSheet, ...]
    whole: DishSheet
    questions: Mapping[str, tuple[str, ...]]

    @classmethod
    def kept(cls, stored: Mapping[str, Any]) -> AllergenSheet:
        """Read a sheet that was kept."""
        asked = {name: tuple(keys) for name, keys in stored["questions"].items()}
        dishes = tuple(_sheet_kept(one) for one in stored["dishes"])
        return cls(dishes, _sheet_kept(stored["whole"]), asked)


@dataclass(frozen=True)
class Plan:
    """A menu for so many guests: what to buy, what is in it, how long it takes.

    `minutes` goes from the least to the most, all people together; None when nobody has said.
    """

    menu: str
    guests: int
    bought: tuple[Bought, ...]
    allergens: AllergenSheet
    minutes: tuple[int, int] | None = None

    @property
    def cost(self) -> Cost:
        """Add the known costs up and name the ingredients without a price."""
        known = (one.cost_cents for one in self.bought if one.cost_cents is not None)
        missing = (one.name for one in self.bought if one.cost_cents is None)
        return Cost(sum(known), tuple(missing))

    def to_keep(self) -> dict[str, Any]:
        """Return the plan as JSON can hold it."""
        return asdict(self)

    @classmethod
    def kept(cls, stored: Mapping[str, Any]) -> Plan:
        """Read a plan that was kept."""
        minutes = stored["minutes"]
        return cls(
            stored["menu"],
            stored["guests"],
            tuple(Bought(**one) for one in stored["bought"]),
            AllergenSheet.kept(stored["allergens"]),
            None if minutes is None else (minutes[0], minutes[1]),
        )


@dataclass(frozen=True)
class Cooked:
    """One recipe to cook; portions and lines count thousandths: (ingredient, count, unit)."""

    name: str
    portions: int
    lines: tuple[tuple[str, int, str], ...]
    steps: tuple[str, ...]


def plan_for(menu: Menu, guests: int) -> Plan:
    """Return what a menu asks for a number of guests.

    Raises:
        Refused: as `scaling.purchase_list`.
    """
    time = usual_time(menu, guests)
    bought = tuple(_bought(one) for one in purchase_list(menu, guests).purchases)
    minutes = None if time is None else (time.low, time.high)
    return Plan(menu.name, guests, bought, allergen_sheet(menu), minutes)


def allergen_sheet(menu: Menu) -> AllergenSheet:
    """Return what a menu says about allergens, finished or not: what is missing is unknown."""
    findings = menu.allergens()
    return AllergenSheet(
        tuple(dish_sheet(serving.dish) for serving in menu.servings),
        DishSheet(menu.name, _answers(findings)),
        {name: tuple(one.value for one in asked) for name, asked in questions(findings).items()},
    )


def dish_sheet(dish: Dish) -> DishSheet:
    """Return what one dish says about the 14 allergens."""
    return DishSheet(dish.name, _answers(dish.allergens()))


def cooking_sheet(menu: Menu, guests: int) -> tuple[Cooked, ...]:
    """Return each recipe to cook, once, with its ready quantities.

    Raises:
        Refused: as `scaling.batches`.
    """
    return tuple(
        Cooked(
            batch.recipe.name,
            _thousandths(batch.portions),
            tuple((i.name, _thousandths(q.amount), q.unit.value) for i, q in batch.lines),
            batch.recipe.steps,
        )
        for batch in batches(menu, guests)
    )


def _bought(purchase: Purchase) -> Bought:
    pack = purchase.ingredient.pack
    return Bought(
        purchase.ingredient.name,
        purchase.packs,
        pack.label,
        _thousandths(pack.size.amount),
        pack.size.unit.value,
        _thousandths(purchase.needed.amount),
        purchase.cost_cents,
    )


def _thousandths(amount: Fraction) -> int:
    return ceil(amount * 1000)


def _answers(findings: Mapping[Allergen, Finding]) -> dict[str, Answer]:
    return {
        allergen.value: Answer(found.presence.value, found.because_of)
        for allergen, found in findings.items()
    }


def _sheet_kept(stored: Mapping[str, Any]) -> DishSheet:
    answers = {
        Allergen(key).value: Answer(Presence(one["presence"]).value, tuple(one["because_of"]))
        for key, one in stored["answers"].items()
    }
    return DishSheet(stored["name"], answers)
