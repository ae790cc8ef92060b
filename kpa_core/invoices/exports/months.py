"""A month of a carrier's papers: which ones, and under which number they are known. Reads only."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

import sqlalchemy as sa

from kpa_core.errors import N_, Misuse
from kpa_core.invoices import documents
from kpa_core.invoices.exports.accounts import Accounts
from kpa_core.invoices.exports.journals import Entry, Money, money, reversal, sale, transfers
from kpa_core.invoices.exports.owing import (
    customer_code_of,
    freed_by,
    inherited,
    out_since,
    taken_back,
)
from kpa_core.invoices.models import (
    Carrier,
    CarrierAnswer,
    Document,
    Payment,
    PaymentConfirmation,
)
from kpa_core.invoices.paper import type_codes
from kpa_core.invoices.paying import dues
from kpa_core.work import Work

WRITTEN = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")


@dataclass(frozen=True, order=True)
class Month:
    """One month of the calendar."""

    first: date

    @property
    def name(self) -> str:
        """As it is written in names of files: ``2026-11``."""
        return f"{self.first:%Y-%m}"

    @property
    def after(self) -> date:
        """The day after its last."""
        year, month = divmod(self.first.year * 12 + self.first.month, 12)
        return date(year, month + 1, 1)

    @property
    def before(self) -> Month:
        """The month before it."""
        year, month = divmod(self.first.year * 12 + self.first.month - 2, 12)
        return Month(date(year, month + 1, 1))


def month_of(text: str) -> Month:
    """Return the month of a text such as ``2026-11``.

    Raises:
        Misuse: it is none.
    """
    found = WRITTEN.fullmatch(text.strip())
    if found is None:
        raise Misuse(N_("« {text} » n'est pas un mois. Exemple : 2026-11."), text=text)
    return Month(date(int(found[1]), int(found[2]), 1))


def papers(work: Work, carrier: Carrier, month: Month) -> Iterator[Document]:
    """Yield the invoices, hand-overs and credit notes of a month the actor may see, one by one."""
    query = documents.visible_documents(work).where(
        Document.carrier_id == carrier.id,
        Document.kind != "quote",
        Document.issued_on >= month.first,
        Document.issued_on < month.after,
    )
    ids = query.with_only_columns(Document.id).order_by(Document.issued_on, Document.reference)
    yield from _one_by_one(work, list(work.session.scalars(ids)))


def sales(work: Work, carrier: Carrier, month: Month, accounts: Accounts) -> Iterator[Entry]:
    """Yield the entry of each invoice and credit note of a month.

    A corrective comes after the reversal of the invoice it replaces.
    """
    for document in papers(work, carrier, month):
        if document.number is not None:
            yield from _sold(work, document, accounts)
    if accounts.handovers:
        for document in _numbered_by_carrier(work, carrier, month):
            yield from _sold(work, document, accounts)


def _sold(work: Work, document: Document, accounts: Accounts) -> Iterator[Entry]:
    sold = _sale(work, document, accounts)
    out = out_since(work, document)
    freed = Counter(taken_back(work, document, out))
    before = work.session.get(Document, document.corrects_id) if document.corrects_id else None
    if before is not None and (before.number is not None or accounts.handovers):
        freed.subtract(taken_back(work, before, out))
        if document.type_code == type_codes.CORRECTIVE:
            yield reversal(_sale(work, before, accounts), number=sold.number, day=sold.day)
            freed.update(inherited(work, before, document))
    owed = {rate: cents for rate, cents in sorted(freed.items()) if cents}
    yield replace(sold, postings=(*sold.postings, *transfers(accounts, owed)))


def _sale(work: Work, document: Document, accounts: Accounts) -> Entry:
    """Return the entry of one piece; a total that differs from ours is the carrier's own.

    A credit note undoes what its invoice wrote, account by account: its own lines may be one sum
    that tells no more what was sold.
    """
    number, day = _known_as(work, document)
    invoice = _taken_back_by(work, document)
    return sale(
        documents.snapshot_of(invoice or document),
        accounts,
        number=number,
        day=day,
        cents=dues.asked_cents(work.session, document),
        code=customer_code_of(work, document),
        back=invoice is not None,
    )


def _taken_back_by(work: Work, document: Document) -> Document | None:
    """Return the invoice of a credit note; what replaces an invoice is none."""
    if document.corrects_id is None or document.type_code == type_codes.CORRECTIVE:
        return None
    return work.session.get_one(Document, document.corrects_id)


def received(work: Work, carrier: Carrier, month: Month, accounts: Accounts) -> Iterator[Entry]:
    """Yield the entry of each payment the carrier confirmed in a month, in order of its days."""
    known = documents.visible_documents(work).where(Document.carrier_id == carrier.id)
    query = (
        sa.select(Payment)
        .join(PaymentConfirmation, PaymentConfirmation.payment_id == Payment.id)
        .where(Payment.document_id.in_(known.with_only_columns(Document.id)))
        .where(PaymentConfirmation.confirmed_on >= month.first)
        .where(PaymentConfirmation.confirmed_on < month.after)
        .order_by(Payment.received_on, Payment.id)
    )
    for payment in work.session.scalars(query):
        document = work.session.get_one(Document, payment.document_id)
        number, day = _known_as(work, document)
        if document.number is None and not (accounts.handovers and number):
            continue
        paid = Money(
            number=_number_of(payment, month),
            day=payment.received_on,
            cents=payment.amount_cents,
            method=payment.method,
        )
        yield money(
            documents.snapshot_of(document),
            accounts,
            paid,
            number=number,
            day=day,
            code=customer_code_of(work, document),
            freed=freed_by(work, payment),
        )


def _number_of(payment: Payment, month: Month) -> str:
    """Return the number of a payment's entry: what is confirmed later moves none.

    The end of an id is drawn, so it keeps the payments of a month apart for whoever reads.
    """
    return f"{month.name}-{payment.id.hex[-12:].upper()}"


def _numbered_by_carrier(work: Work, carrier: Carrier, month: Month) -> Iterator[Document]:
    """Yield the hand-overs the carrier's own pieces of a month were made from."""
    known = documents.visible_documents(work).where(Document.carrier_id == carrier.id)
    query = (
        sa.select(CarrierAnswer.document_id)
        .where(CarrierAnswer.stands, CarrierAnswer.issued_on >= month.first)
        .where(CarrierAnswer.issued_on < month.after)
        .where(CarrierAnswer.document_id.in_(known.with_only_columns(Document.id)))
        .order_by(CarrierAnswer.issued_on, CarrierAnswer.number)
    )
    yield from _one_by_one(work, list(work.session.scalars(query)))


def _known_as(work: Work, document: Document) -> tuple[str, date]:
    if document.number is not None:
        return document.number, document.issued_on
    answer = dues.standing_answer(work.session, document)
    return (answer.number, answer.issued_on) if answer else ("", document.issued_on)


def _one_by_one(work: Work, ids: list[object]) -> Iterator[Document]:
    # A snapshot may be large: each is let go before the next is read.
    for one in ids:
        document = work.session.get_one(Document, one)
        yield document
        work.session.expire(document, ["snapshot"])
