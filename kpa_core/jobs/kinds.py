"""Every kind of job an instance knows, and the core's own: telling plugins, and sweeping."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from kpa_core import audit, clock
from kpa_core.contracts import Event, Job, Text
from kpa_core.errors import N_, PluginError
from kpa_core.i18n import lazy
from kpa_core.instance import Instance
from kpa_core.once import OnceRow
from kpa_core.outbox import JobRow
from kpa_core.work import Work

KEEP_DONE = timedelta(days=30)
KEEP_KEYS = timedelta(days=400)  # a reminder asked for a second time next month is still the same
ALONE_AFTER = timedelta(seconds=10)


def kinds(instance: Instance) -> dict[str, Job]:
    """Return every kind of job this instance knows: the core's own, its features', its plugins'."""
    plugins = instance.plugins
    own = [Job("house.sweep", _sweep, every="daily", label=lazy(N_("Ranger la maison")))]
    own += [
        Job(f"event:{name}", _tell_plugin, label=lazy(N_("Prévenir un module")))
        for name in plugins.names()
    ]
    known = {**{job.kind: job for job in own}, **instance.registered.jobs}
    # What is for a plugin that is stopped or taken away waits for it to come back.
    asleep = tuple(f"{name}." for name in plugins.states if not plugins.is_active(name))
    return {kind: job for kind, job in known.items() if not kind.startswith(asleep)}


def label_of(instance: Instance, kind: str) -> Text:
    """Return what people read of a kind of job; one nobody knows here keeps its key."""
    job = instance.registered.jobs.get(kind) or kinds(instance).get(kind)
    return job.label if job is not None and job.label else kind


def _tell_plugin(work: Work, payload: Mapping[str, Any]) -> None:
    name = payload["plugin"]
    if "events" not in payload:
        if not _tell_one(work, payload):
            raise PluginError(name, N_("il n'a pas traité un événement."))
        return
    same = {key: value for key, value in payload.items() if key != "events"}
    for one in payload["events"]:
        if not _tell_one(work, {**same, **one}):
            later = clock.now() + ALONE_AFTER
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
