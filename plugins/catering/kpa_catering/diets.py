"""What diets a dish suits: known from its ingredients, or not said at all. Pure rules.

An ingredient has an origin, which a person declares. Allergens that were declared tell more: what
contains milk is not vegan, what contains fish is not vegetarian, and gluten is answered for alone.
A dish suits a diet only when every ingredient is known to. One unknown keeps the dish unknown, one
"no" is a no. Traces of gluten are not "without gluten": regulation (EU) No 828/2014 sets 20 mg/kg
in the food as sold, which nobody here measures.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from kpa_catering.allergens import Allergen, Presence, Sheet
from kpa_catering.names import alphabetical
from kpa_catering.recipes import Dish
from kpa_core.api import N_


class Origin(Enum):
    """Where an ingredient comes from; the value is how tables write it."""

    PLANT = "plant"
    ANIMAL = "animal"
    FLESH = "flesh"
    PORK = "pork"

    @property
    def label(self) -> str:
        """Say the origin on screen, as a French message id."""
        return _ORIGINS[self]


class Diet(Enum):
    """A way of eating that guests ask for."""

    NO_PORK = "no_pork"
    VEGETARIAN = "vegetarian"
    VEGAN = "vegan"
    NO_GLUTEN = "no_gluten"

    @property
    def label(self) -> str:
        """Name the diet on screen, as a French message id."""
        return _DIETS[self]


_ORIGINS = {
    Origin.PLANT: N_("Plante, sel ou eau, sans rien d'animal"),
    Origin.ANIMAL: N_("Lait, œuf ou miel, sans viande ni poisson"),
    Origin.FLESH: N_("Viande, poisson ou gélatine, sans porc"),
    Origin.PORK: N_("Porc, ou avec du porc dedans"),
}
_DIETS = {
    Diet.NO_PORK: N_("Sans porc"),
    Diet.VEGETARIAN: N_("Végétarien"),
    Diet.VEGAN: N_("Végan"),
    Diet.NO_GLUTEN: N_("Sans gluten"),
}
_SUITS = {
    Diet.NO_PORK: (Origin.PLANT, Origin.ANIMAL, Origin.FLESH),
    Diet.VEGETARIAN: (Origin.PLANT, Origin.ANIMAL),
    Diet.VEGAN: (Origin.PLANT,),
}
_FROM_FLESH = (Allergen.FISH, Allergen.CRUSTACEANS, Allergen.MOLLUSCS)
_FROM_ANIMALS = (*_FROM_FLESH, Allergen.MILK, Allergen.EGGS)
_FORBIDS = {Diet.NO_PORK: (), Diet.VEGETARIAN: _FROM_FLESH, Diet.VEGAN: _FROM_ANIMALS}


@dataclass(frozen=True)
class Verdict:
    """Whether something suits a diet, None when nobody knows, and because of what."""

    suits: bool | None
    because_of: tuple[str, ...] = ()


def suits(diet: Diet, origin: Origin | None, sheet: Sheet) -> bool | None:
    """Tell whether an ingredient suits a diet; None is unknown."""
    if diet is Diet.NO_GLUTEN:
        known = {Presence.ABSENT: True, Presence.CONTAINS: False}
        return known.get(sheet[Allergen.GLUTEN])
    if any(sheet[one] is Presence.CONTAINS for one in _FORBIDS[diet]):
        return False
    return None if origin is None else origin in _SUITS[diet]


def verdict(diet: Diet, dishes: Iterable[Dish]) -> Verdict:
    """Return whether all these dishes suit a diet; nothing, or an empty dish, is unknown."""
    found: dict[str, bool | None] = {}
    for dish in dishes:
        lines = [line for part in dish.components for line in part.recipe.lines]
        if not lines or any(not part.recipe.lines for part in dish.components):
            found[dish.name] = None
        for line in lines:
            one = line.ingredient
            found[one.name] = suits(diet, one.origin, one.allergens)
    worst = False if False in found.values() else None if None in found.values() else True
    if not found:
        return Verdict(None)
    named = [name for name, said in found.items() if said is worst] if worst is not True else []
    return Verdict(worst, tuple(sorted(named, key=alphabetical)))
