"""Pages on an order's way to its papers: look first, then send or issue."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, url_for

from kpa_core.activities import activities
from kpa_core.activities import service as orders
from kpa_core.activities.models import Order
from kpa_core.contracts import Scope
from kpa_core.errors import N_
from kpa_core.i18n import gettext
from kpa_core.invoices.carrier import carriers
from kpa_core.invoices.drafts import drafting
from kpa_core.invoices.life import standing
from kpa_core.invoices.making import issuing, previews, quotes
from kpa_core.invoices.models import Carrier, Document
from kpa_core.invoices.paper import type_codes
from kpa_core.invoices.paper.printed import sheet_of
from kpa_core.invoices.paying import dues
from kpa_core.invoices.views.forms import CarrierChoiceForm, PaidForm
from kpa_core.pages import Pages, current_work, page, say, see


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
    elif document.type_code == type_codes.DEPOSIT:
        say(N_("La facture d'acompte {number} est émise."), number=document.number)
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
    found, stands = previews.preview(work, order), standing.standing(work, order)
    made = found.made
    return {
        "order": order,
        "standing": stands,
        "is_quote": previews.is_quote(work, order),
        "may_be_paid": not (stands.deposits or stands.corrected)
        and work.can("payment.record", order.scope),
        "faults": found.faults,
        "found": found.found,
        "stops": found.stops,
        "sheet": sheet_of(made, work.instance.texts.gettext) if made else None,
        "carrier": found.carrier,
        "is_handover": made is not None and made.kind == "handover",
        "unnumbered": [one for one, _ in stands.deposits if not dues.number_of(work.session, one)],
        "fixes": fixes(order, found.carrier),
    }


def fixes(order: Order, carrier: Carrier | None) -> dict[str, tuple[str, str, Scope]]:
    """Return, by place, the form where a finding is put right: right, address, scope."""
    where = {
        "customer": (
            "customer.write",
            url_for("activities.change_customer", customer_id=order.customer_id),
            order.scope,
        ),
        "lines": (
            "order.write",
            url_for("activities.order", order_id=order.id) + "#lines",
            order.scope,
        ),
        "order": (
            "order.write",
            url_for("activities.change_order", order_id=order.id),
            order.scope,
        ),
    }
    if carrier is None:
        return where
    return {
        **where,
        "seller": (
            "carrier.write",
            url_for("invoices.change_identity", carrier_id=carrier.id),
            carrier.scope,
        ),
        "carrier": (
            "carrier.write",
            url_for("invoices.change_carrier", carrier_id=carrier.id),
            carrier.scope,
        ),
    }
