"""Kitchen units: exact amounts of mass, volume and pieces.

An amount is a `Fraction`, so 1/3 of a recipe times 3 is the recipe again. Units of one dimension
always convert. Units of two dimensions convert only when the ingredient says how: "1 piece is
120 g", "1 l is 915 g". Nothing is guessed: a litre of oil does not weigh what water does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from fractions import Fraction

from kpa_core.api import N_, Refused

MAX_AMOUNT = 1_000_000
"""A larger amount in one field is a slip of the keyboard: a tonne is already 1,000,000 g."""

_TYPED_AMOUNT = re.compile(r"[0-9]{1,7}(?:[.,][0-9]{1,3})?")


class Dimension(Enum):
    """What a unit measures."""

    MASS = "mass"
    VOLUME = "volume"
    COUNT = "count"


class Unit(Enum):
    """A unit that a recipe or a pack may use; its value is how files and tables write it."""

    G = "g"
    KG = "kg"
    ML = "ml"
    CL = "cl"
    L = "l"
    PIECE = "piece"

    @property
    def dimension(self) -> Dimension:
        """Say what this unit measures."""
        return _SIZES[self][0]

    @property
    def size(self) -> int:
        """Count the grams, millilitres or pieces in one of this unit."""
        return _SIZES[self][1]

    @property
    def label(self) -> str:
        """Name the unit on screen, as a French message id."""
        return _LABELS[self]


_SIZES = {
    Unit.G: (Dimension.MASS, 1),
    Unit.KG: (Dimension.MASS, 1000),
    Unit.ML: (Dimension.VOLUME, 1),
    Unit.CL: (Dimension.VOLUME, 10),
    Unit.L: (Dimension.VOLUME, 1000),
    Unit.PIECE: (Dimension.COUNT, 1),
}
_LABELS = {
    Unit.G: N_("g"),
    Unit.KG: N_("kg"),
    Unit.ML: N_("ml"),
    Unit.CL: N_("cl"),
    Unit.L: N_("l"),
    Unit.PIECE: N_("pièce"),
}


@dataclass(frozen=True, slots=True)
class Quantity:
    """An exact amount of one unit."""

    amount: Fraction
    unit: Unit

    def __post_init__(self) -> None:
        object.__setattr__(self, "amount", exact(self.amount))

    def times(self, factor: Fraction | int) -> Quantity:
        """Return this quantity taken `factor` times."""
        return Quantity(self.amount * factor, self.unit)


@dataclass(frozen=True, slots=True)
class Equivalence:
    """Say that two quantities of one ingredient are the same: 1 piece and 120 g."""

    left: Quantity
    right: Quantity


def exact(number: int | Decimal | Fraction) -> Fraction:
    """Return a number of zero or more as a fraction.

    Raises:
        Refused: the number is a float, negative, NaN or infinite. A float has already lost the
            amount that somebody wrote.
    """
    if isinstance(number, bool) or not isinstance(number, int | Decimal | Fraction):
        raise Refused(N_("« {number} » n'est pas un nombre exact."), number=repr(number)[:40])
    if isinstance(number, Decimal) and not _is_reasonable(number):
        raise Refused(N_("« {number} » n'est pas un nombre utile ici."), number=str(number)[:40])
    if number < 0:
        raise Refused(N_("{number} est plus petit que zéro."), number=str(number)[:40])
    return Fraction(number)


def stated(
    number: int | Decimal | Fraction, *, field: str | None = None, most: int = MAX_AMOUNT
) -> Fraction:
    """Return an amount that a person or a file states, as it can be written down and stored.

    Raises:
        Refused: not exact, zero, more than `most`, or finer than a thousandth of its unit.
    """
    amount = exact(number)
    if not 0 < amount <= most or (amount * 1000).denominator != 1:
        raise Refused(
            N_("La quantité doit être entre 0,001 et {most}, avec 3 chiffres après la virgule."),
            field=field,
            most=most,
        )
    return amount


def parse_amount(text: str, *, field: str | None = None) -> Fraction:
    """Read what a person typed: "12", "1,5" or "1.5", with three decimals at most.

    Raises:
        Refused: anything else, or an amount that `stated` refuses.
    """
    typed = text.strip()
    if not _TYPED_AMOUNT.fullmatch(typed):
        raise Refused(
            N_("« {typed} » n'est pas une quantité. Écris par exemple 2 ou 1,5."),
            field=field,
            typed=typed[:40],
        )
    return stated(Fraction(typed.replace(",", ".")), field=field)


def parse_unit(text: str, *, field: str | None = None) -> Unit:
    """Read a unit as files and forms write it: g, kg, ml, cl, l or piece.

    Raises:
        Refused: the unit is not in the list.
    """
    try:
        return Unit(text)
    except ValueError:
        known = ", ".join(unit.value for unit in Unit)
        raise Refused(
            N_("L'unité « {unit} » n'existe pas. Choisis : {known}."),
            field=field,
            unit=str(text)[:40],
            known=known,
        ) from None


def check_equivalences(equivalences: Sequence[Equivalence], *, of: str) -> None:
    """Refuse equivalences of the ingredient `of` that say nothing or could contradict each other.

    Two links join the three dimensions; a third would be a second opinion.

    Raises:
        Refused: same dimension on both sides, a pair said twice, more than two, or an amount that
            `stated` refuses.
    """
    pairs = {frozenset((e.left.unit.dimension, e.right.unit.dimension)) for e in equivalences}
    if any(len(pair) == 1 for pair in pairs):
        raise Refused(
            N_("{of} : une égalité relie deux sortes d'unité, par exemple 1 pièce = 120 g."),
            field="equivalences",
            of=of,
        )
    for quantity in (side for e in equivalences for side in (e.left, e.right)):
        stated(quantity.amount, field="equivalences")
    if len(pairs) < len(equivalences) or len(equivalences) > 2:
        raise Refused(
            N_("{of} : il y a trop d'égalités. Elles peuvent se contredire."),
            field="equivalences",
            of=of,
        )


def convert(
    quantity: Quantity, unit: Unit, *, of: str, equivalences: Sequence[Equivalence] = ()
) -> Quantity:
    """Express a quantity of the ingredient `of` in another unit, exactly.

    Raises:
        Refused: the units measure different things and no equivalence joins them.
    """
    factor = _factor(quantity.unit.dimension, unit.dimension, equivalences)
    if factor is None:
        raise Refused(
            N_(
                "{of} : on ne sait pas passer de « {given} » à « {wanted} »."
                " Écris une égalité, par exemple 1 pièce = 120 g."
            ),
            field="unit",
            of=of,
            given=quantity.unit.value,
            wanted=unit.value,
        )
    return Quantity(quantity.amount * quantity.unit.size * factor / unit.size, unit)


def in_handy_unit(quantity: Quantity) -> Quantity:
    """Return the same quantity in the unit a cook would say: 1500 g is 1.5 kg, 0.2 l is 20 cl."""
    handy = {
        Dimension.MASS: (Unit.KG, Unit.G),
        Dimension.VOLUME: (Unit.L, Unit.CL, Unit.ML),
        Dimension.COUNT: (Unit.PIECE,),
    }[quantity.unit.dimension]
    smallest = quantity.amount * quantity.unit.size
    unit = next((u for u in handy if smallest >= u.size), handy[-1])
    return Quantity(smallest / unit.size, unit)


def _is_reasonable(number: Decimal) -> bool:
    """Tell whether a decimal is finite and short: 1e999999999 as a fraction would fill memory."""
    return number.is_finite() and abs(number.adjusted()) < 20 and len(number.as_tuple().digits) < 40


def _factor(
    source: Dimension, target: Dimension, equivalences: Iterable[Equivalence]
) -> Fraction | None:
    """Count the target's smallest units in one smallest unit of the source."""
    if source is target:
        return Fraction(1)
    links = _links(equivalences)
    if (source, target) in links:
        return links[source, target]
    for middle in Dimension:
        if (source, middle) in links and (middle, target) in links:
            return links[source, middle] * links[middle, target]
    return None


def _links(equivalences: Iterable[Equivalence]) -> dict[tuple[Dimension, Dimension], Fraction]:
    links = {}
    for equivalence in equivalences:
        left, right = equivalence.left, equivalence.right
        ratio = (right.amount * right.unit.size) / (left.amount * left.unit.size)
        links[left.unit.dimension, right.unit.dimension] = ratio
        links[right.unit.dimension, left.unit.dimension] = 1 / ratio
    return links
