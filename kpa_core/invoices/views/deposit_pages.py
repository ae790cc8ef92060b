"""Pages where a deposit is asked of a customer who said yes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, url_for

from kpa_core.activities import service as orders
from kpa_core.errors import N_
from kpa_core.i18n import gettext
from kpa_core.invoices.drafts import drafting
from kpa_core.invoices.making import deposits, issuing
from kpa_core.invoices.making.deposits import Part
from kpa_core.invoices.models import Carrier
from kpa_core.invoices.views.forms import DepositForm
from kpa_core.invoices.views.order_pages import issued
from kpa_core.money import format_cents
from kpa_core.pages import Pages, current_work


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
        part = Part(form.rate_bp.data or 0, form.cents.data or 0)
        return issued(deposits.issue_deposit(current_work(), order_id, part))


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
