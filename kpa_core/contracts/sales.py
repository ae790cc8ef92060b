"""What is sold: kinds of activity, priced lines, orders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

from kpa_core.contracts.actors import Text


@dataclass(frozen=True)
class ActivityType:
    """A kind of activity, offered when a group starts one."""

    key: str
    label: Text
    sentence: Text = ""


@dataclass(frozen=True)
class Line:
    """A priced line proposed for an order. The price is without VAT unless ``price_basis`` says.

    ``unit_price_cents`` is in cents, ``vat_rate_bp`` in basis points (10 % is 1000).
    ``discount_cents`` comes off quantity times price, on the same basis.
    """

    label: str
    quantity: Decimal
    unit_price_cents: int
    vat_rate_bp: int
    unit: str = ""
    details: str = ""
    price_basis: Literal["net", "gross"] = "net"
    planned_cost_cents: int | None = None
    data: Mapping[str, object] = field(default_factory=dict)
    nature: Literal["goods", "services"] = "services"
    discount_cents: int = 0


VatRegime = Literal["normal", "franchise"]


@dataclass(frozen=True)
class QuoteRequest:
    """What a customer asked, for a plugin that can price it.

    ``vat_regime`` is that of the activity's carrier: under ``franchise`` a line bears no VAT.
    """

    order_id: UUID
    activity_id: UUID
    activity_kind: str
    day: date | None
    guests: int | None
    wishes: str
    vat_regime: VatRegime = "normal"


@dataclass(frozen=True)
class OrderRef:
    """An order as a plugin's card sees it."""

    id: UUID
    reference: str
    activity_id: UUID
    activity_kind: str
    state: str
    day: date | None
    guests: int | None
