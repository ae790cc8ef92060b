"""Carriers and their series: who sells by law, since when, and which numbers it granted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session
from stdnum import iban as iban_number
from stdnum.exceptions import ValidationError
from stdnum.fr import siren as siren_number
from stdnum.fr import siret as siret_number

from kpa_core.contracts import Scope
from kpa_core.errors import N_, NotFound, Refused
from kpa_core.invoices.models import MODES, Carrier, CarrierIdentity, Series
from kpa_core.invoices.paper.snapshot import Seller
from kpa_core.members.models import Party
from kpa_core.work import Work

PATTERN = re.compile(r"[A-Za-z0-9+\-_/{}]{1,60}")
PLACES = re.compile(r"\{(year|number)(?::0(\d))?\}")


@dataclass(frozen=True)
class NewCarrier:
    """What is needed to let a body carry the invoices."""

    name: str
    mode: str
    identity: Mapping[str, Any]
    analytic_code: str = ""
    paid_when: str = ""
    ask_whom: str = ""
    payment_days: int = 30


def scope_of_carrier(session: Session, carrier_id: UUID) -> Scope | None:
    """Return where a carrier belongs."""
    carrier = session.get(Carrier, carrier_id)
    return carrier.scope if carrier else None


def visible_carriers(work: Work) -> sa.Select[Carrier]:
    """Return the query of carriers the actor may see."""
    reach = work.reach("carrier.read")
    return sa.select(Carrier).where(reach.where(carrier=Carrier.id)).order_by(Carrier.name)


def find_carrier(work: Work, carrier_id: UUID, capability: str = "carrier.read") -> Carrier:
    """Return a carrier the actor may see.

    Raises:
        NotFound: there is none, or not for this actor.
    """
    carrier = work.session.get(Carrier, carrier_id)
    if carrier is None or not work.can(capability, carrier.scope):
        raise NotFound()
    return carrier


def add_carrier(work: Work, new: NewCarrier, *, source: str = "") -> Carrier:
    """Let a body carry invoices: its party, its mode, its identity from today.

    Raises:
        Refused: an unknown mode, or a number that is wrong.
    """
    if new.mode not in MODES:
        raise Refused(N_("La façon de facturer {mode!r} n'existe pas."), field="mode", mode=new.mode)
    identity = check_identity({"name": new.name, **new.identity})
    with work.transaction() as session:
        work.require("carrier.write")
        party = Party(kind="body", display_name=new.name, created_by=work.actor.party_id)
        party.siren, party.siret = identity.get("siren", ""), identity.get("siret", "")
        session.add(party)
        session.flush()
        carrier = Carrier(
            party_id=party.id,
            name=new.name,
            mode=new.mode,
            analytic_code=new.analytic_code,
            paid_when=new.paid_when,
            ask_whom=new.ask_whom,
            payment_days=new.payment_days,
            timezone=work.instance.settings.instance.timezone,
            created_by=work.actor.party_id,
        )
        session.add(carrier)
        session.flush()
        set_identity(work, carrier.id, identity, starts_on=work.today, source=source)
        _add_handover_chain(session, carrier)
    return carrier


def set_identity(
    work: Work, carrier_id: UUID, identity: Mapping[str, Any], *, starts_on: date, source: str = ""
) -> CarrierIdentity:
    """Write a new version of what papers say of a carrier; earlier papers keep theirs."""
    with work.transaction() as session:
        carrier = find_carrier(work, carrier_id, "carrier.write")
        row = CarrierIdentity(
            carrier_id=carrier.id,
            starts_on=starts_on,
            identity=check_identity(identity),
            source=source,
            created_by=work.actor.party_id,
        )
        session.add(row)
        session.flush()
        work.record("carrier.write", row, scope=carrier.scope, after={"starts_on": starts_on})
    return row


def seller_on(session: Session, carrier: Carrier, day: date) -> Seller:
    """Return the carrier's identity for a paper of that day.

    Raises:
        Refused: it has none yet.
    """
    found = session.scalar(
        sa.select(CarrierIdentity)
        .where(CarrierIdentity.carrier_id == carrier.id, CarrierIdentity.starts_on <= day)
        .order_by(CarrierIdentity.starts_on.desc(), CarrierIdentity.id.desc())
        .limit(1)
    )
    if found is None:
        raise Refused(N_("Il manque l'adresse et le SIREN de {name}."), name=carrier.name)
    return Seller(**{**found.identity, "address": tuple(found.identity.get("address", ()))})


def check_identity(identity: Mapping[str, Any]) -> dict[str, Any]:
    """Return the identity as it is kept.

    Raises:
        Refused: a field is unknown, or a SIREN, SIRET or IBAN does not add up.
    """
    known = {field.name for field in fields(Seller)}
    unknown = sorted(set(identity) - known)
    if unknown:
        raise Refused(N_("Le champ {name!r} n'existe pas."), name=unknown[0])
    kept = {key: value for key, value in identity.items() if value not in ("", None, ())}
    for name, module in (("siren", siren_number), ("siret", siret_number), ("iban", iban_number)):
        if name in kept:
            try:
                kept[name] = module.validate(str(kept[name]))
            except ValidationError as error:
                raise Refused(
                    N_("Le numéro {name} « {text} » est faux. Relis-le chiffre par chiffre."),
                    field=name,
                    name=name.upper(),
                    text=kept[name],
                ) from error
    kept["address"] = list(kept.get("address", ()))
    return kept


def grant_series(
    work: Work, carrier_id: UUID, *, code: str, pattern: str, yearly: bool = True, source: str = ""
) -> Series:
    """Note that a carrier granted a series to this KPA.

    Raises:
        Refused: the pattern could make numbers the law or the formats refuse.
    """
    check_pattern(pattern, yearly)
    with work.transaction() as session:
        carrier = find_carrier(work, carrier_id, "carrier.write")
        if carrier.mode == "draft_for_carrier":
            raise Refused(N_("{name} numérote elle-même ses factures."), name=carrier.name)
        row = Series(
            carrier_id=carrier.id,
            code=code,
            pattern=pattern,
            yearly=yearly,
            granted_on=work.today,
            source=source,
            created_by=work.actor.party_id,
        )
        session.add(row)
        session.flush()
        work.record("carrier.write", row, scope=carrier.scope, after={"series": code})
    return row


def check_pattern(pattern: str, yearly: bool) -> None:
    """See that a pattern makes distinct numbers of 1 to 35 allowed characters (BR-FR-01, -02).

    Raises:
        Refused: it does not.
    """
    places = [place[0] for place in PLACES.findall(pattern)]
    left = PLACES.sub("", pattern)
    if not PATTERN.fullmatch(pattern) or "{" in left or "}" in left or ":" in left:
        raise Refused(N_("Le modèle de numéro {pattern!r} a des signes interdits."), pattern=pattern)
    if places.count("number") != 1 or (yearly and places.count("year") != 1):
        raise Refused(
            N_("Le modèle {pattern!r} doit contenir {{number}}, et {{year}} s'il change chaque année."),
            pattern=pattern,
        )
    if len(number_of(pattern, 2026, 9_999_999)) > 35:
        raise Refused(N_("Le modèle {pattern!r} est trop long : 35 signes au plus."), pattern=pattern)


def number_of(pattern: str, year: int, sequence: int) -> str:
    """Return the number a pattern makes."""
    return PLACES.sub(
        lambda place: str(year if place[1] == "year" else sequence).zfill(int(place[2] or 1)), pattern
    )


def series_of(session: Session, carrier: Carrier) -> Series:
    """Return the open series of a carrier's invoices, locked until the transaction ends.

    Raises:
        Refused: it granted none.
    """
    query = sa.select(Series).where(
        Series.carrier_id == carrier.id, Series.closed_on.is_(None), Series.pattern != ""
    )
    found = session.scalar(query.order_by(Series.id).limit(1).with_for_update())
    if found is None:
        raise Refused(
            N_("{name} n'a pas encore donné de série de numéros à ce KPA."), name=carrier.name
        )
    session.refresh(found, with_for_update=True)
    return found


def handover_chain(session: Session, carrier: Carrier) -> Series:
    """Return the chain of what is handed to a carrier, locked; it gives no number."""
    query = sa.select(Series).where(Series.carrier_id == carrier.id, Series.pattern == "")
    found = session.scalar(query.limit(1).with_for_update())
    if found is None:
        found = _add_handover_chain(session, carrier)
    session.refresh(found, with_for_update=True)
    return found


def _add_handover_chain(session: Session, carrier: Carrier) -> Series:
    row = Series(carrier_id=carrier.id, code="P", pattern="", yearly=False)
    session.add(row)
    session.flush()
    return row
