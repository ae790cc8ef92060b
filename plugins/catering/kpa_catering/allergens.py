"""The 14 allergens of European law, and what a dish may say about each.

Law: regulation (EU) No 1169/2011, annex II gives the closed list; articles 9 and 44 ask for it on
unpacked food too; in France decree 2015-447 asks for it in writing, before the guest eats.

Four presences, from the best to the worst thing a kitchen can say:

- *declared absent*: somebody read the label or asked, and the answer is no;
- *traces*: not in the recipe, but the label warns of it ("peut contenir"). The law leaves this
  warning to the maker (article 36), but packs in our kitchens bear it, and a guest with an allergy
  needs it. Calling it "contains" would be false, calling it "absent" dangerous;
- *unknown*: nobody has said anything. It is **not** absent, and not better than traces: what we do
  not know may be in the dish;
- *contains*: it is in the recipe.

A dish or a menu takes the worst presence among its ingredients. So it is declared absent only when
every ingredient declares it, and one unanswered question keeps the whole dish unknown. An empty
dish has declared nothing: all unknown.

Sulphites count above 10 mg/kg in the food as served. The roll-up does not add milligrams: one
ingredient over the limit makes the dish contain them, which errs on the careful side.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from kpa_catering.names import alphabetical
from kpa_core.api import N_, Refused


class Allergen(Enum):
    """One entry of annex II, in its order; the value is how files and tables write it."""

    GLUTEN = "gluten"
    CRUSTACEANS = "crustaceans"
    EGGS = "eggs"
    FISH = "fish"
    PEANUTS = "peanuts"
    SOY = "soy"
    MILK = "milk"
    NUTS = "nuts"
    CELERY = "celery"
    MUSTARD = "mustard"
    SESAME = "sesame"
    SULPHITES = "sulphites"
    LUPIN = "lupin"
    MOLLUSCS = "molluscs"

    @property
    def label(self) -> str:
        """Name the allergen on screen, as a French message id."""
        return _LABELS[self]


_LABELS = {
    Allergen.GLUTEN: N_("Gluten (blé, seigle, orge, avoine, épeautre)"),
    Allergen.CRUSTACEANS: N_("Crustacés (crevette, crabe)"),
    Allergen.EGGS: N_("Œufs"),
    Allergen.FISH: N_("Poisson"),
    Allergen.PEANUTS: N_("Arachides (cacahuètes)"),
    Allergen.SOY: N_("Soja"),
    Allergen.MILK: N_("Lait (beurre, fromage, yaourt)"),
    Allergen.NUTS: N_("Fruits à coque (amande, noix, noisette, pistache, cajou)"),
    Allergen.CELERY: N_("Céleri"),
    Allergen.MUSTARD: N_("Moutarde"),
    Allergen.SESAME: N_("Sésame"),
    Allergen.SULPHITES: N_("Sulfites (fruits secs, vin, vinaigre)"),
    Allergen.LUPIN: N_("Lupin"),
    Allergen.MOLLUSCS: N_("Mollusques (moule, calamar)"),
}


class Presence(Enum):
    """What is known about one allergen; the value is how files and tables write it."""

    ABSENT = "absent"
    TRACES = "traces"
    UNKNOWN = "unknown"
    CONTAINS = "contains"

    @property
    def label(self) -> str:
        """Say the presence on screen, as a French message id."""
        return _PRESENCE_LABELS[self]


_PRESENCE_LABELS = {
    Presence.ABSENT: N_("Non, c'est vérifié"),
    Presence.TRACES: N_("Traces possibles"),
    Presence.UNKNOWN: N_("On ne sait pas"),
    Presence.CONTAINS: N_("Oui"),
}
_BEST_TO_WORST = tuple(Presence)

Sheet = Mapping[Allergen, Presence]
"""What one ingredient says about each of the 14 allergens; always all of them."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a dish says about one allergen, and the ingredients that make it say so.

    The names are shown to guests: "Gluten: semoule de blé" is what annex II asks for when it wants
    the cereal or the nut itself. They are sorted, so two equal dishes show equal sheets.
    """

    presence: Presence
    because_of: tuple[str, ...]


def worst(presences: Iterable[Presence]) -> Presence:
    """Return the worst of some presences, and unknown for none at all."""
    return max(presences, key=_BEST_TO_WORST.index, default=Presence.UNKNOWN)


def declare(
    said: Mapping[Presence, Iterable[Allergen]], *, rest: Presence = Presence.UNKNOWN, of: str = ""
) -> Sheet:
    """Return the full sheet of the ingredient `of` from what was said about it.

    `rest` is what holds for the allergens nobody named. It stays unknown unless a person wrote
    that the list is complete.

    Raises:
        Refused: one allergen has two presences, or `rest` would spread "contains" or "traces".
    """
    if rest not in (Presence.UNKNOWN, Presence.ABSENT):
        raise Refused(N_("{of} : le reste est absent, ou on ne sait pas."), field="rest", of=of)
    sheet: dict[Allergen, Presence] = {}
    for presence, allergens in said.items():
        for allergen in set(allergens):
            if allergen in sheet:
                raise Refused(
                    N_("{of} : deux réponses pour « {allergen} ». Garde une seule réponse."),
                    field="allergens",
                    of=of,
                    allergen=allergen.value,
                )
            sheet[allergen] = presence
    return MappingProxyType({a: sheet.get(a, rest) for a in Allergen})


NOTHING_SAID = declare({})
"""The sheet of something nobody has read the label of: all unknown."""


def roll_up(ingredients: Iterable[tuple[str, Sheet]]) -> Mapping[Allergen, Finding]:
    """Return the findings of everything made from these (name, sheet) pairs.

    A dish, a menu and a whole order are rolled up the same way, from their ingredients.
    """
    pairs = list(ingredients)
    return MappingProxyType({allergen: _find(allergen, pairs) for allergen in Allergen})


def questions(findings: Mapping[Allergen, Finding]) -> Mapping[str, tuple[Allergen, ...]]:
    """Return, per ingredient, the allergens somebody still has to ask about.

    Only what is unknown for the whole is asked: where the dish contains sesame anyway, one more
    unread label changes nothing for the guest.
    """
    asked: dict[str, tuple[Allergen, ...]] = {}
    for allergen, finding in findings.items():
        if finding.presence is Presence.UNKNOWN:
            for name in finding.because_of:
                asked[name] = (*asked.get(name, ()), allergen)
    return MappingProxyType(dict(sorted(asked.items(), key=lambda item: alphabetical(item[0]))))


def _find(allergen: Allergen, pairs: Iterable[tuple[str, Sheet]]) -> Finding:
    said = [(name, sheet[allergen]) for name, sheet in pairs]
    presence = worst(presence for _, presence in said)
    if presence is Presence.ABSENT:
        return Finding(presence, ())
    names = {name for name, said_so in said if said_so is presence}
    return Finding(presence, tuple(sorted(names, key=alphabetical)))
