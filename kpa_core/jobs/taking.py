"""Rows are leased one by one, each in a short transaction: no two workers have the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core import clock, remotes
from kpa_core.contracts import Job
from kpa_core.instance import Instance
from kpa_core.jobs import looking
from kpa_core.outbox import JobRow
from kpa_core.work import KPA

LEASE = timedelta(minutes=5)
MAX_ATTEMPTS = 8


@dataclass(frozen=True)
class Taken:
    """A leased row; with ``look`` it may have left, and is looked for first."""

    id: UUID
    kind: str
    payload: Mapping[str, Any]
    attempts: int
    remote: str = ""
    look: bool = False


def take(instance: Instance, known: Mapping[str, Job], name: str) -> Taken | None:
    """Lease the row that is due for the longest, if any; first take up what dead workers left."""
    now = clock.now()
    mine = JobRow.kind.in_(sorted(known))
    late = sa.and_(mine, JobRow.state == "sending", JobRow.lease_until < now)
    due = _due(known, now)
    with instance.work(KPA) as work:
        if work.session.scalar(sa.select(JobRow.id).where(sa.or_(due, late)).limit(1)) is None:
            return None  # an idle worker writes nothing and holds nobody up
        with work.transaction() as session:
            for left in session.scalars(_locked(late)):
                _recover(left, known[left.kind])
            while row := session.scalar(_locked(due).order_by(JobRow.due_at, JobRow.id).limit(1)):
                if not row.remote or remotes.send_scout(session, row.remote, now, now + LEASE):
                    return _lease(session, row, name, now)
            return None


def release(instance: Instance, name: str) -> None:
    """End the leases of a worker that is known to be gone."""
    held = sa.and_(JobRow.state == "sending", JobRow.lease_by == name)
    with instance.work(KPA) as work, work.transaction() as session:
        session.execute(sa.update(JobRow).where(held).values(lease_until=clock.now()))


def could_double(job: Job) -> bool:
    """Tell whether doing it a second time could do harm on another machine."""
    return job.outside and not job.idempotent


def _due(known: Mapping[str, Job], now: datetime) -> sa.ColumnElement[bool]:
    sought = sorted(kind for kind, job in known.items() if job.find is not None)
    ready = sa.and_(JobRow.kind.in_(sorted(known)), JobRow.state == "pending")
    in_doubt = sa.and_(JobRow.kind.in_(sought), JobRow.state == "unknown", JobRow.doubt > 0)
    # To a machine that is left in peace nothing goes, neither an effect nor a look.
    heard = sa.or_(JobRow.remote == "", JobRow.remote.not_in(remotes.resting(now)))
    return sa.and_(sa.or_(ready, in_doubt), JobRow.due_at <= now, heard)


def _lease(session: Session, row: JobRow, name: str, now: datetime) -> Taken:
    row.state, row.lease_by, row.lease_until = "sending", name, now + LEASE
    row.attempts += 1
    session.flush()
    return Taken(row.id, row.kind, row.payload, row.attempts, row.remote, row.doubt > 0)


def _locked(condition: sa.ColumnElement[bool]) -> sa.Select[JobRow]:
    return sa.select(JobRow).where(condition).with_for_update(skip_locked=True)


def _recover(row: JobRow, job: Job) -> None:
    """Say what becomes of a row whose worker died; one that kills its worker is not for ever."""
    if could_double(job):
        if job.find is not None:
            looking.begin(row)
        else:
            row.state = "unknown"
    else:
        row.state = "dead" if row.attempts >= MAX_ATTEMPTS else "pending"
    row.lease_by = row.lease_until = None
    row.last_error = "the worker stopped in the middle"
