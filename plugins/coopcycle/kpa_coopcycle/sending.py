"""The effects on a bike co-op's server, done by the worker.

Creating is the one that must never be done twice, and the server knows no key of ours by which it
would see a copy (it makes another paid delivery). So our reference travels in the delivery's
``metadata``; before each sending, and after any that may have left, the store's deliveries are
searched for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from kpa_coopcycle import connections, deliveries, following, noting
from kpa_coopcycle.answers import Delivery, Unreadable
from kpa_coopcycle.client import CoopCycle
from kpa_coopcycle.models import DeliveryRow
from kpa_coopcycle.wishes import Wish, body_of
from kpa_core.api import HttpError, Refused, TryAgain, Work, before_leaving

AROUND = timedelta(days=1)
"""How far before its slot a delivery is searched for: nobody orders for the day before."""


def price(work: Work, payload: Mapping[str, Any]) -> None:
    """Ask whether a delivery may be made, and for how much; nothing is ordered."""
    row = _row(work, payload)
    if row is None or row.state != "asked":
        return
    version = row.version
    try:
        server, wish = connections.opened(work, row.connection), deliveries.wish_of(work, row)
        _check_slot(server, wish)
        server.check(body_of(wish))
        found = server.price(body_of(wish))
        if found.currency != row.connection.currency:
            ours = row.connection.currency
            raise Refused(noting.OTHER_MONEY, currency=found.currency, ours=ours)
    except Refused as refusal:
        noting.refuse(work, row, refusal)
        return
    except Unreadable:
        if all(stop.placed for stop in wish.stops):
            raise
        noting.refuse(work, row, Refused(noting.UNPLACED))
        return
    with work.transaction():
        if row.version != version:
            return  # somebody asked for something else meanwhile: that question has its own job
        row.price_cents = found.net_cents + found.tax_cents
        row.price_tax_cents, row.state = found.tax_cents, "priced"


def create(work: Work, payload: Mapping[str, Any]) -> None:
    """Order a delivery, unless the server has it already.

    Raises:
        TryAgain: nothing has left.
        Refused: a rule says no; the delivery says which.
        KpaError: it may have been made: it is searched for before anything else.
    """
    row = _row(work, payload)
    if row is None or row.state != "ordered":
        return
    try:
        with before_leaving():
            server = connections.opened(work, row.connection)
            wish = deliveries.wish_of(work, row)
            if _adopt(work, row, server, wish):
                return
            if row.unplaced:
                raise Refused(noting.UNPLACED)
            _check_slot(server, wish)
            server.sign_in()
        made = _send(work, row, server, wish)
    except Refused as refusal:
        noting.refuse(work, row, refusal)
        raise
    with work.transaction():
        noting.note(work, row, made, "create")
        following.ask_to_read(work, row)
        _tell_lost_packages(row, wish, made)


def find(work: Work, payload: Mapping[str, Any]) -> bool:
    """Look for a delivery on the server, and take it as ours when it is there."""
    row = _row(work, payload)
    if row is None or row.state != "ordered":
        return True  # a person or an earlier look settled it
    server = connections.opened(work, row.connection)
    return _adopt(work, row, server, deliveries.wish_of(work, row))


def cancel(work: Work, payload: Mapping[str, Any]) -> None:
    """Cancel a delivery; one that a courier has already is for people to talk about."""
    row = _row(work, payload)
    if row is None or row.state != "cancelling" or row.path is None:
        return
    server = connections.opened(work, row.connection)
    try:
        server.cancel(row.path)
    except Refused as refusal:
        with work.transaction():
            row.state, row.reason = "booked", str(refusal)
        raise
    with work.transaction():
        row.state = "booked"
        seen = _after_cancel(server, row.path)
        if seen is None:
            row.state = row.status = "cancelled"
        else:
            noting.note(work, row, seen, "cancel")


def _send(work: Work, row: DeliveryRow, server: CoopCycle, wish: Wish) -> Delivery:
    try:
        return server.create(body_of(wish))
    except HttpError as error:
        # A rule of ours on an answer is a "no" to the answer, not to what was asked for.
        kind = Unreadable if error.sent else TryAgain
        raise kind("{detail}", detail=str(error)) from error
    except Unreadable as error:
        if error.params.get("code") == 500 and not all(stop.placed for stop in wish.stops):
            with work.transaction():
                row.unplaced = True
        raise


def _adopt(work: Work, row: DeliveryRow, server: CoopCycle, wish: Wish) -> bool:
    since = wish.window.after - AROUND
    for seen in server.deliveries(row.connection.store, since):
        if wish.ref in seen.refs:
            with work.transaction():
                noting.note(work, row, seen, "search")
                following.ask_to_read(work, row)
            return True
    return False


def _after_cancel(server: CoopCycle, path: str) -> Delivery | None:
    try:
        return server.delivery(path)
    except Refused:
        return None  # it is gone altogether


def _check_slot(server: CoopCycle, wish: Wish) -> None:
    """A slot the server offered must be offered still: it does not check this itself."""
    if wish.window.offered and wish.window.written() not in server.slots():
        raise Refused(noting.NO_SLOT)


def _tell_lost_packages(row: DeliveryRow, wish: Wish, made: Delivery) -> None:
    asked: dict[str, int] = {}
    for kind, count in (one for stop in wish.stops for one in stop.packages):
        asked[kind] = asked.get(kind, 0) + count
    lost = [kind for kind, count in asked.items() if dict(made.packages).get(kind) != count]
    if lost:
        row.reason = noting.LOST.format(kinds=", ".join(lost))


def _row(work: Work, payload: Mapping[str, Any]) -> DeliveryRow | None:
    work.session.expire_all()
    return work.session.get(DeliveryRow, UUID(payload["delivery"]))
