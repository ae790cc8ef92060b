"""Who asks us for work: add, change, find again under another name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.attributes import flag_modified

from kpa_core.activities.models import CUSTOMER_KINDS, Customer, Order
from kpa_core.activities.scopes import find_order
from kpa_core.errors import N_, Conflict, NotFound, Refused
from kpa_core.members import contact, identifiers
from kpa_core.members.models import Party
from kpa_core.work import Work

OF_PARTY = (
    "address",
    "postcode",
    "town",
    "country",
    "siren",
    "siret",
    "vat_number",
    "electronic_address",
)
ELECTRONIC_ADDRESS = re.compile(r"0225:[0-9]{9}(?:_[A-Za-z0-9+\-_/]{1,100})?")
OF_CUSTOMER = ("contact_name", "email", "phone", "engagement_number", "service_code")

KIND_LABELS = {
    "business_vat": N_("Une entreprise"),
    "public": N_("Une mairie, une école, un service public"),
    "non_taxable_org": N_("Une association"),
    "person": N_("Une personne"),
    "foreign": N_("Un client d'un autre pays"),
}


@dataclass(frozen=True)
class NewCustomer:
    """What is known of a customer. ``name`` is the body's, or the person's for a person."""

    name: str
    kind: str
    contact_name: str = ""
    email: str = ""
    phone: str = ""
    address: str = ""
    postcode: str = ""
    town: str = ""
    country: str = "FR"
    siren: str = ""
    siret: str = ""
    vat_number: str = ""
    engagement_number: str = ""
    service_code: str = ""
    electronic_address: str = ""
    language: str = "fr"


def visible_customers(work: Work, capability: str = "customer.read") -> sa.Select[Customer]:
    """Return the query of customers; they are shared by all activities, or seen by nobody."""
    return (
        sa.select(Customer)
        .join(Party, Party.id == Customer.party_id)
        .where(work.reach(capability).where())
        .options(joinedload(Customer.party))
        .order_by(Party.display_name, Customer.id)
    )


def listed_customers(work: Work) -> list[Customer]:
    """Return the customers one may choose from, by name; cards that joined another are left out."""
    return list(work.session.scalars(visible_customers(work).where(Party.merged_into_id.is_(None))))


def find_customer(work: Work, customer_id: UUID, capability: str = "customer.read") -> Customer:
    """Return a customer.

    Raises:
        NotFound: there is none, or not for this actor.
    """
    found = work.session.scalar(
        visible_customers(work, capability).where(Customer.id == customer_id)
    )
    if found is None:
        raise NotFound()
    return found


def add_customer(work: Work, new: NewCustomer) -> Customer:
    """Add a customer.

    Raises:
        Refused: no name, or a wrong number.
        Conflict: its SIRET is already another customer's.
    """
    with work.transaction() as session:
        work.require("customer.write")
        customer = write_customer(session, new, by=work.actor.party_id)
        _check_new_siret(session, customer)
        work.record("customer.write", customer, after={"new": True})
    return customer


def change_customer(
    work: Work, customer_id: UUID, version: int, changes: Mapping[str, Any]
) -> Customer:
    """Change a customer; fields that are not named stay.

    Raises:
        Conflict: someone else changed it in between, or its SIRET is another customer's.
    """
    with work.transaction() as session:
        customer = find_customer(work, customer_id, "customer.write")
        if customer.version != version:
            raise Conflict(N_("Quelqu'un d'autre a changé ce client. Rouvre-le, puis recommence."))
        known = facts_of(customer)
        if "siret" in changes:
            known["siren"] = ""  # another place, another body: the SIREN follows the SIRET
        clean = _clean({**known, **changes})
        customer.party.display_name = clean["name"]
        customer.kind = clean["kind"]
        customer.party.kind = _party_kind(clean["kind"])
        for name in OF_PARTY:
            setattr(customer.party, name, clean[name])
        for name in OF_CUSTOMER:
            setattr(customer, name, clean[name])
        customer.confirmed = True
        _check_new_siret(session, customer)
        flag_modified(customer, "kind")  # a change on the party alone is one of the customer's
        # Names of fields, not their values: the log must not become a second file on people.
        work.record("customer.write", customer, after={"fields": sorted(changes)})
    return customer


def look_alikes(work: Work, customer: Customer) -> list[Customer]:
    """Return other customers with the same SIRET, e-mail or phone: perhaps the same one."""
    same = [
        column == value
        for column, value in (
            (Party.siret, customer.party.siret),
            (Customer.email, customer.email),
            (Customer.phone, customer.phone),
        )
        if value
    ]
    if not same:
        return []
    query = visible_customers(work).where(sa.or_(*same), Customer.id != customer.id)
    return list(work.session.scalars(query.where(Party.merged_into_id.is_(None))))


def use_instead(work: Work, order_id: UUID, customer_id: UUID) -> Order:
    """Say that an order's new customer is one we know; the new card, then useless, joins it.

    Raises:
        Refused: a paper already names the customer.
    """
    with work.transaction() as session:
        order = find_order(work, order_id, "order.write")
        work.require("customer.write")
        known = find_customer(work, customer_id, "customer.write")
        if order.state != "asked":
            raise Refused(N_("Un devis porte déjà le nom du client. Choisis « Revoir le devis »."))
        new = order.customer
        order.customer, order.customer_id = known, known.id
        session.flush()
        used = sa.select(Order.id).where(Order.customer_id == new.id).limit(1)
        if not new.confirmed and new.id != known.id and session.scalar(used) is None:
            new.party.merged_into_id = known.party_id
        work.record(
            "order.write",
            order,
            scope=order.scope,
            before={"customer": str(new.id)},
            after={"customer": str(known.id)},
        )
    return order


def write_customer(
    session: Session, new: NewCustomer, *, by: UUID | None, confirmed: bool = True
) -> Customer:
    """Write a customer and its party, in the current transaction; rights are the caller's matter.

    Raises:
        Refused: no name, or a wrong number.
    """
    clean = _clean({name: getattr(new, name) for name in new.__dataclass_fields__})
    party = Party(
        kind=_party_kind(clean["kind"]),
        display_name=clean["name"],
        language=new.language,
        created_by=by,
        **{name: clean[name] for name in OF_PARTY},
    )
    customer = Customer(
        party=party,
        kind=clean["kind"],
        confirmed=confirmed,
        created_by=by,
        **{name: clean[name] for name in OF_CUSTOMER},
    )
    session.add_all((party, customer))
    session.flush()
    return customer


def facts_of(customer: Customer) -> dict[str, Any]:
    """Return what is known of a customer, by the names of :class:`NewCustomer`."""
    return {
        "name": customer.party.display_name,
        "kind": customer.kind,
        **{name: getattr(customer.party, name) for name in OF_PARTY},
        **{name: getattr(customer, name) for name in OF_CUSTOMER},
    }


def _clean(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts in the one form they are kept in, or say which is wrong."""
    clean = {
        name: value.strip() if isinstance(value, str) else value for name, value in facts.items()
    }
    if not clean["name"]:
        raise Refused(N_("Il manque le nom du client."), field="name")
    if clean["kind"] not in CUSTOMER_KINDS:
        raise Refused(N_("Choisis qui est le client."), field="kind")
    return {
        **clean,
        "email": contact.email(clean["email"]),
        "phone": contact.phone(clean["phone"]),
        "siret": identifiers.siret(clean["siret"]),
        "siren": identifiers.siren_of(clean["siren"], clean["siret"]),
        "vat_number": identifiers.vat_number(clean["vat_number"]),
        "electronic_address": _electronic_address(clean["electronic_address"]),
        "country": _country(clean["country"]),
    }


