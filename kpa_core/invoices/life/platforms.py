"""The life of a document at its platform: what was said, by whom, and what is still to deposit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core import clock
from kpa_core.activities.models import Customer, Order
from kpa_core.errors import N_, Refused
from kpa_core.invoices import bills, documents
from kpa_core.invoices.life.models import PlatformStatus
from kpa_core.invoices.models import Carrier, Document
from kpa_core.invoices.paper.prechecks.bodies import NEVER_DELIVERED, goes_through_platform
from kpa_core.invoices.paper.snapshot import VatGroup
from kpa_core.invoices.paying import dues
from kpa_core.money import split
from kpa_core.work import Work

LABELS = {
    "200": N_("Déposée"),
    "201": N_("Émise par la plateforme"),
    "202": N_("Reçue par la plateforme du client"),
    "203": N_("Mise à disposition du client"),
    "204": N_("Prise en charge"),
    "205": N_("Approuvée"),
    "206": N_("Approuvée en partie"),
    "207": N_("En litige"),
    "208": N_("Suspendue"),
    "209": N_("Complétée"),
    "210": N_("Refusée"),
    "211": N_("Paiement transmis"),
    "212": N_("Encaissée"),
    "213": N_("Rejetée"),
    "220": N_("Annulée"),
}
FIRST = ("200", "213")
"""A document is deposited, or rejected when it was: nothing is said of it before."""
LAST = ("210", "213", "220")
"""After these the document is dead for the platform: a credit note, then another invoice."""
WITH_REASON = ("206", "207", "208", "210", "213")
NUMBERED = ("invoice", "credit_note")

Amounts = list[dict[str, Any]]
Rate = tuple[int, str]


def note_status(
    work: Work,
    document_id: UUID,
    code: str,
    *,
    said_on: date | None = None,
    reason: str = "",
    source: str = "person",
) -> PlatformStatus:
    """Write what the platform said of a document; a 212 bears the money of each VAT rate.

    Raises:
        Refused: an unknown status, one that cannot follow, no reason where one is owed, a day to
            come, or no money that was not said yet.
    """
    with work.transaction() as session:
        document = documents.find_locked(work, document_id, "invoice.answer")
        today = clock.today(documents.carrier_of(session, document).timezone)
        day = said_on or today
        _check(document, statuses_of(session, document), code, reason)
        if not document.issued_on <= day <= today:
            raise Refused(
                N_("Ce jour n'est pas entre celui de la facture et aujourd'hui."), field="said_on"
            )
        row = PlatformStatus(
            document_id=document.id,
            code=code,
            said_on=day,
            reason=reason.strip(),
            source=source,
            by_name=work.actor.name,
            amounts=_cashed(session, document) if code == "212" else [],
            created_by=work.actor.party_id,
        )
        session.add(row)
        session.flush()
        after = {"status": code, "said_on": day, "source": source, "amounts": row.amounts}
        work.record("invoice.answer", document, scope=document.scope, after=after)
    return row


def statuses_of(session: Session, document: Document) -> list[PlatformStatus]:
    """Return what was said of a document, the oldest first."""
    query = sa.select(PlatformStatus).where(PlatformStatus.document_id == document.id)
    return list(session.scalars(query.order_by(PlatformStatus.id)))


def per_rate(groups: Sequence[VatGroup], said: Mapping[Rate, int], cents: int) -> Amounts:
    """Return how money falls on each VAT rate, VAT included, after what was ``said`` of each.

    Money that comes falls on what each rate still asks, in proportion (BR-FR-CDV-14 wants it on a
    212); money that goes back, on what was said of each. So no rate has less when money comes, nor
    more than it asks, and once all is paid each has what it asked. A rounding that is left alone
    falls on the first rate.
    """
    asked: dict[Rate, int] = {}
    for one in groups:
        rate = (one.rate_bp, str(one.category))
        asked[rate] = asked.get(rate, 0) + one.net_cents + one.vat_cents
    weights = {
        rate: max(cents_of - said.get(rate, 0) if cents > 0 else said.get(rate, 0), 0)
        for rate, cents_of in asked.items()
    }
    if not any(weights.values()):
        weights = dict.fromkeys(list(asked)[:1], 1)
    return [
        {"rate_bp": rate, "category": category, "cents": part}
        for (rate, category), part in split(cents, weights).items()
        if part
    ]


def is_to_deposit(session: Session, document: Document) -> bool:
    """Tell whether the law wants a document on a platform, and nobody said it is there."""
    since = documents.carrier_of(session, document).emits_from
    if document.kind not in NUMBERED or since is None or document.issued_on < since:
        return False
    if not goes_through_platform(documents.snapshot_of(document)):
        return False
    return not statuses_of(session, document)


def to_deposit(work: Work, most: int) -> Iterator[Document]:
    """Yield the documents of the actor's that wait to be deposited, the oldest first."""
    said = sa.exists().where(PlatformStatus.document_id == Document.id)
    # Who never was anything but these needs no look into the paper itself.
    never = sa.and_(Customer.kind.in_(NEVER_DELIVERED), Customer.version == 1)
    query = (
        documents.visible_documents(work, "invoice.answer")
        .join(Carrier, Carrier.id == Document.carrier_id)
        .join(Order, Order.id == Document.order_id)
        .join(Customer, Customer.id == Order.customer_id)
        .where(~never)
        .where(Document.kind.in_(NUMBERED), Document.issued_on >= Carrier.emits_from, ~said)
        .order_by(Document.issued_on, Document.id)
    )
    found = 0
    for document in work.session.scalars(query):
        if is_to_deposit(work.session, document):
            yield document
            found += 1
        if found == most:
            return


def _cashed(session: Session, document: Document) -> Amounts:
    """Return the confirmed money that no 212 said yet, for each VAT rate.

    A credit note gives nothing back by itself: the refund does. The money of an invoice that was
    replaced is its corrective's, which says it anew, by its own rates.
    """
    said: dict[Rate, int] = {}
    for row in statuses_of(session, document):
        for part in row.amounts if row.code == "212" else ():
            rate = (part["rate_bp"], part["category"])
            said[rate] = said.get(rate, 0) + part["cents"]
    replaced = bills.replacement_of(session, document) is not None
    asked = dues.asked_cents(session, document) if bills.is_bill(document) else 0
    confirmed = max(dues.confirmed_cents(session, document.id), 0)
    new = (0 if replaced else min(confirmed, asked)) - sum(said.values())
    if not new:
        raise Refused(N_("Tout l'argent confirmé par la maison est déjà déclaré encaissé."))
    return per_rate(documents.snapshot_of(document).vat_groups, said, new)


def _check(document: Document, said: list[PlatformStatus], code: str, reason: str) -> None:
    if document.kind not in NUMBERED:
        raise Refused(N_("Une plateforme ne reçoit que ce que nous numérotons."))
    if code not in LABELS:
        raise Refused(N_("Le statut {code!r} n'existe pas."), field="code", code=code)
    if not said and code not in FIRST:
        raise Refused(N_("Note d'abord qu'elle est déposée."), field="code")
    # Money that goes back after a refusal is still said: only 212 speaks of it.
    if said and any(one.code in LAST for one in said) and code != "212":
        raise Refused(N_("La plateforme a déjà dit non : fais un avoir, puis une autre facture."))
    if code == "200" and said:
        raise Refused(N_("Elle est déjà notée comme déposée."), field="code")
    if code in WITH_REASON and not reason.strip():
        raise Refused(N_("Écris la raison que la plateforme donne."), field="reason")
