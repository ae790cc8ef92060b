"""The carrier's page: what waits for it and what it answers, by its link, without an account."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Response, request

from kpa_core.accounts import throttles
from kpa_core.errors import N_, NotFound, Refused
from kpa_core.invoices import documents
from kpa_core.invoices.carrier import carrier_links
from kpa_core.invoices.exports import retyping
from kpa_core.invoices.life import by_carrier
from kpa_core.invoices.life.answers import CarrierNumber
from kpa_core.invoices.paper.printed import sheet_of
from kpa_core.invoices.sealing import makers, printing
from kpa_core.invoices.views import public_pages
from kpa_core.invoices.views.forms import CarrierForm
from kpa_core.pages import Pages, current_work, download, say, see

FROM = throttles.Limit("carrier.link.from", 120, timedelta(hours=1))
THANKS = {
    "seen": N_("C'est noté : vous l'avez vu."),
    "issued": N_("Merci ! Votre facture est notée."),
    "returned": N_("C'est noté : le groupe va corriger et vous renvoyer un projet."),
    "paid": N_("Merci ! Le paiement est noté."),
}


def add_to(pages: Pages) -> None:
    """Add the carrier's page."""

    @pages.form(
        "/maison/<token>",
        CarrierForm,
        needs="public.sign",
        template="invoices/carrier_link.html",
        fill=_shown,
        first=_count,
    )
    def carrier_link(form: CarrierForm, token: str) -> Response:
        reference = request.args.get("papier", "")
        _answer(form, token, reference)
        say(THANKS[form.answer.data])
        return see("invoices.carrier_link", token=token)

    @pages.get("/maison/<token>/pdf", needs="public.sign")
    def carrier_link_pdf(token: str) -> Response:
        work = current_work()
        public_pages.count_paper()
        opened = carrier_links.open_link(work, token)
        found = by_carrier.waiting_named(work, opened, request.args.get("papier", ""))
        if found is None:
            raise NotFound(by_carrier.ABSENT)
        name = printing.file_name(work, found.document, "pdf")
        return download(printing.pdf_of(work, found.document), makers.PDF, name)


def _count(**_: str) -> None:
    """Count an answer before it is tried: a refused one counts too."""
    address = throttles.neighbourhood(request.remote_addr or "")
    throttles.count(current_work(), (FROM, address))


def _answer(form: CarrierForm, token: str, reference: str) -> None:
    work, answer = current_work(), form.answer.data
    if answer == "seen":
        by_carrier.see(work, token, reference)
    elif answer == "returned":
        by_carrier.send_back(work, token, reference, form.reason.data or "")
    elif answer == "issued":
        if form.issued_on.data is None:
            raise Refused(N_("Écrivez la date de votre facture."), field="issued_on")
        number, cents = form.number.data or "", form.gross_cents.data or 0
        said = CarrierNumber(number, form.issued_on.data, cents)
        by_carrier.issue(work, token, reference, said)
    else:
        if form.received_on.data is None:
            raise Refused(N_("Écrivez quel jour."), field="received_on")
        by_carrier.pay(
            work,
            token,
            reference,
            form.amount.data or 0,
            form.received_on.data,
            is_second=form.is_second.data,
            more_is_right=form.more.data,
        )


def _shown(token: str) -> dict[str, Any]:
    work = current_work()
    opened = carrier_links.open_link(work, token)
    reference = request.args.get("papier", "")
    found = by_carrier.waiting(work, opened)
    chosen = by_carrier.waiting_named(work, opened, reference)
    if reference and chosen is None and request.method == "GET":
        raise NotFound(by_carrier.ABSENT)
    shown: dict[str, Any] = {
        "token": token,
        "carrier": opened.carrier,
        "gives": opened.gives,
        "expires_on": opened.link.expires_on,
        "waiting": found,
        "chosen": chosen,
        "sheet": None,
        "retyped": None,
        "heads": retyping.LINE_HEADS,
        "start": {},
    }
    if chosen is not None:
        paper = documents.snapshot_of(chosen.document)
        shown["sheet"] = sheet_of(paper, work.instance.texts.gettext)
        shown["retyped"] = retyping.retyping(paper) if paper.kind == "handover" else None
        shown["start"] = {
            "gross_cents": chosen.document.to_pay_cents,
            "issued_on": work.today,
            "amount": chosen.left_cents or None,
            "received_on": work.today,
        }
    return shown
