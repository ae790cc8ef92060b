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
from kpa_core.invoices import bills, documents
from kpa_core.invoices.models import Document, Payment, PaymentConfirmation
from kpa_core.invoices.paper import type_codes
from kpa_core.invoices.paying import dues
from kpa_core.money import format_cents
from kpa_core.work import Work

METHODS = {
    "transfer": N_("Virement"),
    "cheque": N_("Chèque"),
    "cash": N_("Espèces"),
    "card": N_("Carte"),
    "other": N_("Autre"),
}
KEPT = "kept"
WAYS = {**METHODS, KEPT: N_("Argent gardé d'une autre facture")}
"""How money of a paper came: what people note, and what was kept of another paper."""


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
    with work.transaction():
        document = documents.find_locked(work, document_id, "payment.record")
        payment = write_payment(
            work,
            document,
            amount_cents,
            received_on,
            method=method,
            note=note,
            more_is_right=more_is_right,
        )
        if work.can("payment.confirm", document.scope):
            confirm_payment(work, payment.id)
    return payment


def write_payment(
    work: Work,
    document: Document,
    amount_cents: int,
    received_on: date,
    *,
    method: str = "transfer",
    note: str = "",
    capability: str = "payment.record",
    more_is_right: bool = False,
) -> Payment:
    """Write money beside a document that is locked, not confirmed; rights were asked before.

    Members and carriers read why it is refused: those sentences say neither "tu" nor "vous".

    Raises:
        Refused: as :func:`record_payment`.
    """
    with work.transaction() as session:
        _check(session, document, amount_cents, method)
        if amount_cents >= 0:
            _check_coming_in(session, document, amount_cents, more_is_right)
        check_paid_day(work, session.get_one(Order, document.order_id), received_on)
        payment = _write(work, document, amount_cents, received_on, method, note, capability)
    return payment


def move_kept(work: Work, source: Document, target: Document, cents: int) -> Payment:
    """Write that money the carrier has already pays another paper; both are locked.

    It leaves one and comes on the other at once, today. Nothing moves at the bank, so nothing is
    left to confirm.

    Raises:
        Refused: it is more than what is owed, or nothing is.
    """
    with work.transaction() as session:
        _check(session, source, -cents, "other")
        _check(session, target, cents, "other")
        _check_coming_in(session, target, cents, more_is_right=False)
        names = [dues.number_of(session, one) for one in (source, target)]
        left = _write(work, source, -cents, work.today, KEPT, names[1])
        came = _write(work, target, cents, work.today, KEPT, names[0])
        for document, payment in ((source, left), (target, came)):
            write_confirmation(work, document, payment, capability="payment.record")
    return came


def confirm_payment(work: Work, payment_id: UUID) -> Payment:
    """Write the carrier's word that the money moved; the order is paid once all of it is there.

    Confirming twice is confirming once.

    Raises:
        Refused: more would have gone back than the carrier confirmed.
    """
    with work.transaction() as session:
        payment = session.get(Payment, payment_id)
        if payment is None:
            raise NotFound()
        document = documents.find_locked(work, payment.document_id, "payment.confirm")
        write_confirmation(work, document, payment)
    return payment


def write_confirmation(
    work: Work, document: Document, payment: Payment, *, capability: str = "payment.confirm"
) -> None:
    """Write beside a document that is locked that the carrier has the money, once."""
    with work.transaction() as session:
        if not is_confirmed(session, payment):
            back = min(payment.amount_cents, 0)
            if back and dues.confirmed_cents(session, document.id) + back < 0:
                raise Refused(N_("Confirme d'abord l'argent arrivé, puis l'argent rendu."))
            session.add(
                PaymentConfirmation(
                    payment_id=payment.id, confirmed_on=work.today, created_by=work.actor.party_id
                )
            )
            session.flush()
            after = {"amount_cents": payment.amount_cents}
            work.record(capability, payment, scope=document.scope, after=after)
            follow(work, document)


def follow(work: Work, document: Document) -> None:
    """Put the order where the money of its bills says; what was shared stays shared.

    Deposits count with the invoice that takes them back. An invoice that was credited and whose
    money went back leaves the order to be invoiced anew.
    """
    session = work.session
    order = session.get_one(Order, document.order_id)
    if order.state not in ("invoiced", "paid"):
        return
    papers = bills.living(session, order.id)
    if all(one.type_code == type_codes.DEPOSIT for one in papers):  # no bill
        last = bills.last_bill(session, order.id)
        if last is not None and dues.confirmed_cents(session, last.id) == 0:
            if order.state == "paid":
                orders.mark(work, order, "invoiced")
            orders.mark(work, order, "done")
        return
    is_paid = dues.are_paid(session, papers)
    if is_paid and order.state == "invoiced":
        orders.mark(work, order, "paid")
    elif not is_paid and order.state == "paid":
        orders.mark(work, order, "invoiced")


