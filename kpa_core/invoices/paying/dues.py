"""What is asked for a document or an order, and what came: the one place where money is added up.

An order may be billed in several papers: deposits, then an invoice that takes them back. A
corrective invoice inherits the money that came for the one it replaces.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core.invoices import bills
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
    return answers_of(session, [document]).get(document.id)


def answers_of(session: Session, found: Sequence[Document]) -> dict[UUID, CarrierAnswer]:
    """Return :func:`answer_of` each document that has one, in one query."""
    asked = [one.id for one in found if one.kind == "handover"]
    if not asked:
        return {}
    query = sa.select(CarrierAnswer).where(CarrierAnswer.document_id.in_(asked))
    rows = session.scalars(query.order_by(CarrierAnswer.stands, CarrierAnswer.id))
    return {row.document_id: row for row in rows}  # the last one is the one


def standing_answer(session: Session, document: Document) -> CarrierAnswer | None:
    """Return the carrier's answer that stands."""
    answer = answer_of(session, document)
    return answer if answer is not None and answer.stands else None


def number_of(session: Session, document: Document) -> str:
    """Return the number the customer knows a document by: ours, or the carrier's; else empty."""
    if document.kind != "handover":
        return document.number or ""
    answer = standing_answer(session, document)
    return answer.number if answer is not None else ""


def asked_cents(session: Session, document: Document) -> int:
    """Return what a bill asked, by the carrier's own total where it numbers; 0 before it did."""
    return _asked(document, answer_of(session, document))


def _asked(document: Document, answer: CarrierAnswer | None) -> int:
    if document.kind != "handover":
        return document.to_pay_cents
    return answer.gross_cents if answer is not None and answer.stands else 0


def owed_cents(session: Session, document: Document) -> int:
    """Return what the customer owes for a bill: nothing once it is credited or replaced.

    For a hand-over, what the carrier's own invoice says; nothing before it gave its number.
    """
    if not bills.is_bill(document) or bills.is_settled(session, document):
        return 0
    return asked_cents(session, document)


def confirmed_cents(session: Session, document_id: UUID) -> int:
    """Return the money of a document the carrier has confirmed; only this is shared."""
    query = (
        sa.select(sa.func.coalesce(sa.func.sum(Payment.amount_cents), 0))
        .join(PaymentConfirmation, PaymentConfirmation.payment_id == Payment.id)
        .where(Payment.document_id.in_(bills.lineage(session, document_id)))
    )
    return int(session.scalar(query) or 0)


def claimed_cents(session: Session, document_id: UUID) -> int:
    """Return all the money of a document someone says has arrived, confirmed or not."""
    query = sa.select(sa.func.coalesce(sa.func.sum(Payment.amount_cents), 0)).where(
        Payment.document_id.in_(bills.lineage(session, document_id))
    )
    return int(session.scalar(query) or 0)


def left_of(session: Session, found: Sequence[Document]) -> dict[UUID, int]:
    """Return what nobody said has arrived of each document: of many, in as many queries as of one.

    Nothing is left of what asks no money, or no more: credited, replaced, sent back.
    """
    standing = of_documents(session, found)
    return {one: max(due.owed - due.claimed, 0) for one, due in standing.items()}


def of_document(session: Session, document: Document) -> Due:
    """Return where the money of one document stands."""
    return of_documents(session, [document])[document.id]


def of_documents(session: Session, found: Sequence[Document]) -> dict[UUID, Due]:
    """Return :func:`of_document` each document: of many, in as many queries as of one."""
    closed, answers = bills.closed_ids(session, found), answers_of(session, found)
    chains = bills.lineages(session, found)
    came = _came(session, {one for chain in chains.values() for one in chain})
    money = {one: [came.get(paper, (0, 0)) for paper in chain] for one, chain in chains.items()}
    return {
        one.id: Due(
            _asked(one, answers.get(one.id)) if bills.is_bill(one) and one.id not in closed else 0,
            sum(claimed for claimed, _ in money[one.id]),
            sum(confirmed for _, confirmed in money[one.id]),
        )
        for one in found
    }


def _came(session: Session, papers: set[UUID]) -> dict[UUID, tuple[int, int]]:
    """Return the money said to have come on each paper, and that confirmed by the carrier."""
    confirmed = sa.case((PaymentConfirmation.id.is_not(None), Payment.amount_cents), else_=0)
    query = (
        sa.select(Payment.document_id, sa.func.sum(Payment.amount_cents), sa.func.sum(confirmed))
        .outerjoin(PaymentConfirmation, PaymentConfirmation.payment_id == Payment.id)
        .where(Payment.document_id.in_(papers))
        .group_by(Payment.document_id)
    )
    return {paper: (int(said), int(sure)) for paper, said, sure in session.execute(query)}


def of_order(session: Session, order_id: UUID) -> Due:
    """Return where the money of an order stands: its live deposits and its live bill."""
    return sum(_of_living(session, bills.living(session, order_id)), Due())


def shareable_of_order(session: Session, order_id: UUID) -> int:
    """Return the money of an order that may be shared; what is over on a paper never is."""
    return sum(one.shareable for one in _of_living(session, bills.living(session, order_id)))


def are_paid(session: Session, papers: Sequence[Document]) -> bool:
    """Tell whether each of an order's living papers is paid: money over on one pays no other."""
    return all(one.is_paid for one in _of_living(session, papers))


def _of_living(session: Session, papers: Sequence[Document]) -> list[Due]:
    """Return the dues of papers that ask money now: as many queries for ten as for one."""
    return list(of_documents(session, papers).values())
