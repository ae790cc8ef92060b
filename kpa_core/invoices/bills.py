"""How the papers of an order follow each other: which asks money, is out, credited, replaced."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from kpa_core.errors import N_, KpaError, Refused
from kpa_core.invoices.documents import BILLS, shown_name
from kpa_core.invoices.models import CarrierAnswer, DepositDeduction, Document, DocumentEvent
from kpa_core.invoices.paper.type_codes import BACK, CORRECTIVE, DEPOSIT
from kpa_core.work import Work

_LATER = aliased(Document)
_SAID = sa.exists().where(CarrierAnswer.document_id == _LATER.id, CarrierAnswer.stands)
_IS_OUT = sa.or_(_LATER.kind != "handover", _SAID)
_SETTLED = sa.exists().where(_LATER.corrects_id == Document.id, _IS_OUT)
"""Credited or replaced, by a paper that is out: what is asked of a carrier is out once numbered."""
_NUMBERED = sa.exists().where(CarrierAnswer.document_id == Document.id, CarrierAnswer.stands)
_RETURNED = sa.exists().where(
    DocumentEvent.document_id == Document.id, DocumentEvent.kind == "returned"
)
_LIVE = sa.and_(Document.kind.in_(BILLS), ~_SETTLED, ~_RETURNED)

# Written once: each step of an invoice and each line of a file asks them.
_WAITS = sa.and_(Document.type_code == CORRECTIVE, Document.kind == "handover", ~_NUMBERED)
_LIVING = sa.select(Document).where(
    Document.order_id == sa.bindparam("order"), _LIVE, Document.type_code.not_in(BACK), ~_WAITS
)
_LIVING_BILL = _LIVING.where(Document.type_code != DEPOSIT).order_by(Document.id.desc()).limit(1)
_LIVING_IN_ORDER = _LIVING.order_by(Document.id)
_ONE = sa.select(Document.id).where(Document.id == sa.bindparam("document"))
_IF_NUMBERED, _IF_SETTLED = _ONE.where(_NUMBERED), _ONE.where(_SETTLED)
_IF_RETURNED = _ONE.where(_RETURNED)


def is_bill(document: Document) -> bool:
    """Tell whether a document asks the customer for money, or asks the carrier to."""
    return document.kind in BILLS and document.type_code not in BACK


def live_bill(session: Session, order_id: UUID) -> Document | None:
    """Return what asks the money of an order: neither credited, nor replaced, nor sent back.

    Deposits are not it. A corrective that waits for its number at the carrier's is not it yet.
    """
    return session.scalar(_LIVING_BILL, {"order": order_id})


def living(session: Session, order_id: UUID) -> list[Document]:
    """Return the living deposits of an order, then its living bill, in one query."""
    found = list(session.scalars(_LIVING_IN_ORDER, {"order": order_id}))
    deposits = [one for one in found if one.type_code == DEPOSIT]
    return deposits + [one for one in found if one.type_code != DEPOSIT][-1:]


def last_bill(session: Session, order_id: UUID) -> Document | None:
    """Return the newest paper that asked the money of an order, living or credited."""
    query = sa.select(Document).where(
        Document.order_id == order_id,
        Document.kind.in_(BILLS),
        Document.type_code.not_in((DEPOSIT, *BACK)),
        ~_RETURNED,
    )
    return session.scalar(query.order_by(Document.id.desc()).limit(1))


def last_live(session: Session, order_id: UUID) -> Document | None:
    """Return the bill of an order that waits at the carrier's, or its living one."""
    return bill_at_the_carriers(session, order_id) or live_bill(session, order_id)


def live_deposits(session: Session, order_id: UUID) -> list[Document]:
    """Return the deposits of an order that were neither credited nor sent back, in their order."""
    query = sa.select(Document).where(
        Document.order_id == order_id, _LIVE, Document.type_code == DEPOSIT
    )
    return list(session.scalars(query.order_by(Document.id)))


def taken_by(session: Session, deposit: Document) -> Document | None:
    """Return the living invoice that takes a deposit back, if one does."""
    query = (
        sa.select(Document)
        .join(DepositDeduction, DepositDeduction.document_id == Document.id)
        .where(DepositDeduction.deposit_id == deposit.id, _LIVE)
    )
    return session.scalar(query.order_by(Document.id.desc()).limit(1))


def deposits_taken_by(session: Session, document: Document) -> list[Document]:
    """Return the deposits that an invoice takes back."""
    query = (
        sa.select(Document)
        .join(DepositDeduction, DepositDeduction.deposit_id == Document.id)
        .where(DepositDeduction.document_id == document.id)
    )
    return list(session.scalars(query.order_by(Document.id)))


def awaiting_number() -> sa.ColumnElement[bool]:
    """Return the condition of hand-overs that wait for the carrier's number."""
    return sa.and_(Document.kind == "handover", ~_NUMBERED, ~_RETURNED)


