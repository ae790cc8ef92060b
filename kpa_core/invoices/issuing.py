"""Write a document for good: freeze the paper, take the number, link the chain, in one transaction.

The number is the next of its series under a lock on the series' row (``BEGIN IMMEDIATE`` on
SQLite), never a database sequence, which may skip. Dates of a series never go back.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core import clock
from kpa_core.activities import approvals
from kpa_core.activities import service as orders
from kpa_core.activities.models import Order
from kpa_core.db import new_id
from kpa_core.errors import N_, Refused
from kpa_core.invoices import carriers, guards, papers
from kpa_core.invoices.models import Carrier, Document, ReferenceCounter, Series
from kpa_core.invoices.paper import chain
from kpa_core.invoices.paper.snapshot import Snapshot
from kpa_core.members import charter
from kpa_core.work import Denied, Work

REFERENCE = {"quote": "D", "handover": "P", "invoice": "F", "credit_note": "A"}


@dataclass(frozen=True)
class Place:
    """Where a new document stands in its series."""

    series: Series
    position: int
    number: str | None


def send_quote(work: Work, order_id: UUID) -> Document:
    """Freeze the quote of an order as approved and note it as sent to the customer.

    Raises:
        Refused: it lacks approvals, prices or an address.
    """
    with work.transaction() as session:
        order, carrier = _order(work, order_id, "quote.send", ("asked",))
        today = clock.today(carrier.timezone)
        paper = papers.draft(work, order, carrier, "quote", _reference(session, "quote", today), today)
        document = _write(work, order, carrier, paper, place=None)
        papers.note(session, document, "sent", by_name=work.actor.name)
        orders.mark(work, order, "quoted", note=document.reference)
        work.record("quote.send", document, scope=document.scope, after=_facts(document))
        _ask_for_pdf(work, document)
    return document


def issue(work: Work, order_id: UUID) -> Document:
    """Issue the invoice of a done order, or hand it to the carrier when the carrier numbers.

    Raises:
        Refused: a rule of the group or of the law says not yet.
        Unavailable: the triggers that protect issued documents are not in place.
    """
    with work.transaction() as session:
        guards.require(session.connection())
        order, carrier = _order(work, order_id, "invoice.issue", ("done",))
        _require_issuer(work, order, carrier)
        kind = "handover" if carrier.mode == "draft_for_carrier" else "invoice"
        place = _place(session, carrier, kind)
        today = _issue_day(place.series, carrier)
        reference = _reference(session, kind, today)
        paper = papers.draft(work, order, carrier, kind, reference, today)
        document = _write(work, order, carrier, paper, place=_numbered(place, today))
        if kind == "invoice":
            orders.mark(work, order, "invoiced", note=document.number or "")
        work.record("invoice.issue", document, scope=document.scope, after=_facts(document))
        _ask_for_pdf(work, document)
    return document


def credit(work: Work, document_id: UUID, reason: str) -> Document:
    """Write the credit note that takes back an issued invoice, whole.

    Raises:
        Refused: it is not an invoice of ours, or was credited before.
    """
    with work.transaction() as session:
        guards.require(session.connection())
        invoice = papers.find(work, document_id, "invoice.credit")
        if invoice.kind != "invoice":
            raise Refused(N_("Un avoir ne corrige qu'une facture que nous avons numérotée."))
        if session.scalar(sa.select(Document.id).where(Document.corrects_id == invoice.id)):
            raise Refused(N_("La facture {number} a déjà un avoir."), number=invoice.number)
        if not reason.strip():
            raise Refused(N_("Écris pourquoi cette facture est reprise."), field="reason")
        order = session.get_one(Order, invoice.order_id)
        carrier = session.get_one(Carrier, invoice.carrier_id)
        _require_issuer(work, order, carrier, "invoice.credit")
        place = _place(session, carrier, "credit_note")
        today = _issue_day(place.series, carrier)
        reference = _reference(session, "credit_note", today)
        paper = papers.credit_of(invoice, reference, today, reason)
        document = _write(work, order, carrier, paper, place=_numbered(place, today), corrects=invoice)
        work.record("invoice.credit", document, scope=document.scope, after=_facts(document))
        work.ask("invoices.credited", {"document_id": str(document.id)}, key=str(document.id))
        _ask_for_pdf(work, document)
    return document


def next_number(work: Work, carrier_id: UUID) -> str:
    """Return the number the next invoice of a carrier would get, for a look before issuing."""
    carrier = carriers.find_carrier(work, carrier_id)
    series = carriers.series_of(work.session, carrier)
    day = _issue_day(series, carrier)
    sequence = 1 if series.yearly and series.year != day.year else series.last_sequence + 1
    return carriers.number_of(series.pattern, day.year, sequence)


# --- who ------------------------------------------------------------------------------------------


def _require_issuer(
    work: Work, order: Order, carrier: Carrier, capability: str = "invoice.issue"
) -> None:
    """The treasurer or the carrier alone; a referent or two members when the group's rule says."""
    if work.actor.kind == "service":
        return
    rule = charter.rule(work.session, "invoice.issuers", work.today, order.activity_id)
    held = {
        grant.role
        for grant in work.actor.grants
        if grant.activity_id in (order.activity_id, None)
        and (grant.role != "host" or grant.carrier_id == carrier.id)
    }
    held |= {one.role for one in work.actor.grants if one.carrier_id == carrier.id}
    if held & {"treasurer", "host"} or ("referent" in held and rule["referent"]):
        return
    if rule["two_members"] and held & {"participant", "referent"}:
        approvals.check_approved(work, order, "invoice")
        return
    raise Denied(capability, order.scope)


