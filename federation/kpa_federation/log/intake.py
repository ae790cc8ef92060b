"""How much of each origin came today, counted in the transaction that keeps it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_federation.log import keeping
from kpa_federation.log.keeping import Verified
from kpa_federation.log.models import IntakeRow
from kpa_federation.log.quotas import FARTHEST, Used, fitting, is_full, quota, weight
from kpa_federation.protocol.reading import LogState


def fit(
    session: Session, found: Sequence[Verified], steps: Mapping[str, int], today: date
) -> tuple[list[Verified], set[str]]:
    """Return what may be kept today of what was verified, and the origins of which more waits.

    A section is cut where the quota ends: every entry before was verified as well as the whole.
    ``steps`` is how far each origin is; who is not in it is farthest. What is returned is counted;
    the caller keeps it.
    """
    rows = _rows(session, {one.state.origin for one in found}, today)
    states: dict[str, LogState] = {}
    kept: list[Verified] = []
    held: set[str] = set()
    for one in found:
        origin = one.state.origin
        row, used = rows[origin], Used(rows[origin].entries, rows[origin].size)
        places = enumerate(one.entries, one.start)
        weights = [weight(entry, one.bodies.get(place)) for place, entry in places]
        count = fitting(used, weights, quota(steps.get(origin, FARTHEST)))
        if origin in held:
            continue
        if count < len(one.entries):
            held.add(origin)
            row.is_held = True
        if count or not one.entries:
            before = states.get(origin) or keeping.state_of(session, origin)
            part = _cut(before, one, count)
            states[origin] = part.state
            kept.append(part)
            used = used.plus(weights[:count])
            row.entries, row.size = used.entries, used.size
    return kept, held


def full(session: Session, steps: Mapping[str, int], today: date) -> frozenset[str]:
    """Return the origins of which nothing more is asked today."""
    rows = session.scalars(sa.select(IntakeRow).where(IntakeRow.day == today))
    return frozenset(
        row.origin
        for row in rows
        if row.is_held
        or is_full(Used(row.entries, row.size), quota(steps.get(row.origin, FARTHEST)))
    )


def hold(session: Session, origin: str, today: date) -> None:
    """Note that an origin has more than it may bring today."""
    _rows(session, [origin], today)[origin].is_held = True


def release(session: Session, origin: str) -> None:
    """Ask for more of an origin today: a person decided about it, and it may have more room."""
    row = session.get(IntakeRow, origin)
    if row is not None:
        row.is_held = False


def waiting(session: Session, today: date) -> frozenset[str]:
    """Return the origins that have more than they may bring today."""
    mine = sa.select(IntakeRow.origin).where(IntakeRow.day == today, IntakeRow.is_held)
    return frozenset(session.scalars(mine))


def _rows(session: Session, origins: Iterable[str], today: date) -> dict[str, IntakeRow]:
    """Return today's rows of origins; a new day begins with nothing."""
    names = sorted(origins)
    found: dict[str, IntakeRow] = {}
    for at in range(0, len(names), keeping.MANY):
        part = sa.select(IntakeRow).where(IntakeRow.origin.in_(names[at : at + keeping.MANY]))
        found |= {row.origin: row for row in session.scalars(part)}
    for origin in names:
        if origin not in found:
            found[origin] = IntakeRow(origin=origin, day=date.min)
            session.add(found[origin])
        row = found[origin]
        if row.day != today:
            row.day, row.entries, row.size, row.is_held = today, 0, 0, False
    return found


def _cut(before: LogState, one: Verified, count: int) -> Verified:
    """Return the first entries of what was verified, with the state after them."""
    if count == len(one.entries):
        return one
    after, entries = before.after(list(one.entries[:count]))
    bodies = {place: body for place, body in one.bodies.items() if place < one.start + count}
    return Verified(after, one.start, entries, bodies, one.checkpoint)