def bill_at_the_carriers(session: Session, order_id: UUID) -> Document | None:
    """Return the bill of an order that waits for the carrier's number; a deposit is not it."""
    query = sa.select(Document).where(
        Document.order_id == order_id,
        awaiting_number(),
        Document.type_code.not_in((DEPOSIT, *BACK)),
    )
    return session.scalar(query.order_by(Document.id.desc()).limit(1))


def may_ask() -> sa.ColumnElement[bool]:
    """Return the condition of papers that ask for money, or will once they are numbered."""
    return sa.and_(_LIVE, Document.type_code.not_in(BACK))


def is_numbered(session: Session, document: Document) -> bool:
    """Tell whether a document is out: we numbered it, or the carrier did."""
    if document.kind != "handover":
        return document.number is not None
    return session.scalar(_IF_NUMBERED, {"document": document.id}) is not None


def is_settled(session: Session, document: Document) -> bool:
    """Tell whether a document was credited or replaced."""
    return session.scalar(_IF_SETTLED, {"document": document.id}) is not None


def closed_ids(session: Session, found: Sequence[Document]) -> set[UUID]:
    """Return which documents ask nothing any more: credited, replaced, or sent back."""
    query = sa.select(Document.id).where(Document.id.in_([one.id for one in found]))
    return set(session.scalars(query.where(sa.or_(_SETTLED, _RETURNED))))


def lineage(session: Session, document_id: UUID) -> list[UUID]:
    """Return a document and those it replaces, one after the other: money for one is for all."""
    document = session.get(Document, document_id)
    return lineages(session, [document])[document_id] if document else [document_id]


def lineages(session: Session, found: Sequence[Document]) -> dict[UUID, list[UUID]]:
    """Return each document with those it replaces; no query where none replaces another.

    What is asked of a carrier replaces nothing before it has its number.
    """
    known = {one.id: [one.id] for one in found}
    correctives = [one.id for one in found if one.type_code == CORRECTIVE]
    if not correctives:
        return known
    out = sa.select(Document.id, Document.corrects_id).where(
        Document.id.in_(correctives), sa.or_(Document.kind != "handover", _NUMBERED)
    )
    before = {one: replaced for one, replaced in session.execute(out) if replaced}
    while before:
        for document_id, replaced in before.items():
            known[document_id].append(replaced)
        query = sa.select(Document.id, Document.corrects_id).where(
            Document.id.in_(set(before.values())), Document.type_code == CORRECTIVE
        )
        further = {replaced: earlier for replaced, earlier in session.execute(query) if earlier}
        before = {one: further[last] for one, last in before.items() if last in further}
    return known


def holds_order(work: Work, order_id: UUID, state: str = "") -> KpaError | None:
    """Return why an order stays as it is: the carrier has our paper, or a bill asks money.

    ``state`` is where somebody wants to move it, or empty.
    """
    session = work.session
    waiting = bill_at_the_carriers(session, order_id)
    if waiting is not None:
        return Refused(
            N_(
                "{reference} est chez la maison qui facture. Pour changer la commande, note "
                "d'abord sur {reference} qu'elle le renvoie."
            ),
            reference=waiting.reference,
        )
    if state not in ("declined", "cancelled"):
        return None
    asking = live_bill(session, order_id) or next(iter(live_deposits(session, order_id)), None)
    if asking is None:
        return None
    return Refused(
        N_("{name} demande encore de l'argent au client. Fais d'abord son avoir."),
        name=shown_name(asking),
    )


def credit_note_of(session: Session, document: Document) -> Document | None:
    """Return the credit note that takes back an invoice; of a carrier's, once it is numbered."""
    query = sa.select(_LATER).where(
        _LATER.corrects_id == document.id, _LATER.type_code != CORRECTIVE, _IS_OUT
    )
    return session.scalar(query.limit(1))


def credit_notes_of_order(session: Session, order_id: UUID) -> list[Document]:
    """Return the credit notes of an order that are out, the oldest first."""
    query = sa.select(_LATER).where(
        _LATER.order_id == order_id,
        _LATER.corrects_id.is_not(None),
        _LATER.type_code != CORRECTIVE,
        _IS_OUT,
    )
    return list(session.scalars(query.order_by(_LATER.created_at, _LATER.id)))


def replacement_of(session: Session, document: Document) -> Document | None:
    """Return the corrective invoice that replaces an invoice."""
    query = sa.select(_LATER).where(
        _LATER.corrects_id == document.id, _LATER.type_code == CORRECTIVE, _IS_OUT
    )
    return session.scalar(query.limit(1))


def correction_asked(session: Session, document: Document) -> Document | None:
    """Return what was asked of the carrier to correct a document, while it waits for its number."""
    query = sa.select(Document).where(Document.corrects_id == document.id, awaiting_number())
    return session.scalar(query.limit(1))


def is_returned(session: Session, document: Document) -> bool:
    """Tell whether the carrier sent a hand-over back."""
    return session.scalar(_IF_RETURNED, {"document": document.id}) is not None