def _electronic_address(text: str) -> str:
    """Return a line of the directory of platforms: ``0225:SIREN``, with what follows it if any."""
    bare = text.replace(" ", "")
    if bare and not ELECTRONIC_ADDRESS.fullmatch(bare):
        raise Refused(
            N_("Une adresse de facturation commence par 0225: puis le SIREN. Regarde l'annuaire."),
            field="electronic_address",
        )
    return bare


def _country(text: str) -> str:
    code = text.upper() or "FR"
    if not re.fullmatch("[A-Z]{2}", code):
        raise Refused(N_("Le pays s'écrit en deux lettres : FR, BE, DE."), field="country")
    return code


def _party_kind(kind: str) -> str:
    return "person" if kind == "person" else "body"


def _check_new_siret(session: Session, customer: Customer) -> None:
    session.flush()
    if not customer.party.siret:
        return
    same = (
        sa.select(Customer.id)
        .join(Party, Party.id == Customer.party_id)
        .where(Party.siret == customer.party.siret, Customer.id != customer.id)
        .where(Party.merged_into_id.is_(None), Customer.confirmed)
    )
    if session.scalar(same) is not None:
        raise Conflict(
            N_("Ce SIRET est déjà celui d'un autre client. Ouvre cette fiche."), field="siret"
        )
