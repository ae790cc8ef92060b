"""A leased row is done, and what came of it is written down."""

from __future__ import annotations

import logging
import random
from datetime import timedelta

from sqlalchemy.orm import Session

from kpa_core import clock, remotes
from kpa_core.contracts import Job
from kpa_core.errors import Away, Refused, TryAgain
from kpa_core.instance import Instance
from kpa_core.jobs import looking
from kpa_core.jobs.schedules import PLANNED, plan_next
from kpa_core.jobs.taking import MAX_ATTEMPTS, Taken, could_double
from kpa_core.outbox import JobRow
from kpa_core.work import KPA, Work

AWAY = "house.remote_away"
"""The kind of job that tells people, once, that another machine is away."""
log = logging.getLogger("kpa.jobs")


def do(instance: Instance, job: Job, taken: Taken, name: str) -> None:
    """Do a leased row as the worker ``name`` and write down what came of it."""
    try:
        with instance.work(KPA) as work:
            if taken.look:
                _look(work, job, taken, name)
            elif job.outside:
                job.run(work, taken.payload)
                with work.transaction():
                    mark_sent(work, job, taken, name)
            else:
                with work.transaction():
                    if mark_sent(work, job, taken, name):
                        job.run(work, taken.payload)
    except BaseException as error:  # a plugin that calls exit() must not end the worker
        log.warning("job %s %s: %s: %s", taken.kind, taken.id, type(error).__name__, error)
        _put_back(instance, job, taken, name, error)


def mark_sent(work: Work, job: Job, taken: Taken, name: str) -> bool:
    """Mark the row as done in the current transaction; False when the lease was lost."""
    row = _held(work.session, taken, name)
    if row is None:
        return False  # the lease ran out and someone else has it
    row.state, row.lease_by, row.lease_until, row.last_error = "sent", None, None, ""
    row.doubt = 0
    if row.remote:
        remotes.note_answer(work.session, row.remote)
    if job.every in PLANNED:
        plan_next(work, job)
    return True


def back_off(attempts: int) -> timedelta:
    """Return how long to wait after so many attempts: doubling, at most six hours, full jitter."""
    ceiling = min(10 * 2 ** (attempts - 1), 6 * 3600)
    return timedelta(seconds=1 + random.random() * ceiling)


def _look(work: Work, job: Job, taken: Taken, name: str) -> None:
    """Look for an effect on the other machine; what it finds, ``find`` notes itself."""
    assert job.find is not None
    is_there = job.find(work, taken.payload)
    with work.transaction() as session:
        if is_there:
            mark_sent(work, job, taken, name)
            return
        row = _held(session, taken, name)
        if row is not None:
            row.lease_by = row.lease_until = None
            row.attempts -= 1  # a look is no attempt
            looking.note_absent(row)
            if row.remote:
                remotes.note_answer(session, row.remote)


def _put_back(instance: Instance, job: Job, taken: Taken, name: str, error: BaseException) -> None:
    with instance.work(KPA) as work, work.transaction() as session:
        row = _held(session, taken, name)
        if row is None:
            return
        row.lease_by = row.lease_until = None
        row.last_error = f"{type(error).__name__}: {error}"[:500]
        if taken.remote and _note_remote(work, taken.remote, row.last_error, error):
            row.attempts -= 1  # its machine is at fault, not the row
        _decide(row, job, taken, error)
        if job.every in PLANNED and row.state != "pending":
            plan_next(work, job)  # one bad night does not end a schedule


def _decide(row: JobRow, job: Job, taken: Taken, error: BaseException) -> None:
    after = getattr(error, "after", None) or timedelta()
    if taken.look:
        # Nobody may say no to a look: what may have left stays in doubt until it was seen.
        row.state, row.due_at = "unknown", clock.now() + max(looking.WAIT, after)
        row.attempts = max(row.attempts, 0)
    elif isinstance(error, Refused):
        row.state = "failed"  # a rule said no: trying again would not change it
    elif could_double(job) and not isinstance(error, TryAgain):
        if job.find is not None:
            looking.begin(row)
        else:
            row.state = "unknown"  # it may have left: what failed may be noting so
    elif row.attempts >= MAX_ATTEMPTS:
        row.state = "dead"
    else:
        row.state = "pending"
        row.due_at = clock.now() + max(back_off(max(row.attempts, 1)), after)


def _note_remote(work: Work, remote: str, why: str, error: BaseException) -> bool:
    """Note how the other machine is; return whether it is away, told to people the first time."""
    if isinstance(error, Refused):
        remotes.note_answer(work.session, remote)
        return False
    asked, closed = getattr(error, "after", None), isinstance(error, Away)
    if remotes.note_failure(work.session, remote, why, asked=asked, closed=closed):
        since = remotes.get(work.session, remote).away_since
        work.ask(AWAY, {"remote": remote}, key=f"{remote}@{since}")
    return remotes.get(work.session, remote).is_away


def _held(session: Session, taken: Taken, name: str) -> JobRow | None:
    row = session.get(JobRow, taken.id, with_for_update=True, populate_existing=True)
    if row is None or (row.state, row.lease_by) != ("sending", name):
        return None
    return row
