"""Issue for good: freeze the paper, take the number, link the chain, in one transaction.

The number is the next of its series under a lock on the series' row (``BEGIN IMMEDIATE`` on
SQLite), never a database sequence, which may skip. Dates of a series never go back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from sqlalchemy.orm import Session

from kpa_core.activities import service as orders
from kpa_core.activities.models import Order
from kpa_core.activities.orders import LABELS
from kpa_core.errors import N_, Refused
from kpa_core.invoices import bills, documents, guards
from kpa_core.invoices.carrier import issuers, series
from kpa_core.invoices.drafts import correcting, crediting, deductions, drafting
from kpa_core.invoices.drafts.drafting import Paid
from kpa_core.invoices.drafts.paper_parts import terms_of
from kpa_core.invoices.models import Carrier, Document, Series
from kpa_core.invoices.paper.snapshot import Snapshot
from kpa_core.invoices.paying import payments
from kpa_core.invoices.sealing import freezing
from kpa_core.work import Work


def issue(work: Work, order_id: UUID, *, paid: Paid | None = None) -> Document:
    """Issue the invoice of a done order, or hand it to the carrier when the carrier numbers.

    It takes the order's living deposits back. Where lines were corrected after an invoice, it is
    the corrective that replaces that invoice (384). ``paid`` says that the customer has paid all
    of it before: the payment is then written with it.

    Raises:
        Refused: a rule of the group or of the law says not yet.
        Unavailable: the triggers that protect issued documents are not in place.
    """
    with work.transaction() as session:
        ready = prepare(work, order_id)
        order = ready.order
        original = _check_due(session, order)
        paid = _check_paid(work, order, paid, original)
        paper = drafting.whole(work, ready.blank, paid)
        _check_prices(session, order, paper, original)
        document = finish(work, ready, paper, corrects=original)
        taken = deductions.to_take_back(session, order.id)
        deductions.write(session, document, taken)
        if ready.kind == "invoice":
            orders.mark(work, order, "invoiced", note=document.number or "")
            payments.write_prepaid(work, document)
            payments.follow(work, document)
    return document


@dataclass(frozen=True)
class Ready:
    """An order and its series, locked, whose next paper the actor may make."""

    order: Order
    carrier: Carrier
    kind: Literal["handover", "invoice"]
    into: Series
    day: date
    reference: str

    @property
    def blank(self) -> drafting.Blank:
        """The paper to write on."""
        return drafting.Blank(self.order, self.carrier, self.kind, self.reference, self.day)


def prepare(work: Work, order_id: UUID) -> Ready:
    """Lock an order and its series, in the current transaction, once the actor may issue for it.

    Raises:
        Refused: a rule of the group or of the law says not yet.
        Unavailable: the triggers that protect issued documents are not in place.
    """
    session = work.session
    guards.require(session.connection())
    order = orders.find_order(work, order_id, "invoice.issue")
    carrier = drafting.carrier_behind(session, order, work.today)
    _check_same_house(session, order, carrier)
    issuers.require_issuer(work, order, carrier, "invoice.issue")
    orders.check_plugins_loaded(work, order)
    kind = drafting.bill_kind(carrier)
    into = _series(session, carrier, kind)
    # Once the locks are held: who came first has finished.
    order = orders.find_locked_order(work, order_id, "invoice.issue")
    day = freezing.issue_day(into, carrier)
    return Ready(order, carrier, kind, into, day, freezing.next_reference(session, kind, day))


def finish(
    work: Work, ready: Ready, paper: Snapshot, *, corrects: Document | None = None
) -> Document:
    """Give a paper its place and freeze it, in the current transaction."""
    place = freezing.take_place(ready.into, ready.day)
    document = freezing.freeze(
        work, ready.order, ready.carrier, paper, place=place, corrects=corrects
    )
    freezing.record(work, "invoice.issue", document)
    _ask_for_pdf(work, document)
    return document


def credit(work: Work, document_id: UUID, reason: str) -> Document:
    """Write the credit note that takes back an invoice, whole; or ask the carrier for it.

    Of an invoice the carrier numbered, it is a hand-over: it counts once the carrier's own number
    is noted. An order nothing was paid for can be invoiced again. Otherwise it stays where it is:
    the money goes back as a payment the other way, and a share-out already made becomes a debt.

    Raises:
        Refused: it is no invoice, has no number yet, was credited or replaced before, is a deposit
            that a living invoice takes back, or no reason is given.
        Unavailable: the triggers that protect issued documents are not in place.
    """
    with work.transaction() as session:
        guards.require(session.connection())
        invoice = documents.find(work, document_id, "invoice.credit")
        _check_invoice(session, invoice)
        if not reason.strip():
            raise Refused(N_("Écris pourquoi cette facture est reprise."), field="reason")
        order = session.get_one(Order, invoice.order_id)
        _check_not_reopened(work, order, invoice)
        carrier = documents.carrier_of(session, invoice)
        issuers.require_issuer(work, order, carrier, "invoice.credit")
        kind: Literal["handover", "credit_note"] = (
            "handover" if invoice.kind == "handover" else "credit_note"
        )
        into = _series(session, carrier, kind)
        documents.find_locked(work, document_id, "invoice.credit")
        _check_not_corrected(session, invoice)
        day = freezing.issue_day(into, carrier)
        reference = freezing.next_reference(session, kind, day)
        paper = crediting.credit_of(work, invoice, carrier, reference, day, reason)
        place = freezing.take_place(into, day)
        document = freezing.freeze(work, order, carrier, paper, place=place, corrects=invoice)
        freezing.record(work, "invoice.credit", document)
        if kind == "credit_note":
            payments.follow(work, invoice)
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


def _check_due(session: Session, order: Order) -> Document | None:
    """Return the living invoice that this one would replace, if lines were corrected after it."""
    waiting = bills.bill_at_the_carriers(session, order.id)
    if waiting is not None:
        raise Refused(
            N_("{reference} est déjà chez la maison qui facture. Attends son numéro."),
            reference=waiting.reference,
        )
    original = bills.live_bill(session, order.id)
    if original is not None:
        correcting.check_none_asked(session, original)
    if order.state == "done" or (order.state == "asked" and original is not None):
        return original
    raise Refused(
        N_("{reference} n'est pas à facturer : elle est « {state} »."),
        reference=order.reference,
        state=Refused(LABELS[order.state]),
    )


def _check_same_house(session: Session, order: Order, carrier: Carrier) -> None:
    for one in reversed(bills.living(session, order.id)):  # the bill first
        if one.carrier_id != carrier.id:
            raise Refused(
                N_("{name} vient d'une autre maison. Fais d'abord son avoir chez elle."),
                name=documents.shown_name(one),
            )


def _check_paid(
    work: Work, order: Order, paid: Paid | None, original: Document | None
) -> Paid | None:
    """Return what was paid before, once it may be written."""
    if paid is None:
        return None
    if original is not None or bills.live_deposits(work.session, order.id):
        raise Refused(
            N_("Un autre papier demande déjà de l'argent. Fais la facture, puis note le paiement.")
        )
    if paid.method not in payments.METHODS:
        raise Refused(N_("Choisis comment l'argent est arrivé."), field="method")
    work.require("payment.record", order.scope)
    payments.check_paid_day(work, order, paid.day)
    return paid


def _check_invoice(session: Session, invoice: Document) -> None:
    if not bills.is_bill(invoice):
        raise Refused(N_("Un avoir ne reprend qu'une facture ou un acompte."))
    if not bills.is_numbered(session, invoice):
        raise Refused(
            N_("{reference} n'a pas de numéro : la maison peut encore le renvoyer."),
            reference=invoice.reference,
        )


def _check_not_reopened(work: Work, order: Order, invoice: Document) -> None:
    if correcting.original_of(work, order) == invoice:
        raise Refused(
            N_("{reference} est en correction. Émets la corrective, ou garde la facture."),
            reference=order.reference,
        )


def _check_not_corrected(session: Session, invoice: Document) -> None:
    correcting.check_stands(session, invoice)
    correcting.check_none_asked(session, invoice)
    correcting.check_not_taken(session, invoice)


def why_not(session: Session, order: Order, carrier: Carrier, paper: Snapshot) -> Refused | None:
    """Return what :func:`issue` would refuse of an order, beside the rules of papers."""
    try:
        _check_same_house(session, order, carrier)
        _check_prices(session, order, paper, _check_due(session, order))
    except Refused as error:
        return error
    return None


def _check_prices(
    session: Session, order: Order, paper: Snapshot, original: Document | None
) -> None:
    if original is None or order.state == "done":
        _check_as_quoted(session, order, paper)
    if paper.kind == "handover" and paper.totals.to_pay_cents == 0:
        raise Refused(N_("Les acomptes ont tout pris : il ne reste rien à facturer."))


def _check_as_quoted(session: Session, order: Order, paper: Snapshot) -> None:
    quote = documents.latest_quote(session, order.id)
    if quote is None:
        return
    agreed = documents.snapshot_of(quote)
    if terms_of(agreed.lines, agreed.discounts) != terms_of(paper.lines, paper.discounts):
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
