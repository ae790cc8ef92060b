"""What members must know of the bodies that host engagements: a name, and their activities.

The tables of carriers and activities belong to rooms above; only these columns are read, by name.
"""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core.work import Work

CARRIER = sa.table(
    "carrier",
    sa.column("id", sa.Uuid()),
    sa.column("name", sa.String()),
    sa.column("ends_on", sa.Date()),
)
ACTIVITY = sa.table(
    "activity",
    sa.column("id", sa.Uuid()),
    sa.column("carrier_id", sa.Uuid()),
    sa.column("title", sa.String()),
    sa.column("state", sa.String()),
)


def name_of(session: Session, carrier_id: UUID | None) -> str:
    """Return a carrier's name, or an empty text."""
    if carrier_id is None:
        return ""
    return session.scalar(sa.select(CARRIER.c.name).where(CARRIER.c.id == carrier_id)) or ""


def hosts(work: Work, capability: str = "engagement.write") -> list[tuple[UUID, str]]:
    """Return the carriers the actor may choose, as (id, name), by name."""
    reach = work.reach(capability)
    # Whoever prepares contracts for an activity's people may choose among all carriers.
    mine = sa.true() if reach.activities else reach.where(carrier=CARRIER.c.id)
    query = sa.select(CARRIER.c.id, CARRIER.c.name).where(mine)
    still = sa.or_(CARRIER.c.ends_on.is_(None), CARRIER.c.ends_on > work.today)
    return [(row.id, row.name) for row in work.session.execute(query.where(still).order_by("name"))]


def carrier_of(session: Session, activity_id: UUID | None) -> UUID | None:
    """Return the carrier that invoices for an activity, if it has one."""
    return session.scalar(sa.select(ACTIVITY.c.carrier_id).where(ACTIVITY.c.id == activity_id))


def activities(work: Work, capability: str) -> list[tuple[UUID, str]]:
    """Return the live activities where the actor holds a capability, as (id, title), by title."""
    reach = work.reach(capability)
    mine = reach.where(activity=ACTIVITY.c.id, carrier=ACTIVITY.c.carrier_id)
    query = sa.select(ACTIVITY.c.id, ACTIVITY.c.title).where(mine, ACTIVITY.c.state != "archived")
    return [(row.id, row.title) for row in work.session.execute(query.order_by("title"))]
