"""Pages where a wrong invoice is corrected: its lines open, then a corrective replaces it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, url_for

from kpa_core.errors import N_
from kpa_core.i18n import gettext
from kpa_core.invoices import documents
from kpa_core.invoices.drafts import correcting
from kpa_core.invoices.paying import dues
from kpa_core.invoices.views.forms import CorrectForm
from kpa_core.pages import Pages, current_work, say, see


def add_to(pages: Pages) -> None:
    """Add the pages about correctives."""

    @pages.form(
        "/documents/<uuid:document_id>/corriger",
        CorrectForm,
        needs="invoice.credit",
        template="invoices/form.html",
        fill=_about,
    )
    def correct(form: CorrectForm, document_id: UUID) -> Response:
        order = correcting.reopen(current_work(), document_id, form.reason.data)
        say(N_("Les lignes sont ouvertes. Change-les, puis émets la facture corrective."))
        return see("activities.order", order_id=order.id)

    @pages.post("/commandes/<uuid:order_id>/facture/garder", needs="invoice.credit")
    def keep_invoice(order_id: UUID) -> Response:
        correcting.give_up(current_work(), order_id)
        say(N_("La facture reste comme elle est."))
        return see("activities.order", order_id=order_id)


def _about(document_id: UUID) -> dict[str, Any]:
    work = current_work()
    document = documents.find(work, document_id, "invoice.credit")
    return {
        "title": gettext(N_("Corriger la facture")),
        "aside": dues.number_of(work.session, document) or document.reference,
        "back": url_for("invoices.document", document_id=document_id),
    }
