"""Signs of life: an origin cosigns its own head once a day, and peers pass the line on."""

from __future__ import annotations

from datetime import UTC, date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_federation.log.models import LogRow, SignRow
from kpa_federation.protocol import notes
from kpa_federation.protocol.errors import ProtocolError
from kpa_federation.protocol.notes import Checkpoint

FIRST_DAY = date(1970, 1, 1)


def day_number(at: datetime) -> int:
    """Return the days since 1970-01-01, in UTC, as the wire has them."""
    return (at.astimezone(UTC).date() - FIRST_DAY).days


def told(session: Session) -> dict[str, int]:
    """Return the day of the last sign of each log whose line this peer can show."""
    query = (
        sa.select(LogRow.origin, SignRow.at)
        .join(SignRow, SignRow.origin == LogRow.origin)
        .where(SignRow.size == LogRow.target, LogRow.size >= LogRow.target)
    )
    return {origin: day_number(at) for origin, at in session.execute(query)}


def line_of(session: Session, origin: str, size: int) -> str:
    """Return the line by which an origin cosigned its own head of a size; or an empty text."""
    row = session.get(SignRow, origin)
    return row.line if row is not None and row.size == size else ""


def read(checkpoint: Checkpoint, key: bytes) -> tuple[datetime, str] | None:
    """Return when an origin cosigned this head itself, and the line; None when it did not."""
    for one in checkpoint.signatures:
        try:
            time = notes.check_cosignature(checkpoint, one, checkpoint.origin, key)
            return datetime.fromtimestamp(time, UTC), one.line()
        except (ProtocolError, ValueError, OverflowError, OSError):
            continue
    return None


def keep(session: Session, origin: str, at: datetime, size: int, line: str) -> None:
    """Keep a sign of life, in the caller's transaction."""
    session.merge(SignRow(origin=origin, at=at, size=size, line=line))


def heard(session: Session) -> dict[str, datetime]:
    """Return when each origin was last heard of: it wrote something, or gave a sign of life."""
    query = sa.select(LogRow.origin, LogRow.grew_at, SignRow.at).outerjoin(
        SignRow, SignRow.origin == LogRow.origin
    )
    return {
        origin: grew if sign is None else max(grew, sign)
        for origin, grew, sign in session.execute(query)
    }
