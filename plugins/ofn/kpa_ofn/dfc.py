"""The Data Food Consortium's language (JSON-LD, ontology 1.16), as far as a catalogue needs it.

Only the compact ``dfc-b:`` keys of contexts we know are read; an identity is an address, and of it
only the path counts: the machine is the one that was asked. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from kpa_core.api import N_
from kpa_ofn.amounts import Unreadable, cents, decimal, unreadable

CONTEXT = "https://www.datafoodconsortium.org"
"""The context we send: servers have it at hand and never ask for ours."""
KNOWN = ("w3id.org/dfc/", "datafoodconsortium.org")
UNITS = {"dfc-m:Euro": "EUR"}
UNLIMITED = -1
"""A stock below zero is no limit: made on demand."""


@dataclass(frozen=True)
class Article:
    """What an enterprise sells: its item and offer (paths), its stock and its price in cents."""

    item: str
    offer: str
    name: str
    sku: str
    stock: int
    price_cents: int
    unit: str


def articles(said: Any) -> list[Article]:
    """Read ``GET …/catalog_items``; somebody with no right on anything gets nothing."""
    things = graph(said)
    return [_article(one, things) for one in things.values() if _is(one, "dfc-b:CatalogItem")]


def graph(said: Any) -> dict[str, Mapping[str, Any]]:
    """Return the things of an answer by their path; one thing comes without a ``@graph``.

    Raises:
        Unreadable: it is of a context we do not know.
    """
    if said in ("", None):
        return {}
    if not isinstance(said, Mapping):
        raise unreadable("@graph")
    context = said.get("@context")
    if not isinstance(context, str) or not any(one in context for one in KNOWN):
        raise Unreadable(N_("Ce catalogue est écrit d'une façon que kpa ne connaît pas."))
    rows = said.get("@graph", [said])
    if not isinstance(rows, list) or not all(isinstance(one, Mapping) for one in rows):
        raise unreadable("@graph")
    return {path_of(one.get("@id")): one for one in rows}


def path_of(identity: Any) -> str:
    """Return the path of an identity.

    Raises:
        Unreadable: it is none.
    """
    if not isinstance(identity, str):
        raise unreadable("@id")
    parts = urlsplit(identity)
    fragment = f"#{parts.fragment}" if parts.fragment else ""
    return parts.path + fragment


def offer_body(address: str, offer: str, price_cents: int, stock: int) -> dict[str, Any]:
    """Return the body that sets an offer's price and stock."""
    return {
        "@context": CONTEXT,
        "@id": address + offer,
        "@type": "dfc-b:Offer",
        "dfc-b:hasPrice": float(Decimal(price_cents) / 100),
        "dfc-b:stockLimitation": stock,
    }


def _article(item: Mapping[str, Any], things: dict[str, Mapping[str, Any]]) -> Article:
    offer_path = path_of(item.get("dfc-b:offeredThrough"))
    offer = things.get(offer_path, {})
    product = things.get(path_of(item.get("dfc-b:references")), {})
    price = offer.get("dfc-b:hasPrice")
    amount = price.get("dfc-b:value") if isinstance(price, Mapping) else None
    unit = str(price.get("dfc-b:hasUnit", "")) if isinstance(price, Mapping) else ""
    name = product.get("dfc-b:name")
    if not isinstance(name, str):
        raise unreadable("dfc-b:name")
    return Article(
        path_of(item.get("@id")),
        offer_path,
        name,
        str(item.get("dfc-b:sku") or ""),
        _stock(item.get("dfc-b:stockLimitation")),
        cents(decimal(amount, "dfc-b:hasPrice")),
        UNITS.get(unit, unit),
    )


def _stock(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise unreadable("dfc-b:stockLimitation")
    return max(value, UNLIMITED)


def _is(thing: Mapping[str, Any], kind: str) -> bool:
    found = thing.get("@type")
    return kind in (found if isinstance(found, list) else [found])
