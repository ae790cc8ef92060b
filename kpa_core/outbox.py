"""The one table of jobs, schedules and effects on the outside world, written in the transaction
of the business act: what is committed will be done, what is rolled back never was asked.

The worker that takes rows from it is :mod:`kpa_core.jobs`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from kpa_core import clock
from kpa_core.db import Base, insert_once, new_id
from kpa_core.errors import N_

STATES = ("pending", "sending", "sent", "unknown", "failed", "dead")
STATE_LABELS = {
    "pending": N_("en attente"),
    "sending": N_("en cours"),
    "sent": N_("parti"),
    "unknown": N_("on ne sait pas si c'est parti"),
    "failed": N_("refusé"),
    "dead": N_("abandonné"),
}


LEFT = "a person"
"""``lease_by`` of a dead row that a person left for good: it is nobody's trouble any more."""


class JobRow(Base):
    """One thing to do. ``key`` is unique: the same thing asked twice is done once.

    ``remote`` names the other machine it is for. ``doubt`` above zero says that it may have left,
    and how many looks are needed before anything else: see :mod:`kpa_core.jobs.looking`.
    """

    __tablename__ = "job"
    __table_args__ = (
        sa.CheckConstraint(f"state IN {STATES}", name="state_known"),
        sa.CheckConstraint("attempts >= 0", name="attempts_not_negative"),
        sa.Index("ix_job_due", "state", "due_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str]
    key: Mapped[str] = mapped_column(unique=True)
    payload: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    state: Mapped[str] = mapped_column(default="pending")
    due_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    lease_by: Mapped[str | None]
    last_error: Mapped[str] = mapped_column(default="")
    remote: Mapped[str] = mapped_column(default="", server_default="")
    doubt: Mapped[int] = mapped_column(default=0, server_default="0")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    @property
    def is_left(self) -> bool:
        """Tell whether a person decided that it will not be done."""
        return self.state == "dead" and self.lease_by == LEFT


def add(
    session: Session,
    kind: str,
    payload: Mapping[str, Any],
    *,
    key: str | None = None,
    due_at: datetime | None = None,
    remote: str = "",
) -> bool:
    """Ask for a job in the caller's transaction; ``remote`` names the other machine it is for.

    Returns False when ``key`` was asked before: asking twice changes nothing.
    """
    asked = {
        "kind": kind,
        "key": f"{kind}:{key or new_id()}",
        "payload": dict(payload),
        "due_at": due_at or clock.now(),
        "remote": remote,
    }
    return insert_once(session, JobRow, "key", asked)
