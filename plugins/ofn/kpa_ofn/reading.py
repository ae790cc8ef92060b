"""Read a shop: its orders by what changed, all of them each day, its shelf and its catalogue.

The truth is what the server says when it is asked. A webhook of Open Food Network is signed by
nobody: its secret address only makes us ask sooner.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from kpa_core.api import N_, NotFound, Work, now, open_sealed
from kpa_ofn import booking, shops
from kpa_ofn.amounts import Unreadable, cents
from kpa_ofn.models import OVER, SaleRow, ShopRow
from kpa_ofn.texts import told

READ, SHELF, OFFER = "ofn.read", "ofn.shelf", "ofn.offer"
OVERLAP = timedelta(minutes=10)
"""Clocks differ, and an order may be written while we read: a little is read twice."""
BACK = timedelta(days=60)
"""How far back the whole list is compared each day."""
SOON = 10.0
MOST_SHOWN = 300


@dataclass(frozen=True)
class Count:
    """What a reading did."""

    seen: int = 0
    new: int = 0
    unreadable: tuple[str, ...] = ()


def follow(work: Work, _payload: Mapping[str, Any]) -> None:
    """Every hour: read what changed in each shop, and what it shows."""
    hour = now().strftime("%Y-%m-%dT%H")
    for shop in shops.all_open(work.session):
        for kind in (READ, SHELF):
            remote = shops.remote_of(shop)
            work.ask(kind, {"shop": str(shop.id)}, key=f"{shop.id}:{hour}", remote=remote)


def sweep(work: Work, _payload: Mapping[str, Any]) -> None:
    """Every day: read two months of each shop whole, and tell where the lists differ."""
    for shop in shops.all_open(work.session):
        asked = {"shop": str(shop.id), "whole": True}
        day = now().strftime("%Y-%m-%d")
        work.ask(READ, asked, key=f"{shop.id}:{day}:whole", remote=shops.remote_of(shop))


def read(work: Work, payload: Mapping[str, Any]) -> None:
    """Read the orders of a shop that changed since the last time, or all of two months."""
    shop = work.session.get(ShopRow, UUID(payload["shop"]))
    if shop is not None and shop.closed_at is None:
        read_orders(work, shop, whole=bool(payload.get("whole")))


def read_orders(work: Work, shop: ShopRow, *, whole: bool = False) -> Count:
    """Read orders page by page, each kept in a transaction of its own; again, it changes nothing.

    What cannot be read is left for people, named, and stops no other.
    """
    server, started = shops.opened(work, shop), now()
    since = started - BACK if whole or shop.read_at is None else shop.read_at - OVERLAP
    prints = _prints(work, shop) if whole else {}
    seen, new, wrong, here = 0, 0, [], set()
    for summary in server.orders(shop.enterprise, since):
        seen += 1
        here.add(summary.number)
        if prints.get(summary.number) == summary.print:
            continue
        try:
            before = booking.of_number(work.session, shop.id, summary.number)
            kept = booking.keep(work, shop, server.order(summary.number))
            new += kept is not None and before is None
        except Unreadable as error:
            wrong.append(f"{summary.number} : {error}")
    with work.transaction():
        shop.read_at = started
        missing = _missing(work, shop, since, here) if whole else []
        if whole or wrong:
            shop.drift = [{"told": one} for one in (*wrong, *missing)]
    return Count(seen, new, tuple(wrong))


def read_shelf(work: Work, payload: Mapping[str, Any]) -> None:
    """Read what the shop shows to visitors, and its catalogue."""
    shop = work.session.get(ShopRow, UUID(payload["shop"]))
    if shop is None or shop.closed_at is not None:
        return
    server = shops.opened(work, shop)
    face, articles = server.shop(shop.enterprise), server.articles(shop.enterprise)
    cycle = shop.cycle if face.is_open else ""
    products = list(server.products(shop.enterprise, cycle)) if cycle else []
    shelf = [
        {"name": one.name, "unit": one.unit, "cents": cents(one.price), "from": one.producer}
        for one in products[:MOST_SHOWN]
    ]
    with work.transaction():
        shop.name, shop.page, shop.shelf = face.name, face.path, shelf
        shop.articles = [asdict(one) for one in articles]


def set_offer(work: Work, payload: Mapping[str, Any]) -> None:
    """Set the price and stock of an article on the server."""
    shop = work.session.get(ShopRow, UUID(payload["shop"]))
    if shop is None or shop.closed_at is not None:
        return
    price, stock = int(payload["cents"]), int(payload["stock"])
    shops.opened(work, shop).set_offer(payload["offer"], price, stock)
    with work.transaction():
        changed = {"price_cents": price, "stock": stock}
        shop.articles = [
            {**one, **changed} if one["offer"] == payload["offer"] else one for one in shop.articles
        ]


def ask_to_set(work: Work, shop_id: UUID, offer: str, price_cents: int, stock: int) -> None:
    """Ask for an article's price and stock to be set, in one transaction with its trace."""
    with work.transaction():
        shop = shops.find(work, shop_id, shops.SELL)
        known = next((one for one in shop.articles if one["offer"] == offer), None)
        if known is None:
            raise NotFound()
        asked = {"shop": str(shop.id), "offer": offer, "cents": price_cents, "stock": stock}
        work.ask(OFFER, asked, remote=shops.remote_of(shop))
        scope = shops.scope_of_shop(work.session, shop.id)
        assert scope is not None
        before = {"cents": known["price_cents"], "stock": known["stock"]}
        after = {"cents": price_cents, "stock": stock}
        work.record(shops.SELL, f"ofn:{offer}", scope=scope, before=before, after=after)


