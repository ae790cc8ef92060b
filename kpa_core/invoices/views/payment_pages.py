"""Pages where money is noted and confirmed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, request, url_for

from kpa_core.errors import N_
from kpa_core.i18n import gettext
from kpa_core.invoices import documents
from kpa_core.invoices.life import overpayments
from kpa_core.invoices.paying import dues, payments
from kpa_core.invoices.views.forms import PaymentForm
from kpa_core.money import format_cents
from kpa_core.pages import Pages, current_work, say, see


def add_to(pages: Pages) -> None:
    """Add the pages about payments."""

    @pages.form(
        "/documents/<uuid:document_id>/paiement",
        PaymentForm,
        needs="payment.record",
        template="invoices/form.html",
        fill=_left,
    )
    def pay(form: PaymentForm, document_id: UUID) -> Response:
        work = current_work()
        cents = -form.amount.data if form.way.data == "out" else form.amount.data
        if form.method.data == payments.KEPT:
            overpayments.pay_with_kept(work, document_id, cents)
        else:
            payments.record_payment(
                work,
                document_id,
                cents,
                form.received_on.data,
                method=form.method.data,
                note=form.note.data or "",
                more_is_right=form.more.data,
            )
        say(N_("Le paiement est noté."))
        return see("invoices.document", document_id=document_id)

    @pages.post("/paiements/<uuid:payment_id>/confirmer", needs="payment.confirm")
    def confirm_payment(payment_id: UUID) -> Response:
        payment = payments.confirm_payment(current_work(), payment_id)
        say(N_("C'est confirmé : {amount}."), amount=format_cents(payment.amount_cents))
        return see("invoices.document", document_id=payment.document_id)


def _left(document_id: UUID) -> dict[str, Any]:
    work = current_work()
    document = documents.find(work, document_id, "payment.record")
    owed = dues.owed_cents(work.session, document)
    left = owed - dues.claimed_cents(work.session, document.id)
    kept = overpayments.kept_cents(work, document)
    # Who chose it may find it gone: another browser was first, and the service says so.
    asks_kept = request.values.get("method") == payments.KEPT
    start = min(kept, left) if asks_kept else left
    known = payments.WAYS if kept or asks_kept else payments.METHODS
    ask = gettext(N_("{name} : il reste {left} à recevoir."))
    return {
        "title": gettext(N_("Noter un paiement")),
        "aside": ask.format(name=documents.shown_name(document), left=format_cents(max(left, 0))),
        "back": url_for("invoices.document", document_id=document_id),
        "start": {
            "received_on": work.today,
            "amount": start if start > 0 else None,
            **({"method": payments.KEPT} if asks_kept else {}),
        },
        "choices": {"method": [(key, gettext(label)) for key, label in known.items()]},
        "units": {"amount": "€"},
    }
