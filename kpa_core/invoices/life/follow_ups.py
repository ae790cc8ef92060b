"""What was said about the money of a document: the customer's word, and ours on reminders."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import islice
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from kpa_core import clock
from kpa_core.errors import N_, NotFound, Refused
from kpa_core.invoices import bills, documents, links
from kpa_core.invoices.life.models import FollowUp
from kpa_core.invoices.models import Document
from kpa_core.invoices.paying import dues, payments
from kpa_core.work import Work

PAUSING = ("claimed", "stopped")
ON_REMINDERS = ("claimed", "not_arrived", "stopped", "resumed")
LABELS = {
    "claimed": N_("Le client dit avoir payé"),
    "not_arrived": N_("L'argent annoncé n'est pas arrivé"),
    "stopped": N_("Les relances sont arrêtées"),
    "resumed": N_("Les relances reprennent"),
    "give_back": N_("Trop reçu : à rendre au client"),
    "keep": N_("Trop reçu : gardé pour sa prochaine facture"),
}


def of(session: Session, document: Document) -> list[FollowUp]:
    """Return what was said of a document, the oldest first."""
    query = sa.select(FollowUp).where(FollowUp.document_id == document.id)
    return list(session.scalars(query.order_by(FollowUp.id)))


def standing_word(session: Session, document: Document) -> FollowUp | None:
    """Return the last word on reminders: they pause while it is one of ``PAUSING``."""
    said = [one for one in of(session, document) if one.kind in ON_REMINDERS]
    return said[-1] if said else None


def paused_ids(session: Session, found: Sequence[Document]) -> set[UUID]:
    """Return the documents of which no reminder leaves until somebody says otherwise."""
    query = sa.select(FollowUp.document_id, FollowUp.kind).where(
        FollowUp.document_id.in_([one.id for one in found]), FollowUp.kind.in_(ON_REMINDERS)
    )
    paused: set[UUID] = set()
    for document_id, kind in session.execute(query.order_by(FollowUp.id)):
        (paused.add if kind in PAUSING else paused.discard)(document_id)
    return paused


def claimed(work: Work, most: int) -> Iterator[Document]:
    """Yield the actor's documents whose customer says to have paid, and nobody answered."""
    later = aliased(FollowUp)
    answered = sa.exists().where(
        later.document_id == FollowUp.document_id,
        later.kind.in_(ON_REMINDERS),
        later.id > FollowUp.id,
    )
    said = sa.exists().where(
        FollowUp.document_id == Document.id, FollowUp.kind == "claimed", ~answered
    )
    query = documents.visible_documents(work, "payment.record").where(said)
    found = list(work.session.scalars(query.order_by(Document.id)))
    left = dues.left_of(work.session, found)
    yield from islice((one for one in found if left[one.id]), most)


def invoice_of_link(work: Work, token: str) -> Document:
    """Return the invoice of an address its customer was given.

    Raises:
        NotFound: the address is not one of ours, or the carrier did not number the invoice yet.
    """
    work.require("public.sign")
    document = work.session.get(Document, links.invoice_id_of(work.instance, token))
    if document is None or document.kind not in documents.BILLS:
        raise NotFound()
    if not bills.is_numbered(work.session, document):
        raise NotFound(N_("Cette facture n'est pas encore faite."))
    return document


def left_cents(session: Session, document: Document) -> int:
    """Return what nobody said has arrived; nothing for what is credited or sent back."""
    return dues.left_of(session, [document])[document.id]


def claim_by_link(work: Work, token: str, *, paid_on: date, method: str, by_name: str) -> FollowUp:
    """Take the customer's word that the money is on its way: reminders pause, nothing is paid yet.

    Raises:
        Refused: nothing is owed, it is said already, the day is ahead, or a field is missing.
    """
    with work.transaction() as session:
        document = invoice_of_link(work, token)
        session.refresh(document, with_for_update=True)
        if not left_cents(session, document):
            newer = bills.replacement_of(session, document)
            if newer is not None:
                raise Refused(
                    N_("La facture {newer} remplace celle-ci. Demandez-la au groupe."),
                    newer=dues.number_of(session, newer),
                )
            raise Refused(N_("Il n'y a plus rien à payer. Merci !"))
        last = standing_word(session, document)
        if last is not None and last.kind == "claimed":
            raise Refused(N_("C'est déjà noté, merci. Nous regardons notre compte."))
        if not by_name.strip():
            raise Refused(N_("Écrivez votre nom."), field="name")
        if method not in payments.METHODS:
            raise Refused(N_("Choisissez comment vous avez payé."), field="method")
        today = clock.today(documents.carrier_of(session, document).timezone)
        if not document.issued_on <= paid_on <= today:
            raise Refused(
                N_("Écrivez un jour entre la date de la facture et aujourd'hui."), field="paid_on"
            )
        row = write(work, document, "claimed", by_name=by_name, paid_on=paid_on, method=method)
        work.record("public.sign", document, scope=document.scope, after={"claimed": paid_on})
    return row


def answer(work: Work, document_id: UUID, kind: str, note: str = "") -> FollowUp | None:
    """Say that announced money did not come, stop the reminders, or let them go on.

    Saying what holds already changes nothing.

    Raises:
        Refused: it is none of these, or no money was announced.
    """
    if kind not in ("not_arrived", "stopped", "resumed"):
        raise Refused(N_("Choisis : pas arrivé, arrêter ou reprendre."), field="kind")
    with work.transaction() as session:
        document = documents.find_locked(work, document_id, "payment.record")
        if document.kind not in documents.BILLS:
            raise Refused(N_("On ne relance que pour une facture."))
        last = standing_word(session, document)
        if kind == "not_arrived" and (last is None or last.kind != "claimed"):
            raise Refused(N_("Le client n'a pas annoncé de paiement."))
        if (last is not None and last.kind == kind) or (last is None and kind == "resumed"):
            return last
        row = write(work, document, kind, by_name=work.actor.name, note=note)
        after = {"reminders": kind}
        work.record("payment.record", document, scope=document.scope, after=after)
    return row


def write(
    work: Work,
    document: Document,
    kind: str,
    *,
    by_name: str = "",
    paid_on: date | None = None,
    method: str = "",
    note: str = "",
) -> FollowUp:
    """Write one word beside a document, in the current transaction."""
    row = FollowUp(
        document_id=document.id,
        kind=kind,
        by_name=(by_name or work.actor.name).strip()[:120],
        paid_on=paid_on,
        method=method,
        note=note.strip()[:500],
        created_by=work.actor.party_id,
    )
    work.session.add(row)
    work.session.flush()
    return row
