"""Money that came in excess: a question for people, never money to share."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from kpa_core.errors import N_, Refused
from kpa_core.invoices import documents
from kpa_core.invoices.life import follow_ups
from kpa_core.invoices.life.models import FollowUp
from kpa_core.invoices.models import Document
from kpa_core.invoices.paying import dues
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
