"""Tables of the time people give, and of what it was good for."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kpa_core.activities.models.activity import Activity
from kpa_core.activities.models.kept import Kept
from kpa_core.activities.models.order import Order
from kpa_core.db import Base, Row
from kpa_core.members.models import Party

TIME_KINDS = ("sale", "training", "life", "volunteer")
DAY_MINUTES = 24 * 60


class Contribution(Kept, Base):
    """Minutes a person gave on a day, paid or not.

    A row that ``corrects_id`` another takes its place, with a reason; zero minutes there means
    that the time was never given. The rows nobody corrected are the ones that count.
    """

    __tablename__ = "contribution"
    __table_args__ = (
        CheckConstraint(
            f"minutes BETWEEN 1 AND {DAY_MINUTES} OR (minutes = 0 AND corrects_id IS NOT NULL)",
            name="minutes_in_a_day",
        ),
        CheckConstraint("(corrects_id IS NULL) = (reason = '')", name="correction_says_why"),
        CheckConstraint(f"kind IN {TIME_KINDS}", name="kind_known"),
        UniqueConstraint("corrects_id"),
        sa.Index("ix_contribution_person_day", "person_id", "day"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("party.id"))
    activity_id: Mapped[UUID] = mapped_column(ForeignKey("activity.id"), index=True)
    order_id: Mapped[UUID | None] = mapped_column(ForeignKey("customer_order.id"), index=True)
    task_id: Mapped[UUID | None] = mapped_column(ForeignKey("task.id"), index=True)
    day: Mapped[date]
    minutes: Mapped[int]
    kind: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    witness_id: Mapped[UUID | None] = mapped_column(ForeignKey("party.id"))
    corrects_id: Mapped[UUID | None] = mapped_column(ForeignKey("contribution.id"))
    reason: Mapped[str] = mapped_column(default="")

    activity: Mapped[Activity] = relationship()
    order: Mapped[Order | None] = relationship()
    person: Mapped[Party] = relationship(foreign_keys=[person_id])


class ImpactCounter(Row, Base):
    """Something useful the activity counts: kilos collected, people met."""

    __tablename__ = "impact_counter"
    __table_args__ = (
        UniqueConstraint("activity_id", "name"),
        CheckConstraint("name <> ''", name="has_a_name"),
    )

    activity_id: Mapped[UUID] = mapped_column(ForeignKey("activity.id"))
    name: Mapped[str]
    unit: Mapped[str] = mapped_column(default="")


class ImpactEntry(Kept, Base):
    """An amount on a day, in thousandths; a negative one takes back a mistake and says so."""

    __tablename__ = "impact_entry"
    __table_args__ = (
        CheckConstraint("amount_thousandths <> 0", name="amount_not_zero"),
        CheckConstraint("amount_thousandths > 0 OR note <> ''", name="correction_says_why"),
    )

    counter_id: Mapped[UUID] = mapped_column(ForeignKey("impact_counter.id"), index=True)
    day: Mapped[date]
    amount_thousandths: Mapped[int]
    note: Mapped[str] = mapped_column(default="")
