"""The worker: takes due rows of the one jobs' table and does them.

A row is leased in a short transaction, so that several workers never take the same one. What a job
does to the database commits together with its mark. A worker that dies leaves a lease that runs
out; the row goes back to *pending*, or to *unknown* when doing it twice could do harm outside.
"""

from __future__ import annotations

import logging
import os
import random
import socket
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from kpa_core import audit, clock, outbox
from kpa_core.contracts import Event, Job
from kpa_core.errors import N_, KpaError, NotFound, PluginError, Refused, TryAgain
from kpa_core.instance import Instance
from kpa_core.once import OnceRow
from kpa_core.outbox import JobRow
from kpa_core.work import KPA, Work

LEASE = timedelta(minutes=5)
MAX_ATTEMPTS = 8
KEEP_DONE = timedelta(days=30)
KEEP_KEYS = timedelta(days=400)  # a reminder asked for a second time next month is still the same
PLANNED = ("daily", "hourly")
log = logging.getLogger("kpa.jobs")


@dataclass(frozen=True)
class Taken:
    """A leased row."""

    id: UUID
    kind: str
    payload: Mapping[str, Any]
    attempts: int


def kinds(instance: Instance) -> dict[str, Job]:
    """Return every kind of job this instance knows: the core's own, its features', its plugins'."""
    plugins = instance.plugins
    own = [Job("house.sweep", _sweep, every="daily")]
    own += [Job(f"event:{name}", _tell_plugin) for name in plugins.names()]
    known = {**{job.kind: job for job in own}, **instance.registered.jobs}
    # What is for a plugin that is stopped or taken away waits for it to come back.
    asleep = tuple(f"{name}." for name in plugins.states if not plugins.is_active(name))
    return {kind: job for kind, job in known.items() if not kind.startswith(asleep)}


def plan_schedules(instance: Instance) -> None:
    """Write the next due row of every schedule that has none."""
    with instance.work(KPA) as work, work.transaction():
        for job in kinds(instance).values():
            if job.every == "start":
                outbox.add(work.session, job.kind, {}, key=f"@{instance.started}")
            elif job.every:
                _plan_next(work, job)


def run_due(instance: Instance, *, most: int = 1000, worker: str = "") -> int:
    """Do what is due, at most ``most`` rows; return how many were tried."""
    name = worker or f"{socket.gethostname()}-{os.getpid()}-{threading.get_ident()}"
    with instance.work(KPA) as work:
        instance.read_plugin_states(work.session)
    known = kinds(instance)
    tried = 0
    while tried < most:
        taken = _take(instance, known, name)
        if taken is None:
            break
        _do(instance, known[taken.kind], taken, name)
        tried += 1
    return tried


def work_until(
    instance: Instance, stop: threading.Event, *, pause: float = 0.5, worker: str = ""
) -> None:
    """Be the worker until ``stop`` is set; a database that is away is waited for.

    A ``worker`` with a name is alone to bear it: what it held when it died is taken up at once.
    """
    planned_for, released = None, not worker
    while not stop.is_set():
        try:
            if planned_for != (today := _local_day(instance)):
                plan_schedules(instance)
                planned_for = today
            if not released:
                _release(instance, worker)
                released = True
            busy = run_due(instance, most=50, worker=worker) > 0
        except (KpaError, SQLAlchemyError) as error:
            log.error("the worker waits: %s", error)
            stop.wait(5)
            continue
        if not busy:
            stop.wait(pause)


def retry(work: Work, job_id: UUID) -> None:
    """Put a failed, dead or unknown row back in the queue, by a person's decision."""
    with work.transaction() as session:
        row = _stuck(work, job_id)
        before, row.state, row.attempts, row.due_at = row.state, "pending", 0, clock.now()
        row.lease_by = None
        session.flush()
        work.record("house.operate", row, before={"state": before}, after={"state": "pending"})


