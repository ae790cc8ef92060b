"""A month of a carrier's papers: which ones, and under which number they are known. Reads only."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, time
from uuid import UUID

import sqlalchemy as sa

from kpa_core import clock
from kpa_core.errors import N_, Misuse
from kpa_core.invoices import bills, documents
from kpa_core.invoices.exports.journals import (
    Entry,
    Money,
    Posting,
    advance,
    money,
    reversal,
    sale,
    transfers,
)
from kpa_core.invoices.exports.owing import (
    customer_code_of,
    freed_by,
    inherited,
    out_since,
    taken_back,
)
from kpa_core.invoices.exports.pieces import (
    AccountsOn,
    accounts_of,
    booked_on,
    in_time,
    is_ours,
    known_as,
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


def sales(work: Work, carrier: Carrier, month: Month, accounts: AccountsOn) -> Iterator[Entry]:
    """Yield the entry of each invoice and credit note of a month.

    A corrective comes after the reversal of the invoice it replaces.
    """
    for document in papers(work, carrier, month):
        if document.number is not None:
            yield from _sold(work, document, accounts)
    for document in _numbered_by_carrier(work, carrier, month):
        if is_ours(work.session, document, accounts):
            yield from _sold(work, document, accounts)


def _sold(work: Work, document: Document, accounts: AccountsOn) -> Iterator[Entry]:
    session = work.session
    sold = _sale(work, document, accounts)
    out = out_since(work, document)
    freed: defaultdict[UUID, Counter[int]] = defaultdict(Counter)  # by piece, then by rate
    for deposit, owed in taken_back(work, document, out):
        freed[deposit.id].update(owed)
    before = session.get(Document, document.corrects_id) if document.corrects_id else None
    if before is not None and is_ours(session, before, accounts):
        for deposit, owed in taken_back(work, before, out):
            freed[deposit.id].subtract(owed)
        if document.type_code == type_codes.CORRECTIVE:
            undone = _sale(work, before, accounts)
            yield reversal(undone, number=sold.number, day=sold.day, piece_day=sold.piece_day)
            freed[document.id].update(inherited(work, before, document))
    moves = [
        one
        for piece_id, owed in freed.items()
        for one in _transfers(work, session.get_one(Document, piece_id), owed, accounts)
    ]
    yield replace(sold, postings=(*sold.postings, *moves))


def _transfers(
    work: Work, piece: Document, owed: Counter[int], accounts: AccountsOn
) -> Iterator[Posting]:
    moved = {rate: cents for rate, cents in sorted(owed.items()) if cents}
    return transfers(accounts_of(work.session, piece, accounts), moved)


def _sale(work: Work, document: Document, accounts: AccountsOn) -> Entry:
    """Return the entry of one piece; a total that differs from ours is the carrier's own.

    A credit note undoes what its invoice wrote, account by account: its own lines may be one sum
    that tells no more what was sold.
    """
    session = work.session
    number, day = known_as(session, document)
    invoice = _taken_back_by(work, document)
    sold = sale(
        documents.snapshot_of(invoice or document),
        accounts_of(session, document, accounts),
        number=number,
        day=booked_on(session, document),
        cents=dues.asked_cents(session, document),
        code=customer_code_of(work, document),
        back=invoice is not None,
        taken=_advances(work, invoice or document, accounts),
    )
    return replace(sold, piece_day=day)


def _advances(work: Work, final: Document, accounts: AccountsOn) -> list[Posting]:
    """Return what takes back the deposits of an invoice, each from its own account."""
    session = work.session
    return [
        advance(
            documents.snapshot_of(one),
            accounts_of(session, one, accounts),
            dues.asked_cents(session, one),
        )
        for one in bills.deposits_taken_by(session, final)
    ]


def _taken_back_by(work: Work, document: Document) -> Document | None:
    """Return the invoice of a credit note; what replaces an invoice is none."""
    if document.corrects_id is None or document.type_code == type_codes.CORRECTIVE:
        return None
    return work.session.get_one(Document, document.corrects_id)


def received(work: Work, carrier: Carrier, month: Month, accounts: AccountsOn) -> Iterator[Entry]:
    """Yield the entry of each payment the carrier confirmed in a month, in order of its days."""
    session = work.session
    known = documents.visible_documents(work).where(Document.carrier_id == carrier.id)
    query = (
        sa.select(Payment, PaymentConfirmation.confirmed_on)
        .join(PaymentConfirmation, PaymentConfirmation.payment_id == Payment.id)
        .where(Payment.document_id.in_(known.with_only_columns(Document.id)))
        .where(PaymentConfirmation.confirmed_on >= month.first)
        .where(PaymentConfirmation.confirmed_on < month.after)
        .order_by(Payment.received_on, Payment.id)
    )
    dated = [
        (in_time(payment.received_on, confirmed_on), payment)
        for payment, confirmed_on in session.execute(query)
    ]
    for day, payment in sorted(dated, key=lambda one: one[0]):
        document = session.get_one(Document, payment.document_id)
        if is_ours(session, document, accounts):
            yield _moved(work, payment, document, _number_of(payment, month), day, accounts)


def _moved(
    work: Work, payment: Payment, document: Document, number: str, day: date, accounts: AccountsOn
) -> Entry:
    piece, piece_day = known_as(work.session, document)
    moved = Money(
        number=number,
        day=day,
        cents=payment.amount_cents,
        method=payment.method,
        moved_on=payment.received_on,
    )
    return money(
        documents.snapshot_of(document),
        accounts_of(work.session, document, accounts),
        moved,
        number=piece,
        day=piece_day,
        code=customer_code_of(work, document),
        freed=freed_by(work, payment),
        till=accounts(day),
    )


def _number_of(payment: Payment, month: Month) -> str:
    """Return the number of a payment's entry: what is confirmed later moves none.

    The end of an id is drawn, so it keeps the payments of a month apart for whoever reads.
    """
    return f"{month.name}-{payment.id.hex[-12:].upper()}"


def _numbered_by_carrier(work: Work, carrier: Carrier, month: Month) -> Iterator[Document]:
    """Yield the hand-overs whose pieces by the carrier are in the books of a month."""
    known = documents.visible_documents(work).where(Document.carrier_id == carrier.id)
    noted = clock.instant_of(month.first, time(), carrier.timezone)
    query = (
        sa.select(CarrierAnswer.document_id)
        .where(CarrierAnswer.stands, CarrierAnswer.issued_on < month.after)
        .where(sa.or_(CarrierAnswer.issued_on >= month.first, CarrierAnswer.created_at >= noted))
        .where(CarrierAnswer.document_id.in_(known.with_only_columns(Document.id)))
        .order_by(CarrierAnswer.issued_on, CarrierAnswer.number)
    )
    for document in _one_by_one(work, list(work.session.scalars(query))):
        if month.first <= booked_on(work.session, document) < month.after:
            yield document


def _one_by_one(work: Work, ids: list[object]) -> Iterator[Document]:
    # A snapshot may be large: each is let go before the next is read.
    for one in ids:
        document = work.session.get_one(Document, one)
        yield document
        work.session.expire(document, ["snapshot"])
