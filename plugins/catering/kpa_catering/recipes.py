"""What a kitchen writes down: ingredients, recipes, dishes, menus.

A *recipe* is how the kitchen makes something: so many portions from these lines. A *dish* is what a
guest sees: one recipe or several. A *menu* is what a customer orders: dishes, and how many portions
of each a guest gets. Two dishes may share a recipe, two recipes an ingredient; `scaling` adds them
up. Nothing here knows a database or a page.

Half-written records are allowed: a recipe is typed one question at a time. What cannot be computed
yet is refused where it is computed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from kpa_catering.allergens import NOTHING_SAID, Allergen, Finding, Sheet, roll_up
from kpa_catering.names import alphabetical
from kpa_catering.units import Equivalence, Quantity, Unit, check_equivalences, convert, stated
from kpa_core.api import N_, Refused

if TYPE_CHECKING:
    from kpa_catering.diets import Origin

MAX_PORTIONS = 10_000
MAX_PER_GUEST = 100
MAX_YIELD_PERCENT = 500
MAX_PRICE_CENTS = 1_000_000
MAX_MINUTES = 10_000


@dataclass(frozen=True)
class Pack:
    """How an ingredient is sold: the quantity in one pack, its name, and its price.

    `price_cents` leaves out the VAT that the carrier gets back. None means that nobody knows the
    price; 0 means that it is free, such as mint from the shared garden.
    """

    size: Quantity
    label: str = ""
    price_cents: int | None = None

    def __post_init__(self) -> None:
        stated(self.size.amount, field="pack_size")
        if self.price_cents is not None:
            whole("price_cents", self.price_cents, 0, MAX_PRICE_CENTS)


@dataclass(frozen=True)
class Ingredient:
    """Something a kitchen buys; `key` alone says whether two are the same."""

    key: str
    name: str = field(compare=False)
    pack: Pack = field(compare=False)
    equivalences: tuple[Equivalence, ...] = field(default=(), compare=False)
    allergens: Sheet = field(default_factory=lambda: NOTHING_SAID, compare=False)
    origin: Origin | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        check_equivalences(self.equivalences, of=self.name)

    @property
    def place(self) -> tuple[str, str]:
        """Return where this ingredient stands in a list in order of name."""
        return alphabetical(self.name), self.key

    def convert(self, quantity: Quantity, unit: Unit) -> Quantity:
        """Express a quantity of this ingredient in another unit.

        Raises:
            Refused: the units do not meet and no equivalence of this ingredient joins them.
        """
        return convert(quantity, unit, of=self.name, equivalences=self.equivalences)


@dataclass(frozen=True)
class RecipeLine:
    """So much of an ingredient, ready to use.

    `yield_percent` is what is left of 100 bought once it is ready: 80 for carrots that are peeled,
    220 for dried chickpeas that are soaked. The recipe speaks of the ready quantity.
    """

    ingredient: Ingredient
    quantity: Quantity
    yield_percent: int = 100

    def __post_init__(self) -> None:
        stated(self.quantity.amount, field="quantity")
        whole("yield_percent", self.yield_percent, 1, MAX_YIELD_PERCENT)
        self.ingredient.convert(self.quantity, self.ingredient.pack.size.unit)

    def to_buy(self) -> Quantity:
        """Return what must be bought for this line, in the unit of the pack, not rounded."""
        bought = self.quantity.times(Fraction(100, self.yield_percent))
        return self.ingredient.convert(bought, self.ingredient.pack.size.unit)


@dataclass(frozen=True)
class Recipe:
    """How to make `portions` portions of something."""

    key: str
    name: str
    portions: int
    lines: tuple[RecipeLine, ...] = ()
    steps: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        whole("portions", self.portions, 1, MAX_PORTIONS)

    def declarations(self) -> tuple[tuple[str, Sheet], ...]:
        """Return who declares what about allergens; an empty recipe declares nothing itself."""
        if not self.lines:
            return ((self.name, NOTHING_SAID),)
        return tuple((line.ingredient.name, line.ingredient.allergens) for line in self.lines)


@dataclass(frozen=True)
class Component:
    """A recipe in a dish: how many of its portions one portion of the dish takes."""

    recipe: Recipe
    portions: Fraction = Fraction(1)

    def __post_init__(self) -> None:
        object.__setattr__(self, "portions", _portions("portions", self.portions))


@dataclass(frozen=True)
class Dish:
    """What a guest finds on the plate."""

    key: str
    name: str
    components: tuple[Component, ...] = ()

    def declarations(self) -> tuple[tuple[str, Sheet], ...]:
        """Return who declares what about allergens; an empty dish declares nothing itself."""
        if not self.components:
            return ((self.name, NOTHING_SAID),)
        return tuple(d for component in self.components for d in component.recipe.declarations())

    def allergens(self) -> Mapping[Allergen, Finding]:
        """Return what this dish says about each of the 14 allergens."""
        return roll_up(self.declarations())


@dataclass(frozen=True)
class Span:
    """From so many minutes to so many."""

    low: int
    high: int

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise Refused(
                N_("Le temps le plus court ({low}) dépasse le plus long ({high})."),
                field="low",
                low=self.low,
                high=self.high,
            )


@dataclass(frozen=True)
class WorkTime:
    """The usual work behind a menu, all people together: a fixed part, and a part per guest.

    Going to the market takes as long for 10 guests as for 40; rolling the cakes does not.
    """

    fixed: Span
    per_guest: Span

    def __post_init__(self) -> None:
        for span in (self.fixed, self.per_guest):
            whole("low", span.low, 0, MAX_MINUTES)
            whole("high", span.high, 0, MAX_MINUTES)


@dataclass(frozen=True)
class Serving:
    """A dish in a menu: how many portions each guest gets; 0.5 when every second guest takes it."""

    dish: Dish
    per_guest: Fraction = Fraction(1)

    def __post_init__(self) -> None:
        object.__setattr__(self, "per_guest", _portions("per_guest", self.per_guest))


@dataclass(frozen=True)
class Menu:
    """What a customer orders for a number of guests."""

    key: str
    name: str
    servings: tuple[Serving, ...] = ()
    work_time: WorkTime | None = None

    def allergens(self) -> Mapping[Allergen, Finding]:
        """Return what this menu says about each of the 14 allergens."""
        return roll_up(d for serving in self.servings for d in serving.dish.declarations())


def whole(field_name: str, number: int, least: int, most: int) -> int:
    """Return a whole number between two bounds, both allowed.

    Raises:
        Refused: another type (True is not 1, 2.0 is not 2), or out of bounds.
    """
    if type(number) is not int or not least <= number <= most:
        raise Refused(
            N_("« {number} » ne va pas. Écris un nombre entier de {least} à {most}."),
            field=field_name,
            number=str(number)[:40],
            least=least,
            most=most,
        )
    return number


def _portions(field_name: str, number: Fraction) -> Fraction:
    return stated(number, field=field_name, most=MAX_PER_GUEST)