def _order(
    work: Work, order_id: UUID, capability: str, states: tuple[str, ...]
) -> tuple[Order, Carrier]:
    order = orders.find_order(work, order_id, capability)
    if order.state not in states:
        raise Refused(
            N_("La commande {reference} n'en est pas là : elle est « {state} »."),
            reference=order.reference,
            state=order.state,
        )
    orders.check_plugins_loaded(work, order)
    carrier = orders_carrier(work.session, order)
    if carrier.ends_on is not None and carrier.ends_on <= work.today:
        raise Refused(N_("{name} ne porte plus ce KPA. Choisis une autre maison."), name=carrier.name)
    return order, carrier


def orders_carrier(session: Session, order: Order) -> Carrier:
    """Return the carrier behind an order.

    Raises:
        Refused: the activity has none yet.
    """
    carrier_id = order.activity.carrier_id
    carrier = session.get(Carrier, carrier_id) if carrier_id else None
    if carrier is None:
        raise Refused(N_("Choisis d'abord la maison qui facture, sur la page de l'activité."))
    return carrier


# --- where in the series --------------------------------------------------------------------------


def _place(session: Session, carrier: Carrier, kind: str) -> Place:
    if kind == "handover":
        series = carriers.handover_chain(session, carrier)
    else:
        series = carriers.series_of(session, carrier)
    return Place(series, series.chain_length + 1, None)


def _issue_day(series: Series, carrier: Carrier) -> date:
    """Today for the carrier; never before the last document of the series."""
    today = clock.today(carrier.timezone)
    return max(today, series.last_issued_on or today)


def _numbered(place: Place, day: date) -> Place:
    series = place.series
    if not series.pattern:
        return place
    if series.yearly and series.year != day.year:
        series.year, series.last_sequence = day.year, 0
    series.last_sequence += 1
    number = carriers.number_of(series.pattern, day.year, series.last_sequence)
    return replace(place, number=number)


def _write(
    work: Work,
    order: Order,
    carrier: Carrier,
    paper: Snapshot,
    *,
    place: Place | None,
    corrects: Document | None = None,
) -> Document:
    if place is not None and place.number is not None:
        paper = replace(paper, number=place.number, series=place.series.code)
    data = paper.to_json()
    totals = paper.totals
    document = Document(
        id=new_id(),
        kind=paper.kind,
        reference=paper.reference,
        order_id=order.id,
        activity_id=order.activity_id,
        carrier_id=carrier.id,
        customer_id=order.customer.party_id,
        corrects_id=corrects.id if corrects else None,
        issued_on=paper.issue_day,
        due_on=paper.due_day,
        valid_until=paper.validity_day,
        net_cents=totals.net_cents,
        vat_cents=totals.vat_cents,
        gross_cents=totals.gross_cents,
        rounding_cents=totals.rounding_cents,
        snapshot=data,
        created_by=work.actor.party_id,
    )
    if place is not None:
        _link(document, place, data)
    work.session.add(document)
    work.session.flush()
    return document


def _link(document: Document, place: Place, data: bytes) -> None:
    series = place.series
    document.series_id, document.number = series.id, place.number
    document.chain_position, document.hash_version = place.position, chain.VERSION
    document.previous = series.head
    document.hash = chain.link(chain.VERSION, series.head, data)
    series.head, series.chain_length = document.hash, place.position
    series.last_issued_on = document.issued_on


def _reference(session: Session, kind: str, day: date) -> str:
    prefix = REFERENCE[kind]
    counter = session.get(ReferenceCounter, (prefix, day.year), with_for_update=True)
    if counter is None:
        counter = ReferenceCounter(prefix=prefix, year=day.year, last=0)
        session.add(counter)
    counter.last += 1
    session.flush()
    return f"{prefix}-{day.year}-{counter.last:04d}"


def _facts(document: Document) -> dict[str, object]:
    return {
        "reference": document.reference,
        "number": document.number,
        "gross_cents": document.gross_cents,
        "order": str(document.order_id),
    }


def _ask_for_pdf(work: Work, document: Document) -> None:
    # The paper is made from the frozen snapshot: later is as good, and keeps the lock short.
    work.ask("invoices.pdf", {"document_id": str(document.id)}, key=str(document.id))


def due_day(carrier: Carrier, day: date) -> date:
    """Return when an invoice of that day is due."""
    return day + timedelta(days=carrier.payment_days)