def give_up(work: Work, job_id: UUID) -> None:
    """Leave a row for good, by a person's decision.

    Raises:
        Refused: nothing is wrong with it: it is done, under way, or waits for its hour.
    """
    with work.transaction():
        row = _stuck(work, job_id)
        if row.state == "pending" and not row.attempts:
            raise Refused(N_("Cet envoi n'est pas bloqué : il attend son heure."))
        before, row.state, row.lease_by = row.state, "dead", outbox.LEFT
        work.record("house.operate", row, before={"state": before}, after={"state": "dead"})


def _stuck(work: Work, job_id: UUID) -> JobRow:
    work.require("house.operate")
    row = work.session.get(JobRow, job_id)
    if row is None:
        raise NotFound()
    if row.state in ("sent", "sending"):
        raise Refused(N_("Cet envoi est déjà fait, ou en cours."))
    return row


# --- taking ---------------------------------------------------------------------------------------


def _take(instance: Instance, known: Mapping[str, Job], name: str) -> Taken | None:
    now = clock.now()
    mine = JobRow.kind.in_(sorted(known))
    due = sa.and_(mine, JobRow.state == "pending", JobRow.due_at <= now)
    late = sa.and_(mine, JobRow.state == "sending", JobRow.lease_until < now)
    with instance.work(KPA) as work:
        if work.session.scalar(sa.select(JobRow.id).where(sa.or_(due, late)).limit(1)) is None:
            return None  # an idle worker writes nothing and holds nobody up
        with work.transaction() as session:
            for left in session.scalars(_locked(late)):
                _recover(left, known[left.kind])
            row = session.scalar(_locked(due).order_by(JobRow.due_at, JobRow.id).limit(1))
            if row is None:
                return None
            row.state, row.lease_by, row.lease_until = "sending", name, now + LEASE
            row.attempts += 1
            return Taken(row.id, row.kind, row.payload, row.attempts)


def _locked(condition: sa.ColumnElement[bool]) -> sa.Select[JobRow]:
    return sa.select(JobRow).where(condition).with_for_update(skip_locked=True)


def _recover(row: JobRow, job: Job) -> None:
    """Say what becomes of a row whose worker died; one that kills its worker is not for ever."""
    tired = "dead" if row.attempts >= MAX_ATTEMPTS else "pending"
    row.state = "unknown" if _could_double(job) else tired
    row.lease_by = row.lease_until = None
    row.last_error = "the worker stopped in the middle"


def _release(instance: Instance, name: str) -> None:
    held = sa.and_(JobRow.state == "sending", JobRow.lease_by == name)
    with instance.work(KPA) as work, work.transaction() as session:
        session.execute(sa.update(JobRow).where(held).values(lease_until=clock.now()))


# --- doing ----------------------------------------------------------------------------------------


def _do(instance: Instance, job: Job, taken: Taken, name: str) -> None:
    try:
        with instance.work(KPA) as work:
            if job.outside:
                job.run(work, taken.payload)
                with work.transaction():
                    _mark_sent(work, job, taken, name)
            else:
                with work.transaction():
                    if _mark_sent(work, job, taken, name):
                        job.run(work, taken.payload)
    except BaseException as error:  # a plugin that calls exit() must not end the worker
        log.warning("job %s %s: %s: %s", taken.kind, taken.id, type(error).__name__, error)
        _put_back(instance, job, taken, name, error)


def _mark_sent(work: Work, job: Job, taken: Taken, name: str) -> bool:
    row = work.session.get(JobRow, taken.id, with_for_update=True, populate_existing=True)
    if row is None or (row.state, row.lease_by) != ("sending", name):
        return False  # the lease ran out and someone else has it
    row.state, row.lease_by, row.lease_until, row.last_error = "sent", None, None, ""
    if job.every in PLANNED:
        _plan_next(work, job)
    return True


