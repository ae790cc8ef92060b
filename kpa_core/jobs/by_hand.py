"""What a person decides about a row that is stuck: try again, or leave it for good."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import sqlalchemy as sa

from kpa_core import clock, outbox
from kpa_core.errors import N_, NotFound, Refused
from kpa_core.jobs import looking
from kpa_core.jobs.kinds import kinds
from kpa_core.outbox import JobRow
from kpa_core.remotes import RemoteRow
from kpa_core.work import Work


def retry(work: Work, job_id: UUID) -> None:
    """Put a failed, dead or unknown row back in the queue, by a person's decision.

    What may have left and can be looked for is looked for at once, rather than sent twice.
    """
    with work.transaction() as session:
        row = _stuck(work, job_id)
        job = kinds(work.instance).get(row.kind)
        before = row.state
        if before == "unknown" and job is not None and job.find is not None:
            looking.begin(row, clock.now())
        else:
            row.state, row.doubt = "pending", 0
        row.attempts, row.due_at, row.lease_by = 0, clock.now(), None
        session.flush()
        work.record("house.operate", row, before={"state": before}, after={"state": row.state})


def give_up(work: Work, job_id: UUID) -> None:
    """Leave a row for good, by a person's decision.

    Raises:
        Refused: nothing is wrong with it: it is done, under way, or waits for its hour.
    """
    with work.transaction():
        row = _stuck(work, job_id)
        if row.state == "pending" and not (row.attempts or row.last_error):
            raise Refused(N_("Cet envoi n'est pas bloqué : il attend son heure."))
        before, row.state, row.lease_by = row.state, "dead", outbox.LEFT
        work.record("house.operate", row, before={"state": before}, after={"state": "dead"})


def waiting(work: Work, *, most: int | None = None) -> Iterator[JobRow]:
    """Return what waits or is stuck, oldest first."""
    query = sa.select(JobRow).where(JobRow.state != "sent").order_by(JobRow.due_at, JobRow.id)
    yield from work.session.scalars(query.limit(most))


def count_waiting(work: Work) -> dict[str, int]:
    """Return how many rows are in each state, but for what is done."""
    query = sa.select(JobRow.state, sa.func.count()).where(JobRow.state != "sent")
    counted = work.session.execute(query.group_by(JobRow.state)).all()
    return {row.state: row[1] for row in counted}


def try_now(work: Work, remote_id: UUID) -> RemoteRow:
    """End the pause of a machine that is away: the next row for it goes at once, as a scout."""
    work.require("house.operate")
    with work.transaction() as session:
        row = session.get(RemoteRow, remote_id, with_for_update=True)
        if row is None:
            raise NotFound()
        before, row.paused_until = {"since": str(row.away_since)}, None
        due = sa.and_(JobRow.remote == row.name, JobRow.state == "pending")
        session.execute(sa.update(JobRow).where(due).values(due_at=clock.now()))
        work.record("house.operate", row, before=before, after={"paused_until": None})
    return row


def _stuck(work: Work, job_id: UUID) -> JobRow:
    work.require("house.operate")
    row = work.session.get(JobRow, job_id)
    if row is None:
        raise NotFound()
    if row.state in ("sent", "sending"):
        raise Refused(N_("Cet envoi est déjà fait, ou en cours."))
    return row
