"""Money that came in excess: a question for people, never money to share."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core.activities.models import Order
from kpa_core.errors import N_, Refused
from kpa_core.invoices import documents
from kpa_core.invoices.life import follow_ups
from kpa_core.invoices.life.models import FollowUp
from kpa_core.invoices.models import Document, Payment
from kpa_core.invoices.paying import dues, payments
from kpa_core.money import format_cents
from kpa_core.work import Work

CHOICES = {
    "give_back": N_("À rendre au client"),
    "keep": N_("Gardé pour sa prochaine facture"),
}


def over_cents(session: Session, document: Document) -> int:
    """Return what came beyond what is owed; all that came is, of a credited invoice, another
    matter.
    """
    owed = dues.owed_cents(session, document)
    if owed <= 0:
        return 0
    return max(dues.claimed_cents(session, document.id) - owed, 0)


def decide(work: Work, document_id: UUID, choice: str, note: str = "") -> FollowUp:
    """Write what becomes of money in excess; the last word holds.

    Raises:
        Refused: there is none, or the choice is unknown.
    """
    if choice not in CHOICES:
        raise Refused(N_("Choisis : à rendre, ou à garder."), field="choice")
    with work.transaction() as session:
        document = documents.find_locked(work, document_id, "payment.record")
        if not over_cents(session, document):
            raise Refused(N_("Il n'y a pas d'argent en trop pour cette facture."))
        row = follow_ups.write(work, document, choice, note=note)
        after = {"choice": choice, "over_cents": over_cents(session, document)}
        work.record("payment.record", document, scope=document.scope, after=after)
    return row


def choice_of(session: Session, document: Document) -> str:
    """Return what was decided of money in excess, or an empty text."""
    said = [one.kind for one in follow_ups.of(session, document) if one.kind in CHOICES]
    return said[-1] if said else ""


def kept_cents(work: Work, document: Document) -> int:
    """Return what was kept for its customer's next invoice, of others of the same carrier.

    Only what that carrier confirmed, and what the actor may note money on.
    """
    return sum(cents for _, cents in _kept(work, document))


def pay_with_kept(work: Work, document_id: UUID, cents: int) -> Payment:
    """Pay an invoice with money that was kept for its customer, the oldest first.

    Return the last payment that was written; each source has its own.

    Raises:
        Refused: it is more than what was kept, or than what is owed.
    """
    with work.transaction():
        document = documents.find(work, document_id, "payment.record")
        # All are held before anything is counted, in one order: two cannot wait for each other.
        held = {document.id, *(one.id for one, _ in _kept(work, document))}
        for one in sorted(held):
            documents.find_locked(work, one, "payment.record")
        kept = [(source, most) for source, most in _kept(work, document) if source.id in held]
        most = sum(cents for _, cents in kept)
        if not 0 < cents <= most:
            raise Refused(
                N_("Il y a {kept} gardés pour ce client. Corrige la somme."),
                field="amount",
                kept=format_cents(most),
            )
        for source, room in kept:
            part = min(room, cents)
            cents -= part
            if part:
                payment = payments.move_kept(work, source, document, part)
    return payment


def _kept(work: Work, document: Document) -> list[tuple[Document, int]]:
    """Return the papers that keep money for the customer of a document, and how much each."""
    session = work.session
    customer_id = session.get_one(Order, document.order_id).customer_id
    said = sa.exists().where(FollowUp.document_id == Document.id, FollowUp.kind == "keep")
    query = (
        documents.visible_documents(work, "payment.record")
        .join(Order, Order.id == Document.order_id)
        .where(Order.customer_id == customer_id, Document.carrier_id == document.carrier_id)
        .where(Document.id != document.id, said)
        .order_by(Document.id)
    )
    found = []
    for one in session.scalars(query):
        if choice_of(session, one) == "keep":
            sure = dues.confirmed_cents(session, one.id) - dues.owed_cents(session, one)
            found.append((one, min(over_cents(session, one), sure)))
    return [(one, cents) for one, cents in found if cents > 0]