def _put_back(instance: Instance, job: Job, taken: Taken, name: str, error: BaseException) -> None:
    with instance.work(KPA) as work, work.transaction() as session:
        row = session.get(JobRow, taken.id, with_for_update=True)
        if row is None or row.lease_by != name:
            return
        row.lease_by = row.lease_until = None
        row.last_error = f"{type(error).__name__}: {error}"[:500]
        if isinstance(error, Refused):
            row.state = "failed"  # a rule said no: trying again would not change it
        elif _could_double(job) and not isinstance(error, TryAgain):
            row.state = "unknown"  # it may have left: what failed may be noting so
        elif taken.attempts >= MAX_ATTEMPTS:
            row.state = "dead"
        else:
            row.state, row.due_at = "pending", clock.now() + back_off(taken.attempts)
        if job.every in PLANNED and row.state != "pending":
            _plan_next(work, job)  # one bad night does not end a schedule


def _could_double(job: Job) -> bool:
    return job.outside and not job.idempotent


def back_off(attempts: int) -> timedelta:
    """Return how long to wait after so many attempts: doubling, at most six hours, full jitter."""
    ceiling = min(10 * 2 ** (attempts - 1), 6 * 3600)
    return timedelta(seconds=1 + random.random() * ceiling)


# --- schedules ------------------------------------------------------------------------------------


def next_due(every: str, after: datetime, zone: str) -> datetime:
    """Return the next daily (4 o'clock) or hourly instant after ``after``, on the zone's clock."""
    local = after.astimezone(ZoneInfo(zone))
    if every == "hourly":
        return after.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    day = local.date() if local.hour < 4 else local.date() + timedelta(days=1)
    return clock.instant_of(day, time(4), zone)


def _plan_next(work: Work, job: Job) -> None:
    due = next_due(job.every, clock.now(), work.instance.settings.instance.timezone)
    outbox.add(work.session, job.kind, {}, key=f"@{due:%Y-%m-%dT%H}", due_at=due)


def _local_day(instance: Instance) -> str:
    return clock.today(instance.settings.instance.timezone).isoformat()


# --- the core's own kinds -------------------------------------------------------------------------


def _tell_plugin(work: Work, payload: Mapping[str, Any]) -> None:
    name = payload["plugin"]
    if "events" not in payload:
        if not _tell_one(work, payload):
            raise PluginError(name, N_("il n'a pas traité un événement."))
        return
    same = {key: value for key, value in payload.items() if key != "events"}
    for one in payload["events"]:
        if not _tell_one(work, {**same, **one}):
            later = clock.now() + back_off(1)
            work.ask(f"event:{name}", {**same, **one}, key=f"{one['event']}:alone", due_at=later)


def _tell_one(work: Work, told: Mapping[str, Any]) -> bool:
    """Tell a plugin of one event, in its own savepoint; return whether it heard."""
    at = datetime.fromisoformat(told["at"])
    event = Event(UUID(told["event"]), told["hook"], at, told["data"])
    plugins = work.instance.plugins
    with work.for_plugin(told["plugin"]) as lent:
        answer = plugins.ask_or_skip(told["plugin"], told["hook"], work=lent, event=event)
        lent.failed = answer is None  # what a failing plugin wrote is not kept
    return answer is not None


def _sweep(work: Work, _payload: Mapping[str, Any]) -> None:
    """Forget what done jobs said, later their keys; drop orphaned files; anchor the audit log."""
    now, done = clock.now(), JobRow.state == "sent"
    emptied = sa.update(JobRow).where(done, JobRow.created_at < now - KEEP_DONE).values(payload={})
    work.session.execute(emptied)
    work.session.execute(sa.delete(JobRow).where(done, JobRow.created_at < now - KEEP_KEYS))
    work.session.execute(sa.delete(OnceRow).where(OnceRow.at < now - KEEP_DONE))
    work.instance.files.sweep(work.session)
    audit.anchor(work.session, work.instance.anchors, work.today)


def waiting(work: Work) -> Iterator[JobRow]:
    """Return what waits or is stuck, oldest first."""
    query = sa.select(JobRow).where(JobRow.state != "sent").order_by(JobRow.due_at)
    yield from work.session.scalars(query)
