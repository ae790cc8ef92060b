"""Issue for good: freeze the paper, take the number, link the chain, in one transaction.

The number is the next of its series under a lock on the series' row (``BEGIN IMMEDIATE`` on
SQLite), never a database sequence, which may skip. Dates of a series never go back.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from kpa_core.activities import service as orders
from kpa_core.activities.models import Order
from kpa_core.activities.orders import LABELS
from kpa_core.errors import N_, Refused
from kpa_core.invoices import documents, drafting, freezing, guards, issuers, payments, series
from kpa_core.invoices.models import Carrier, Document, Series
from kpa_core.invoices.paper.snapshot import Snapshot
from kpa_core.work import Work


def issue(work: Work, order_id: UUID) -> Document:
    """Issue the invoice of a done order, or hand it to the carrier when the carrier numbers.

    Raises:
        Refused: a rule of the group or of the law says not yet.
        Unavailable: the triggers that protect issued documents are not in place.
    """
    with work.transaction() as session:
        guards.require(session.connection())
        order = orders.find_order(work, order_id, "invoice.issue")
        carrier = drafting.carrier_behind(session, order, work.today)
        issuers.require_issuer(work, order, carrier, "invoice.issue")
        orders.check_plugins_loaded(work, order)
        kind = drafting.bill_kind(carrier)
        into = _series(session, carrier, kind)
        order = orders.find_locked_order(work, order_id, "invoice.issue")
        _check_due(session, order)  # once the locks are held: who came first has finished
        day = freezing.issue_day(into, carrier)
        reference = freezing.next_reference(session, kind, day)
        paper = drafting.whole(work, order, carrier, kind, reference, day)
        _check_as_quoted(session, order, paper)
        place = freezing.take_place(into, day)
        document = freezing.freeze(work, order, carrier, paper, place=place)
        if kind == "invoice":
            orders.mark(work, order, "invoiced", note=document.number or "")
        freezing.record(work, "invoice.issue", document)
        _ask_for_pdf(work, document)
    return document


def credit(work: Work, document_id: UUID, reason: str) -> Document:
    """Write the credit note that takes back an invoice of ours, whole.

    An order nothing was paid for can be invoiced again. Otherwise it stays where it is: the
    money goes back as a payment the other way, and a share-out already made becomes a debt.

    Raises:
        Refused: it is not an invoice of ours, was credited before, or no reason is given.
        Unavailable: the triggers that protect issued documents are not in place.
    """
    with work.transaction() as session:
        guards.require(session.connection())
        invoice = documents.find(work, document_id, "invoice.credit")
        if invoice.kind != "invoice":
            raise Refused(N_("Un avoir ne reprend qu'une facture que nous avons numérotée."))
        if not reason.strip():
            raise Refused(N_("Écris pourquoi cette facture est reprise."), field="reason")
        order = session.get_one(Order, invoice.order_id)
        carrier = documents.carrier_of(session, invoice)
        issuers.require_issuer(work, order, carrier, "invoice.credit")
        into = _series(session, carrier, "credit_note")
        documents.find_locked(work, document_id, "invoice.credit")
        if documents.credit_note_of(session, invoice) is not None:
            raise Refused(N_("La facture {number} a déjà un avoir."), number=invoice.number)
        day = freezing.issue_day(into, carrier)
        reference = freezing.next_reference(session, "credit_note", day)
        paper = drafting.credit_of(work, invoice, carrier, reference, day, reason)
        place = freezing.take_place(into, day)
        document = freezing.freeze(work, order, carrier, paper, place=place, corrects=invoice)
        payments.follow(work, invoice)
        freezing.record(work, "invoice.credit", document)
        work.ask("invoices.credited", {"document_id": str(document.id)}, key=str(document.id))
        _ask_for_pdf(work, document)
    return document


def next_number(session: Session, carrier: Carrier) -> str:
    """Return the number the next invoice of a carrier would get, for a look before issuing.

    Raises:
        Refused: the carrier granted no series.
    """
    found = series.open_series(session, carrier)
    return freezing.peek_number(found, freezing.issue_day(found, carrier))


def _series(session: Session, carrier: Carrier, kind: str) -> Series:
    if kind == "handover":
        return series.handover_chain(session, carrier)
    return series.open_series(session, carrier, lock=True)


def _check_due(session: Session, order: Order) -> None:
    if order.state != "done":
        raise Refused(
            N_("{reference} n'est pas à facturer : elle est « {state} »."),
            reference=order.reference,
            state=Refused(LABELS[order.state]),
        )
    waiting = documents.live_bill(session, order.id)
    if waiting is not None:
        raise Refused(
            N_("{reference} est déjà chez la maison qui facture. Attends son numéro."),
            reference=waiting.reference,
        )


def _check_as_quoted(session: Session, order: Order, paper: Snapshot) -> None:
    quote = documents.latest_quote(session, order.id)
    if quote is not None and documents.snapshot_of(quote).lines != paper.lines:
        raise Refused(
            N_("Les prix de {reference} ne sont plus ceux du devis {quote}. Refais un devis."),
            reference=order.reference,
            quote=quote.reference,
        )


def _ask_for_pdf(work: Work, document: Document) -> None:
    # What bears a number has its files already. The others are printed from the frozen snapshot:
    # later is as good, and keeps the lock short.
    if document.pdf_sha256 is None:
        work.ask("invoices.pdf", {"document_id": str(document.id)}, key=str(document.id))
