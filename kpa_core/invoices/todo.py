"""What this person could do now about invoices and money, for the home page.

Quotes to read and to send are said by the activities.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import islice

import sqlalchemy as sa
from flask import url_for

from kpa_core.activities.models import Order
from kpa_core.activities.service import visible_orders
from kpa_core.contracts import Todo
from kpa_core.errors import N_
from kpa_core.i18n import gettext
from kpa_core.invoices import bills, documents
from kpa_core.invoices.life import follow_ups, platforms, reminders
from kpa_core.invoices.life.standing import standing
from kpa_core.invoices.models import Carrier, Document, Payment, PaymentConfirmation
from kpa_core.invoices.paying import dues
from kpa_core.money import format_cents
from kpa_core.work import Work

PATIENCE = timedelta(days=7)
"""How long a carrier may take to number what was handed to it before we ask again."""

MOST = 20


def todo(work: Work) -> Iterator[Todo]:
    """Yield what waits for the actor: invoices, the carrier's numbers, money."""
    if work.actor.party_id is None:
        return
    yield from islice(_to_issue(work), MOST)
    yield from _awaited_numbers(work)
    yield from _to_confirm(work)
    yield from _to_deposit(work)
    if work.reach("payment.record"):
        yield from _money(work)


def _to_deposit(work: Work) -> Iterator[Todo]:
    for document in platforms.to_deposit(work, MOST):
        text = gettext(N_("{name} est à déposer sur la plateforme."))
        yield _about(document, N_("À déposer"), text, 27)


def _money(work: Work) -> Iterator[Todo]:
    """Yield whom to remind, what customers say they paid, then what else is late: each once."""
    shown = set()
    ready = reminders.overdue(work)
    by_mail = reminders.leaving_by_mail(work, ready)
    for due in islice((one for one in ready if one.document.id not in by_mail), MOST):
        shown.add(due.document.id)
        text = gettext(N_("{left} pour {name}. Le texte est prêt."))
        told = text.replace("{left}", format_cents(due.left_cents))
        yield _about(due.document, N_("Relance le client"), told, 29)
    for document in follow_ups.claimed(work, MOST):
        shown.add(document.id)
        text = gettext(N_("{name} : le client dit avoir payé. Regarde le compte."))
        yield _about(document, N_("Un paiement annoncé"), text, 26)
    late = (one for one in _late(work) if one[0].id not in shown)
    for document, left in islice(late, MOST):
        text = gettext(N_("{left} pour {name}. Regarde le compte, ou appelle le client."))
        told = text.replace("{left}", format_cents(left))
        yield _about(document, N_("L'argent n'est pas arrivé"), told, 28)


def _about(document: Document, title: str, text: str, order: int) -> Todo:
    url = url_for("invoices.document", document_id=document.id)
    told = text.format(name=documents.shown_name(document))
    return Todo(gettext(title), told, url, order, "argent")


def _to_issue(work: Work) -> Iterator[Todo]:
    waiting = visible_orders(work, "invoice.issue").where(Order.state == "done")
    for order in work.session.scalars(waiting.order_by(Order.day, Order.id)):
        found = standing(work, order)
        if found.bill is not None or not found.issue:
            continue
        url = url_for("invoices.preview", order_id=order.id)
        facts = {"title": order.title, "customer": order.customer.name}
        if found.issue == "alone" or len(found.yeses) > 1:
            text = gettext(N_("{title}, pour {customer}. Le travail est fait.")).format(**facts)
            yield Todo(gettext(N_("Une facture à faire")), text, url, 22, "papier")
        elif not found.said_yes:
            text = gettext(N_("{title}, pour {customer}. Lis-la, puis dis oui.")).format(**facts)
            yield Todo(gettext(N_("Une facture à relire")), text, url, 23, "papier")


def _awaited_numbers(work: Work) -> Iterator[Todo]:
    query = documents.visible_documents(work, "invoice.answer")
    waiting = query.where(bills.awaiting_number())
    for document in work.session.scalars(waiting.order_by(Document.id).limit(MOST)):
        known = dues.answer_of(work.session, document)
        url = url_for("invoices.note_number", document_id=document.id)
        name = work.session.get_one(Carrier, document.carrier_id).name
        facts = {"reference": document.reference, "name": name}
        if known is not None:
            text = gettext(N_("{reference} : {name} a un autre total que nous.")).format(**facts)
            yield Todo(gettext(N_("Deux totaux différents")), text, url, 24, "attention")
        elif work.can("payment.confirm", document.scope):
            # The carrier itself is reading: it numbers, and need not wait for its own answer.
            text = gettext(N_("{reference} attend ton numéro."))
            yield Todo(
                gettext(N_("Un projet à numéroter")), text.format(**facts), url, 25, "papier"
            )
        elif document.issued_on + PATIENCE <= work.today:
            text = gettext(N_("{reference} attend chez {name} depuis plus d'une semaine."))
            title = gettext(N_("Demande le numéro de la facture"))
            yield Todo(title, text.format(**facts), url, 25, "papier")


def _to_confirm(work: Work) -> Iterator[Todo]:
    reach = work.reach("payment.confirm")
    query = (
        sa.select(Payment, Document)
        .join(Document, Document.id == Payment.document_id)
        .outerjoin(PaymentConfirmation, PaymentConfirmation.payment_id == Payment.id)
        .where(PaymentConfirmation.id.is_(None))
        .where(reach.where(activity=Document.activity_id, carrier=Document.carrier_id))
    )
    for payment, document in work.session.execute(query.order_by(Payment.id).limit(MOST)):
        text = gettext(N_("{amount} pour {name}. Est-ce sur le compte ?")).format(
            amount=format_cents(payment.amount_cents), name=documents.shown_name(document)
        )
        url = url_for("invoices.document", document_id=document.id)
        yield Todo(gettext(N_("Un paiement à confirmer")), text, url, 26, "argent")


def _late(work: Work) -> Iterator[tuple[Document, int]]:
    """Return the bills whose day is past with what is left of them, the oldest first."""
    query = (
        documents.visible_documents(work, "payment.record")
        .join(Order, Order.id == Document.order_id)
        .where(reminders.ASKS_NOW)
        .where(Document.kind.in_(documents.BILLS))
        .where(Document.due_on < work.today)
    )
    found = list(work.session.scalars(query.order_by(Document.due_on, Document.id)))
    left = dues.left_of(work.session, found)
    return ((one, left[one.id]) for one in found if left[one.id])
