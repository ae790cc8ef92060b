"""Tables of tasks, and of who comes."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kpa_core.activities.models.activity import Activity
from kpa_core.activities.models.order import Order
from kpa_core.db import Base, Row, Versioned
from kpa_core.members.models import Party

ANSWERS = ("coming", "maybe", "cannot")


class Task(Versioned, Base):
    """Something to do on a day, by a number of people.

    It passes midnight when it ends before the time it starts.
    """

    __tablename__ = "task"
    __table_args__ = (
        CheckConstraint("title <> ''", name="has_a_title"),
        CheckConstraint("starts_at <> ends_at", name="has_a_length"),
        CheckConstraint("people_needed BETWEEN 1 AND 1000", name="people_in_range"),
        sa.Index("ix_task_activity_day", "activity_id", "day"),
    )

    activity_id: Mapped[UUID] = mapped_column(ForeignKey("activity.id"))
    order_id: Mapped[UUID | None] = mapped_column(ForeignKey("customer_order.id"), index=True)
    title: Mapped[str]
    tags: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    day: Mapped[date] = mapped_column(index=True)
    starts_at: Mapped[time]
    ends_at: Mapped[time]
    place: Mapped[str] = mapped_column(default="")
    people_needed: Mapped[int] = mapped_column(default=1)
    paid: Mapped[bool] = mapped_column(default=True)
    cancelled_at: Mapped[datetime | None]

    activity: Mapped[Activity] = relationship()
    order: Mapped[Order | None] = relationship()

    @property
    def last_day(self) -> date:
        """The day it ends."""
        return self.day if self.ends_at > self.starts_at else self.day + timedelta(days=1)

    @property
    def minutes(self) -> int:
        """How long it lasts on the wall clock."""
        start = datetime.combine(self.day, self.starts_at)
        return (datetime.combine(self.last_day, self.ends_at) - start) // timedelta(minutes=1)


class Availability(Row, Base):
    """A person's answer to a task; the last one given."""

    __tablename__ = "availability"
    __table_args__ = (
        UniqueConstraint("task_id", "person_id"),
        CheckConstraint(f"answer IN {ANSWERS}", name="answer_known"),
    )

    task_id: Mapped[UUID] = mapped_column(ForeignKey("task.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("party.id"), index=True)
    answer: Mapped[str]
    updated_at: Mapped[datetime]


class Assignment(Row, Base):
    """A task given to a person by ``created_by``; it ends when ``removed_at`` is set."""

    __tablename__ = "assignment"
    __table_args__ = (
        sa.Index(
            "uq_assignment_live",
            "task_id",
            "person_id",
            unique=True,
            sqlite_where=sa.text("removed_at IS NULL"),
            postgresql_where=sa.text("removed_at IS NULL"),
        ),
    )

    task_id: Mapped[UUID] = mapped_column(ForeignKey("task.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("party.id"), index=True)
    removed_at: Mapped[datetime | None]
    removed_by: Mapped[UUID | None]

    task: Mapped[Task] = relationship()
    person: Mapped[Party] = relationship()


class CalendarLink(Row, Base):
    """A person's secret address for their calendar; only the hash of its token is kept."""

    __tablename__ = "calendar_link"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("party.id"), index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    revoked_at: Mapped[datetime | None]
