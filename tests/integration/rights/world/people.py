"""The people of the world: one of each kind, each with only the role that gives it its name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from kpa_core import clock
from kpa_core.contracts import Actor
from kpa_core.members import roles, service
from kpa_core.testing import TestKpa
from world.places import Place


@dataclass(frozen=True)
class Cast:
    """Somebody who acts: the roles they hold, as (role, activity or None, carrier or None)."""

    key: str
    name: str
    roles: tuple[tuple[str, UUID | None, UUID | None], ...] = ()
    person: UUID | None = None


KPA_WIDE = {"member", "animator", "supporter", "admin"}
WANTED: dict[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    # key: (first name, its roles as (role, place))
    "member": ("Lise", (("member", ""),)),
    "participant_a": ("Amina", (("participant", "A"),)),
    "referent_a": ("Rosa", (("referent", "A"),)),
    "treasurer_a": ("Fatou", (("treasurer", "A"),)),
    "animator": ("Nadia", (("animator", ""),)),
    "animator_a": ("Karim", (("animator", "A"),)),
    "host_a": ("Claire", (("host", "A"),)),
    "supporter": ("Sophie", (("supporter", ""),)),
    "admin": ("Alex", (("admin", ""),)),
    "participant_b": ("Bilal", (("participant", "B"),)),
    # Holds everything in B, and reads A: what they may there must not open more here.
    "astride": (
        "Samia",
        (
            ("member", ""),
            ("participant", "A"),
            ("referent", "B"),
            ("treasurer", "B"),
            ("animator", "B"),
            ("host", "B"),
        ),
    ),
    # Not asked one by one, but needed to fill activity B and to be somebody's other.
    "referent_b": ("Bintou", (("referent", "B"),)),
    "treasurer_b": ("Bruno", (("treasurer", "B"),)),
    "host_b": ("Brice", (("host", "B"),)),
    "second_a": ("Aïcha", (("participant", "A"),)),
    "second_b": ("Basile", (("participant", "B"),)),
}
ACTORS = ("visitor", *list(WANTED)[:11])
"""Those that every address and every command is asked as: eleven kinds, and one of several."""


def welcome_all(kpa: TestKpa, places: dict[str, Place]) -> dict[str, Cast]:
    """Welcome everyone; the role of member that all get on the first day stays with one only."""
    found = {"visitor": Cast("visitor", "visitor", (("visitor", None, None),))}
    for number, (key, (name, held)) in enumerate(WANTED.items()):
        found[key] = _welcome(kpa, places, key, name, held, number)
    return found


def actor(kpa: TestKpa, one: Cast) -> Actor:
    """Return somebody as the actor of a service."""
    assert one.person is not None
    return kpa.actor(one.person)


def years_ago(years: int) -> date:
    """Return a day so many years back."""
    return clock.today("Europe/Paris") - timedelta(days=365 * years + years // 4 + 30)


def _welcome(
    kpa: TestKpa,
    places: dict[str, Place],
    key: str,
    name: str,
    held: tuple[tuple[str, str], ...],
    number: int,
) -> Cast:
    new = service.NewPerson(
        name,
        family_name=f"Famille{key.replace('_', '').title()}",
        phone=f"06110000{number:02d}",
        email=f"{key}.courriel@exemple.fr",
        birth_date=years_ago(30),
    )
    with kpa.work() as work, work.transaction():
        party = service.add_person(work, new)
        party.address = f"{number} rue du secret de {key}"
        party.skills = f"talent caché de {key}"
        given = [("visitor", None, None), ("person", None, None)]
        for role, letter in held:
            activity = places[letter].activity if letter and role != "host" else None
            carrier = places[letter].carrier if role == "host" else None
            roles.give_role(
                work,
                party.id,
                role,
                starts_on=work.today,
                activity_id=activity,
                carrier_id=carrier,
            )
            given.append((role, activity, carrier))
        if ("member", "") not in held:
            for row in roles.roles_of(work.session, party.id, work.today):
                if row.kind == "member":
                    roles.end_role(work, row.id)
    return Cast(key, name, tuple(given), party.id)
