"""What the KPA does with people: find them, welcome them, change a card, join two cards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core.contracts import MemberRef, Scope
from kpa_core.errors import Conflict, N_, NotFound, Refused
from kpa_core.members import contact
from kpa_core.members.models import Party, Role
from kpa_core.work import Work

MIN_AGE = 16
EDITABLE = (
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


@dataclass(frozen=True)
class NewPerson:
    """What is asked on the first day. A phone or an e-mail is enough."""

    display_name: str
    family_name: str = ""
    email: str = ""
    phone: str = ""
    birth_date: date | None = None
    language: str = "fr"


def scope_of_party(session: Session, party_id: UUID) -> Scope | None:
    """Return where a party belongs: itself, and the activity of its roles."""
    party = session.get(Party, party_id)
    if party is None or party.merged_into_id is not None:
        return None
    return Scope(person_id=party_id)


def visible_people(work: Work, capability: str = "member.read") -> sa.Select[tuple[Party]]:
    """Return the query of people the actor may see: self, and those of shared activities."""
    reach = work.reach(capability)
    people = sa.select(Party).where(Party.kind == "person", Party.merged_into_id.is_(None))
    shared = sa.select(Role.party_id).where(
        Role.activity_id.in_(reach.activities), *_holds(Role, work.today)
    )
    if reach.everywhere:
        return people
    return people.where(sa.or_(Party.id == reach.person, Party.id.in_(shared)))


def people(work: Work) -> list[Party]:
    """Return everyone with a place in the KPA, by name; what each card shows is another matter."""
    if not work.reach("member.list").anywhere:
        return []
    in_the_kpa = sa.select(Role.party_id).where(
        Role.kind.in_(("member", "participant", "referent", "treasurer", "animator")),
        *_holds(Role, work.today),
    )
    query = sa.select(Party).where(Party.id.in_(in_the_kpa), Party.kind == "person")
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


def add_person(work: Work, new: NewPerson) -> Party:
    """Welcome a person: a card, and the role of member from today.

    Raises:
        Refused: under 16, no name, or neither phone nor e-mail.
        Conflict: the phone or e-mail is already someone's.
    """
    with work.transaction() as session:
        work.require("member.write")
        _check_age(new.birth_date, work.today)
        party = Party(
            kind="person",
            display_name=_name(new.display_name),
            family_name=new.family_name.strip(),
            email=contact.email(new.email),
            phone=contact.phone(new.phone),
            language=new.language,
            birth_sealed=seal_birth(work, new.birth_date),
            created_by=work.actor.party_id,
        )
        if not (party.email or party.phone):
            raise Refused(
                N_("Il faut un téléphone ou une adresse mail pour joindre {name}."),
                field="phone",
                name=party.display_name,
            )
        _check_new_contact(session, party)
        session.add(party)
        session.flush()
        give_role(work, party.id, "member", starts_on=work.today)
        work.record("member.write", party, scope=Scope(person_id=party.id), after={"new": True})
    return party


def change_person(work: Work, person_id: UUID, version: int, changes: Mapping[str, Any]) -> Party:
    """Change fields of a card; only those in ``EDITABLE`` are read.

    Raises:
        Conflict: someone else changed the card in between.
    """
    with work.transaction() as session:
        party = find_person(work, person_id, "member.write")
        if party.version != version:
            raise Conflict(
                N_("Quelqu'un d'autre a changé cette fiche. Rouvre-la, puis recommence.")
            )
        before = {name: getattr(party, name) for name in EDITABLE if name in changes}
        for name in before:
            setattr(party, name, changes[name])
        party.display_name = _name(party.display_name)
        party.email, party.phone = contact.email(party.email), contact.phone(party.phone)
        _check_new_contact(session, party)
        changed = sorted(name for name, old in before.items() if old != getattr(party, name))
        # Names of fields, not their values: the log must not become a second file on people.
        work.record(
            "member.write", party, scope=Scope(person_id=party.id), after={"fields": changed}
        )
    return party


def give_role(
    work: Work,
    party_id: UUID,
    kind: str,
    *,
    starts_on: date,
    activity_id: UUID | None = None,
    carrier_id: UUID | None = None,
    ends_on: date | None = None,
    note: str = "",
) -> Role:
    """Give a dated role, in the current transaction; rights are checked by the caller."""
    with work.transaction() as session:
        held = session.scalar(
            sa.select(Role).where(
                Role.party_id == party_id,
                Role.kind == kind,
                Role.activity_id == activity_id if activity_id else Role.activity_id.is_(None),
                Role.carrier_id == carrier_id if carrier_id else Role.carrier_id.is_(None),
                *_holds(Role, starts_on),
            )
        )
        if held is not None:
            return held
        role = Role(
            party_id=party_id,
            kind=kind,
            activity_id=activity_id,
            carrier_id=carrier_id,
            starts_on=starts_on,
            ends_on=ends_on,
            note=note,
            created_by=work.actor.party_id,
        )
        session.add(role)
        session.flush()
    return role


def end_role(work: Work, role_id: UUID) -> Role:
    """End a role today.

    Raises:
        Refused: it is the last referent of an activity.
    """
    with work.transaction() as session:
        role = session.get(Role, role_id)
        if role is None:
            raise NotFound()
        if (
            role.kind == "referent"
            and len(holders(session, "referent", work.today, role.activity_id)) < 2
        ):
            raise Refused(N_("C'est la dernière personne référente. Nommes-en une autre d'abord."))
        role.ends_on = max(work.today, role.starts_on)
        scope = Scope(activity_id=role.activity_id, person_id=role.party_id)
        work.record(f"role.grant.{role.kind}", role, scope=scope, after={"ended": role.ends_on})
    return role


def holders(session: Session, kind: str, day: date, activity_id: UUID | None = None) -> list[UUID]:
    """Return the parties that hold a role on a day, in one activity or in the whole KPA."""
    query = sa.select(Role.party_id).where(Role.kind == kind, *_holds(Role, day))
    query = query.where(
        Role.activity_id == activity_id if activity_id else Role.activity_id.is_(None)
    )
    return list(session.scalars(query.order_by(Role.party_id)))


def roles_of(session: Session, party_id: UUID, day: date) -> list[Role]:
    """Return the roles a party holds on a day."""
    query = sa.select(Role).where(Role.party_id == party_id, *_holds(Role, day))
    return list(session.scalars(query.order_by(Role.kind, Role.id)))


def member_ref(party: Party) -> MemberRef:
    """Return a member as plugins see it."""
    return MemberRef(party.id, party.display_name)


def seal_birth(work: Work, birth: date | None) -> bytes | None:
    """Return a birth date sealed for the database."""
    return work.instance.vault.seal(birth.isoformat()) if birth else None


def birth_date(work: Work, party: Party) -> date | None:
    """Return a person's birth date; callers show at most an age."""
    text = work.instance.vault.open(party.birth_sealed)
    return date.fromisoformat(text) if text else None


def age_on(birth: date, day: date) -> int:
    """Return full years on a day; someone born on 29 February ages on 1 March in common years."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def _holds(role: type[Role], day: date) -> tuple[sa.ColumnElement[bool], ...]:
    return role.starts_on <= day, sa.or_(role.ends_on.is_(None), role.ends_on > day)


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not name:
        raise Refused(N_("Il manque un prénom ou un surnom."), field="display_name")
    return name


def _check_age(birth: date | None, day: date) -> None:
    if birth is not None and age_on(birth, day) < MIN_AGE:
        raise Refused(
            N_("Un KPA accueille à partir de {age} ans."), field="birth_date", age=MIN_AGE
        )


def _check_new_contact(session: Session, party: Party) -> None:
    for name in ("email", "phone"):
        value = getattr(party, name)
        same = sa.select(Party.id).where(
            getattr(Party, name) == value, Party.merged_into_id.is_(None), Party.kind == "person"
        )
        if value and session.scalar(same.where(Party.id != party.id) if party.id else same):
            raise Conflict(
                N_("« {value} » est déjà sur une autre fiche. Ouvre cette fiche."),
                field=name,
                value=value,
            )
