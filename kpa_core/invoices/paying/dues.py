"""What is asked for a document or an order, and what came: the one place where money is added up.

An order may be billed in several papers: deposits, then an invoice that takes them back. A
corrective invoice inherits the money that came for the one it replaces.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core.invoices import documents
from kpa_core.invoices.models import CarrierAnswer, Document, Payment, PaymentConfirmation


@dataclass(frozen=True, slots=True)
class Due:
    """Cents asked, said to have come, and confirmed by the carrier."""

    owed: int = 0
    claimed: int = 0
    confirmed: int = 0

    def __add__(self, other: Due) -> Due:
        """Return both together."""
        return Due(
            self.owed + other.owed,
            self.claimed + other.claimed,
            self.confirmed + other.confirmed,
        )

    @property
    def shareable(self) -> int:
        """The confirmed money, never beyond what is owed: only this is shared."""
        return max(min(self.confirmed, self.owed), 0)

    @property
    def is_paid(self) -> bool:
        """Tell whether the carrier confirmed all that is asked."""
        return self.confirmed >= self.owed


def answer_of(session: Session, document: Document) -> CarrierAnswer | None:
    """Return the carrier's answer that stands, or the newest that waits for a person."""
    query = sa.select(CarrierAnswer).where(CarrierAnswer.document_id == document.id)
    query = query.order_by(CarrierAnswer.stands.desc(), CarrierAnswer.id.desc())
    return session.scalar(query.limit(1))


def number_of(session: Session, document: Document) -> str:
    """Return the number the customer knows a document by: ours, or the carrier's; else empty."""
    if document.kind != "handover":
        return document.number or ""
    answer = answer_of(session, document)
    return answer.number if answer is not None and answer.stands else ""


def asked_cents(session: Session, document: Document) -> int:
    """Return what a bill asked, by the carrier's own total where it numbers; 0 before it did."""
    if document.kind != "handover":
        return document.to_pay_cents
    answer = answer_of(session, document)
    return answer.gross_cents if answer is not None and answer.stands else 0


def owed_cents(session: Session, document: Document) -> int:
    """Return what the customer owes for a bill: nothing once it is credited or replaced.

    For a hand-over, what the carrier's own invoice says; nothing before it gave its number.
    """
    if not documents.is_bill(document) or documents.is_settled(session, document):
        return 0
    return asked_cents(session, document)


def confirmed_cents(session: Session, document_id: UUID) -> int:
    """Return the money of a document the carrier has confirmed; only this is shared."""
    query = (
        sa.select(sa.func.coalesce(sa.func.sum(Payment.amount_cents), 0))
        .join(PaymentConfirmation, PaymentConfirmation.payment_id == Payment.id)
        .where(Payment.document_id.in_(documents.lineage(session, document_id)))
    )
    return int(session.scalar(query) or 0)


def claimed_cents(session: Session, document_id: UUID) -> int:
    """Return all the money of a document someone says has arrived, confirmed or not."""
    query = sa.select(sa.func.coalesce(sa.func.sum(Payment.amount_cents), 0)).where(
        Payment.document_id.in_(documents.lineage(session, document_id))
    )
    return int(session.scalar(query) or 0)


def of_document(session: Session, document: Document) -> Due:
    """Return where the money of one document stands."""
    return Due(
        owed_cents(session, document),
        claimed_cents(session, document.id),
        confirmed_cents(session, document.id),
    )


def of_order(session: Session, order_id: UUID) -> Due:
    """Return where the money of an order stands: its live deposits and its live bill."""
    return sum(_of_papers(session, order_id), Due())


def shareable_of_order(session: Session, order_id: UUID) -> int:
    """Return the money of an order that may be shared; what is over on a paper never is."""
    return sum(one.shareable for one in _of_papers(session, order_id))


def is_order_paid(session: Session, order_id: UUID) -> bool:
    """Tell whether each paper of an order is paid: money over on one pays no other."""
    return all(one.is_paid for one in _of_papers(session, order_id))


def _of_papers(session: Session, order_id: UUID) -> list[Due]:
    bill = documents.live_bill(session, order_id)
    papers = [*documents.live_deposits(session, order_id), *([bill] if bill else [])]
    return [of_document(session, one) for one in papers]
