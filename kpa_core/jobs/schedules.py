"""When what comes back every day or hour is due next, on the instance's own clock."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from kpa_core import clock, outbox
from kpa_core.contracts import Job
from kpa_core.work import Work

PLANNED = ("daily", "hourly")


def next_due(every: str, after: datetime, zone: str) -> datetime:
    """Return the next daily (4 o'clock) or hourly instant after ``after``, on the zone's clock."""
    local = after.astimezone(ZoneInfo(zone))
    if every == "hourly":
        return after.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    day = local.date() if local.hour < 4 else local.date() + timedelta(days=1)
    return clock.instant_of(day, time(4), zone)


def plan_next(work: Work, job: Job) -> None:
    """Write the next row of a schedule, in the current transaction."""
    due = next_due(job.every, clock.now(), work.instance.settings.instance.timezone)
    outbox.add(work.session, job.kind, {}, key=f"@{due:%Y-%m-%dT%H}", due_at=due)
