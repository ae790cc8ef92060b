"""What an order says: changed while the work is not over, and handed to another activity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from kpa_core.activities.asking import Wanted, check_price_of_all, check_wanted
from kpa_core.activities.customers import find_customer
from kpa_core.activities.models import Activity, Order
from kpa_core.activities.orders import PRICED_IN
from kpa_core.activities.scopes import find_order
from kpa_core.errors import N_, Conflict, NotFound, Refused
from kpa_core.work import Work

EDITABLE = (
    "title",
    "day",
    "starts_at",
    "ends_at",
    "place",
    "guests",
    "wishes",
    "budget_cents",
    "engagement_number",
    "service_code",
    "purchase_order",
    "delivery_address",
    "vat_reason",
    "discount_cents",
    "discount_reason",
    "lang",
)
PRICE_OF_ALL = ("vat_reason", "discount_cents", "discount_reason")
"""What changes the price of the whole: like its lines, only before the quote."""
OPEN_IN = ("asked", "quoted", "accepted", "done")
"""Until the invoice: what a town hall answers, such as its engagement number, comes late."""


def change_order(work: Work, order_id: UUID, version: int, changes: Mapping[str, Any]) -> Order:
    """Change what an order says; lines are changed by themselves.

    Raises:
        Conflict: someone else changed it in between.
        Refused: it is invoiced, or what is written cannot be done.
    """
    with work.transaction():
        order = find_order(work, order_id, "order.write")
        if order.version != version:
            raise Conflict(
                N_("Quelqu'un d'autre a changé cette commande. Rouvre-la, puis recommence.")
            )
        if order.state not in OPEN_IN:
            raise Refused(N_("Cette commande ne change plus : elle est finie ou facturée."))
        before = {name: getattr(order, name) for name in EDITABLE if name in changes}
        after = {name: changes[name] for name in before}
        _check(work, order, after)
        _check_price(order, before, after)
        for name, value in after.items():
            setattr(order, name, value.strip() if isinstance(value, str) else value)
        changed = sorted(name for name, value in before.items() if getattr(order, name) != value)
        # Names of fields, not their values: wishes may tell of a religion or an illness.
        work.record("order.write", order, scope=order.scope, after={"fields": changed})
    return order


def choose_customer(work: Work, order_id: UUID, customer_id: UUID) -> Order:
    """Put another customer on an order whose quote has not left.

    Raises:
        Refused: a quote bears the customer's name.
    """
    with work.transaction():
        order = find_order(work, order_id, "order.write")
        customer = find_customer(work, customer_id)
        if order.state != "asked":
            raise Refused(N_("Un devis porte déjà le nom du client. Choisis « Revoir le devis »."))
        before, order.customer = order.customer_id, customer
        work.record(
            "order.write",
            order,
            scope=order.scope,
            before={"customer": before},
            after={"customer": customer_id},
        )
    return order


def hand_over(work: Work, order_id: UUID, activity_id: UUID) -> Order:
    """Give a request to another activity of the KPA, which will answer it.

    Raises:
        Refused: its quote has left, or the other activity is archived.
        NotFound: the order is not for this actor, or there is no such activity.
    """
    with work.transaction() as session:
        order = find_order(work, order_id, "order.write")
        other = session.get(Activity, activity_id)
        if other is None or not work.reach("activity.list").anywhere:
            raise NotFound()
        if order.state != "asked" or other.state == "archived":
            raise Refused(N_("Seule une demande sans devis va vers une autre activité."))
        before, left = order.activity_id, order.scope
        order.activity, order.offer_id = other, None
        session.flush()
        work.record(
            "order.write",
            order,
            scope=left,
            before={"activity": before},
            after={"activity": activity_id},
        )
    return order


def _check_price(order: Order, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    changed = [name for name in PRICE_OF_ALL if name in after and after[name] != before[name]]
    if not changed:
        return
    if order.state not in PRICED_IN:
        raise Refused(
            N_("Le prix de {reference} est déjà sur un devis. Choisis « Revoir le devis »."),
            field=changed[0],
            reference=order.reference,
        )
    check_price_of_all({name: getattr(order, name) for name in PRICE_OF_ALL} | dict(after))


def _check(work: Work, order: Order, after: Mapping[str, Any]) -> None:
    if "title" in after and not after["title"].strip():
        raise Refused(N_("Il manque le nom de la commande."), field="title")
    if "budget_cents" in after and (after["budget_cents"] or 0) < 0:
        raise Refused(
            N_("Ce budget ne va pas. Écris un montant, par exemple 600."), field="budget_cents"
        )
    wanted = Wanted(day=order.day, guests=order.guests)
    wanted = replace(wanted, **{name: after[name] for name in ("day", "guests") if name in after})
    if wanted.day == order.day:
        wanted = replace(wanted, day=None)  # a day that has come is no longer a wish
    check_wanted(wanted, work.today)
