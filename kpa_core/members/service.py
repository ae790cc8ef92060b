"""What the KPA does with people: find them, welcome them, change a card."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core import sessions
from kpa_core.contracts import MemberRef, PersonFacts, Scope
from kpa_core.errors import N_, Conflict, NotFound, Refused
from kpa_core.i18n import LOCALES
from kpa_core.members import contact, roles
from kpa_core.members.ages import age_on as age_on
from kpa_core.members.ages import is_minor_on
from kpa_core.members.models import Party, Role
from kpa_core.members.roles import end_role as end_role
from kpa_core.members.roles import give_role as give_role
from kpa_core.members.roles import holders as holders
from kpa_core.members.roles import roles_of as roles_of
from kpa_core.work import Work

MIN_AGE = 16
OWN_FIELDS = (
    "display_name",
    "family_name",
    "email",
    "phone",
    "language",
    "address",
    "postcode",
    "town",
    "skills",
    "shares_contact",
)
"""What a person may change on their own card."""
EDITABLE = OWN_FIELDS
"""What who welcomes people may change on a card."""
IN_THE_KPA = ("member", "participant", "referent", "treasurer", "animator")


@dataclass(frozen=True)
class NewPerson:
    """What is asked on the first day. A phone or an e-mail is enough."""

    display_name: str
    family_name: str = ""
    email: str = ""
    phone: str = ""
    birth_date: date | None = None
    language: str = "fr"


# --- finding --------------------------------------------------------------------------------------


def scope_of_party(session: Session, party_id: UUID) -> Scope | None:
    """Return where a party belongs: to itself, and to the activities of its roles."""
    party = session.get(Party, party_id)
    if party is None or party.merged_into_id is not None:
        return None
    activities = roles.activities_of(session, party_id, sessions.today(session))
    return Scope(person_id=party_id, activities=activities)


def person_scope(work: Work, party_id: UUID) -> Scope:
    """Return where a person belongs today."""
    activities = roles.activities_of(work.session, party_id, work.today)
    return Scope(person_id=party_id, activities=activities)


def visible_people(work: Work, capability: str = "member.read") -> sa.Select[Party]:
    """Return the query of people the actor may see: self, and those of shared activities."""
    reach = work.reach(capability)
    people = sa.select(Party).where(Party.kind == "person", Party.merged_into_id.is_(None))
    if reach.everywhere:
        return people
    shared = sa.select(Role.party_id).where(
        Role.activity_id.in_(reach.activities), *roles.holds(work.today)
    )
    return people.where(sa.or_(Party.id == reach.person, Party.id.in_(shared)))


def people(work: Work) -> list[Party]:
    """Return everyone with a place in the KPA, by name; what each card shows is another matter."""
    return _in_the_kpa(work) if work.reach("member.list").anywhere else []


def names(work: Work, capability: str) -> list[tuple[UUID, str]]:
    """Return who can be chosen in a form that needs ``capability``, as (id, name), by name."""
    if not work.reach(capability).anywhere:
        return []
    return [(party.id, party.display_name) for party in _in_the_kpa(work)]


def _in_the_kpa(work: Work) -> list[Party]:
    placed = sa.select(Role.party_id).where(Role.kind.in_(IN_THE_KPA), *roles.holds(work.today))
    query = sa.select(Party).where(Party.id.in_(placed), Party.kind == "person")
    return list(work.session.scalars(query.order_by(Party.display_name, Party.id)))


def find_person(work: Work, person_id: UUID, capability: str = "member.read") -> Party:
    """Return a person the actor may see.

    Raises:
        NotFound: there is none, or not for this actor.
    """
    found = work.session.scalar(visible_people(work, capability).where(Party.id == person_id))
    if found is None:
        raise NotFound()
    return found


def own_card(work: Work) -> Party:
    """Return the actor's own card.

    Raises:
        NotFound: the actor is not a person.
    """
    if work.actor.party_id is None:
        raise NotFound()
    return find_person(work, work.actor.party_id, "member.own")


def with_contact(session: Session, text: str) -> Party | None:
    """Return the person with this very phone number or e-mail address, as people write them.

    Only people who have or had a place in the KPA: a parent's number is often the child's too.

    Raises:
        Refused: it is neither.
    """
    is_email = "@" in text
    column = Party.email if is_email else Party.phone
    value = contact.email(text) if is_email else contact.phone(text)
    if not value:
        return None
    mine = sa.func.lower(column) == value.lower()
    placed = Party.id.in_(sa.select(Role.party_id).where(Role.kind.in_(roles.GRANTED_BY)))
    query = sa.select(Party).where(mine, placed, Party.merged_into_id.is_(None))
    return session.scalar(query.order_by(Party.id).limit(1))


# --- writing --------------------------------------------------------------------------------------


def add_person(work: Work, new: NewPerson) -> Party:
    """Welcome a person: a card, and the role of member from today.

    Raises:
        Refused: under 16, no name, or neither phone nor e-mail.
        Conflict: the phone or e-mail is already someone's.
    """
    with work.transaction():
        work.require("member.welcome")
        party = enrol(work, new)
        work.record("member.welcome", party, scope=Scope(person_id=party.id), after={"new": True})
    return party


def enrol(work: Work, new: NewPerson) -> Party:
    """Write a new card with the role of member; rights and the log are the caller's."""
    check_age(new.birth_date, work.today)
    party = Party(
        kind="person",
        display_name=_name(new.display_name),
        family_name=new.family_name.strip(),
        email=contact.email(new.email),
        phone=contact.phone(new.phone),
        language=new.language if new.language in LOCALES else LOCALES[0],
        birth_sealed=seal_birth(work, new.birth_date),
        created_by=work.actor.party_id,
    )
    with work.transaction() as session:
        _check_reachable(party)
        _check_new_contact(session, party)
        session.add(party)
        session.flush()
        give_role(work, party.id, "member", starts_on=work.today)
    return party


