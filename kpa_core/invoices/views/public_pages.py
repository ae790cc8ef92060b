"""The customer's page: a quote by its link, and the answer, without an account."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from flask import Response, request

from kpa_core.accounts import throttles
from kpa_core.activities.models import Order
from kpa_core.errors import N_
from kpa_core.invoices import documents
from kpa_core.invoices.making import quotes
from kpa_core.invoices.paper.printed import sheet_of
from kpa_core.invoices.sealing import makers, printing
from kpa_core.invoices.views.forms import SignForm
from kpa_core.pages import Pages, current_work, download, page, say, see

PAPERS_FROM = throttles.Limit("public.paper.from", 300, timedelta(hours=1))
ANSWERS_FROM = throttles.Limit("public.answer.from", 120, timedelta(hours=1))


def count_paper() -> None:
    """Count a PDF asked for without an account: making one costs more than a page."""
    _count(PAPERS_FROM)


def count_answer(**_: str) -> None:
    """Count an answer without an account before it is tried: a refused one counts too."""
    _count(ANSWERS_FROM)


def _count(limit: throttles.Limit) -> None:
    address = throttles.neighbourhood(request.remote_addr or "")
    throttles.count(current_work(), (limit, address))


def add_to(pages: Pages) -> None:
    """Add the customer's pages."""

    @pages.form(
        "/devis/<token>",
        SignForm,
        needs="public.sign",
        template="invoices/quote_link.html",
        fill=_shown,
        first=count_answer,
    )
    def quote_link(form: SignForm, token: str) -> Response:
        answer = form.answer.data
        quotes.answer_by_link(current_work(), token, answer, by_name=form.name.data)
        thanks = {
            "accepted": N_("Merci ! Votre réponse est notée : le devis est accepté."),
            "refused": N_("C'est noté : le devis est refusé. Merci de nous l'avoir dit."),
        }
        say(thanks[answer])
        return see("invoices.quote_link", token=token)

    @pages.get("/devis/<token>/copie", needs="public.sign")
    def quote_link_copy(token: str) -> Response:
        work = current_work()
        document = quotes.quote_of_link(work, token)
        return page(
            "invoices/quote_copy.html",
            token=token,
            document=document,
            carrier=documents.carrier_of(work.session, document),
            sheet=sheet_of(documents.snapshot_of(document), work.instance.texts.gettext),
            answers=quotes.answers_to(work.session, document),
            newer=quotes.newer_than(work.session, document),
            seal=hashlib.sha256(document.snapshot).hexdigest(),
        )

    @pages.get("/devis/<token>/pdf", needs="public.sign")
    def quote_link_pdf(token: str) -> Response:
        work = current_work()
        count_paper()
        document = quotes.quote_of_link(work, token)
        name = printing.file_name(work, document, "pdf")
        return download(printing.pdf_of(work, document), makers.PDF, name)


def _shown(token: str) -> dict[str, Any]:
    work = current_work()
    document = quotes.quote_of_link(work, token)
    return {
        "token": token,
        "document": document,
        "order": work.session.get_one(Order, document.order_id),
        "carrier": documents.carrier_of(work.session, document),
        "sheet": sheet_of(documents.snapshot_of(document), work.instance.texts.gettext),
        "closed": quotes.why_closed(work, document),
        "answered": quotes.answers_to(work.session, document),
    }