def hear(work: Work, shop_id: UUID, secret: str, raw: bytes) -> None:
    """Hear a webhook at a shop's secret address: ask about its orders soon.

    Raises:
        NotFound: there is no such shop, or its secret is another.
    """
    shop = work.session.get(ShopRow, shop_id)
    known = open_sealed(work, shop.secret) if shop is not None and not shop.closed_at else ""
    if not known or not hmac.compare_digest(known.encode(), secret.encode(errors="replace")):
        raise NotFound()
    assert shop is not None
    span = int(now().timestamp() // SOON) + 1
    with work.transaction():
        cycle = _cycle_of(raw)
        if cycle:
            shop.cycle = cycle
            work.ask(SHELF, {"shop": str(shop.id)}, key=f"{shop.id}:{span}")
        due = datetime.fromtimestamp(span * SOON, UTC)
        asked = {"shop": str(shop.id)}
        remote = shops.remote_of(shop)
        work.ask(READ, asked, key=f"{shop.id}:poke:{span}", due_at=due, remote=remote)


def _cycle_of(raw: bytes) -> str:
    try:
        said = json.loads(raw)
        opened = said["event"] == "order_cycle.opened"
        number = said["data"]["id"] if opened else None
    except (ValueError, KeyError, TypeError):
        return ""
    return str(number) if isinstance(number, int | str) and str(number).isdigit() else ""


def _prints(work: Work, shop: ShopRow) -> dict[str, str]:
    query = sa.select(SaleRow.number, SaleRow.print).where(SaleRow.shop_id == shop.id)
    return {row.number: row.print for row in work.session.execute(query)}


def _missing(work: Work, shop: ShopRow, since: datetime, here: set[str]) -> list[str]:
    """Return ours that the shop no longer lists; a list can only lose what was deleted there."""
    query = sa.select(SaleRow.number).where(
        SaleRow.shop_id == shop.id, SaleRow.completed_at >= since, SaleRow.state.not_in(OVER)
    )
    lost = [number for number in work.session.scalars(query) if number not in here]
    gone = N_("{number} n'est plus dans la boutique.")
    return [told(gone, number=number) for number in sorted(lost)]
