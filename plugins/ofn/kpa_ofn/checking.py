"""Try a live server's contract, without changing anything, and say what differs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from kpa_core.api import KpaError
from kpa_ofn.client import OpenFood


@dataclass(frozen=True)
class Finding:
    """One call: its name, whether it went as the contract says, what was learned or is wrong."""

    call: str
    good: bool
    told: str = ""
    error: KpaError | None = None


def try_server(server: OpenFood, shop: str, *, with_key: bool) -> Iterator[Finding]:
    """Yield what each call of the contract gives; those that want a key only with one."""
    yield _try("GET /api/v0/shops/N", lambda: server.shop(shop).name)
    if with_key:
        yield _try("GET /api/v0/orders", lambda: str(len(_first(server, shop))))
        yield _try("GET /api/dfc/enterprises/N/catalog_items", lambda: _articles(server, shop))


def _first(server: OpenFood, shop: str) -> list[str]:
    numbers = [one.number for one in islice(server.orders(shop, None), 5)]
    for number in numbers[:1]:
        server.order(number)
    return numbers


def _articles(server: OpenFood, shop: str) -> str:
    return str(len(server.articles(shop)))


def _try(call: str, does: Callable[[], str]) -> Finding:
    try:
        return Finding(call, True, does())
    except KpaError as error:
        return Finding(call, False, error=error)
