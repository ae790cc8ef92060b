"""Money that arrives: claimed by someone, then confirmed by the carrier whose bank it is in."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core import clock
from kpa_core.activities import service as orders
from kpa_core.activities.models import Order
from kpa_core.contracts import Scope
from kpa_core.errors import N_, NotFound, Refused
from kpa_core.invoices import documents
from kpa_core.invoices.answers import owed_cents
from kpa_core.invoices.models import Document, Payment, PaymentConfirmation
from kpa_core.money import format_cents
from kpa_core.work import Work

METHODS = {
    "transfer": N_("Virement"),
    "cheque": N_("Chèque"),
    "cash": N_("Espèces"),
    "card": N_("Carte"),
    "other": N_("Autre"),
}


def scope_of_payment(session: Session, payment_id: UUID) -> Scope | None:
    """Return where a payment belongs: with its document."""
    payment = session.get(Payment, payment_id)
    return documents.scope_of_document(session, payment.document_id) if payment else None


def record_payment(
    work: Work,
    document_id: UUID,
    amount_cents: int,
    received_on: date,
    *,
    method: str = "transfer",
    note: str = "",
    more_is_right: bool = False,
) -> Payment:
    """Write that money arrived; below zero, that it went back to the customer.

    Said by the carrier itself, it is confirmed at once.

    More than what is owed is a question: ``more_is_right`` is the yes. Nobody ever shares it.

    Raises:
        Refused: nothing was invoiced, the day is ahead or before the order was written, it is
            more than what is owed and nobody said yes, or more goes back than came.
    """
    with work.transaction() as session:
        document = documents.find_locked(work, document_id, "payment.record")
        _check(session, document, amount_cents, received_on, method, work.today)
        if amount_cents >= 0:
            _check_coming_in(session, document, amount_cents, more_is_right)
        _check_after_order(work, document, received_on)
        payment = Payment(
            document_id=document.id,
            amount_cents=amount_cents,
            received_on=received_on,
            method=method,
            note=note.strip(),
            created_by=work.actor.party_id,
        )
        session.add(payment)
        session.flush()
        after = {"amount_cents": amount_cents, "method": method, "received_on": received_on}
        work.record("payment.record", payment, scope=document.scope, after=after)
        if work.can("payment.confirm", document.scope):
            confirm_payment(work, payment.id)
    return payment


def confirm_payment(work: Work, payment_id: UUID) -> Payment:
    """Write the carrier's word that the money moved; the order is paid once all of it is there.

    Confirming twice is confirming once.
    """
    with work.transaction() as session:
        payment = session.get(Payment, payment_id)
        if payment is None:
            raise NotFound()
        document = documents.find_locked(work, payment.document_id, "payment.confirm")
        if not _is_confirmed(session, payment):
            session.add(
                PaymentConfirmation(
                    payment_id=payment.id, confirmed_on=work.today, created_by=work.actor.party_id
                )
            )
            session.flush()
            after = {"amount_cents": payment.amount_cents}
            work.record("payment.confirm", payment, scope=document.scope, after=after)
            follow(work, document)
    return payment


def follow(work: Work, document: Document) -> None:
    """Put the order where the money of its invoice says; what was shared stays shared.

    An invoice that was credited and whose money went back leaves the order to be invoiced anew.
    """
    session = work.session
    order = session.get_one(Order, document.order_id)
    if order.state not in ("invoiced", "paid"):
        return
    live = documents.live_bill(session, order.id)
    if live is not None and live.id != document.id:
        return  # another invoice has taken this one's place: its money speaks now
    confirmed = confirmed_cents(session, document.id)
    if documents.credit_note_of(session, document) is not None:
        if confirmed == 0:
            if order.state == "paid":
                orders.mark(work, order, "invoiced")
            orders.mark(work, order, "done")
    elif confirmed >= owed_cents(session, document) and order.state == "invoiced":
        orders.mark(work, order, "paid")
    elif confirmed < owed_cents(session, document) and order.state == "paid":
        orders.mark(work, order, "invoiced")


def confirmed_cents(session: Session, document_id: UUID) -> int:
    """Return the money of a document the carrier has confirmed."""
    query = (
        sa.select(sa.func.coalesce(sa.func.sum(Payment.amount_cents), 0))
        .join(PaymentConfirmation, PaymentConfirmation.payment_id == Payment.id)
        .where(Payment.document_id == document_id)
    )
    return int(session.scalar(query) or 0)


def shareable_cents(session: Session, document: Document) -> int:
    """Return the confirmed money of a document, never beyond what is owed: only this is shared."""
    confirmed = confirmed_cents(session, document.id)
    return min(confirmed, max(owed_cents(session, document), 0))


def claimed_cents(session: Session, document_id: UUID) -> int:
    """Return all the money of a document someone says has arrived, confirmed or not."""
    query = sa.select(sa.func.coalesce(sa.func.sum(Payment.amount_cents), 0))
    return int(session.scalar(query.where(Payment.document_id == document_id)) or 0)


def payments_of(session: Session, document: Document) -> list[tuple[Payment, bool]]:
    """Return a document's payments, each with whether the carrier confirmed it."""
    query = (
        sa.select(Payment, PaymentConfirmation.id.is_not(None))
        .outerjoin(PaymentConfirmation, PaymentConfirmation.payment_id == Payment.id)
        .where(Payment.document_id == document.id)
        .order_by(Payment.received_on, Payment.id)
    )
    return [(payment, confirmed) for payment, confirmed in session.execute(query)]


def _is_confirmed(session: Session, payment: Payment) -> bool:
    known = sa.select(PaymentConfirmation.id).where(PaymentConfirmation.payment_id == payment.id)
    return session.scalar(known) is not None


def _check(
    session: Session, document: Document, amount: int, received_on: date, method: str, today: date
) -> None:
    if method not in METHODS:
        raise Refused(N_("Choisis comment l'argent est arrivé."), field="method")
    if document.kind not in documents.BILLS:
        raise Refused(N_("On ne paie qu'une facture."))
    if received_on > today:
        raise Refused(N_("Ce jour n'est pas encore là."), field="received_on")
    if amount < 0:
        _check_going_back(claimed_cents(session, document.id), amount)


def _check_after_order(work: Work, document: Document, received_on: date) -> None:
    # From the order on, not the invoice: a deposit comes before its invoice.
    order = work.session.get_one(Order, document.order_id)
    first = clock.day_of(order.created_at, work.zone)
    if received_on < first:
        raise Refused(
            N_("La commande est du {day:%d/%m/%Y}. L'argent ne peut pas être arrivé avant."),
            field="received_on",
            day=first,
        )


def _check_coming_in(
    session: Session, document: Document, amount: int, more_is_right: bool
) -> None:
    owed, already = owed_cents(session, document), claimed_cents(session, document.id)
    if document.kind == "handover" and owed == 0:
        raise Refused(N_("Note d'abord le numéro donné par la maison qui facture."))
    left = max(owed - already, 0)
    if amount == 0 or owed == 0:
        raise Refused(
            N_("Il reste {left} à recevoir. Corrige la somme."),
            field="amount",
            left=format_cents(left),
        )
    if amount > left and not more_is_right:
        raise Refused(
            N_(
                "Il reste {left} à recevoir, et tu écris plus. Corrige la somme, ou dis oui : "
                "c'est bien ce qui est arrivé."
            ),
            field="more",
            left=format_cents(left),
        )


def _check_going_back(already: int, amount: int) -> None:
    if already + amount < 0:
        raise Refused(
            N_("On ne rend pas plus que les {already} reçus."),
            field="amount",
            already=format_cents(already),
        )
