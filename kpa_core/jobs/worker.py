"""The worker's round: take what is due, do it, plan what comes back."""

from __future__ import annotations

import logging
import os
import socket
import threading

from sqlalchemy.exc import SQLAlchemyError

from kpa_core import clock, outbox
from kpa_core.errors import KpaError
from kpa_core.instance import Instance
from kpa_core.jobs.doing import do
from kpa_core.jobs.kinds import kinds
from kpa_core.jobs.schedules import plan_next
from kpa_core.jobs.taking import release, take
from kpa_core.work import KPA

log = logging.getLogger("kpa.jobs")


def plan_schedules(instance: Instance) -> None:
    """Write the next due row of every schedule that has none."""
    with instance.work(KPA) as work, work.transaction():
        for job in kinds(instance).values():
            if job.every == "start":
                outbox.add(work.session, job.kind, {}, key=f"@{instance.started}")
            elif job.every:
                plan_next(work, job)


def run_due(instance: Instance, *, most: int = 1000, worker: str = "") -> int:
    """Do what is due, at most ``most`` rows; return how many were tried."""
    name = worker or f"{socket.gethostname()}-{os.getpid()}-{threading.get_ident()}"
    with instance.work(KPA) as work:
        instance.read_plugin_states(work.session)
    known = kinds(instance)
    tried = 0
    while tried < most:
        taken = take(instance, known, name)
        if taken is None:
            break
        do(instance, known[taken.kind], taken, name)
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
                release(instance, worker)
                released = True
            busy = run_due(instance, most=50, worker=worker) > 0
        except (KpaError, SQLAlchemyError) as error:
            log.error("the worker waits: %s", error)
            stop.wait(5)
            continue
        if not busy:
            stop.wait(pause)


def _local_day(instance: Instance) -> str:
    return clock.today(instance.settings.instance.timezone).isoformat()
