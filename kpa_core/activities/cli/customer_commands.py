"""``kpa orders``: the customers."""

from __future__ import annotations

from typing import Any

import click

from kpa_core.activities import customers
from kpa_core.activities.cli.order_commands import orders
from kpa_core.activities.cli.typed import JSON, given, the_id, the_order
from kpa_core.activities.models import CUSTOMER_KINDS
from kpa_core.commands import command, say
from kpa_core.commands.rows import show_rows
from kpa_core.errors import N_
from kpa_core.work import Work

_FACTS = (
    click.option("--contact", "contact_name", default=None, help="Qui appeler."),
    click.option("--phone", default=None, help="Son téléphone."),
    click.option("--email", default=None, help="Son adresse mail."),
    click.option("--address", default=None, help="Son adresse."),
    click.option("--postcode", default=None, help="Son code postal."),
    click.option("--town", default=None, help="Sa ville."),
    click.option("--siret", default=None, help="Son SIRET."),
    click.option("--vat-number", default=None, help="Son numéro de TVA."),
    click.option("--engagement", "engagement_number", default=None, help="Numéro d'engagement."),
    click.option("--service", "service_code", default=None, help="Code du service."),
    click.option("--country", default=None, help="Son pays, en deux lettres."),
    click.option("--electronic-address", default=None, help="0225: puis son SIREN."),
)


def facts_of_customer(function: Any) -> Any:
    """Add the options that say who a customer is."""
    for option in reversed(_FACTS):
        function = option(function)
    return function


@command(orders, "customers", needs="customer.read")
@JSON
def list_customers(work: Work, as_json: bool) -> None:
    """Voir les clients."""
    rows = (
        {"id": one.id, "name": one.name, "kind": one.kind, "siret": one.party.siret}
        for one in customers.listed_customers(work)
    )
    show_rows(rows, as_json, "id", "name", "kind", labels={"kind": customers.KIND_LABELS})


@command(orders, "add-customer", needs="customer.write")
@click.argument("name")
@click.option("--kind", type=click.Choice(CUSTOMER_KINDS), required=True, help="Qui il est.")
@facts_of_customer
def add_customer(work: Work, name: str, kind: str, **facts: str | None) -> None:
    """Ajouter un client."""
    made = customers.add_customer(work, customers.NewCustomer(name, kind, **given(**facts)))
    say(N_("{name} est dans les clients. Numéro : {id}."), name=made.name, id=made.id)


@command(orders, "change-customer", needs="customer.write")
@click.argument("customer")
@click.option("--name", default=None, help="Son nom.")
@click.option("--kind", type=click.Choice(CUSTOMER_KINDS), help="Qui il est.")
@facts_of_customer
def change_customer(work: Work, customer: str, **facts: str | None) -> None:
    """Changer un client."""
    known = customers.find_customer(work, the_id(customer))
    customers.change_customer(work, known.id, known.version, given(**facts))
    say(N_("C'est noté."))


@command(orders, "same-customer", needs="order.write")
@click.argument("order")
@click.argument("customer")
def same_customer(work: Work, order: str, customer: str) -> None:
    """Dire que le client est déjà connu."""
    found = the_order(work, order, "order.write")
    customers.use_instead(work, found.id, the_id(customer))
    say(N_("C'est noté."))
