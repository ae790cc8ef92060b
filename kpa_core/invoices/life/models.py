"""Tables of what happens to an issued document: its platform's statuses, reminders, the customer's
word."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kpa_core.db import Base, Kept

SOURCES = ("person", "platform")
CHANNELS = ("mail", "hand")
FOLLOW_UPS = ("claimed", "not_arrived", "stopped", "resumed", "give_back", "keep")


class PlatformStatus(Kept, Base):
    """One status of a document's life at its platform (XP Z12-012, annex A).

    ``amounts`` of a 212 are what was cashed for each VAT rate, VAT included, in cents:
    ``[{"rate_bp": 1000, "category": "S", "cents": 66000}]``; below zero, given back.
    """

    __tablename__ = "platform_status"
    __table_args__ = (CheckConstraint(f"source IN {SOURCES}", name="source_known"),)

    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"), index=True)
    code: Mapped[str]
    said_on: Mapped[date]
    reason: Mapped[str] = mapped_column(default="")
    source: Mapped[str] = mapped_column(default="person")
    by_name: Mapped[str] = mapped_column(default="")
    amounts: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON)


class ReminderSchedule(Kept, Base):
    """How many days after the due day reminders leave by mail; the newest row of a carrier holds.

    No row: nothing leaves by itself. No day: nothing leaves any more.
    """

    __tablename__ = "reminder_schedule"

    carrier_id: Mapped[UUID] = mapped_column(ForeignKey("carrier.id"), index=True)
    days: Mapped[list[int]] = mapped_column(sa.JSON)


class Reminder(Kept, Base):
    """One reminder of one step. ``step`` is counted from 1; a step is never done twice."""

    __tablename__ = "reminder"
    __table_args__ = (
        UniqueConstraint("document_id", "step"),
        CheckConstraint(f"channel IN {CHANNELS}", name="channel_known"),
        CheckConstraint("step > 0", name="step_from_one"),
    )

    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"), index=True)
    step: Mapped[int]
    channel: Mapped[str]
    left_cents: Mapped[int]


class FollowUp(Kept, Base):
    """What was said about the money of a document, by its customer or by us.

    ``claimed`` is the customer's "I have paid" and ``not_arrived`` our answer; ``stopped`` and
    ``resumed`` are about reminders; ``give_back`` and ``keep`` are for money that came in excess.
    """

    __tablename__ = "follow_up"
    __table_args__ = (CheckConstraint(f"kind IN {FOLLOW_UPS}", name="kind_known"),)

    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"), index=True)
    kind: Mapped[str]
    by_name: Mapped[str] = mapped_column(default="")
    paid_on: Mapped[date | None]
    method: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")
