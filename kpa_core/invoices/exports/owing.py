"""What journals know of the past of a paper: the money it inherits, the name its customer had.

A corrective inherits the money of what it replaces: the VAT that this money freed is counted again
by its own rates when it is issued, and from then on each payment frees the rest. So at the end
nothing waits, whatever took the place of what.

An invoice of goods, or of a seller who opted for debits, makes its whole VAT owed: that of the
deposits it takes back too, paid or not (CGI art. 269-2-a).
"""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import sqlalchemy as sa

from kpa_core.activities.models import Order
from kpa_core.invoices import bills, documents
from kpa_core.invoices.exports.journals import customer_code, owed_vat
from kpa_core.invoices.exports.waiting import at_once, difference
from kpa_core.invoices.models import DepositDeduction, Document, Payment, PaymentConfirmation
from kpa_core.invoices.paying import dues
from kpa_core.money import round_half_away
from kpa_core.work import Work


def freed_by(work: Work, payment: Payment) -> dict[int, int]:
    """Return the VAT of each rate that a confirmed payment makes owed; below zero when it left.

    Money that was confirmed late, for an invoice that was replaced meanwhile, counts for the one
    that asks it then.
    """
    session = work.session
    query = sa.select(PaymentConfirmation.id).where(PaymentConfirmation.payment_id == payment.id)
    said = session.scalars(query).one()
    document = session.get_one(Document, payment.document_id)
    newer = bills.replacement_of(session, document)
    while newer is not None and out_since(work, newer) < said:
        document, newer = newer, bills.replacement_of(session, newer)
    before = _came(work, document, said)
    final = _taken_by(work, document, said)
    return difference(
        _owed(work, document, before + payment.amount_cents, final),
        _owed(work, document, before, final),
    )


def inherited(work: Work, replaced: Document, corrective: Document) -> dict[int, int]:
    """Return the VAT of each rate that money of before makes owed by a corrective's own rates."""
    came = _came(work, replaced, out_since(work, corrective))
    return difference(_owed(work, corrective, came), _owed(work, replaced, came))


def taken_back(work: Work, final: Document, at: UUID) -> Iterator[tuple[Document, dict[int, int]]]:
    """Yield each deposit an invoice takes back, with its VAT of each rate that this makes owed.

    It is what still waited for its money when the row ``at`` was written.
    """
    for deposit in bills.deposits_taken_by(work.session, final):
        came = _came(work, deposit, at)
        both = _owed(work, deposit, came, final), _owed(work, deposit, came, None)
        yield deposit, difference(*both)


def out_since(work: Work, document: Document) -> UUID:
    """Return the row that put a paper out: itself, or the carrier's number. Ids follow time."""
    answer = dues.answer_of(work.session, document) if document.kind == "handover" else None
    return answer.id if answer is not None else document.id


def customer_code_of(work: Work, document: Document) -> str:
    """Return what a document's customer is known by in the books, once and for all.

    It takes the name of the customer's first paper: later ones may say another.
    """
    session = work.session
    customer_id = session.get_one(Order, document.order_id).customer_id
    first = session.scalars(
        sa.select(Document)
        .join(Order, Order.id == Document.order_id)
        .where(Order.customer_id == customer_id, Document.carrier_id == document.carrier_id)
        .where(Document.kind != "quote")
        .order_by(Document.id)
        .limit(1)
    ).first()
    name = documents.snapshot_of(first or document).customer.name
    return customer_code(name, customer_id)


def _came(work: Work, document: Document, before: UUID) -> int:
    """Return the money of a paper and of those it replaces, confirmed before a row was written."""
    query = (
        sa.select(sa.func.coalesce(sa.func.sum(Payment.amount_cents), 0))
        .join(PaymentConfirmation, PaymentConfirmation.payment_id == Payment.id)
        .where(Payment.document_id.in_(bills.lineage(work.session, document.id)))
        .where(PaymentConfirmation.id < before)
    )
    return int(work.session.scalar(query) or 0)


def _owed(
    work: Work, document: Document, came: int, final: Document | None = None
) -> dict[int, int]:
    """Return the VAT owed once money came; ``final`` is what takes a deposit back by then."""
    asked = dues.asked_cents(work.session, document)
    paper = documents.snapshot_of(document)
    owed = owed_vat(paper, asked, came)
    if final is None:
        return owed
    sold = documents.snapshot_of(final)
    whole = owed_vat(paper, asked, asked)
    return {
        rate: cents + round_half_away((whole[rate] - cents) * at_once(sold, rate))
        for rate, cents in owed.items()
    }


def _taken_by(work: Work, deposit: Document, at: UUID) -> Document | None:
    """Return the invoice that took a deposit back when a row was written, if one did."""
    session = work.session
    query = (
        sa.select(Document)
        .join(DepositDeduction, DepositDeduction.document_id == Document.id)
        .where(DepositDeduction.deposit_id == deposit.id)
        .order_by(Document.id.desc())
    )
    for final in session.scalars(query):
        ends = bills.credit_note_of(session, final) or bills.replacement_of(session, final)
        if not bills.is_numbered(session, final) or out_since(work, final) > at:
            continue
        if ends is None or out_since(work, ends) > at:
            return final
    return None
