"""Pages where an answer is noted: the customer's to a quote, the carrier's to a hand-over."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, url_for

from kpa_core.activities import service as orders
from kpa_core.errors import N_
from kpa_core.i18n import gettext
from kpa_core.invoices import documents
from kpa_core.invoices.life import answers
from kpa_core.invoices.making import issuing, quotes
from kpa_core.invoices.paying import dues
from kpa_core.invoices.views.forms import AnswerForm, CreditForm, NumberForm, SendBackForm
from kpa_core.money import format_cents
from kpa_core.pages import Pages, current_work, say, see

FORM = "invoices/form.html"


def add_to(pages: Pages) -> None:
    """Add the pages that note what came back."""
    _of_customers(pages)
    _of_carriers(pages)
    _credits(pages)


def _of_customers(pages: Pages) -> None:
    @pages.form(
        "/documents/<uuid:document_id>/reponse",
        AnswerForm,
        needs="quote.send",
        template=FORM,
        fill=lambda document_id: _about(document_id, N_("La réponse du client"), "quote.send"),
    )
    def answer_quote(form: AnswerForm, document_id: UUID) -> Response:
        document = quotes.answer_quote(
            current_work(),
            document_id,
            form.answer.data,
            by_name=form.name.data,
            text=form.text.data or "",
        )
        say(N_("La réponse est notée."))
        return see("activities.order", order_id=document.order_id)


def _of_carriers(pages: Pages) -> None:
    @pages.form(
        "/documents/<uuid:document_id>/numero",
        NumberForm,
        needs="invoice.answer",
        template="invoices/number.html",
        fill=_number,
    )
    def note_number(form: NumberForm, document_id: UUID) -> Response:
        work = current_work()
        said = answers.CarrierNumber(form.number.data, form.issued_on.data, form.gross_cents.data)
        row = answers.note_number(work, document_id, said, accept_difference=form.reason.data or "")
        if not row.stands:
            say(N_("Ce total n'est pas le nôtre. Vérifie, puis dis pourquoi il est bon."))
            return see("invoices.note_number", document_id=document_id)
        say(N_("La facture {number} est notée."), number=row.number)
        return see("invoices.document", document_id=document_id)

    @pages.form(
        "/documents/<uuid:document_id>/renvoi",
        SendBackForm,
        needs="invoice.answer",
        template=FORM,
        fill=lambda document_id: _about(
            document_id, N_("La maison renvoie le projet"), "invoice.answer"
        ),
    )
    def send_back(form: SendBackForm, document_id: UUID) -> Response:
        document = answers.send_back(current_work(), document_id, form.reason.data)
        say(N_("C'est noté. Corrige, puis confie un nouveau projet."))
        return see("activities.order", order_id=document.order_id)


def _credits(pages: Pages) -> None:
    @pages.form(
        "/documents/<uuid:document_id>/avoir",
        CreditForm,
        needs="invoice.credit",
        template=FORM,
        fill=lambda document_id: _about(document_id, N_("Faire un avoir"), "invoice.credit"),
    )
    def credit(form: CreditForm, document_id: UUID) -> Response:
        document = issuing.credit(current_work(), document_id, form.reason.data)
        if document.kind == "handover":
            say(N_("Le projet {reference} est prêt pour la maison."), reference=document.reference)
        else:
            say(N_("L'avoir {number} est émis."), number=document.number)
        return see("invoices.document", document_id=document.id)

    @pages.post("/documents/<uuid:document_id>/avoir/accord", needs="invoice.credit")
    def approve_credit(document_id: UUID) -> Response:
        document = documents.find(current_work(), document_id, "invoice.credit")
        orders.approve(current_work(), document.order_id, "credit")
        say(N_("Tu as dit oui à cet avoir."))
        return see("invoices.document", document_id=document_id)


def _about(document_id: UUID, title: str, capability: str) -> dict[str, Any]:
    document = documents.find(current_work(), document_id, capability)
    return {
        "title": gettext(title),
        "aside": f"{documents.shown_name(document)} · {format_cents(document.to_pay_cents)}",
        "back": url_for("invoices.document", document_id=document_id),
    }


def _number(document_id: UUID) -> dict[str, Any]:
    work = current_work()
    document = documents.find(work, document_id, "invoice.answer")
    known = dues.answer_of(work.session, document)
    start = {
        "number": known.number if known else "",
        "issued_on": known.issued_on if known else work.today,
        "gross_cents": known.gross_cents if known else None,
    }
    return {
        "document": document,
        "carrier": documents.carrier_of(work.session, document),
        "known": known,
        "start": start,
    }
