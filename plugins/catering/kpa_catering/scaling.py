"""From a menu and a number of guests to what is cooked, bought and paid.

The way down, each step exact until the last:

1. *batches*: each recipe once, with the portions that all dishes together ask of it;
2. *needs*: each ingredient once, waste counted in, in the unit it is sold in;
3. *purchases*: needs rounded **up** to whole packs, only now, so that two dishes sharing an
   ingredient share its opened pack;
4. *cost*: packs at their price. A price nobody knows is not 0: the cost is then "at least".

Cents are integers, and packs are whole: no rounding of money happens here at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from kpa_catering.recipes import Ingredient, Menu, Recipe, Span, whole
from kpa_catering.units import Quantity
from kpa_core.api import N_, Refused

MAX_GUESTS = 10_000


@dataclass(frozen=True)
class Batch:
    """One recipe to cook: the portions to make, and the ready quantity of each line."""

    recipe: Recipe
    portions: Fraction
    lines: tuple[tuple[Ingredient, Quantity], ...]


@dataclass(frozen=True)
class Purchase:
    """One line of the shopping list.

    `needed` is exact and in the unit of the pack; `cost_cents` is None when the price of a pack is
    not known.
    """

    ingredient: Ingredient
    needed: Quantity
    packs: int
    cost_cents: int | None

    @property
    def bought(self) -> Quantity:
        """Count what the packs hold."""
        return self.ingredient.pack.size.times(self.packs)

    @property
    def left_over(self) -> Quantity:
        """Count what stays in the cupboard; never negative."""
        return Quantity(self.bought.amount - self.needed.amount, self.needed.unit)


@dataclass(frozen=True)
class Cost:
    """What purchases cost, in cents without recoverable VAT, as far as the prices are known."""

    at_least_cents: int
    missing: tuple[str, ...] = ()

    @property
    def total_cents(self) -> int | None:
        """Return the whole cost, or None while a price is missing."""
        return None if self.missing else self.at_least_cents

    def sentence(self, amount: str) -> tuple[str, Mapping[str, object]]:
        """Return the message id and its values that say this cost aloud.

        `amount` is `at_least_cents` written for the reader's language.
        """
        if not self.missing:
            return N_("Achats : {amount}."), {"amount": amount}
        return (
            N_("Achats : au moins {amount}. Prix qui manquent : {count}."),
            {"amount": amount, "count": len(self.missing)},
        )


@dataclass(frozen=True)
class PurchaseList:
    """The shopping list of a menu for a number of guests, in order of name."""

    menu: Menu
    guests: int
    purchases: tuple[Purchase, ...]

    @property
    def cost(self) -> Cost:
        """Add the known costs up and name the ingredients without a price."""
        known = (p.cost_cents for p in self.purchases if p.cost_cents is not None)
        missing = (p.ingredient.name for p in self.purchases if p.cost_cents is None)
        return Cost(sum(known), tuple(missing))


def batches(menu: Menu, guests: int) -> tuple[Batch, ...]:
    """Return each recipe to cook, once, in the order of the menu.

    Raises:
        Refused: not a whole number of guests from 1 to `MAX_GUESTS`, or a menu, dish or recipe
            that is still empty: a list with a hole would buy too little.
    """
    whole("guests", guests, 1, MAX_GUESTS)
    _refuse_empty(menu)
    portions: dict[str, Fraction] = {}
    recipes: dict[str, Recipe] = {}
    for serving in menu.servings:
        for component in serving.dish.components:
            key = component.recipe.key
            asked = serving.per_guest * component.portions * guests
            portions[key] = portions.get(key, Fraction(0)) + asked
            recipes[key] = component.recipe
    return tuple(_batch(recipes[key], count) for key, count in portions.items())


def needs(menu: Menu, guests: int) -> Mapping[Ingredient, Quantity]:
    """Return what must be bought of each ingredient, in its pack's unit, not rounded to packs.

    Raises:
        Refused: as `batches`.
    """
    amounts: dict[Ingredient, Fraction] = {}
    for batch in batches(menu, guests):
        for line in batch.recipe.lines:
            asked = line.to_buy().amount * batch.portions / batch.recipe.portions
            amounts[line.ingredient] = amounts.get(line.ingredient, Fraction(0)) + asked
    return {i: Quantity(amount, i.pack.size.unit) for i, amount in amounts.items()}


def purchase_list(menu: Menu, guests: int) -> PurchaseList:
    """Return what to buy for a number of guests, in whole packs, with its cost.

    Raises:
        Refused: as `batches`.
    """
    by_name = sorted(needs(menu, guests).items(), key=lambda need: need[0].place)
    return PurchaseList(menu, guests, tuple(_purchase(i, needed) for i, needed in by_name))


def usual_time(menu: Menu, guests: int) -> Span | None:
    """Return the usual minutes of work, all people together, or None when nobody has said.

    Raises:
        Refused: not a whole number of guests from 1 to `MAX_GUESTS`.
    """
    whole("guests", guests, 1, MAX_GUESTS)
    if menu.work_time is None:
        return None
    fixed, per_guest = menu.work_time.fixed, menu.work_time.per_guest
    return Span(fixed.low + per_guest.low * guests, fixed.high + per_guest.high * guests)


def _batch(recipe: Recipe, portions: Fraction) -> Batch:
    factor = portions / recipe.portions
    lines = ((line.ingredient, line.quantity.times(factor)) for line in recipe.lines)
    return Batch(recipe, portions, tuple(lines))


def _purchase(ingredient: Ingredient, needed: Quantity) -> Purchase:
    packs = ceil(needed.amount / ingredient.pack.size.amount)
    price = ingredient.pack.price_cents
    return Purchase(ingredient, needed, packs, None if price is None else packs * price)


def _refuse_empty(menu: Menu) -> None:
    if not menu.servings:
        raise Refused(N_("Le menu « {menu} » n'a pas encore de plat."), menu=menu.name)
    for dish in (serving.dish for serving in menu.servings):
        if not dish.components:
            raise Refused(N_("Le plat « {dish} » n'a pas encore de recette."), dish=dish.name)
        for recipe in (component.recipe for component in dish.components):
            if not recipe.lines:
                raise Refused(
                    N_("La recette « {recipe} » n'a pas encore d'ingrédient."), recipe=recipe.name
                )
