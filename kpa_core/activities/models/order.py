"""Tables of an order: what is asked, its lines, what happened to it, who said yes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from kpa_core.activities.models.activity import PRICE_BASES, Activity, Customer
from kpa_core.activities.models.kept import Kept
from kpa_core.activities.orders import STATES
from kpa_core.contracts import Scope
from kpa_core.db import Base, Versioned
from kpa_core.money import MAX_CENTS, MAX_RATE_BP

DOCUMENT = sa.table(
    "document",
    sa.column("id", sa.Uuid()),
    sa.column("order_id", sa.Uuid()),
    sa.column("carrier_id", sa.Uuid()),
)
"""The papers belong to a room above; only these columns are read, by name."""

APPROVED = ("quote", "invoice", "credit")


class OrderCounter(Base):
    """The last number given to an order in a year; the row is locked by whoever takes the next."""

    __tablename__ = "order_counter"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


class Order(Versioned, Base):
    """A customer's order, from the request to the review: the spine everything hangs on.

    ``reference`` (``C-2026-0001``) is ours and may have gaps; it is never an invoice number.
    ``purchase_order`` is the number the customer gave. ``discount_cents`` comes off the whole,
    without VAT. ``vat_reason`` says why no line bears VAT, when the customer is the reason (a key
    of :data:`kpa_core.invoices.paper.vat.REASONS`).
    """

    __tablename__ = "customer_order"
    __table_args__ = (
        CheckConstraint(f"state IN {STATES}", name="state_known"),
        CheckConstraint("title <> ''", name="has_a_title"),
        CheckConstraint("guests IS NULL OR guests > 0", name="guests_positive"),
        CheckConstraint(f"budget_cents BETWEEN 0 AND {MAX_CENTS}", name="budget_in_range"),
    )

    reference: Mapped[str] = mapped_column(unique=True)
    activity_id: Mapped[UUID] = mapped_column(ForeignKey("activity.id"), index=True)
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customer.id"), index=True)
    offer_id: Mapped[UUID | None] = mapped_column(ForeignKey("offer.id"))
    title: Mapped[str]
    day: Mapped[date | None] = mapped_column(index=True)
    starts_at: Mapped[time | None]
    ends_at: Mapped[time | None]
    place: Mapped[str] = mapped_column(default="")
    guests: Mapped[int | None]
    wishes: Mapped[str] = mapped_column(default="")
    budget_cents: Mapped[int | None]
    engagement_number: Mapped[str] = mapped_column(default="")
    service_code: Mapped[str] = mapped_column(default="")
    purchase_order: Mapped[str] = mapped_column(default="")
    delivery_address: Mapped[str] = mapped_column(default="")
    vat_reason: Mapped[str] = mapped_column(default="")
    discount_cents: Mapped[int] = mapped_column(default=0)
    discount_reason: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="asked", index=True)
    lang: Mapped[str] = mapped_column(default="fr")

    activity: Mapped[Activity] = relationship()
    customer: Mapped[Customer] = relationship()

    if TYPE_CHECKING:
        papers_carrier_id: Mapped[UUID | None]

    @property
    def scope(self) -> Scope:
        """Where it belongs: its activity, and the body that invoices for it.

        From the quote on, that is the body its papers name, whoever invoices for the activity now.
        """
        named = None if self.state == "asked" else self.papers_carrier_id
        return replace(self.activity.scope, carrier_id=named or self.activity.carrier_id)


Order.papers_carrier_id = column_property(
    sa.select(DOCUMENT.c.carrier_id)
    .where(DOCUMENT.c.order_id == Order.id)
    .order_by(DOCUMENT.c.id.desc())
    .limit(1)
    .correlate_except(DOCUMENT)
    .scalar_subquery()
)
"""The body that the latest paper of an order names, if one left."""


class OrderLine(Versioned, Base):
    """A priced line of an order. ``plugin`` names who proposed it; empty means typed by hand.

    ``edited`` tells that a person changed a proposed line. ``planned_cost_cents`` is the purchases
    planned for it, without recoverable VAT; None is unknown, which is not zero. ``nature`` tells
    goods from services; ``discount_cents`` comes off quantity times price, on the same basis.
    """

    __tablename__ = "order_line"
    __table_args__ = (
        CheckConstraint("label <> ''", name="has_a_label"),
        CheckConstraint("quantity_thousandths > 0", name="quantity_positive"),
        CheckConstraint(f"unit_price_cents BETWEEN 0 AND {MAX_CENTS}", name="price_in_range"),
        CheckConstraint(f"vat_rate_bp BETWEEN 0 AND {MAX_RATE_BP}", name="rate_in_range"),
        CheckConstraint(f"price_basis IN {PRICE_BASES}", name="price_basis_known"),
        CheckConstraint(f"planned_cost_cents BETWEEN 0 AND {MAX_CENTS}", name="cost_in_range"),
    )

    order_id: Mapped[UUID] = mapped_column(ForeignKey("customer_order.id"), index=True)
    position: Mapped[int]
    label: Mapped[str]
    details: Mapped[str] = mapped_column(default="")
    quantity_thousandths: Mapped[int]
    unit: Mapped[str] = mapped_column(default="")
    unit_price_cents: Mapped[int]
    vat_rate_bp: Mapped[int]
    price_basis: Mapped[str] = mapped_column(default="net")
    nature: Mapped[str] = mapped_column(default="services")
    discount_cents: Mapped[int] = mapped_column(default=0)
    planned_cost_cents: Mapped[int | None]
    plugin: Mapped[str] = mapped_column(default="")
    edited: Mapped[bool] = mapped_column(default=False)
    data: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)

    @property
    def quantity(self) -> Decimal:
        """The quantity, with its three decimals."""
        return Decimal(self.quantity_thousandths).scaleb(-3)


class OrderEvent(Kept, Base):
    """What happened to an order, and who did it (``created_by``; nobody for a visitor).

    ``from_state`` equals ``to_state`` for a note.
    """

    __tablename__ = "order_event"

    order_id: Mapped[UUID] = mapped_column(ForeignKey("customer_order.id"), index=True)
    from_state: Mapped[str]
    to_state: Mapped[str]
    note: Mapped[str] = mapped_column(default="")


class Approval(Kept, Base):
    """A person's yes to the lines as they were; ``lines_digest`` tells which lines.

    For an invoice or a credit note it also tells after how many papers of the order.
    """

    __tablename__ = "approval"
    __table_args__ = (
        UniqueConstraint("order_id", "person_id", "what", "lines_digest"),
        CheckConstraint(f"what IN {APPROVED}", name="what_known"),
    )

    order_id: Mapped[UUID] = mapped_column(ForeignKey("customer_order.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("party.id"))
    what: Mapped[str]
    lines_digest: Mapped[str]
