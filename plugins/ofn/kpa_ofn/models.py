"""The tables of the bridge: shops connected, orders read from them, the VAT people confirmed."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kpa_core.api import Base, Versioned

LIVE, OVER = ("complete", "resumed", "awaiting_return", "returned"), ("canceled",)
"""States of an order there that make it a sale here, and that take the sale back."""


class ShopRow(Versioned, Base):
    """A shop on a server: who it is there (``enterprise``) and the activity that sells by it.

    Keys and the webhooks' secret are sealed. ``cycle`` is the order cycle last heard of.
    """

    __tablename__ = "ofn_shop"
    __table_args__ = (UniqueConstraint("address", "enterprise", "activity_id"),)

    activity_id: Mapped[UUID] = mapped_column(ForeignKey("activity.id"), index=True)
    customer_id: Mapped[UUID | None] = mapped_column(ForeignKey("customer.id"))
    address: Mapped[str]
    enterprise: Mapped[str]
    name: Mapped[str]
    page: Mapped[str] = mapped_column(default="")
    cycle: Mapped[str] = mapped_column(default="")
    with_tax: Mapped[bool]
    key: Mapped[bytes] = mapped_column("sealed_key")
    secret: Mapped[bytes] = mapped_column("sealed_secret")
    shelf: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON, default=list)
    articles: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON, default=list)
    drift: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON, default=list)
    read_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]


class SaleRow(Versioned, Base):
    """An order of the shop as it was read last, and the order of ours it became.

    ``print`` tells one version from another; ``lines`` has what :mod:`kpa_ofn.sale` made of it.
    ``reason`` says why ours does not follow theirs any more.
    """

    __tablename__ = "ofn_sale"
    __table_args__ = (UniqueConstraint("shop_id", "number"),)

    shop_id: Mapped[UUID] = mapped_column(ForeignKey("ofn_shop.id"))
    order_id: Mapped[UUID | None] = mapped_column(ForeignKey("customer_order.id"), unique=True)
    number: Mapped[str]
    state: Mapped[str]
    payment_state: Mapped[str] = mapped_column(default="")
    total_cents: Mapped[int]
    print: Mapped[str]
    lines: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON, default=list)
    reason: Mapped[str] = mapped_column(default="")
    completed_at: Mapped[datetime | None]
    seen_at: Mapped[datetime]

    shop: Mapped[ShopRow] = relationship(lazy="joined")


class RateRow(Versioned, Base):
    """A category of VAT of a shop, and the rate a person gave it; none until then."""

    __tablename__ = "ofn_rate"
    __table_args__ = (
        UniqueConstraint("shop_id", "category"),
        CheckConstraint("(rate_bp IS NULL) = (confirmed_at IS NULL)", name="confirmed_when_given"),
    )

    shop_id: Mapped[UUID] = mapped_column(ForeignKey("ofn_shop.id"))
    category: Mapped[str]
    example: Mapped[str]
    rate_bp: Mapped[int | None]
    confirmed_by: Mapped[UUID | None] = mapped_column(ForeignKey("party.id"))
    confirmed_at: Mapped[datetime | None]

    shop: Mapped[ShopRow] = relationship(lazy="joined")
