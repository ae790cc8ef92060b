"""Tables: what each carrier asks on top of the law, and letters to hand over."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kpa_core.api import Base, Row


class PolicyRow(Row, Base):
    """One version of a carrier's policy, from a day on; earlier versions stay.

    ``value`` is read by :func:`kpa_cape.policy.read_policy`; ``source`` says who decided.
    """

    __tablename__ = "cape_policy"
    __table_args__ = (
        CheckConstraint("source <> ''", name="says_who_decided"),
        Index("ix_cape_policy_carrier_day", "carrier_id", "starts_on"),
    )

    carrier_id: Mapped[UUID] = mapped_column(ForeignKey("carrier.id"))
    starts_on: Mapped[date]
    value: Mapped[dict[str, Any]] = mapped_column(JSON)
    source: Mapped[str]


class LetterRow(Row, Base):
    """A message on paper, to print and hand over. ``key`` is the message's own: one letter each."""

    __tablename__ = "cape_letter"
    __table_args__ = (
        UniqueConstraint("key"),
        CheckConstraint("handed_by IS NULL OR handed_on IS NOT NULL", name="handed_over_on_a_day"),
    )

    key: Mapped[str]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("party.id"), index=True)
    subject: Mapped[str]
    text: Mapped[str]
    handed_on: Mapped[date | None]
    handed_by: Mapped[UUID | None]
