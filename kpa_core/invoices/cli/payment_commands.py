"""``kpa payments``: note money, and the carrier's word that it is there."""

from __future__ import annotations

from datetime import datetime

import click

from kpa_core.activities.cli.typed import CENTS, DAY, JSON, day_of, the_id
from kpa_core.commands import command, say
from kpa_core.commands.rows import show_rows
from kpa_core.errors import N_
from kpa_core.invoices.cli.typed import the_document
from kpa_core.invoices.life import overpayments
from kpa_core.invoices.paying import payments as service
from kpa_core.money import format_cents
from kpa_core.work import Work

payments = click.Group("payments", help="Les paiements.")


@command(payments, "list", needs="document.read")
@click.argument("document")
@JSON
def list_payments(work: Work, document: str, as_json: bool) -> None:
    """Voir les paiements d'une facture."""
    found = the_document(work, document, "document.read", "bill")
    rows = [
        {
            "id": payment.id,
            "received_on": payment.received_on,
            "amount_cents": payment.amount_cents,
            "method": payment.method,
            "confirmed": confirmed,
            "note": payment.note,
            "document": number,
        }
        for payment, confirmed, number in service.all_payments_of(work.session, found)
    ]
    show_rows(rows, as_json, "id", "received_on", "amount_cents", "confirmed", "document")


@command(payments, "pay", needs="payment.record")
@click.argument("document")
@click.argument("amount", type=CENTS)
@click.option("--day", "received_on", type=DAY, help="Le jour ; sinon aujourd'hui.")
@click.option(
    "--method", type=click.Choice(list(service.WAYS)), default="transfer", help="Comment."
)
@click.option("--note", default="", help="Une remarque.")
@click.option("--back", is_flag=True, help="L'argent est rendu au client, ou c'était une erreur.")
@click.option("--more", is_flag=True, help="C'est plus que ce qui est dû, et c'est bien arrivé.")
def pay(
    work: Work,
    document: str,
    amount: int,
    received_on: datetime | None,
    method: str,
    note: str,
    back: bool,
    more: bool,
) -> None:
    """Noter que l'argent d'une facture est arrivé."""
    found = the_document(work, document, "payment.record", "bill")
    cents = -amount if back else amount
    if method == service.KEPT:
        payment = overpayments.pay_with_kept(work, found.id, cents)
    else:
        payment = service.record_payment(
            work,
            found.id,
            cents,
            day_of(received_on) or work.today,
            method=method,
            note=note,
            more_is_right=more,
        )
    say(N_("Le paiement est noté : {id}."), id=payment.id)


@command(payments, "confirm", needs="payment.confirm")
@click.argument("payment")
def confirm(work: Work, payment: str) -> None:
    """Confirmer, pour la maison, que l'argent est sur son compte."""
    found = service.confirm_payment(work, the_id(payment))
    say(N_("C'est confirmé : {amount}."), amount=format_cents(found.amount_cents))
