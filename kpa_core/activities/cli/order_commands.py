"""``kpa orders``: from the request to work that is done."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

import click

from kpa_core.activities import approvals, asking, changes, copying, customers, service
from kpa_core.activities.cli.typed import (
    CENTS,
    DAY,
    HOUR,
    JSON,
    day_of,
    given,
    the_activity,
    the_customer,
    the_id,
    the_order,
)
from kpa_core.activities.lines import amount, estimate, lines_of
from kpa_core.activities.models import CUSTOMER_KINDS, Order
from kpa_core.activities.orders import LABELS, STATES
from kpa_core.activities.scopes import visible_orders
from kpa_core.activities.vat import NO_VAT
from kpa_core.commands import command, say
from kpa_core.commands.rows import show_rows
from kpa_core.errors import N_
from kpa_core.i18n import current_locale, gettext
from kpa_core.money import format_cents
from kpa_core.work import Work

orders = click.Group("orders", help="Les commandes.")

_WANTED = (
    click.option("--title", default=None, help="Ce qu'il faut faire."),
    click.option("--day", type=DAY, help="Le jour."),
    click.option("--from", "starts_at", type=HOUR, help="L'heure du début."),
    click.option("--to", "ends_at", type=HOUR, help="L'heure de la fin."),
    click.option("--place", default=None, help="Le lieu."),
    click.option("--guests", type=click.IntRange(min=1), help="Combien de personnes."),
    click.option("--wishes", default=None, help="Ce que le client demande."),
    click.option("--budget", "budget_cents", type=CENTS, help="Le budget du client."),
    click.option("--engagement", "engagement_number", default=None, help="Numéro d'engagement."),
    click.option("--service", "service_code", default=None, help="Code du service."),
    click.option("--purchase-order", default=None, help="Numéro de commande du client."),
    click.option("--delivery", "delivery_address", default=None, help="Adresse de livraison."),
    click.option("--discount", "discount_cents", type=CENTS, help="Remise sur le tout, HT."),
    click.option("--discount-reason", default=None, help="Pourquoi : le client le lit."),
    click.option("--no-vat", "vat_reason", type=click.Choice(list(NO_VAT)), help="Pourquoi."),
)


def wanted(function: Any) -> Any:
    """Add the options that say what is asked for."""
    for option in reversed(_WANTED):
        function = option(function)
    return function


@command(orders, "ask", needs="public.ask")
@click.option("--name", required=True, help="Le nom du client.")
@click.option("--kind", type=click.Choice(CUSTOMER_KINDS), default="person", help="Qui il est.")
@click.option("--contact", default="", help="Qui appeler.")
@click.option("--phone", default="", help="Son téléphone.")
@click.option("--email", default="", help="Son adresse mail.")
@click.option("--offer", default=None, help="Le numéro de l'offre.")
@wanted
def ask(
    work: Work,
    name: str,
    kind: str,
    contact: str,
    phone: str,
    email: str,
    offer: str | None,
    **facts: Any,
) -> None:
    """Envoyer une demande, comme un client."""
    who = customers.NewCustomer(name, kind, contact_name=contact, phone=phone, email=email)
    made = asking.ask(work, who, _wanted(facts, offer))
    say(N_("La demande est arrivée. Son numéro : {reference}."), reference=made.reference)


@command(orders, "add", needs="order.write")
@click.argument("activity")
@click.argument("customer")
@click.option("--offer", default=None, help="Le numéro de l'offre.")
@wanted
def add(work: Work, activity: str, customer: str, offer: str | None, **facts: Any) -> None:
    """Écrire la demande d'un client connu."""
    place = the_activity(work, activity)
    made = asking.add_order(work, place.id, the_customer(work, customer), _wanted(facts, offer))
    say(N_("La demande {reference} est écrite."), reference=made.reference)


@command(orders, "list", needs="order.read")
@click.option("--state", type=click.Choice(STATES), help="Seulement dans cet état.")
@JSON
def list_orders(work: Work, state: str | None, as_json: bool) -> None:
    """Voir les commandes."""
    query = visible_orders(work).order_by(Order.id)
    if state:
        query = query.where(Order.state == state)
    show_rows(
        [_row(one) for one in work.session.scalars(query)],
        as_json,
        "reference",
        "state",
        "day",
        "title",
        "customer",
        labels={"state": LABELS},
    )


