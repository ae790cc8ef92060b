"""Tables of what a group tries, what it proposes, and for whom."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kpa_core.contracts import Scope
from kpa_core.db import Base, Versioned
from kpa_core.members.models import Party
from kpa_core.money import MAX_CENTS, MAX_RATE_BP

ACTIVITY_STATES = ("idea", "prototype", "offer", "running", "review", "archived")
OFFER_STATES = ("draft", "published", "archived")
CUSTOMER_KINDS = ("business_vat", "public", "non_taxable_org", "person", "foreign")
PRICE_BASES = ("net", "gross")


class Activity(Versioned, Base):
    """What a group tries together. ``kind`` is a plugin's activity type, or empty.

    ``carrier_id`` is the body that invoices for it: a table of a room above, hence no foreign key.
    """

    __tablename__ = "activity"
    __table_args__ = (
        CheckConstraint(f"state IN {ACTIVITY_STATES}", name="state_known"),
        CheckConstraint("title <> ''", name="has_a_title"),
    )

    title: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="idea")
    description: Mapped[str] = mapped_column(default="")
    carrier_id: Mapped[UUID | None] = mapped_column(index=True)
    grant_funded: Mapped[bool] = mapped_column(default=False)

    @property
    def scope(self) -> Scope:
        """Where it belongs: itself, and the body that invoices for it."""
        return Scope(activity_id=self.id, carrier_id=self.carrier_id)


class Offer(Versioned, Base):
    """What an activity proposes. The price is in cents; the rate in basis points."""

    __tablename__ = "offer"
    __table_args__ = (
        CheckConstraint(f"state IN {OFFER_STATES}", name="state_known"),
        CheckConstraint("title <> ''", name="has_a_title"),
        CheckConstraint(f"price_basis IN {PRICE_BASES}", name="price_basis_known"),
        CheckConstraint(f"unit_price_cents BETWEEN 0 AND {MAX_CENTS}", name="price_in_range"),
        CheckConstraint(f"vat_rate_bp BETWEEN 0 AND {MAX_RATE_BP}", name="rate_in_range"),
        CheckConstraint("lead_days >= 0", name="lead_not_negative"),
    )

    activity_id: Mapped[UUID] = mapped_column(ForeignKey("activity.id"), index=True)
    title: Mapped[str]
    sentence: Mapped[str] = mapped_column(default="")
    unit: Mapped[str] = mapped_column(default="")
    unit_price_cents: Mapped[int]
    vat_rate_bp: Mapped[int]
    price_basis: Mapped[str] = mapped_column(default="net")
    lead_days: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(default="draft", index=True)
    lang: Mapped[str] = mapped_column(default="fr")

    activity: Mapped[Activity] = relationship()


class Customer(Versioned, Base):
    """What a party is as our customer; how to reach it for its orders is here.

    A visitor fills ``email`` and ``phone``: on the party itself they could take a member's place.
    """

    __tablename__ = "customer"
    __table_args__ = (
        UniqueConstraint("party_id"),
        CheckConstraint(f"kind IN {CUSTOMER_KINDS}", name="kind_known"),
    )

    party_id: Mapped[UUID] = mapped_column(ForeignKey("party.id"))
    kind: Mapped[str]
    contact_name: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="", index=True)
    phone: Mapped[str] = mapped_column(default="", index=True)
    engagement_number: Mapped[str] = mapped_column(default="")
    service_code: Mapped[str] = mapped_column(default="")
    confirmed: Mapped[bool] = mapped_column(default=True)

    party: Mapped[Party] = relationship()

    @property
    def name(self) -> str:
        """The name on papers."""
        return self.party.full_name
