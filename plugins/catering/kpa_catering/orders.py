"""The menu of an order: chosen by a person, kept as promised, told to the quote.

Choosing works the menu out for the guests of the order and keeps the result. The quote reads what
was kept and nothing else: a recipe changed next week changes no quote, only choosing again does.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_catering.menus import find_menu, plan_of
from kpa_catering.models import MenuRow, OrderMenuRow
from kpa_catering.plan import Plan
from kpa_catering.recipes import MAX_PRICE_CENTS, whole
from kpa_catering.settings import Settings
from kpa_core.api import (
    N_,
    Line,
    OrderRef,
    QuoteRequest,
    Refused,
    Scope,
    Work,
    find_order,
    order_ref,
)

KIND = "catering"
"""The kind of activity this plugin brings."""

PRICED_IN = "asked"
"""The state of an order whose quote has not left yet."""

MAX_REASON = 200
UNIT = "personne"


@dataclass(frozen=True)
class Choice:
    """The menu chosen for an order, as it was promised; the price is without VAT."""

    menu_id: UUID
    price_per_guest_cents: int
    vat_rate_bp: int
    reason: str
    plan: Plan

    @property
    def guests(self) -> int:
        """How many guests it was counted for."""
        return self.plan.guests


def find(work: Work, order_id: UUID, capability: str = "catering.choose") -> OrderRef:
    """Return an order the actor may choose a menu for.

    Raises:
        NotFound: there is none, or not for this actor.
    """
    return order_ref(find_order(work, order_id, capability))


def choice_of(session: Session, order_id: UUID, activity_id: UUID) -> Choice | None:
    """Return the menu chosen for an order, if one was by the activity that has the order now.

    A menu chosen before the order was handed over is not a promise of the group it came to.
    """
    here = sa.select(MenuRow.id).where(MenuRow.activity_id == activity_id)
    row = _row(session, order_id, OrderMenuRow.menu_id.in_(here))
    if row is None:
        return None
    return Choice(
        row.menu_id,
        row.price_per_guest_cents,
        row.vat_rate_bp,
        row.reason,
        Plan.kept(row.promised),
    )


def choose(
    work: Work,
    order_id: UUID,
    menu_id: UUID,
    price_per_guest_cents: int,
    settings: Settings,
    *,
    reason: str = "",
) -> OrderMenuRow:
    """Choose a menu for an order at a price per guest without VAT, and keep what it promises.

    Choosing again replaces the choice. ``reason`` is why the price is what it is.

    Raises:
        Refused: the quote has left, the number of guests is missing or too large, the menu is of
            another activity, put away or not finished, or the price is out of range.
        NotFound: the order or the menu is not for this actor.
    """
    with work.transaction() as session:
        order = find(work, order_id)
        menu = find_menu(work, menu_id, "catering.choose")
        _check(order, menu, settings)
        guests = guests_of(order, settings)
        price = whole("price_per_guest_cents", price_per_guest_cents, 0, MAX_PRICE_CENTS)
        row = _row(session, order_id)
        before = _facts(row) if row else None
        if row is None:
            row = OrderMenuRow(order_id=order_id, created_by=work.actor.party_id)
            session.add(row)
        with session.no_autoflush:
            row.menu_id, row.guests, row.price_per_guest_cents = menu.id, guests, price
            row.vat_rate_bp, row.reason = menu.vat_rate_bp, _short(reason)
            row.chosen_on, row.promised = work.today, plan_of(menu, guests).to_keep()
        session.flush()
        scope = Scope(activity_id=order.activity_id)
        work.record("catering.choose", row, scope=scope, before=before, after=_facts(row))
    return row


def quote_lines(session: Session, request: QuoteRequest, settings: Settings) -> list[Line]:
    """Return the line of the chosen menu: guests times price; none while nothing is chosen.

    The planned purchases are unknown, not 0, while a price is missing. A carrier outside the normal
    VAT regime charges none.

    Raises:
        Refused: the order no longer has the guests the menu was worked out for.
    """
    choice = choice_of(session, request.order_id, request.activity_id)
    if choice is None:
        return []
    if request.guests != choice.guests:
        raise Refused(
            N_(
                "Le menu est compté pour {chosen} personnes, la commande dit {guests}."
                " Choisis-le encore."
            ),
            chosen=choice.guests,
            guests=request.guests or "?",
        )
    _check_size(choice.guests, settings)
    cost = choice.plan.cost
    return [
        Line(
            label=choice.plan.menu,
            quantity=Decimal(choice.guests),
            unit=UNIT,
            unit_price_cents=choice.price_per_guest_cents,
            vat_rate_bp=choice.vat_rate_bp if request.vat_regime == "normal" else 0,
            # Customers read the details: dishes, never what we pay for them.
            details=", ".join(dish.name for dish in choice.plan.allergens.dishes),
            planned_cost_cents=cost.total_cents,
            data={
                "menu_id": str(choice.menu_id),
                "at_least_cents": cost.at_least_cents,
                "missing_prices": list(cost.missing),
            },
        )
    ]


def guests_of(order: OrderRef, settings: Settings) -> int:
    """Return how many guests an order is for.

    Raises:
        Refused: nobody has said, or more than this kitchen serves.
    """
    if order.guests is None:
        raise Refused(
            N_("{reference} ne dit pas pour combien de personnes. Écris-le d'abord."),
            reference=order.reference,
        )
    _check_size(order.guests, settings)
    return order.guests


def _row(session: Session, order_id: UUID, *more: sa.ColumnElement[bool]) -> OrderMenuRow | None:
    query = sa.select(OrderMenuRow).where(OrderMenuRow.order_id == order_id, *more)
    return session.scalar(query)


def _check(order: OrderRef, menu: MenuRow, settings: Settings) -> None:
    if order.state != PRICED_IN:
        raise Refused(
            N_("Le prix de {reference} est déjà sur un devis. Choisis « Revoir le devis »."),
            reference=order.reference,
        )
    if menu.activity_id != order.activity_id or menu.state != "open":
        raise Refused(
            N_("« {menu} » n'est pas au choix pour cette commande."),
            field="menu_id",
            menu=menu.name,
        )


def _check_size(guests: int, settings: Settings) -> None:
    if guests > settings.most_guests:
        raise Refused(
            N_(
                "{guests} personnes, c'est trop pour une cuisine : {most} au plus."
                " Partage la commande avec un autre KPA."
            ),
            guests=guests,
            most=settings.most_guests,
        )


def _short(reason: str) -> str:
    told = " ".join(reason.split())
    if len(told) > MAX_REASON:
        raise Refused(N_("C'est trop long. Écris plus court."), field="reason")
    return told


def _facts(row: OrderMenuRow) -> dict[str, object]:
    return {
        "menu": row.promised["menu"],
        "guests": row.guests,
        "price_per_guest_cents": row.price_per_guest_cents,
        "reason": row.reason,
    }