@command(orders, "show", needs="order.read")
@click.argument("order")
@JSON
def show(work: Work, order: str, as_json: bool) -> None:
    """Voir une commande."""
    found = the_order(work, order)
    lines = lines_of(work.session, found.id)
    planned = estimate(lines)
    row = {
        **_row(found),
        "wishes": found.wishes,
        "lines": [
            {
                "id": line.id,
                "label": line.label,
                "quantity": str(line.quantity),
                "unit_price_cents": line.unit_price_cents,
                "vat_rate_bp": line.vat_rate_bp,
                "amount_cents": amount(line),
                "plugin": line.plugin,
            }
            for line in lines
        ],
        "planned_cost_cents": planned.total_cents,
        "approvals_missing": approvals.missing(work, found),
    }
    if as_json:
        show_rows([row], True)
        return
    click.echo(f"{found.reference}  {found.title}  {gettext(LABELS[found.state])}")
    for line in lines:
        price = format_cents(amount(line), current_locale())
        click.echo(f"{line.id}  {line.label}  {line.quantity.normalize():f}  {price}")


@command(orders, "change", needs="order.write")
@click.argument("order")
@wanted
def change(work: Work, order: str, **facts: Any) -> None:
    """Changer ce que dit une commande."""
    found = the_order(work, order, "order.write")
    changes.change_order(work, found.id, found.version, _facts(facts))
    say(N_("C'est noté."))


@command(orders, "again", needs="order.write")
@click.argument("order")
def again(work: Work, order: str) -> None:
    """Refaire une commande pareille."""
    made = copying.order_again(work, the_order(work, order, "order.write").id)
    say(N_("La demande {reference} est écrite."), reference=made.reference)


@command(orders, "hand-over", needs="order.write")
@click.argument("order")
@click.argument("activity")
def hand_over(work: Work, order: str, activity: str) -> None:
    """Donner une demande à une activité."""
    found = the_order(work, order, "order.write")
    changes.hand_over(work, found.id, the_activity(work, activity).id)
    say(N_("C'est noté."))


@command(orders, "approve", needs="quote.approve")
@click.argument("order")
def approve(work: Work, order: str) -> None:
    """Dire oui au prix d'une commande."""
    found = the_order(work, order, "quote.approve")
    approvals.approve(work, found.id)
    left = approvals.missing(work, found)
    say(N_("Tu as dit oui. Accords qui manquent : {left}."), left=left)


@command(orders, "move", needs="order.write")
@click.argument("order")
@click.argument("state", type=click.Choice(STATES))
@click.option("--why", default="", help="Pourquoi, en quelques mots.")
def move(work: Work, order: str, state: str, why: str) -> None:
    """Noter une étape : accepted, done, asked…"""
    _move(work, order, state, why)


@command(orders, "accept", needs="quote.send")
@click.argument("order")
@click.option("--note", default="", help="Comment il l'a dit.")
def accept(work: Work, order: str, note: str) -> None:
    """Noter que le client dit oui."""
    _move(work, order, "accepted", note)


@command(orders, "done", needs="order.write")
@click.argument("order")
def done(work: Work, order: str) -> None:
    """Noter que le travail est fait."""
    _move(work, order, "done", "")


@command(orders, "note", needs="order.write")
@click.argument("order")
@click.argument("text")
def note(work: Work, order: str, text: str) -> None:
    """Écrire une remarque sur une commande."""
    service.add_note(work, the_order(work, order, "order.write").id, text)
    say(N_("C'est noté."))


def _move(work: Work, order: str, state: str, why: str) -> None:
    found = service.move(work, the_order(work, order, "order.write").id, state, why)
    say(N_("C'est noté : {state}."), state=gettext(LABELS[found.state]))


def _wanted(facts: dict[str, Any], offer: str | None) -> asking.Wanted:
    offer_id = the_id(offer) if offer else None
    return asking.Wanted(offer_id=offer_id, lang=current_locale(), **_facts(facts))


def _facts(facts: dict[str, Any]) -> dict[str, Any]:
    day: datetime | None = facts.pop("day")
    return given(day=day_of(day), **facts)


def _row(order: Order) -> dict[str, Any]:
    starts: time | None = order.starts_at
    return {
        "id": order.id,
        "reference": order.reference,
        "title": order.title,
        "state": order.state,
        "activity": order.activity.title,
        "customer": order.customer.name,
        "day": order.day,
        "starts_at": starts,
        "guests": order.guests,
    }
