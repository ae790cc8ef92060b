"""Commands about deliveries: ask, order, cancel, list."""

from __future__ import annotations

import json
from uuid import UUID

import click

from kpa_coopcycle import connections, deliveries, words
from kpa_coopcycle.texts import told
from kpa_coopcycle.wishes import Stop, Window, Wish
from kpa_core.api import N_, Misuse, Refused, Work, command, order_named, parse_phone


def add(group: click.Group) -> None:
    """Add these commands."""

    @command(group, "deliver", needs="coopcycle.deliver")
    @click.argument("order")
    @click.option("--to", "stops", multiple=True, required=True, help="« adresse|qui|téléphone ».")
    @click.option("--slot", required=True, help="« 2030-04-02T10:00Z/2030-04-02T12:00Z ».")
    @click.option("--from", "pickup", default="", help="D'où ça part.")
    @click.option("--by", type=click.UUID, help="Quelle coop, s'il y en a plusieurs.")
    def deliver(
        work: Work, order: str, stops: tuple[str, ...], slot: str, pickup: str, by: UUID | None
    ) -> None:
        """Demander le prix d'une livraison ; rien n'est commandé."""
        found = order_named(work, order, "coopcycle.deliver")
        places = connections.of_activity(work.session, found.activity_id)
        chosen = [at.id for at in places if by in (None, at.id)]
        if len(chosen) != 1:
            raise Misuse(N_("Dis quelle coop : --by. Regarde : kpa coopcycle coops."))
        window = Window.read(slot)
        at = next(at for at in places if at.id == chosen[0])
        window = Window(window.after, window.before, window.written() in at.slots)
        wish = Wish(window, tuple(_stop(one) for one in stops), pickup)
        row = deliveries.ask(work, found.id, chosen[0], wish)
        click.echo(str(row.id))

    @command(group, "order", needs="coopcycle.deliver")
    @click.argument("delivery_id", type=click.UUID)
    def order_it(work: Work, delivery_id: UUID) -> None:
        """Commander une livraison dont le prix est reçu."""
        row = deliveries.find(work, delivery_id)
        if row.price_cents is None:
            raise Refused(N_("Cette livraison n'a pas de prix, ou elle est déjà commandée."))
        row = deliveries.order(work, delivery_id, row.price_cents)
        _say(N_("La commande part, à {price} avec la TVA."), price=words.euros(row.price_cents))

    @command(group, "cancel", needs="coopcycle.deliver")
    @click.argument("delivery_id", type=click.UUID)
    def cancel(work: Work, delivery_id: UUID) -> None:
        """Annuler une livraison."""
        row = deliveries.cancel(work, delivery_id)
        _say(N_("État : {state}."), state=words.where(row))

    @command(group, "deliveries", needs="order.read")
    @click.argument("order")
    @click.option("--json", "as_json", is_flag=True, help="Pour une machine.")
    def listed(work: Work, order: str, as_json: bool) -> None:
        """Voir les livraisons d'une commande."""
        found = order_named(work, order)
        for row in deliveries.of_order(work.session, found.id):
            said = {
                "id": str(row.id),
                "state": words.where(row),
                "slot": words.slot(row.slot, row.connection.zone),
                "reason": row.reason,
            }
            click.echo(
                json.dumps(said, ensure_ascii=False) if as_json else "  ".join(said.values())
            )


def _stop(text: str) -> Stop:
    street, contact, phone = (*text.split("|"), "", "")[:3]
    return Stop(street.strip(), contact.strip(), parse_phone(phone))


def _say(message: str, **values: object) -> None:
    click.echo(told(message, **values))
