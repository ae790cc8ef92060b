"""What comes back for a document: the customer's yes or no, the carrier's number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core.activities import service as orders
from kpa_core.activities.models import Order
from kpa_core.errors import N_, Refused
from kpa_core.invoices import papers
from kpa_core.invoices.models import CarrierAnswer, Document
from kpa_core.work import Work


@dataclass(frozen=True)
class CarrierNumber:
    """What the carrier wrote on its invoice. ``gross_cents`` is its total to pay."""

    number: str
    issued_on: date
    gross_cents: int


def accept_quote(work: Work, document_id: UUID, *, by_name: str, text: str = "") -> Document:
    """Note that the customer said yes to a quote, and who said it."""
    return _answer_quote(work, document_id, "accepted", by_name, text)


def refuse_quote(work: Work, document_id: UUID, *, by_name: str, text: str = "") -> Document:
    """Note that the customer said no to a quote."""
    return _answer_quote(work, document_id, "refused", by_name, text)


def _answer_quote(work: Work, document_id: UUID, kind: str, by_name: str, text: str) -> Document:
    with work.transaction() as session:
        document = papers.find(work, document_id, "quote.send")
        order = session.get_one(Order, document.order_id)
        if document.kind != "quote" or order.state != "quoted":
            raise Refused(N_("Ce devis n'attend plus de réponse."))
        if latest_quote(session, order.id) != document:
            raise Refused(N_("Un devis plus récent remplace celui-ci."))
        if kind == "accepted" and document.valid_until and work.today > document.valid_until:
            raise Refused(N_("Ce devis n'est plus valable. Envoie-en un nouveau."))
        papers.note(session, document, kind, by_name=by_name, text=text)
        orders.mark(work, order, "accepted" if kind == "accepted" else "declined", note=by_name)
        work.record("quote.send", document, scope=document.scope, after={"answer": kind})
    return document


def latest_quote(session: Session, order_id: UUID) -> Document | None:
    """Return the newest quote of an order."""
    query = sa.select(Document).where(Document.order_id == order_id, Document.kind == "quote")
    return session.scalar(query.order_by(Document.created_at.desc(), Document.id.desc()).limit(1))


def answer_of(session: Session, document: Document) -> CarrierAnswer | None:
    """Return the carrier's answer that stands, or the newest that waits for a person."""
    query = sa.select(CarrierAnswer).where(CarrierAnswer.document_id == document.id)
    query = query.order_by(CarrierAnswer.stands.desc(), CarrierAnswer.id.desc())
    return session.scalar(query.limit(1))


def note_number(
    work: Work, document_id: UUID, answer: CarrierNumber, *, accept_difference: str = ""
) -> CarrierAnswer:
    """Write the carrier's number, date and total beside a hand-over; the order becomes invoiced.

    A total that differs from ours is written and waits, until someone says why it is right in
    ``accept_difference``.

    Raises:
        Refused: no number, a date before the hand-over's order, or an answer that stands already.
    """
    with work.transaction() as session:
        document = papers.find(work, document_id, "invoice.answer")
        if document.kind != "handover":
            raise Refused(N_("Cette facture porte déjà notre numéro."))
        known = answer_of(session, document)
        if known is not None and known.stands:
            raise Refused(N_("{number} est déjà noté pour cette facture."), number=known.number)
        _check_number(session, document, answer)
        stands = answer.gross_cents == document.to_pay_cents or bool(accept_difference.strip())
        row = CarrierAnswer(
            document_id=document.id,
            number=answer.number.strip(),
            issued_on=answer.issued_on,
            gross_cents=answer.gross_cents,
            stands=stands,
            reason=accept_difference.strip(),
            created_by=work.actor.party_id,
        )
        session.add(row)
        session.flush()
        if stands:
            order = session.get_one(Order, document.order_id)
            orders.mark(work, order, "invoiced", note=row.number)
        after = {"number": row.number, "gross_cents": row.gross_cents, "stands": stands}
        work.record("invoice.answer", document, scope=document.scope, after=after)
    return row


def _check_number(session: Session, document: Document, answer: CarrierNumber) -> None:
    if not 1 <= len(answer.number.strip()) <= 35:
        raise Refused(N_("Le numéro de la facture a de 1 à 35 signes."), field="number")
    if answer.issued_on < document.issued_on:
        raise Refused(
            N_("La facture ne peut pas être plus ancienne que notre projet."), field="issued_on"
        )
    same = sa.select(CarrierAnswer.id).join(Document).where(
        CarrierAnswer.number == answer.number.strip(),
        CarrierAnswer.stands,
        Document.carrier_id == document.carrier_id,
        Document.id != document.id,
    )
    if session.scalar(same.limit(1)):
        raise Refused(
            N_("Le numéro {number} est déjà celui d'une autre facture."),
            field="number",
            number=answer.number,
        )
