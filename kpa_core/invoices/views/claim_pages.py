"""The customer's page of an invoice: read it, and say that it is paid, without an account."""

from __future__ import annotations

from typing import Any

from flask import Response

from kpa_core.errors import N_
from kpa_core.invoices import documents
from kpa_core.invoices.life import follow_ups
from kpa_core.invoices.paper.printed import sheet_of
from kpa_core.invoices.paying import dues
from kpa_core.invoices.sealing import printing
from kpa_core.invoices.sealing.makers import PDF
from kpa_core.invoices.views import public_pages
from kpa_core.invoices.views.life_forms import ClaimForm
from kpa_core.pages import Pages, current_work, download, say, see


def add_to(pages: Pages) -> None:
    """Add the customer's pages of an invoice."""

    @pages.form(
        "/factures/<token>",
        ClaimForm,
        needs="public.sign",
        template="invoices/invoice_link.html",
        fill=_shown,
        first=public_pages.count_answer,
    )
    def invoice_link(form: ClaimForm, token: str) -> Response:
        follow_ups.claim_by_link(
            current_work(),
            token,
            paid_on=form.paid_on.data,
            method=form.method.data,
            by_name=form.name.data,
        )
        say(N_("Merci ! C'est noté. Nous ne vous relançons plus."))
        return see("invoices.invoice_link", token=token)

    @pages.get("/factures/<token>/pdf", needs="public.sign")
    def invoice_link_pdf(token: str) -> Response:
        work = current_work()
        public_pages.count_paper()
        document = follow_ups.invoice_of_link(work, token)
        name = printing.file_name(work, document, "pdf")
        return download(printing.pdf_of(work, document), PDF, name)


def _shown(token: str) -> dict[str, Any]:
    work = current_work()
    document = follow_ups.invoice_of_link(work, token)
    last = follow_ups.standing_word(work.session, document)
    return {
        "token": token,
        "document": document,
        "name": dues.number_of(work.session, document),
        "left": follow_ups.left_cents(work.session, document),
        "claimed": last is not None and last.kind == "claimed",
        "sheet": sheet_of(documents.snapshot_of(document), work.instance.texts.gettext),
        "start": {"paid_on": work.today, "method": "transfer"},
    }
