"""What the carrier answers to a hand-over: its number and total, or that it cannot use it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core import clock
from kpa_core.activities import service as orders
from kpa_core.activities.models import Order
from kpa_core.errors import N_, Refused
from kpa_core.invoices import bills, documents
from kpa_core.invoices.drafts import correcting
from kpa_core.invoices.models import CarrierAnswer, Document
from kpa_core.invoices.paper import type_codes
from kpa_core.invoices.paying import dues, payments
from kpa_core.money import format_cents
from kpa_core.work import Work

NUMBER = re.compile(r"[A-Za-zÀ-ÖØ-öø-ÿ0-9._/#](?: ?[A-Za-zÀ-ÖØ-öø-ÿ0-9._/#+-])*")
"""What may stand in a carrier's number: its tools read it, and no spreadsheet runs it.

An electronic invoice's number has no space (BR-FR-02), but tools of carriers that do not send such
invoices yet write some: we note what they wrote.
"""


@dataclass(frozen=True)
class CarrierNumber:
    """What the carrier wrote on its invoice. ``gross_cents`` is its total to pay."""

    number: str
    issued_on: date
    gross_cents: int


def note_number(
    work: Work, document_id: UUID, answer: CarrierNumber, *, accept_difference: str = ""
) -> CarrierAnswer:
    """Write the carrier's number, date and total beside a hand-over, which then counts.

    Of an invoice, the order becomes invoiced; of a credit note, what it takes back is settled.
    A total that differs from ours is written and waits, until someone says why it is right in
    ``accept_difference``.

    Raises:
        Refused: no number, a wrong date or total, another invoice's number, or an answer that
            stands already.
    """
    with work.transaction():
        document = documents.find_locked(work, document_id, "invoice.answer")
        return write_number(work, document, answer, accept_difference=accept_difference)


def write_number(
    work: Work,
    document: Document,
    answer: CarrierNumber,
    *,
    accept_difference: str = "",
    capability: str = "invoice.answer",
) -> CarrierAnswer:
    """Write the carrier's number beside a hand-over that is locked; rights were asked before.

    Members and carriers read why it is refused: those sentences say neither "tu" nor "vous".

    Raises:
        Refused: as :func:`note_number`.
    """
    with work.transaction() as session:
        _check_waiting(session, document)
        number = " ".join(answer.number.split())
        _check_answer(session, document, answer, number)
        _check_corrects(session, document, answer)
        stands = answer.gross_cents == document.to_pay_cents or bool(accept_difference.strip())
        row = CarrierAnswer(
            document_id=document.id,
            number=number,
            issued_on=answer.issued_on,
            gross_cents=answer.gross_cents,
            stands=stands,
            reason=accept_difference.strip(),
            created_by=work.actor.party_id,
        )
        session.add(row)
        session.flush()
        if stands:
            _count(work, document, number)
        after = {"number": number, "gross_cents": row.gross_cents, "stands": stands}
        work.record(capability, document, scope=document.scope, after=after)
    return row


def _count(work: Work, document: Document, number: str) -> None:
    """Let a hand-over count, now that the carrier issued it."""
    session = work.session
    if document.type_code in type_codes.BACK:
        payments.follow(work, session.get_one(Document, document.corrects_id))
        work.ask("invoices.credited", {"document_id": str(document.id)}, key=str(document.id))
    elif document.type_code != type_codes.DEPOSIT:
        order = session.get_one(Order, document.order_id)
        orders.mark(work, order, "invoiced", note=number)
        payments.write_prepaid(work, document)
        payments.follow(work, document)


def send_back(work: Work, document_id: UUID, reason: str) -> Document:
    """Note that the carrier cannot use a hand-over: another can be made once things are right.

    Raises:
        Refused: no reason, or the carrier has given its number already.
    """
    if not reason.strip():
        raise Refused(N_("Écris pourquoi, en quelques mots."), field="reason")
    with work.transaction():
        document = documents.find_locked(work, document_id, "invoice.answer")
        write_return(work, document, reason, by_name=work.actor.name)
    return document


def write_return(
    work: Work,
    document: Document,
    reason: str,
    *,
    by_name: str,
    capability: str = "invoice.answer",
) -> None:
    """Write beside a hand-over that is locked why the carrier sends it back.

    Raises:
        Refused: as :func:`send_back`.
    """
    with work.transaction() as session:
        _check_waiting(session, document)
        documents.note(work, document, "returned", by_name=by_name, text=reason)
        after = {"returned": True}
        work.record(capability, document, scope=document.scope, after=after)


def _check_waiting(session: Session, document: Document) -> None:
    if document.kind != "handover":
        raise Refused(N_("Seul un projet de facture attend un numéro."))
    known = dues.answer_of(session, document)
    if known is not None and known.stands:
        raise Refused(N_("{number} est déjà noté pour cette facture."), number=known.number)
    if bills.is_returned(session, document):
        raise Refused(N_("Ce projet a été renvoyé. Il en faut un nouveau."))


def _check_corrects(session: Session, document: Document, answer: CarrierNumber) -> None:
    """Stop at a correction of what was corrected meanwhile, or at a credit note of a part."""
    if document.corrects_id is None:
        return
    original = session.get_one(Document, document.corrects_id)
    correcting.check_stands(session, original)
    if document.type_code not in type_codes.BACK:
        return
    correcting.check_not_taken(session, original)
    if answer.gross_cents != document.to_pay_cents:
        raise Refused(
            N_("Un avoir reprend toute la facture : {total}. Sinon, ce projet est à renvoyer."),
            field="gross_cents",
            total=format_cents(document.to_pay_cents),
        )


def _check_answer(session: Session, document: Document, answer: CarrierNumber, number: str) -> None:
    if not 1 <= len(number) <= 35:
        raise Refused(N_("Le numéro de la facture a de 1 à 35 signes."), field="number")
    if not NUMBER.fullmatch(number):
        raise Refused(
            N_(
                "Un numéro de facture n'a que des lettres, des chiffres, des espaces et "
                ". - _ / + #. Il ne commence pas par + ou -."
            ),
            field="number",
        )
    if answer.issued_on < document.issued_on:
        raise Refused(
            N_("La facture ne peut pas être plus ancienne que notre projet."), field="issued_on"
        )
    carrier = documents.carrier_of(session, document)
    if answer.issued_on > clock.today(carrier.timezone):
        raise Refused(N_("Ce jour n'est pas encore là."), field="issued_on")
    if answer.gross_cents <= 0:
        raise Refused(N_("Il manque le total de la facture."), field="gross_cents")
    same = (
        sa.select(CarrierAnswer.id)
        .join(Document, Document.id == CarrierAnswer.document_id)
        .where(CarrierAnswer.number == number, CarrierAnswer.stands)
        .where(Document.carrier_id == carrier.id, Document.id != document.id)
    )
    if session.scalar(same.limit(1)) is not None:
        raise Refused(
            N_("Le numéro {number} est déjà celui d'une autre facture."),
            field="number",
            number=number,
        )