def change_person(work: Work, person_id: UUID, version: int, changes: Mapping[str, Any]) -> Party:
    """Change fields of someone's card; only those in ``EDITABLE`` are read, and ``birth_date``.

    Raises:
        Conflict: someone else changed the card in between.
        Refused: the phone or e-mail of someone whose roles the actor could not give: whoever
            receives their sign-in links could act in their place.
    """
    with work.transaction():
        party = find_person(work, person_id, "member.write")
        moved = _moved_contacts(party, changes)
        if moved and not roles.may_stand_in(work, person_id):
            raise Refused(
                N_("{name} a un rôle que tu ne donnes pas. C'est à elle ou lui de changer ça."),
                field=moved[0],
                name=party.display_name,
            )
        _change(work, party, version, {k: v for k, v in changes.items() if k in EDITABLE})
        if changes.get("birth_date") is not None:
            check_age(changes["birth_date"], work.today)
            party.birth_sealed = seal_birth(work, changes["birth_date"])
    return party


def change_own_card(work: Work, version: int, changes: Mapping[str, Any]) -> Party:
    """Change fields of the actor's own card; only those in ``OWN_FIELDS`` are read.

    Raises:
        Conflict: the card was changed in between, or the phone or e-mail is someone else's.
    """
    with work.transaction():
        party = own_card(work)
        _change(work, party, version, {k: v for k, v in changes.items() if k in OWN_FIELDS})
    return party


def record_consent(
    work: Work, person_id: UUID, *, guardian_name: str, guardian_phone: str, on: date
) -> Party:
    """Note that a parent or guardian said yes, on paper or in person.

    Raises:
        Refused: the day is in the future, or the guardian has no name.
    """
    with work.transaction() as session:
        party = find_person(work, person_id, "member.write")
        if on > work.today:
            raise Refused(N_("Ce jour n'est pas encore arrivé."), field="on")
        guardian = Party(
            kind="person",
            display_name=_name(guardian_name),
            phone=contact.phone(guardian_phone),
            created_by=work.actor.party_id,
        )
        session.add(guardian)
        session.flush()
        party.guardian_id, party.guardian_consent_on = guardian.id, on
        work.record("member.write", party, scope=Scope(person_id=party.id), after={"consent": on})
    return party


# --- private facts --------------------------------------------------------------------------------


def member_ref(party: Party) -> MemberRef:
    """Return a member as plugins see it."""
    return MemberRef(party.id, party.display_name)


def person_facts(work: Work, party: Party) -> PersonFacts:
    """Return what an engagement's rules may know of a person."""
    return PersonFacts(
        party.id, party.display_name, birth_date(work, party), party.guardian_consent_on
    )


def seal_birth(work: Work, birth: date | None) -> bytes | None:
    """Return a birth date sealed for the database."""
    return work.instance.vault.seal(birth.isoformat()) if birth else None


def birth_date(work: Work, party: Party) -> date | None:
    """Return a person's birth date; callers show at most an age."""
    text = work.instance.vault.open(party.birth_sealed)
    return date.fromisoformat(text) if text else None


def is_minor(work: Work, party: Party) -> bool:
    """Tell whether a person is known to be under 18 today."""
    birth = birth_date(work, party)
    return birth is not None and is_minor_on(birth, work.today)


def check_age(birth: date | None, day: date) -> None:
    """Stop unless the person is old enough for a KPA.

    Raises:
        Refused: under 16, or born after today.
    """
    if birth is not None and age_on(birth, day) < MIN_AGE:
        raise Refused(
            N_("Un KPA accueille à partir de {age} ans."), field="birth_date", age=MIN_AGE
        )


# --- checks ---------------------------------------------------------------------------------------


def _change(work: Work, party: Party, version: int, changes: Mapping[str, Any]) -> None:
    if party.version != version:
        raise Conflict(N_("Quelqu'un d'autre a changé cette fiche. Rouvre-la, puis recommence."))
    before = {name: getattr(party, name) for name in changes}
    for name, value in changes.items():
        setattr(party, name, value)
    party.display_name = _name(party.display_name)
    party.email, party.phone = contact.email(party.email), contact.phone(party.phone)
    _check_reachable(party)
    with work.session.no_autoflush:
        _check_new_contact(work.session, party)
    changed = sorted(name for name, old in before.items() if old != getattr(party, name))
    # Names of fields, not their values: the log must not become a second file on people.
    work.record("member.write", party, scope=Scope(person_id=party.id), after={"fields": changed})


def _moved_contacts(party: Party, changes: Mapping[str, Any]) -> list[str]:
    read = {"email": contact.email, "phone": contact.phone}
    return [
        name
        for name, parse in read.items()
        if name in changes and parse(changes[name]) != getattr(party, name)
    ]


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not name:
        raise Refused(N_("Il manque un prénom ou un surnom."), field="display_name")
    return name


def _check_reachable(party: Party) -> None:
    if not (party.email or party.phone):
        raise Refused(
            N_("Il faut un téléphone ou une adresse mail pour joindre {name}."),
            field="phone",
            name=party.display_name,
        )


def _check_new_contact(session: Session, party: Party) -> None:
    for name in ("email", "phone"):
        value = getattr(party, name)
        if not value:
            continue
        other = with_contact(session, value)
        if other is not None and other.id != party.id:
            raise Conflict(
                N_("« {value} » est déjà sur une autre fiche. Ouvre cette fiche."),
                field=name,
                value=value,
            )


def names_of(session: Session, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the names shown on screen, by id."""
    query = sa.select(Party.id, Party.display_name).where(Party.id.in_(list(ids)))
    return dict(session.execute(query).all())
