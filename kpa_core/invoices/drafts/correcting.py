"""Correct an invoice that is out: its order's lines open again, then a corrective replaces it.

The invoice stays as it is and keeps asking its money until the corrective is out. What was paid for
it then counts for the corrective.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from kpa_core.activities import service as orders
from kpa_core.activities.models import Order
from kpa_core.errors import N_, Refused
from kpa_core.invoices import bills, documents
from kpa_core.invoices.carrier import issuers
from kpa_core.invoices.drafts import drafting
from kpa_core.invoices.drafts.paper_parts import terms_of
from kpa_core.invoices.models import Document
from kpa_core.invoices.paying import dues, payments
from kpa_core.work import Work


def reopen(work: Work, document_id: UUID, reason: str) -> Order:
    """Open the lines of an invoiced order again, to correct its invoice.

    Next: change the lines, then issue; or send the customer a new quote first, when the price is
    another. Nothing is lost on the way: :func:`give_up` goes back.

    Raises:
        Refused: it is not the living invoice of its order, a correction of it waits, the money is
            shared, a second member must say yes first, or no reason is given.
    """
    with work.transaction() as session:
        invoice = documents.find_locked(work, document_id, "invoice.credit")
        if not reason.strip():
            raise Refused(N_("Écris pourquoi cette facture est corrigée."), field="reason")
        order = orders.find_locked_order(work, invoice.order_id, "invoice.credit")
        carrier = documents.carrier_of(session, invoice)
        issuers.require_issuer(work, order, carrier, "invoice.credit")
        live = bills.live_bill(session, order.id)
        if live is None or live.id != invoice.id or not bills.is_numbered(session, invoice):
            raise Refused(N_("On ne corrige que la facture en cours d'une commande."))
        if bills.correction_asked(session, invoice) is not None:
            raise Refused(N_("La maison doit d'abord répondre à la correction déjà demandée."))
        if original_of(work, order) is not None:
            raise Refused(
                N_("{reference} est en correction. Émets la corrective, ou garde la facture."),
                reference=order.reference,
            )
        orders.mark(work, order, "asked", note=reason)
        after = {"reopened": True}
        work.record("invoice.credit", invoice, scope=invoice.scope, after=after)
    return order


def original_of(work: Work, order: Order) -> Document | None:
    """Return the invoice that an order's lines were opened again for, if so."""
    if order.state not in ("asked", "quoted", "accepted", "done"):
        return None
    live = bills.live_bill(work.session, order.id)
    if live is None or not bills.is_numbered(work.session, live):
        return None
    return live


def give_up(work: Work, order_id: UUID) -> Order:
    """Leave an invoice as it is, once the lines are again what it says.

    Raises:
        Refused: no correction is open, or the lines differ.
    """
    with work.transaction() as session:
        order = orders.find_locked_order(work, order_id, "invoice.credit")
        original = original_of(work, order)
        if original is None or order.state != "asked":
            raise Refused(N_("Cette commande n'a pas de facture à corriger."))
        if bills.bill_at_the_carriers(session, order.id) is not None:
            raise Refused(N_("La maison doit d'abord répondre à la correction déjà demandée."))
        said = documents.snapshot_of(original)
        carrier = documents.carrier_of(session, original)
        now = drafting.sold_of(work, order, carrier, original.issued_on)
        if terms_of(said.lines, said.discounts) != terms_of(now.lines, now.off):
            raise Refused(
                N_("Remets d'abord les lignes de la facture {number}, ou émets la corrective."),
                number=dues.number_of(session, original),
            )
        orders.mark(work, order, "invoiced", note=dues.number_of(session, original))
        payments.follow(work, original)
        after = {"reopened": False}
        work.record("invoice.credit", original, scope=original.scope, after=after)
    return order


def check_stands(session: Session, invoice: Document) -> None:
    """Stop at an invoice that was credited or replaced.

    Raises:
        Refused: it was.
    """
    number = dues.number_of(session, invoice)
    if bills.credit_note_of(session, invoice) is not None:
        raise Refused(N_("La facture {number} a déjà un avoir."), number=number)
    newer = bills.replacement_of(session, invoice)
    if newer is not None:
        raise Refused(
            N_("La facture {number} est remplacée par {newer}."),
            number=number,
            newer=documents.shown_name(newer),
        )


def check_none_asked(session: Session, invoice: Document) -> None:
    """Stop at an invoice whose credit note or corrective the carrier still has to number.

    Raises:
        Refused: one waits.
    """
    asked = bills.correction_asked(session, invoice)
    if asked is not None:
        raise Refused(
            N_("{reference} est déjà chez la maison qui facture. Attends son numéro."),
            reference=asked.reference,
        )


def check_not_taken(session: Session, deposit: Document) -> None:
    """Stop at a deposit that an invoice takes back, be it still at the carrier's.

    Raises:
        Refused: one does.
    """
    final = bills.taken_by(session, deposit)
    if final is not None:
        raise Refused(
            N_("La facture {final} reprend cet acompte. Il faut d'abord l'avoir de {final}."),
            final=dues.number_of(session, final) or final.reference,
        )
