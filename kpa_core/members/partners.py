"""Bodies around the KPA, and what each is to it, from when to when. The list of roles is open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core.contracts import INSTANCE, Scope
from kpa_core.errors import N_, NotFound, Refused
from kpa_core.members import contact, identifiers, roles
from kpa_core.members.models import Party, Role
from kpa_core.members.roles import PARTNER
from kpa_core.work import Work

KINDS = {
    "porteuse": N_("Structure porteuse"),
    "économique": N_("Structure économique"),
    "lieu": N_("Lieu d'accueil"),
    "financeur": N_("Financeur"),
    "prescripteur": N_("Nous envoie des personnes"),
    "fournisseur": N_("Fournisseur"),
    "ami": N_("Ami·e du KPA"),
}
"""Roles to start from; any other word will do."""


@dataclass(frozen=True)
class NewPartner:
    """A body and the first thing it is to the KPA."""

    name: str
    kind: str
    email: str = ""
    phone: str = ""
    address: str = ""
    postcode: str = ""
    town: str = ""
    siret: str = ""


@dataclass(frozen=True)
class PartnerRole:
    """One role of a partner, as shown."""

    id: UUID
    label: str
    starts_on: date
    ends_on: date | None


def scope_of_partner(session: Session, partner_id: UUID) -> Scope | None:
    """Return where a partner belongs: to the KPA."""
    party = session.get(Party, partner_id)
    is_partner = party is not None and party.kind == "body" and party.merged_into_id is None
    return INSTANCE if is_partner else None


def partners(work: Work) -> list[tuple[Party, list[PartnerRole]]]:
    """Return every partner with the roles it holds today, by name."""
    if not work.can("partner.read"):
        return []
    held: dict[UUID, list[PartnerRole]] = {}
    mine = Role.kind.startswith(PARTNER, autoescape=True)
    query = sa.select(Role).where(mine, *roles.holds(work.today))
    for role in work.session.scalars(query.order_by(Role.starts_on, Role.id)):
        held.setdefault(role.party_id, []).append(_shown(role))
    named = sa.select(Party).where(Party.id.in_(held)).order_by(Party.display_name, Party.id)
    return [(party, held[party.id]) for party in work.session.scalars(named)]


def find_partner(work: Work, partner_id: UUID) -> Party:
    """Return one partner.

    Raises:
        NotFound: there is none, or not for this actor.
    """
    if scope_of_partner(work.session, partner_id) is None or not work.can("partner.read"):
        raise NotFound()
    party = work.session.get(Party, partner_id)
    assert party is not None
    return party


def history(session: Session, partner_id: UUID) -> Iterator[PartnerRole]:
    """Yield every role a partner has or had, the newest first."""
    mine = Role.kind.startswith(PARTNER, autoescape=True)
    query = sa.select(Role).where(Role.party_id == partner_id, mine)
    for role in session.scalars(query.order_by(Role.starts_on.desc(), Role.id)):
        yield _shown(role)


def add_partner(work: Work, new: NewPartner) -> Party:
    """Write a partner and its first role, from today.

    Raises:
        Refused: no name, no role, or a SIRET that does not add up.
    """
    name = " ".join(new.name.split())
    if not name:
        raise Refused(N_("Il manque le nom du partenaire."), field="name")
    with work.transaction() as session:
        work.require("partner.write")
        party = Party(
            kind="body",
            display_name=name,
            email=contact.email(new.email),
            phone=contact.phone(new.phone),
            address=new.address.strip(),
            postcode=new.postcode.strip(),
            town=new.town.strip(),
            siret=identifiers.siret(new.siret),
            created_by=work.actor.party_id,
        )
        party.siren = party.siret[:9]
        session.add(party)
        session.flush()
        work.record("partner.write", party, after={"new": True})
        add_role(work, party.id, new.kind)
    return party


def add_role(work: Work, partner_id: UUID, kind: str, *, starts_on: date | None = None) -> Role:
    """Say what a body is to the KPA, from a day on.

    Raises:
        Refused: the word is empty or too long.
    """
    word = " ".join(kind.split()).lower()
    if not word or len(word) > 40:
        raise Refused(N_("Dis en un ou deux mots ce que fait ce partenaire."), field="kind")
    return roles.grant(work, partner_id, f"{PARTNER}{word}", starts_on=starts_on)


def label_of(kind: str) -> str:
    """Return a partner role's label, a message id, or the group's own word."""
    word = kind.removeprefix(PARTNER)
    return KINDS.get(word, word.capitalize())


def _shown(role: Role) -> PartnerRole:
    return PartnerRole(role.id, label_of(role.kind), role.starts_on, role.ends_on)
