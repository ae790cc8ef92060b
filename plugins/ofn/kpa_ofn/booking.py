"""Make an order of ours of what the shop sold, and let it follow while nothing was promised.

Once a quote, an invoice or the work itself stands on it, ours no longer changes by itself: what
differs is told to people.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core.api import (
    N_,
    KpaError,
    Line,
    NewCustomer,
    OrderRef,
    Problem,
    QuoteRequest,
    Wanted,
    Work,
    add_customer,
    add_order,
    find_order,
    move_order,
    now,
    price_order,
)
from kpa_ofn import rates
from kpa_ofn.amounts import cents
from kpa_ofn.answers import Order, Summary
from kpa_ofn.models import LIVE, OVER, SaleRow, ShopRow
from kpa_ofn.sale import LABELS, lines_of
from kpa_ofn.texts import gettext, told

TEST_ORDER = "R555555555"
"""What the server's "test" button speaks of."""
FOLLOWS = "asked"
"""The state in which an order of ours still follows the shop's."""
SURE = ("asked", "quoted", "accepted")
UNCONFIRMED = N_("La TVA de « {label} » n'est pas confirmée.")
UNTAXED = N_("Les prix de cette boutique sont sans TVA : kpa ne sait pas encore les facturer.")


def keep(work: Work, shop: ShopRow, read: Order) -> SaleRow | None:
    """Write down an order as it was read, and make ours follow; told twice it changes nothing.

    Returns None for what is no sale: a basket, a test.

    Raises:
        Unreadable: its amounts do not add up.
    """
    summary = read.summary
    known = of_number(work.session, shop.id, summary.number)
    if summary.number == TEST_ORDER or (known is None and summary.state not in LIVE):
        return None
    lines = [asdict(one) for one in lines_of(read)]
    with work.transaction() as session:
        row = known or SaleRow(shop_id=shop.id, number=summary.number)
        same = known is not None and (known.print, known.lines) == (summary.print, lines)
        if same:
            return row
        row.seen_at = now()
        _write(row, summary, lines)
        session.add(row)
        rates.note_categories(session, shop, lines)
        if summary.cycle:
            shop.cycle = summary.cycle
        session.flush()
        row.shop = shop
        _follow(work, row)
    return row


def of_number(session: Session, shop_id: UUID, number: str) -> SaleRow | None:
    """Return what was read of an order of a shop."""
    query = sa.select(SaleRow).where(SaleRow.shop_id == shop_id, SaleRow.number == number)
    return session.scalar(query)


def of_order(session: Session, order_id: UUID) -> SaleRow | None:
    """Return the order of a shop that one of ours came from."""
    return session.scalar(sa.select(SaleRow).where(SaleRow.order_id == order_id))


def reprice(work: Work, payload: Mapping[str, Any]) -> None:
    """Price again the orders of a shop that nothing was promised on, once a rate was said."""
    query = sa.select(SaleRow).where(
        SaleRow.shop_id == UUID(payload["shop"]), SaleRow.order_id.is_not(None)
    )
    for row in work.session.scalars(query):
        if row.order_id and find_order(work, row.order_id, "order.write").state == FOLLOWS:
            _follow(work, row)


def quote_lines(session: Session, request: QuoteRequest) -> list[Line]:
    """Return the lines of an order that came from a shop, with the rates people gave.

    A line whose category has no rate bears none: :func:`invoice_problems` holds the papers.
    """
    row = of_order(session, request.order_id)
    if row is None:
        return []
    given = {one.category: one.rate_bp or 0 for one in rates.rates_of(session, row.shop_id)}
    taxed = request.vat_regime == "normal"
    return [_line(one, given.get(one["category"], 0) if taxed else 0) for one in row.lines]


def invoice_problems(session: Session, order: OrderRef) -> list[Problem]:
    """Return what holds the papers of an order that came from a shop."""
    row = of_order(session, order.id)
    if row is None:
        return []
    found = [
        Problem(gettext(N_("La TVA de « {label} » n'est pas confirmée.")), {"label": named(label)})
        for label in rates.unknown(session, row.shop_id, row.lines)
    ]
    if not row.shop.with_tax:
        found.append(Problem(gettext(UNTAXED)))
    if row.reason:
        found.append(Problem("{why}", {"why": row.reason}))
    return found


def named(label: str) -> str:
    """Return the name of a line: the shop's own, or ours in the reader's language."""
    return gettext(label) if label in LABELS.values() else label


def _write(row: SaleRow, summary: Summary, lines: list[dict[str, Any]]) -> None:
    row.state, row.payment_state = summary.state, summary.payment_state
    row.total_cents, row.print = cents(summary.total), summary.print
    row.lines, row.completed_at = lines, summary.completed_at


def _follow(work: Work, row: SaleRow) -> None:
    try:
        with work.attempt():
            _bring(work, row)
        row.reason = ""
    except KpaError as error:
        row.reason = told(N_("La boutique a changé : {why}"), why=str(error))


def _bring(work: Work, row: SaleRow) -> None:
    if row.order_id is None:
        _start(work, row)
        return
    ours = find_order(work, row.order_id, "order.write")
    if row.state in OVER:
        if ours.state in SURE:
            move_order(work, ours.id, "cancelled", told(N_("Annulée dans la boutique.")))
        elif ours.state not in ("cancelled", "declined"):
            raise KpaError(N_("la commande y est annulée, et ici le travail est fait."))
        return
    if ours.state == "cancelled":
        move_order(work, ours.id, "asked", told(N_("Reprise dans la boutique.")))
    if ours.state != FOLLOWS:
        raise KpaError(N_("la commande n'y est plus la même, et le prix est déjà promis ici."))
    price_order(work, ours.id)


def _start(work: Work, row: SaleRow) -> None:
    shop = row.shop
    if shop.customer_id is None:
        # The customers of the shop are one card here: who they are stays in the shop.
        name = told(N_("Clients de la boutique {name}"), name=shop.name)
        shop.customer_id = add_customer(work, NewCustomer(name, "person")).id
    title = told(N_("{number}, boutique {shop}"), number=row.number, shop=shop.name)
    order = add_order(work, shop.activity_id, shop.customer_id, Wanted(title=title[:120]))
    row.order_id = order.id
    work.session.flush()
    price_order(work, order.id)


def _line(one: Mapping[str, Any], rate: int) -> Line:
    why = "; ".join(gettext(part) for part in one["why"].split("; ") if part)
    less = told(N_("Moins : {why}"), why=why) if why else ""
    return Line(
        label=named(one["label"]),
        quantity=Decimal(one["quantity"]),
        unit_price_cents=one["unit_cents"],
        vat_rate_bp=rate,
        details=", ".join(part for part in (one["details"], less) if part),
        price_basis="gross",
        nature="goods",
        discount_cents=one["discount_cents"],
        data={"category": one["category"]},
    )
