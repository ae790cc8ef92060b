"""Pages where a deposit is asked of a customer who said yes: how much, a look, then it leaves."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, request, url_for

from kpa_core.activities import service as orders
from kpa_core.errors import N_
from kpa_core.i18n import gettext
from kpa_core.invoices.drafts import drafting
from kpa_core.invoices.making import deposits, issuing, previews
from kpa_core.invoices.making.deposits import Part
from kpa_core.invoices.models import Carrier
from kpa_core.invoices.paper.printed import sheet_of
from kpa_core.invoices.views.forms import DepositForm
from kpa_core.invoices.views.order_pages import fixes, issued
from kpa_core.money import format_cents
from kpa_core.pages import Pages, current_work, page, see

LONGEST_AMOUNT = 12


def add_to(pages: Pages) -> None:
    """Add the page about deposits."""

    @pages.form(
        "/commandes/<uuid:order_id>/acompte",
        DepositForm,
        needs="invoice.issue",
        template="invoices/form.html",
        fill=_room,
    )
    def ask_deposit(form: DepositForm, order_id: UUID) -> Response:
        work = current_work()
        order = orders.find_order(work, order_id, "invoice.issue")
        carrier = drafting.carrier_behind(work.session, order, work.today)
        part = Part(form.rate_bp.data or 0, form.cents.data or 0)
        cents = deposits.cents_of(work, order, carrier, part)
        return see("invoices.preview_deposit", order_id=order_id, cents=cents)

    @pages.get("/commandes/<uuid:order_id>/acompte/papier", needs="invoice.issue")
    def preview_deposit(order_id: UUID) -> Response:
        return page("invoices/deposit_preview.html", **_previewed(order_id))

    @pages.post("/commandes/<uuid:order_id>/acompte/papier", needs="invoice.issue")
    def issue_deposit(order_id: UUID) -> Response:
        part = Part(cents=_cents(request.form.get("cents", "")))
        return issued(deposits.issue_deposit(current_work(), order_id, part))


def _cents(text: str) -> int:
    """Return the amount that the page before passes on; 0, which is refused, for anything else."""
    is_amount = text.isascii() and text.isdigit() and len(text) <= LONGEST_AMOUNT
    return int(text) if is_amount else 0


def _previewed(order_id: UUID) -> dict[str, Any]:
    work, cents = current_work(), _cents(request.args.get("cents", ""))
    order = orders.find_order(work, order_id, "invoice.issue")
    found = previews.deposit(work, order, Part(cents=cents))
    return {
        "order": order,
        "cents": cents,
        "carrier": found.carrier,
        "faults": found.faults,
        "found": found.found,
        "stops": found.stops,
        "sheet": sheet_of(found.made, work.instance.texts.gettext) if found.made else None,
        "is_handover": found.made is not None and found.made.kind == "handover",
        "fixes": fixes(order, found.carrier),
    }


def _room(order_id: UUID) -> dict[str, Any]:
    work = current_work()
    order = orders.find_order(work, order_id, "invoice.issue")
    carrier = drafting.carrier_behind(work.session, order, work.today)
    room = deposits.room_of(work, order, carrier)
    told = gettext(N_("Le devis est de {whole}. Les acomptes déjà demandés : {asked}."))
    return {
        "title": gettext(N_("Demander un acompte")),
        "aside": told.format(
            whole=format_cents(room.whole_cents), asked=format_cents(room.asked_cents)
        )
        + _number(carrier),
        "back": url_for("activities.order", order_id=order_id),
        "units": {"rate_bp": "%", "cents": "€"},
    }


def _number(carrier: Carrier) -> str:
    if drafting.bill_kind(carrier) == "handover":
        return " " + gettext(N_("La maison lui donnera son numéro."))
    number = issuing.next_number(current_work().session, carrier)
    return " " + gettext(N_("Il aura le numéro {number}.")).format(number=number)
