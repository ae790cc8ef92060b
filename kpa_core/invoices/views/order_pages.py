"""Pages on an order's way to its papers: look first, then send or issue."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import Response, url_for

from kpa_core import clock
from kpa_core.activities import activities
from kpa_core.activities import service as orders
from kpa_core.activities.models import Order
from kpa_core.errors import N_, KpaError
from kpa_core.i18n import gettext
from kpa_core.invoices import carriers, correcting, drafting, issuing, quotes, standing
from kpa_core.invoices.models import Carrier, Document
from kpa_core.invoices.paper.printed import sheet_of
from kpa_core.invoices.paper.snapshot import Snapshot
from kpa_core.invoices.views.forms import CarrierChoiceForm, PaidForm
from kpa_core.pages import Pages, current_work, page, say, see

TO_COME = "…"
"""Stands where a reference or a number will be."""


def add_to(pages: Pages) -> None:
    """Add the pages that lead from an order to its papers."""
    _looking(pages)
    _acting(pages)
    _choosing(pages)


def _looking(pages: Pages) -> None:
    @pages.get("/commandes/<uuid:order_id>/papier", needs="document.read")
    def preview(order_id: UUID) -> Response:
        return page("invoices/preview.html", **_previewed(order_id))


def _acting(pages: Pages) -> None:
    @pages.post("/commandes/<uuid:order_id>/devis", needs="quote.send")
    def send_quote(order_id: UUID) -> Response:
        document = quotes.send_quote(current_work(), order_id)
        say(N_("Le devis {reference} est prêt pour le client."), reference=document.reference)
        return see("invoices.document", document_id=document.id)

    @pages.post("/commandes/<uuid:order_id>/facture/accord", needs="invoice.issue")
    def approve_invoice(order_id: UUID) -> Response:
        orders.approve(current_work(), order_id, "invoice")
        say(N_("Tu as dit oui à cette facture."))
        return see("invoices.preview", order_id=order_id)

    @pages.post("/commandes/<uuid:order_id>/facture", needs="invoice.issue")
    def issue(order_id: UUID) -> Response:
        return issued(issuing.issue(current_work(), order_id))

    @pages.form(
        "/commandes/<uuid:order_id>/facture/payee",
        PaidForm,
        needs="invoice.issue",
        template="invoices/form.html",
        fill=_to_be_paid,
    )
    def issue_paid(form: PaidForm, order_id: UUID) -> Response:
        paid = drafting.Paid(form.received_on.data, form.method.data)
        return issued(issuing.issue(current_work(), order_id, paid=paid))


def issued(document: Document) -> Response:
    """Say that a paper is out, and show it."""
    if document.kind == "handover":
        say(N_("Le projet {reference} est prêt pour la maison."), reference=document.reference)
    else:
        say(N_("La facture {number} est émise."), number=document.number)
    return see("invoices.document", document_id=document.id)


def _to_be_paid(order_id: UUID) -> dict[str, Any]:
    work = current_work()
    order = orders.find_order(work, order_id, "invoice.issue")
    return {
        "title": gettext(N_("Le client a déjà payé")),
        "aside": gettext(N_("La facture dira : payée. Le paiement se note avec elle.")),
        "back": url_for("invoices.preview", order_id=order_id),
        "start": {"received_on": order.day if _has_come(order) else work.today},
    }


def _has_come(order: Order) -> bool:
    return order.day is not None and order.day <= current_work().today


def _choosing(pages: Pages) -> None:
    @pages.form(
        "/activites/<uuid:activity_id>/maison",
        CarrierChoiceForm,
        needs="carrier.choose",
        template="invoices/choose_carrier.html",
        fill=_choices,
    )
    def choose_carrier(form: CarrierChoiceForm, activity_id: UUID) -> Response:
        work = current_work()
        carrier = carriers.find_carrier(work, form.carrier_id.data)
        activities.set_carrier(work, activity_id, carrier.id)
        say(N_("{name} facture pour cette activité."), name=carrier.name)
        return see("activities.activity", activity_id=activity_id)


def _choices(activity_id: UUID) -> dict[str, Any]:
    work = current_work()
    activity = orders.find_activity(work, activity_id, "carrier.choose")
    known = list(work.session.scalars(carriers.visible_carriers(work)))
    return {
        "activity": activity,
        "start": {"carrier_id": activity.carrier_id},
        "choices": {"carrier_id": [(one.id, one.name) for one in known]},
        "is_empty": not known,
    }


def _previewed(order_id: UUID) -> dict[str, Any]:
    work = current_work()
    order = orders.find_order(work, order_id, "document.read")
    found = standing.standing(work, order)
    shown: dict[str, Any] = {
        "order": order,
        "standing": found,
        "is_quote": _is_quote(order),
        "may_be_paid": not (found.deposits or found.corrected)
        and work.can("payment.record", order.scope),
        "missing": [],
        "advised": [],
        "sheet": None,
        "carrier": None,
        "is_handover": False,
    }
    try:
        carrier = drafting.carrier_behind(work.session, order, work.today)
        made = _drafted(order, carrier)
    except KpaError as error:
        return {**shown, "missing": [error]}
    return {
        **shown,
        "carrier": carrier,
        "is_handover": made.kind == "handover",
        "sheet": sheet_of(made, work.instance.texts.gettext),
        "missing": [*drafting.missing(order, made), *_waiting(order)],
        "advised": list(drafting.advised(made)),
    }


def _drafted(order: Order, carrier: Carrier) -> Snapshot:
    """Return the paper that would leave now, the places of its number and reference held."""
    work = current_work()
    kind = "quote" if _is_quote(order) else drafting.bill_kind(carrier)
    day = clock.today(carrier.timezone)
    made = drafting.draft(work, order, carrier, kind, TO_COME, day)
    if kind == "invoice":
        made = replace(made, number=issuing.next_number(work.session, carrier))
    return made


def _is_quote(order: Order) -> bool:
    """Tell whether a quote is next; after an invoice, opened lines lead to its corrective."""
    return order.state == "asked" and correcting.original_of(current_work(), order) is None


def _waiting(order: Order) -> list[KpaError]:
    """Return the yeses a quote still lacks."""
    if not _is_quote(order):
        return []
    try:
        orders.check_approved(current_work(), order)
    except KpaError as error:
        return [error]
    return []
