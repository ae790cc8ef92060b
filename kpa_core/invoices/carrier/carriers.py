"""Carriers: who sells by law, how it wants to be invoiced for, and what papers say of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core import clock
from kpa_core.contracts import Scope, VatRegime
from kpa_core.errors import N_, Conflict, NotFound, Refused
from kpa_core.invoices.carrier.identity import TAXED, check_identity, regime_of
from kpa_core.invoices.models import MODES, Carrier, CarrierIdentity, Series
from kpa_core.invoices.paper.snapshot import Seller
from kpa_core.members.models import Party
from kpa_core.work import Work

EDITABLE = (
    "mode",
    "analytic_code",
    "payment_days",
    "quote_days",
    "late_penalty",
    "paid_when",
    "ask_whom",
    "emits_from",
    "email",
    "ends_on",
)

MODE_LABELS = {
    "draft_for_carrier": N_("Elle fait elle-même nos factures et leurs numéros"),
    "delegated_series": N_("Elle nous donne une série de numéros"),
    "own_structure": N_("C'est notre propre structure"),
}


HANDOVERS = "P"
"""The code of the chain of what is handed to a carrier; it gives no number."""


@dataclass(frozen=True)
class NewCarrier:
    """What is needed to let a body carry the invoices.

    ``identity`` has the fields of :class:`kpa_core.invoices.paper.snapshot.Seller`. ``paid_when``
    and ``ask_whom`` are sentences shown beside each share.
    """

    name: str
    mode: str
    identity: Mapping[str, Any]
    analytic_code: str = ""
    paid_when: str = ""
    ask_whom: str = ""
    late_penalty: str = ""
    email: str = ""
    emits_from: date | None = None
    payment_days: int = 30
    quote_days: int = 30


def scope_of_carrier(session: Session, carrier_id: UUID) -> Scope | None:
    """Return where a carrier belongs."""
    carrier = session.get(Carrier, carrier_id)
    return carrier.scope if carrier else None


def visible_carriers(work: Work, capability: str = "carrier.read") -> sa.Select[Carrier]:
    """Return the query of carriers the actor may see, by name."""
    reach = work.reach(capability)
    return sa.select(Carrier).where(reach.where(carrier=Carrier.id)).order_by(Carrier.name)


def find_carrier(work: Work, carrier_id: UUID, capability: str = "carrier.read") -> Carrier:
    """Return a carrier the actor may see.

    Raises:
        NotFound: there is none, or not for this actor.
    """
    return _one(work, visible_carriers(work, capability).where(Carrier.id == carrier_id))


def carrier_named(work: Work, name: str, capability: str = "carrier.read") -> Carrier:
    """Return a carrier by its exact name.

    Raises:
        NotFound: there is none, or not for this actor.
    """
    try:
        return _one(work, visible_carriers(work, capability).where(Carrier.name == name.strip()))
    except NotFound as error:
        raise NotFound(N_("Aucune maison ne s'appelle « {name} »."), name=name) from error


def add_carrier(work: Work, new: NewCarrier, *, source: str = "") -> Carrier:
    """Let a body carry invoices: its party, its mode, its identity from today.

    Raises:
        Refused: an unknown mode, no name, or a number that is wrong.
        Conflict: a carrier has this name.
    """
    identity = check_identity({"name": new.name, **new.identity})
    with work.transaction() as session:
        work.require("carrier.add")
        name = _free_name(session, new.name)
        party = Party(
            kind="body",
            display_name=name,
            siren=identity.get("siren", ""),
            siret=identity.get("siret", ""),
            vat_number=identity.get("vat_number", ""),
            created_by=work.actor.party_id,
        )
        session.add(party)
        session.flush()
        carrier = Carrier(
            party_id=party.id, name=name, timezone=work.zone, created_by=work.actor.party_id
        )
        _write(carrier, {name: getattr(new, name) for name in EDITABLE if hasattr(new, name)})
        session.add(carrier)
        session.flush()
        session.add(Series(carrier_id=carrier.id, code=HANDOVERS, pattern="", yearly=False))
        _say_identity(work, carrier, identity, _today(carrier), source)
        after = {"name": name, "mode": carrier.mode}
        work.record("carrier.add", carrier, scope=carrier.scope, after=after)
    return carrier


def change_carrier(
    work: Work, carrier_id: UUID, version: int, changes: Mapping[str, Any]
) -> Carrier:
    """Change fields named in ``EDITABLE``; papers already written keep what they say.

    Raises:
        Conflict: someone else changed it in between.
        Refused: a value is not one.
    """
    with work.transaction():
        carrier = find_carrier(work, carrier_id, "carrier.write")
        if carrier.version != version:
            raise Conflict(N_("Quelqu'un d'autre a changé cette maison. Rouvre-la et recommence."))
        kept = {name: changes[name] for name in EDITABLE if name in changes}
        before = {name: getattr(carrier, name) for name in kept}
        _write(carrier, kept)
        # Whom to ask and where to write are somebody's: they stay out of the log.
        somebody = {"ask_whom": "", "email": ""}
        before, after = ({**facts, **somebody} for facts in (before, kept))
        work.record("carrier.write", carrier, scope=carrier.scope, before=before, after=after)
    return carrier


def set_identity(
    work: Work, carrier_id: UUID, identity: Mapping[str, Any], *, starts_on: date, source: str = ""
) -> CarrierIdentity:
    """Write a new version of what papers say of a carrier; earlier papers keep theirs.

    Raises:
        Refused: a number is wrong, or the day has passed: papers of that day are already out.
    """
    kept = check_identity(identity)
    with work.transaction():
        carrier = find_carrier(work, carrier_id, "carrier.write")
        if starts_on < _today(carrier):
            raise Refused(N_("Choisis aujourd'hui ou un jour plus tard."), field="starts_on")
        row = _say_identity(work, carrier, kept, starts_on, source)
        after = {"starts_on": starts_on, "fields": sorted(kept), "source": row.source}
        work.record("carrier.write", row, scope=carrier.scope, after=after)
    return row


def identity_on(session: Session, carrier: Carrier, day: date) -> CarrierIdentity | None:
    """Return what papers of a day say of a carrier: the newest version that had begun."""
    return session.scalar(
        sa.select(CarrierIdentity)
        .where(CarrierIdentity.carrier_id == carrier.id, CarrierIdentity.starts_on <= day)
        .order_by(CarrierIdentity.starts_on.desc(), CarrierIdentity.id.desc())
        .limit(1)
    )


def vat_regime(work: Work, carrier_id: UUID) -> VatRegime:
    """Return what a plugin's prices must know: whether the carrier charges VAT today.

    Without a VAT number it may charge none (CGI 293 B, 261).
    """
    carrier = work.session.get_one(Carrier, carrier_id)
    said = identity_on(work.session, carrier, clock.today(carrier.timezone))
    return "normal" if said is None or regime_of(said.identity) in TAXED else "franchise"


def seller_on(session: Session, carrier: Carrier, day: date) -> Seller:
    """Return the carrier's identity for a paper of that day.

    Raises:
        Refused: it has none yet.
    """
    found = identity_on(session, carrier, day)
    if found is None:
        raise Refused(N_("Il manque l'adresse et le SIREN de {name}."), name=carrier.name)
    return Seller(**{**found.identity, "address": tuple(found.identity.get("address", ()))})


def _say_identity(
    work: Work, carrier: Carrier, identity: Mapping[str, Any], starts_on: date, source: str
) -> CarrierIdentity:
    row = CarrierIdentity(
        carrier_id=carrier.id,
        starts_on=starts_on,
        identity=identity,
        source=source.strip(),
        created_by=work.actor.party_id,
    )
    work.session.add(row)
    work.session.flush()
    return row


def _one(work: Work, query: sa.Select[Carrier]) -> Carrier:
    found = work.session.scalar(query)
    if found is None:
        raise NotFound()
    return found


def _free_name(session: Session, text: str) -> str:
    name = " ".join(text.split())
    if session.scalar(sa.select(Carrier.id).where(Carrier.name == name)) is not None:
        raise Conflict(N_("Une maison s'appelle déjà « {name} »."), field="name", name=name)
    return name


def _write(carrier: Carrier, values: Mapping[str, Any]) -> None:
    if values.get("mode", carrier.mode) not in MODES:
        raise Refused(
            N_("La façon de facturer {mode!r} n'existe pas."), field="mode", mode=values["mode"]
        )
    for name, least in (("payment_days", 0), ("quote_days", 1)):
        if name in values and not least <= values[name] <= 365:
            raise Refused(N_("Écris un nombre de jours, 365 au plus."), field=name)
    for name, value in values.items():
        setattr(carrier, name, value.strip() if isinstance(value, str) else value)


def _today(carrier: Carrier) -> date:
    return clock.today(carrier.timezone)
