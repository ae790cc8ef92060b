"""Read what an Open Food Network server answers: a missing key is refused by name.

Texts of days ("January 01, 2024") are in the server's language and never read; only
``completed_at_utc_iso8601`` is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeVar

from kpa_ofn.amounts import decimal, unreadable

T = TypeVar("T")


@dataclass(frozen=True)
class Summary:
    """An order as the list shows it; amounts as they were written."""

    number: str
    state: str
    payment_state: str
    shipment_state: str
    item_total: Decimal
    adjustment_total: Decimal
    total: Decimal
    cycle: str
    completed_at: datetime | None

    @property
    def print(self) -> str:
        """What tells one version of it from another."""
        parts = (self.state, self.payment_state, self.shipment_state, self.item_total)
        return "|".join(str(one) for one in (*parts, self.adjustment_total, self.total))


@dataclass(frozen=True)
class Item:
    """A line of an order: the price of one, and the category its VAT is known by ("" if none)."""

    name: str
    quantity: int
    price: Decimal
    category: str


@dataclass(frozen=True)
class Fee:
    """Delivery, payment or another amount on an order; below zero it is a discount."""

    label: str
    amount: Decimal
    category: str


@dataclass(frozen=True)
class Order:
    """A whole order."""

    summary: Summary
    items: tuple[Item, ...]
    fees: tuple[Fee, ...]


@dataclass(frozen=True)
class Product:
    """What a shop sells, as visitors see it; the price is with tax and fees."""

    name: str
    unit: str
    price: Decimal
    producer: str


@dataclass(frozen=True)
class Shop:
    """A shop's public face."""

    name: str
    path: str
    is_open: bool


def orders(said: Any) -> list[Summary]:
    """Read a page of ``GET /api/v0/orders``."""
    return [summary(one) for one in _get(said, "orders", list)]


def summary(said: Any) -> Summary:
    """Read one order of the list."""
    cycle = said.get("order_cycle") if isinstance(said, Mapping) else None
    return Summary(
        number=_get(said, "number", str),
        state=_get(said, "state", str),
        payment_state=_text(said, "payment_state"),
        shipment_state=_text(said, "shipment_state"),
        item_total=_amount(said, "item_total"),
        adjustment_total=_amount(said, "adjustment_total"),
        total=_amount(said, "total"),
        cycle=str(cycle.get("id") or "") if isinstance(cycle, Mapping) else "",
        completed_at=_instant(said.get("completed_at_utc_iso8601")),
    )


def order(said: Any) -> Order:
    """Read ``GET /api/v0/orders/R123456789``."""
    return Order(
        summary(said),
        tuple(_item(one) for one in _get(said, "line_items", list)),
        tuple(_fee(one) for one in _get(said, "adjustments", list)),
    )


def products(said: Any) -> list[Product]:
    """Read a page of ``GET /api/v0/order_cycles/N/products``: one row per variant."""
    if not isinstance(said, list):
        raise unreadable("products")
    return [_product(one, variant) for one in said for variant in _variants(one)]


def shop(said: Any) -> Shop:
    """Read ``GET /api/v0/shops/N``."""
    path = _get(said, "path", str)
    # A link people press leads to the server they chose, whatever it says.
    inside = path.startswith("/") and not path.startswith("//")
    return Shop(_get(said, "name", str), path if inside else "", bool(said.get("active")))


def _item(said: Any) -> Item:
    variant = _get(said, "variant", dict, "line_items[].")
    return Item(
        _get(variant, "product_name", str, "line_items[].variant."),
        _get(said, "quantity", int, "line_items[]."),
        _amount(said, "price", "line_items[]."),
        _category(said),
    )


def _fee(said: Any) -> Fee:
    label = _get(said, "label", str, "adjustments[].")
    return Fee(label, _amount(said, "amount", "adjustments[]."), _category(said))


def _product(said: Any, variant: Any) -> Product:
    producer = variant.get("producer") or variant.get("enterprise") or {}
    return Product(
        _get(said, "name", str, "products[]."),
        str(variant.get("unit_to_display") or ""),
        _amount(variant, "price_with_fees", "products[].variants[]."),
        str(producer.get("name") or "") if isinstance(producer, Mapping) else "",
    )


def _variants(said: Any) -> list[Any]:
    found = said.get("variants", []) if isinstance(said, Mapping) else None
    if not isinstance(found, list) or not all(isinstance(one, Mapping) for one in found):
        raise unreadable("products[].variants")
    return found


def _text(said: Any, key: str) -> str:
    """Return a text that may be missing: an order without a payment has no state of one."""
    value = said.get(key)
    if value is not None and not isinstance(value, str):
        raise unreadable(key)
    return value or ""


def _category(said: Any) -> str:
    found = said.get("tax_category_id") if isinstance(said, Mapping) else None
    return "" if found is None else str(found)


def _amount(said: Any, key: str, inside: str = "") -> Decimal:
    value = said.get(key) if isinstance(said, Mapping) else None
    return decimal(value, inside + key)


def _instant(text: Any) -> datetime | None:
    if not isinstance(text, str) or not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise unreadable("completed_at_utc_iso8601") from error
    # Its name promises UTC, whether an offset is written or not.
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _get(said: Any, key: str, kind: type[T], inside: str = "") -> T:
    value = said.get(key) if isinstance(said, Mapping) else None
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise unreadable(inside + key)
    return value
