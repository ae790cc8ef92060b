"""Words that stand in one place only, and who may read each: found elsewhere, they are a leak."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING
from uuid import UUID

from world import oracle
from world.people import WANTED, Cast
from world.places import Place, Where

if TYPE_CHECKING:
    from world.build import World

ORDER = (("order.read", "order_id"), ("document.read", "document_id"), ("share.read", "order_id"))
TASK = (("task.read", "task_id"),)
KITCHEN = (("catering.read", "dish_id"), ("activity.read", "menu_id"))
CUSTOMER = (("customer.read", "customer_id"), *ORDER)
READERS: dict[str, tuple[tuple[str, str], ...]] = {
    # word: any of these rights, each on that thing of the place
    "Activite": (("activity.list", ""), ("activity.read", "activity_id")),
    "PaieQuand": (("carrier.read", "carrier_id"), ("share.read", "share_out_id")),
    "DemandeA": (("carrier.read", "carrier_id"), ("share.read", "share_out_id")),
    "Bareme": (("carrier.read", "carrier_id"),),
    "Groupe": (("cohort.read", ""),),
    "Client": CUSTOMER,
    "Contact": CUSTOMER,
    "Brouillon": (("activity.read", "offer_id"),),
    "Compteur": (("activity.read", "counter_id"),),
    "Commande": (*ORDER, *TASK, ("contribution.read", "order_id"), ("pay.request", "order_id")),
    "Souhait": (("order.read", "order_id"),),
    "Lieu": (*ORDER, *TASK),
    "Remarque": (("order.read", "order_id"),),
    "Ligne": ORDER,
    "Tache": TASK,
    "Endroit": TASK,
    "Heure": (("contribution.read", "contribution_id"),),
    "Magasin": (("expense.read", "expense_id"), ("pot.read", "pot_id")),
    "Paiement": (("document.read", "payment_id"),),
    "Pot": (("pot.read", "pot_id"),),
    "Don": (("pot.read", "pot_id"),),
    "Message": (("told.read", "message_id"),),
    "Lettre": (("cape.letter", "letter_id"),),
    "LettreTexte": (("cape.letter", "letter_id"),),
    "Regle": (("cape.policy", "policy_carrier_id"), ("engagement.read", "engagement_id")),
    "Carotte": KITCHEN,
    "Recette": KITCHEN,
    "Plat": KITCHEN,
    "Menu": (("activity.read", "menu_id"), ("order.read", "order_id")),
    "Fiche": (("federation.write", ""),),
}
OWN = {"Commande", "Tache", "Heure", "Magasin", "Groupe", "Message", "Lettre", "PaieQuand"}
OWN |= {"DemandeA", "Endroit", "Lieu", "LettreTexte"}
"""What the person of the place also reads on their own pages."""

REACH = (("member.read", "person_id"), ("told.read", "message_id"), ("member.write", "person_id"))
PRIVATE = (("member.write", "person_id"), ("engagement.write", "engagement_id"))
CARD = {
    # of each person: the word, and any of these rights on the person
    "phone": REACH,
    "mail": REACH,
    "skills": REACH,
    "address": PRIVATE,
    "family": (*PRIVATE, ("pay.request", "pay_request_id")),
}


SEALED = {"parent's number", "parent's phone"}
"""What no page shows to anyone."""


@dataclass(frozen=True)
class Canary:
    """A word, and the rights that let one read it; ``owner`` reads it anyway."""

    name: str
    word: str
    rights: tuple[tuple[str, Where], ...]
    owner: UUID | None = None

    @property
    def kind(self) -> str:
        """The name without whose it is."""
        return re.split(r" of | [AB]$|[AB]$", self.name)[0]


def canaries(world: World) -> list[Canary]:
    """Return every canary of the world."""
    found = []
    for place in (world.a, world.b):
        for name, rights in READERS.items():
            owner = place.ids["person_id"] if name in OWN else None
            found.append(_canary(place, f"{name}{place.letter}", f"Canari{name}", rights, owner))
        found += _of_minor(place)
    for number, key in enumerate(WANTED):
        found += _of_person(world, key, number)
    return found


def leaks(world: World, known: list[Canary], actor: Cast, text: str) -> Iterator[str]:
    """Yield the canaries in a text that are not for this reader."""
    for canary in in_text(known, text):
        if not is_for(world, canary, actor):
            yield canary.name


def is_for(world: World, canary: Canary, actor: Cast) -> bool:
    """Tell whether somebody may read a canary."""
    if canary.owner is not None and canary.owner == actor.person:
        return True
    holders = world.kpa.instance.rights.holders
    return any(oracle.holds(holders(key), actor, where) for key, where in canary.rights)


def in_text(known: list[Canary], text: str) -> Iterator[Canary]:
    """Yield the canaries of a text, each once."""
    by_word = {canary.word: canary for canary in known}
    for word in set(_any_of(frozenset(by_word)).findall(text)):
        yield by_word[word]


@cache
def _any_of(words: frozenset[str]) -> re.Pattern[str]:
    return re.compile("|".join(sorted(map(re.escape, words), key=len, reverse=True)))


def _canary(
    place: Place, name: str, word: str, rights: tuple[tuple[str, str], ...], owner: UUID | None
) -> Canary:
    wheres = tuple((key, place.where(of, {}) if of else Where()) for key, of in rights)
    return Canary(name, f"{word}{place.letter}", wheres, owner)


def _of_minor(place: Place) -> Iterator[Canary]:
    letter = place.letter
    minor = place.more["person_id:minor"]
    where = Where(frozenset({place.activity}), person=minor)
    digit = "1" if letter == "A" else "2"
    for name, word in (
        ("minor's family name", f"FamilleMineur{letter}"),
        ("minor's phone", f"06 22 00 00 0{digit}"),
        ("minor's number", f"+3362200000{digit}"),
        ("parent", f"CanariParent{letter}"),
        ("parent's phone", f"06 33 00 00 0{digit}"),
        ("parent's number", f"+3363300000{digit}"),
    ):
        yield Canary(f"{name} {letter}", word, (("minor.read", where),), minor)


def _of_person(world: World, key: str, number: int) -> Iterator[Canary]:
    one = world.cast[key]
    near = frozenset(activity for _, activity, _ in one.roles if activity)
    homes = [world.place(letter) for letter in "AB" if key.endswith(f"_{letter.lower()}")]
    carrier = homes[0].carrier if homes else None
    words = {
        "phone": (f"06 11 00 00 {number:02d}", f"+336110000{number:02d}"),
        "mail": (f"{key}.courriel@exemple.fr",),
        "skills": (f"talent caché de {key}",),
        "address": (f"rue du secret de {key}",),
        "family": (f"Famille{key.replace('_', '').title()}",),
    }
    for name, rights in CARD.items():
        wheres = tuple((right, _where(of, near, carrier, one.person)) for right, of in rights)
        for word in words[name]:
            yield Canary(f"{name} of {key}", word, wheres, one.person)


def _where(of: str, near: frozenset[UUID], carrier: UUID | None, person: UUID | None) -> Where:
    if of == "engagement_id":
        return Where(near, carrier, person)
    if of == "pay_request_id":
        return Where(near, carrier)
    return Where(near, person=person)
