"""The tables of the bridge: the servers we know, the deliveries we asked for, what became of them.

Keys, webhook secrets and wishes (addresses, phones, door codes) are sealed; a wish is forgotten
some weeks after the delivery ended.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kpa_core.api import Base, Kept, Versioned

ROLES = ("client", "coop")
"""Whether the KPA pays the co-op for a delivery, or is the co-op and sells it."""

STATES = ("asked", "priced", "refused", "ordered", "booked", "cancelling", "cancelled")
STATUSES = ("", "todo", "doing", "done", "failed", "cancelled")
OPEN = ("", "todo", "doing", "failed")
"""Statuses after which something may still happen: a failed delivery is tried again by people."""


class ConnectionRow(Versioned, Base):
    """A server of a bike co-op, with the store we are there and the activity it serves."""

    __tablename__ = "coopcycle_connection"
    __table_args__ = (
        UniqueConstraint("address", "store", "activity_id"),
        CheckConstraint(f"role IN {ROLES}", name="role_known"),
    )

    activity_id: Mapped[UUID] = mapped_column(ForeignKey("activity.id"), index=True)
    address: Mapped[str]
    store: Mapped[str]
    name: Mapped[str]
    role: Mapped[str]
    currency: Mapped[str]
    zone: Mapped[str]
    pickup: Mapped[str]
    key: Mapped[bytes] = mapped_column("sealed_key")
    secrets: Mapped[bytes | None] = mapped_column("sealed_secrets")
    packages: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    slots: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    read_at: Mapped[datetime | None]
    drift: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON, default=list)
    closed_at: Mapped[datetime | None]


class DeliveryRow(Versioned, Base):
    """A delivery for an order. ``state`` is what we did; ``status`` is where theirs is.

    ``path`` is theirs, and means something together with the connection only.
    """

    __tablename__ = "coopcycle_delivery"
    __table_args__ = (
        UniqueConstraint("connection_id", "path"),
        CheckConstraint(f"state IN {STATES}", name="state_known"),
        CheckConstraint(f"status IN {STATUSES}", name="status_known"),
        CheckConstraint("price_cents >= 0 AND price_tax_cents >= 0", name="price_not_negative"),
        Index("ix_coopcycle_delivery_state_status", "state", "status"),
    )

    connection_id: Mapped[UUID] = mapped_column(ForeignKey("coopcycle_connection.id"))
    order_id: Mapped[UUID] = mapped_column(ForeignKey("customer_order.id"), index=True)
    state: Mapped[str] = mapped_column(default="asked")
    status: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")
    wish: Mapped[bytes | None] = mapped_column("sealed_wish")
    slot: Mapped[str]
    street: Mapped[str] = mapped_column(default="")
    path: Mapped[str | None]
    tracking_url: Mapped[str] = mapped_column(default="")
    price_cents: Mapped[int | None]
    price_tax_cents: Mapped[int | None]
    total_cents: Mapped[int | None]
    tax_cents: Mapped[int | None]
    unplaced: Mapped[bool] = mapped_column(default=False)
    """Whether the server broke on this order, as it does on an address it cannot find."""
    expense_id: Mapped[UUID | None] = mapped_column(ForeignKey("expense.id"))
    seen_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    connection: Mapped[ConnectionRow] = relationship(lazy="joined")

    @property
    def is_open(self) -> bool:
        """Whether the server has it and it may still change."""
        return self.path is not None and self.status in OPEN

    @property
    def net_price_cents(self) -> int | None:
        """What it costs without tax: as the server says now, or as it was promised."""
        if self.total_cents is not None:
            return self.total_cents - (self.tax_cents or 0)
        if self.price_cents is None:
            return None
        return self.price_cents - (self.price_tax_cents or 0)


class StepRow(Kept, Base):
    """A change of status that was seen: from what, to what, by which way; never changed."""

    __tablename__ = "coopcycle_step"

    delivery_id: Mapped[UUID] = mapped_column(ForeignKey("coopcycle_delivery.id"), index=True)
    was: Mapped[str]
    became: Mapped[str]
    source: Mapped[str]
    at: Mapped[datetime]
