"""What members must know of the bodies that host engagements: a name.

The tables of carriers belong to the invoices, a room above; only these columns are read, by name.
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


def name_of(session: Session, carrier_id: UUID | None) -> str:
    """Return a carrier's name, or an empty text."""
    if carrier_id is None:
        return ""
    return session.scalar(sa.select(CARRIER.c.name).where(CARRIER.c.id == carrier_id)) or ""


def hosts(work: Work, capability: str = "engagement.write") -> list[tuple[UUID, str]]:
    """Return the carriers the actor may choose, as (id, name), by name."""
    reach = work.reach(capability)
    query = sa.select(CARRIER.c.id, CARRIER.c.name).where(reach.where(carrier=CARRIER.c.id))
    still = sa.or_(CARRIER.c.ends_on.is_(None), CARRIER.c.ends_on > work.today)
    return [(row.id, row.name) for row in work.session.execute(query.where(still).order_by("name"))]
