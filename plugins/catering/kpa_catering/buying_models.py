"""The table of what was bought for orders."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kpa_catering.recipes import MAX_PRICE_CENTS
from kpa_core.api import Base, Row


class PurchaseRow(Row, Base):
    """A line of an order's list that was bought; ``paid_cents`` is for one pack."""

    __tablename__ = "catering_purchase"
    __table_args__ = (
        UniqueConstraint("order_id", "slug"),
        CheckConstraint("slug <> ''", name="has_a_name"),
        CheckConstraint("size_thousandths > 0", name="size_positive"),
        CheckConstraint(f"paid_cents BETWEEN 0 AND {MAX_PRICE_CENTS}", name="paid_in_range"),
        Index("ix_catering_purchase_slug_bought_on", "slug", "bought_on"),
    )

    order_id: Mapped[UUID] = mapped_column(ForeignKey("customer_order.id"))
    slug: Mapped[str]
    size_thousandths: Mapped[int]
    unit: Mapped[str]
    paid_cents: Mapped[int | None]
    bought_on: Mapped[date]
