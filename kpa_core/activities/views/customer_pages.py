"""Pages about customers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, request

from kpa_core.activities import customers
from kpa_core.activities.models import Order
from kpa_core.activities.orders import LABELS
from kpa_core.activities.scopes import visible_orders
from kpa_core.activities.views.forms import CustomerForm
from kpa_core.errors import N_
from kpa_core.i18n import lazy
from kpa_core.members.contact import shown_phone
from kpa_core.pages import Pages, current_work, page, say, see

FORM = "activities/form.html"
FIELDS = (
    "kind",
    "name",
    "contact_name",
    "phone",
    "email",
    "address",
    "postcode",
    "town",
    "siret",
    "vat_number",
    "engagement_number",
    "service_code",
    "country",
    "electronic_address",
)


def add_to(pages: Pages) -> None:
    """Add the pages of customers."""

    @pages.get("/clients", needs="customer.read", endpoint="customers")
    def show_customers() -> Response:
        found = customers.listed_customers(current_work())
        return page("activities/customers.html", found=found, kinds=customers.KIND_LABELS)

    @pages.form(
        "/clients/nouveau",
        CustomerForm,
        needs="customer.write",
        template=FORM,
        fill=lambda: {"title": lazy(N_("Nouveau client")), "back": "/clients"},
    )
    def add_customer(form: CustomerForm) -> Response:
        new = customers.NewCustomer(**_fields(form))
        customer = customers.add_customer(current_work(), new)
        say(N_("{name} est dans les clients."), name=customer.name)
        if request.args.get("pour") == "commande":
            return see("activities.add_order", client=customer.id)
        return see("activities.customer", customer_id=customer.id)

    @pages.get("/clients/<uuid:customer_id>", needs="customer.read")
    def customer(customer_id: UUID) -> Response:
        work = current_work()
        found = customers.find_customer(work, customer_id)
        orders = visible_orders(work).where(Order.customer_id == customer_id)
        return page(
            "activities/customer.html",
            customer=found,
            kinds=customers.KIND_LABELS,
            orders=list(work.session.scalars(orders.order_by(Order.id.desc()))),
            labels=LABELS,
            phone=shown_phone(found.phone),
        )

    @pages.form(
        "/clients/<uuid:customer_id>/changer",
        CustomerForm,
        needs="customer.write",
        template=FORM,
        fill=_start,
    )
    def change_customer(form: CustomerForm, customer_id: UUID) -> Response:
        version = int(form.version.data or 0)
        customers.change_customer(current_work(), customer_id, version, _fields(form))
        say(N_("C'est noté."))
        return see("activities.customer", customer_id=customer_id)


def _fields(form: CustomerForm) -> dict[str, Any]:
    return {name: form[name].data for name in FIELDS}


def _start(customer_id: UUID) -> dict[str, Any]:
    found = customers.find_customer(current_work(), customer_id, "customer.write")
    facts = {**customers.facts_of(found), "version": found.version}
    return {"start": facts, "title": lazy(N_("Changer le client"))}
