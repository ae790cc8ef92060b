"""What is known of each other machine: is it well, or do we leave it in peace for a while?

A circuit breaker per machine, kept in the database so that every worker and every restart knows it.
After ``ENOUGH`` failures in a row the machine is *away*: what is for it waits and costs nothing.
When the pause is over one single row goes as a scout; its answer opens the way for the others, or
makes the next pause twice as long. Transactions are the caller's.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from kpa_core import clock
from kpa_core.db import Base, insert_once, new_id

ENOUGH = 5
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(minutes=30)
LONGEST_ASKED = timedelta(hours=6)
"""How long we believe a machine that asks for patience; longer would be a way to silence us."""


class RemoteRow(Base):
    """One other machine that effects are for; ``name`` is what the plugin calls it."""

    __tablename__ = "remote"
    __table_args__ = (sa.CheckConstraint("failures >= 0", name="failures_not_negative"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(unique=True)
    failures: Mapped[int] = mapped_column(default=0)
    away_since: Mapped[datetime | None]
    paused_until: Mapped[datetime | None]
    last_error: Mapped[str] = mapped_column(default="")

    @property
    def is_away(self) -> bool:
        """Tell whether it failed so often that only scouts are sent."""
        return self.failures >= ENOUGH


def pause_after(failures: int, asked: timedelta | None = None) -> timedelta:
    """Return how long to leave a machine in peace after so many failures in a row.

    ``asked`` is its own wish (RFC 9110 §10.2.3, Retry-After): never shortened, bounded above.
    """
    doublings = min(max(failures - ENOUGH, 0), 10)
    own: timedelta = min(FIRST_PAUSE * 2**doublings, LONGEST_PAUSE)
    return max(own, min(asked or timedelta(), LONGEST_ASKED))


def get(session: Session, name: str) -> RemoteRow:
    """Return the machine's row, held until the transaction ends; it is made when it is new."""
    query = sa.select(RemoteRow).where(RemoteRow.name == name).with_for_update()
    row = session.scalar(query.execution_options(populate_existing=True))
    if row is None:
        insert_once(session, RemoteRow, "name", {"name": name})
        row = session.scalars(query).one()
    return row


def resting(now: datetime) -> sa.Select[str]:
    """Return the query of the machines that are left in peace now."""
    return sa.select(RemoteRow.name).where(RemoteRow.paused_until > now)


def send_scout(session: Session, name: str, now: datetime, until: datetime) -> bool:
    """Tell whether a row may go to the machine now; one that is away gets one."""
    row = get(session, name)
    if row.paused_until is not None and row.paused_until > now:
        return False  # another worker was quicker
    if row.is_away:
        row.paused_until = until
    return True


def note_answer(session: Session, name: str) -> bool:
    """Note that the machine answered, be it no; return whether it had been away."""
    row = get(session, name)
    was_away = row.is_away
    row.failures, row.away_since, row.paused_until, row.last_error = 0, None, None, ""
    return was_away


def note_failure(
    session: Session, name: str, why: str, *, asked: timedelta | None = None, closed: bool = False
) -> bool:
    """Note that the machine failed; return whether this made it *away*.

    ``closed`` is its own word that it serves nobody now, which needs no second proof.
    """
    row, now = get(session, name), clock.now()
    was_away = row.is_away
    row.failures = max(row.failures + 1, ENOUGH if closed else 0)
    row.last_error = why
    if row.is_away:
        row.away_since = row.away_since or now
        row.paused_until = now + pause_after(row.failures, asked)
    elif asked:
        row.paused_until = now + pause_after(0, asked)
    return row.is_away and not was_away


def away(session: Session) -> Iterable[RemoteRow]:
    """Return the machines that are away, the longest first."""
    query = sa.select(RemoteRow).where(RemoteRow.failures >= ENOUGH)
    return session.scalars(query.order_by(RemoteRow.away_since, RemoteRow.name)).all()


def names(session: Session) -> Iterable[str]:
    """Return every machine that was ever asked."""
    return session.scalars(sa.select(RemoteRow.name).order_by(RemoteRow.name)).all()
