"""Tables of people and bodies. A party is anyone; what it is to us are dated roles on it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from kpa_core.contracts import Scope
from kpa_core.db import Base, Kept, Row, Versioned

PARTY_KINDS = ("person", "body")
ENGAGEMENT_STATES = ("draft", "signed", "ended", "refused")


class Party(Versioned, Base):
    """A person or a body. ``birth_sealed`` is a date sealed by the vault."""

    __tablename__ = "party"
    __table_args__ = (
        CheckConstraint(f"kind IN {PARTY_KINDS}", name="kind_known"),
        CheckConstraint("display_name <> ''", name="has_a_name"),
    )

    kind: Mapped[str]
    display_name: Mapped[str] = mapped_column(index=True)
    family_name: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="fr")
    birth_sealed: Mapped[bytes | None]
    guardian_id: Mapped[UUID | None] = mapped_column(ForeignKey("party.id"))
    guardian_consent_on: Mapped[date | None]
    address: Mapped[str] = mapped_column(default="")
    postcode: Mapped[str] = mapped_column(default="")
    town: Mapped[str] = mapped_column(default="")
    country: Mapped[str] = mapped_column(default="FR")
    siren: Mapped[str] = mapped_column(default="")
    siret: Mapped[str] = mapped_column(default="")
    vat_number: Mapped[str] = mapped_column(default="")
    electronic_address: Mapped[str] = mapped_column(default="")
    skills: Mapped[str] = mapped_column(default="")
    shares_contact: Mapped[bool] = mapped_column(default=False)
    photo_id: Mapped[UUID | None] = mapped_column(ForeignKey("stored_file.id"))
    merged_into_id: Mapped[UUID | None] = mapped_column(ForeignKey("party.id"))
    erased_at: Mapped[datetime | None]

    @property
    def full_name(self) -> str:
        """The name for contracts and papers; screens show ``display_name``."""
        return f"{self.display_name} {self.family_name}".strip()


class Cohort(Versioned, Base):
    """A group of people who start together; a summer cohort has an end."""

    __tablename__ = "cohort"
    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="dates_in_order"),
    )

    name: Mapped[str] = mapped_column(unique=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]


class CohortMember(Row, Base):
    """A person's place in a cohort."""

    __tablename__ = "cohort_member"
    __table_args__ = (sa.UniqueConstraint("cohort_id", "party_id"),)

    cohort_id: Mapped[UUID] = mapped_column(ForeignKey("cohort.id"))
    party_id: Mapped[UUID] = mapped_column(ForeignKey("party.id"), index=True)


class Role(Row, Base):
    """A dated role of a party: member, referent of an activity, host for a carrier, partner…

    ``kind`` is an open list; those of :data:`kpa_core.rights.table.ROLES` give rights. Ends are
    exclusive: a role that ends today is gone today.
    """

    __tablename__ = "role"
    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="dates_in_order"),
        sa.Index("ix_role_party_kind", "party_id", "kind"),
    )

    party_id: Mapped[UUID] = mapped_column(ForeignKey("party.id"))
    kind: Mapped[str]
    activity_id: Mapped[UUID | None] = mapped_column(index=True)
    carrier_id: Mapped[UUID | None]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    note: Mapped[str] = mapped_column(default="")


class Engagement(Versioned, Base):
    """A person's engagement with a host body. The green light is worked out, never stored."""

    __tablename__ = "engagement"
    __table_args__ = (
        CheckConstraint("ends_on >= starts_on", name="dates_in_order"),
        CheckConstraint("renewal_number >= 0", name="renewal_not_negative"),
        CheckConstraint(
            "insured_until IS NULL OR insured_from IS NULL OR insured_until >= insured_from",
            name="insurance_in_order",
        ),
        CheckConstraint(f"state IN {ENGAGEMENT_STATES}", name="state_known"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("party.id"), index=True)
    carrier_id: Mapped[UUID | None]
    kind: Mapped[str]
    state: Mapped[str] = mapped_column(default="draft")
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    renewal_number: Mapped[int] = mapped_column(default=0)
    renews_id: Mapped[UUID | None] = mapped_column(ForeignKey("engagement.id"))
    signed_on: Mapped[date | None]
    insured_from: Mapped[date | None]
    insured_until: Mapped[date | None]
    ended_on: Mapped[date | None]
    end_reason: Mapped[str] = mapped_column(default="")
    paper_id: Mapped[UUID | None] = mapped_column(ForeignKey("stored_file.id"))
    terms: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)

    @property
    def scope(self) -> Scope:
        """Where it belongs: the person and the carrier."""
        return Scope(carrier_id=self.carrier_id, person_id=self.person_id)


class CharterRule(Kept, Base):
    """One rule of the group, from a day on: local rules are data, dated, with who decided.

    The rule that holds on a day is the newest of its key that started by then.
    """

    __tablename__ = "charter_rule"

    key: Mapped[str] = mapped_column(index=True)
    activity_id: Mapped[UUID | None]
    value: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    starts_on: Mapped[date]
    source: Mapped[str] = mapped_column(default="")