def write_prepaid(work: Work, document: Document) -> None:
    """Write the payment of a paper that says all was paid before it, in the current transaction.

    Who may issue such a paper was asked when it was made; the carrier's number may come later.
    """
    paper = documents.snapshot_of(document)
    if paper.paid_day is None or dues.claimed_cents(work.session, document.id):
        return
    method = paper.paid_by if paper.paid_by in METHODS else "other"
    amount = dues.owed_cents(work.session, document)
    payment = _write(work, document, amount, paper.paid_day, method, "")
    if work.can("payment.confirm", document.scope):
        confirm_payment(work, payment.id)


def payments_of(session: Session, document: Document) -> list[tuple[Payment, bool]]:
    """Return a document's payments, each with whether the carrier confirmed it."""
    query = (
        sa.select(Payment, PaymentConfirmation.id.is_not(None))
        .outerjoin(PaymentConfirmation, PaymentConfirmation.payment_id == Payment.id)
        .where(Payment.document_id == document.id)
        .order_by(Payment.received_on, Payment.id)
    )
    return [(payment, confirmed) for payment, confirmed in session.execute(query)]


def all_payments_of(session: Session, document: Document) -> list[tuple[Payment, bool, str]]:
    """Return the payments a paper has, with whether each is confirmed, and on what number it came.

    Money is told once: what came for a paper that was replaced is its corrective's. The number is
    that of the earlier paper, empty where the money came on this one.
    """
    if bills.replacement_of(session, document) is not None:
        return []
    found = []
    for one in bills.lineage(session, document.id):
        paper = session.get_one(Document, one)
        number = "" if paper is document else dues.number_of(session, paper)
        found += [(payment, sure, number) for payment, sure in payments_of(session, paper)]
    return sorted(found, key=lambda one: (one[0].received_on, one[0].id))


def earlier_numbers(session: Session, document: Document) -> list[str]:
    """Return the numbers of the replaced papers that a paper's money came on, each once."""
    numbers = (number for _, _, number in all_payments_of(session, document))
    return list(dict.fromkeys(one for one in numbers if one))


def _write(
    work: Work,
    document: Document,
    amount: int,
    received_on: date,
    method: str,
    note: str,
    capability: str = "payment.record",
) -> Payment:
    payment = Payment(
        document_id=document.id,
        amount_cents=amount,
        received_on=received_on,
        method=method,
        note=note.strip(),
        created_by=work.actor.party_id,
    )
    work.session.add(payment)
    work.session.flush()
    after = {"amount_cents": amount, "method": method, "received_on": received_on}
    work.record(capability, payment, scope=document.scope, after=after)
    return payment


def check_paid_day(work: Work, order: Order, received_on: date) -> None:
    """Refuse a day on which no money can have come for an order.

    Raises:
        Refused: it is ahead, or before the order was written.
    """
    if received_on > work.today:
        raise Refused(N_("Ce jour n'est pas encore là."), field="received_on")
    # From the order on, not the invoice: a deposit comes before its invoice.
    first = clock.day_of(order.created_at, work.zone)
    if received_on < first:
        raise Refused(
            N_("La commande est du {day:%d/%m/%Y}. L'argent ne peut pas être arrivé avant."),
            field="received_on",
            day=first,
        )


def is_confirmed(session: Session, payment: Payment) -> bool:
    """Tell whether the carrier confirmed a payment."""
    known = sa.select(PaymentConfirmation.id).where(PaymentConfirmation.payment_id == payment.id)
    return session.scalar(known) is not None


def _check(session: Session, document: Document, amount: int, method: str) -> None:
    if method not in METHODS:
        raise Refused(N_("Choisis comment l'argent est arrivé."), field="method")
    if not bills.is_bill(document):
        raise Refused(N_("On ne paie qu'une facture."))
    newer = bills.replacement_of(session, document)
    if newer is not None:
        raise Refused(
            N_("{name} remplace cette facture. L'argent va sur {name}."),
            name=dues.number_of(session, newer),
        )
    if not bills.is_numbered(session, document):
        raise Refused(N_("Il faut d'abord le numéro donné par la maison qui facture."))
    if amount < 0:
        _check_going_back(dues.claimed_cents(session, document.id), amount)


def _check_coming_in(
    session: Session, document: Document, amount: int, more_is_right: bool
) -> None:
    owed, already = dues.owed_cents(session, document), dues.claimed_cents(session, document.id)
    left = max(owed - already, 0)
    if amount == 0 or owed == 0:
        raise Refused(
            N_("Il reste {left} à recevoir. La somme est à corriger."),
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
