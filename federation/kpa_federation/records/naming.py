"""Who must not be named in a record: everyone here, but for adults who agreed themselves."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import sqlalchemy as sa

from kpa_core.api import (
    N_,
    NotFound,
    PersonNames,
    PluginWork,
    Refused,
    Work,
    names_of_everyone,
    person_facts,
)
from kpa_federation.catalogue.linter import findings
from kpa_federation.catalogue.people_named import PersonName
from kpa_federation.records import unnaming
from kpa_federation.records.models import ConsentRow

READ = "federation.read"


def people_not_to_name(work: Work) -> list[PersonName]:
    """Return the names to look for; a minor's are always among them."""
    agreed = set(work.session.scalars(sa.select(ConsentRow.person_id)))
    return [_name(one) for one in names_of_everyone(work) if one.is_minor or one.id not in agreed]


def names_of(work: Work | PluginWork, person_id: UUID) -> list[PersonName]:
    """Return the names of one person, as their cards spell them."""
    return [_name(one) for one in names_of_everyone(work) if one.id == person_id]


def agrees(work: Work) -> bool:
    """Tell whether the person who acts agreed to be named."""
    return work.session.get(ConsentRow, work.actor.party_id) is not None


def agree(work: Work, yes: bool) -> None:
    """Let the person who acts say whether records may name them; nobody says it for another.

    Raises:
        NotFound: it is not a person who acts.
        Refused: they are not known to be an adult.
    """
    person = work.actor.party_id
    if person is None:
        raise NotFound()
    with work.transaction() as session:
        row = session.get(ConsentRow, person)
        if yes and not _is_adult(work):
            raise Refused(N_("Seule une personne adulte peut dire oui. Ta date est sur ta fiche."))
        if yes and row is None:
            session.add(ConsentRow(person_id=person, said_on=work.today))
        if not yes and row is not None:
            unnaming.withdraw_later(work, person, names_of(work, person))
            session.delete(row)
        work.record(READ, f"person:{person}", after={"named": yes})


def may_say(work: Work) -> Callable[[str], bool]:
    """Return what tells whether a name that others chose may stand in our own log."""
    people = people_not_to_name(work)
    return lambda name: not findings({"name": name}, people)


def _is_adult(work: Work) -> bool:
    person = work.actor.party_id
    assert person is not None
    born = person_facts(work, person).birth_date
    minors = {one.id for one in names_of_everyone(work) if one.is_minor}
    return born is not None and person not in minors


def _name(one: PersonNames) -> PersonName:
    """Split a name that was typed into one box: the first word is taken for the first name."""
    first, surname = one.display_name, one.family_name
    if not surname and " " in first.strip():
        first, _, surname = first.strip().partition(" ")
    return PersonName(first, surname, one.is_minor)
