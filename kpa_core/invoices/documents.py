"""Documents as they left us: find them, read their paper again, and note what happened since."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core.contracts import Scope
from kpa_core.errors import N_, NotFound, Refused
from kpa_core.invoices.models import (
    Carrier,
    Document,
    DocumentEvent,
)
from kpa_core.invoices.paper.snapshot import Snapshot
from kpa_core.work import Work

BILLS = ("invoice", "handover")
"""The kinds of document that ask for money: ours, or the carrier's from our draft."""

KIND_LABELS = {
    "quote": N_("Devis"),
    "handover": N_("Projet de facture"),
    "invoice": N_("Facture"),
    "credit_note": N_("Avoir"),
}


TYPE_LABELS = {
    ("invoice", "386"): N_("Facture d'acompte"),
    ("invoice", "384"): N_("Facture corrective"),
    ("credit_note", "503"): N_("Avoir sur acompte"),
    ("handover", "381"): N_("Avoir demandé à la maison"),
    ("handover", "384"): N_("Projet de facture corrective"),
    ("handover", "386"): N_("Projet de facture d'acompte"),
    ("handover", "503"): N_("Avoir sur acompte, demandé à la maison"),
}


def label_of(document: Document) -> str:
    """Return what people call a document, by its kind and by the law's own type."""
    key = (document.kind, document.type_code)
    return TYPE_LABELS.get(key, KIND_LABELS[document.kind])


def scope_of_document(session: Session, document_id: UUID) -> Scope | None:
    """Return where a document belongs."""
    document = session.get(Document, document_id)
    return document.scope if document else None


def visible_documents(work: Work, capability: str = "document.read") -> sa.Select[Document]:
    """Return the query of documents the actor may see."""
    reach = work.reach(capability)
    allowed = reach.where(activity=Document.activity_id, carrier=Document.carrier_id)
    return sa.select(Document).where(allowed)


def find(work: Work, document_id: UUID, capability: str = "document.read") -> Document:
    """Return a document the actor may see.

    Raises:
        NotFound: there is none, or not for this actor.
    """
    return _one(work, visible_documents(work, capability).where(Document.id == document_id))


def papers_made(work: Work, order_id: UUID) -> int:
    """Return how many papers with a place in a series were made for an order."""
    query = sa.select(sa.func.count(Document.id)).where(Document.order_id == order_id)
    return work.session.scalar(query.where(Document.kind != "quote")) or 0


def find_locked(work: Work, document_id: UUID, capability: str) -> Document:
    """Return a document, and make whoever counts its money or its answers wait their turn."""
    query = visible_documents(work, capability).where(Document.id == document_id)
    return _one(work, query.with_for_update(of=Document))


def named(work: Work, name: str, capability: str = "document.read") -> Document:
    """Return a document by its reference, such as ``P-2026-0001``, or by our number.

    Raises:
        NotFound: there is none, or not for this actor.
        Refused: two have this name: two carriers may lend us the same numbers.
    """
    text = name.strip()
    either = sa.or_(Document.reference == text.upper(), Document.number == text)
    query = visible_documents(work, capability).where(either).order_by(Document.reference)
    found = list(work.session.scalars(query.limit(2)))
    if len(found) > 1:
        first, second = (one.reference for one in found)
        raise Refused(
            N_("{name} nomme deux papiers : {first} et {second}. Écris lequel."),
            name=text,
            first=first,
            second=second,
        )
    if not found:
        raise NotFound(N_("Le papier {name} n'existe pas, ou n'est pas pour toi."), name=text)
    return found[0]


def of_order(work: Work, order_id: UUID) -> list[Document]:
    """Return an order's documents the actor may see, the oldest first."""
    query = visible_documents(work).where(Document.order_id == order_id)
    return list(work.session.scalars(query.order_by(Document.created_at, Document.id)))


def latest_quote(session: Session, order_id: UUID) -> Document | None:
    """Return the newest quote of an order."""
    query = sa.select(Document).where(Document.order_id == order_id, Document.kind == "quote")
    return session.scalar(query.order_by(Document.id.desc()).limit(1))


def snapshot_of(document: Document) -> Snapshot:
    """Return the paper as it was frozen.

    Raises:
        InvalidSnapshot: the stored bytes are not a paper of ours any more.
    """
    return Snapshot.from_json(document.snapshot)


def carrier_of(session: Session, document: Document) -> Carrier:
    """Return the body behind a document."""
    return session.get_one(Carrier, document.carrier_id)


def shown_name(document: Document) -> str:
    """Return the number or, where there is none of ours, the reference."""
    return document.number or document.reference


def note(
    work: Work, document: Document, kind: str, *, by_name: str = "", text: str = ""
) -> DocumentEvent:
    """Write what happened to a document, beside it, in the current transaction."""
    row = DocumentEvent(
        document_id=document.id,
        kind=kind,
        by_name=by_name.strip(),
        note=text.strip(),
        created_by=work.actor.party_id,
    )
    work.session.add(row)
    work.session.flush()
    return row


def events_of(session: Session, document: Document) -> list[DocumentEvent]:
    """Return what happened to a document, the oldest first."""
    query = sa.select(DocumentEvent).where(DocumentEvent.document_id == document.id)
    return list(session.scalars(query.order_by(DocumentEvent.id)))


def _one(work: Work, query: sa.Select[Document]) -> Document:
    found = work.session.scalar(query)
    if found is None:
        raise NotFound()
    return found
