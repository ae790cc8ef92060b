"""What a log was at an earlier size, and going back there: entries, bodies, records.

A log goes back when another branch wins. A frozen one keeps the entries it has, so that others meet
its branch, but its records stand as they stood at the size that both branches share.
"""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_federation.log import keeping
from kpa_federation.log.models import (
    CosignatureRow,
    CosignedRow,
    EntryRow,
    LogRow,
    RecordRow,
    SightingRow,
)
from kpa_federation.log.proving import Proving
from kpa_federation.protocol import limits, tree
from kpa_federation.protocol.entries import Entry, read_entry
from kpa_federation.protocol.errors import ProtocolError
from kpa_federation.protocol.reading import LogState
from kpa_federation.protocol.records import WITHDRAWS

ENDLESS = limits.INTEGER
PAGE = 2_000
"""Entries in memory at once."""
HELD = "held"
"""The op of a record that a frozen log has only beyond the size that both branches share."""


def root_at(session: Session, origin: str, size: int) -> bytes:
    """Return the root a log had at a size."""
    row = keeping.log_row(session, origin)
    assert row is not None
    if size == row.size:
        return tree.Frontier.read(row.size, row.frontier).root()
    return Proving(session, row.id).root(0, size)


def state_at(session: Session, origin: str, size: int) -> LogState:
    """Return what was verified of a log when it had a size.

    Raises:
        ProtocolError: ``gap``: it never had that size here.
    """
    row = keeping.log_row(session, origin)
    if size == 0 or row is None or size > row.size:
        if size:
            raise ProtocolError("gap", f"nothing is known of it at {size}")
        return LogState(origin)
    state = LogState(origin)
    for at in range(0, size, PAGE):
        lines = lines_of(session, row.id, at, min(at + PAGE, size))
        state, _ = state.after([read_entry(line) for line in lines])
    return state


def lines(session: Session, origin: str, start: int, end: int) -> list[bytes]:
    """Return the entries that are held of a log, from one place up to, not with, another."""
    row = keeping.log_row(session, origin)
    return [] if row is None else lines_of(session, row.id, start, end)


def lines_of(session: Session, log_id: int, start: int = 0, end: int = ENDLESS) -> list[bytes]:
    """Return the exact bytes of a log's entries, in order."""
    mine = sa.select(EntryRow.line).where(
        EntryRow.log_id == log_id, EntryRow.place >= start, EntryRow.place < end
    )
    return list(session.scalars(mine.order_by(EntryRow.place)))


def go_back(session: Session, row: LogRow, size: int) -> LogState:
    """Leave all entries from a size on; return the state there. Bodies below stay."""
    state = state_at(session, row.origin, size)
    _turn_records(session, row, size, hides=False)
    beyond = sa.and_(EntryRow.log_id == row.id, EntryRow.place >= size)
    session.execute(sa.delete(EntryRow).where(beyond))
    forget_sightings(session, row, size)
    # What was cosigned beyond belongs to the branch that lost: the winner is cosigned anew.
    for table in (CosignatureRow, CosignedRow):
        session.execute(sa.delete(table).where(table.log_id == row.id, table.size > size))
    keeping.set_state(row, state, [at for at in row.identity["places"] if at < size])
    row.frozen_at = None
    session.flush()
    return state


def freeze(session: Session, row: LogRow, size: int) -> None:
    """Freeze a log at the size that two branches share, for people to look at.

    What was put beyond is neither shown nor served. What was withdrawn beyond stays hidden: of two
    branches nobody knows which is the KPA's, and words that someone asked to erase stay away.
    """
    row.frozen_at = size
    forget_sightings(session, row, size)
    _turn_records(session, row, size, hides=True)


def forget_sightings(session: Session, row: LogRow, size: int) -> None:
    """Let nothing beyond a size become final: it may yet be replaced."""
    beyond = sa.and_(SightingRow.log_id == row.id, SightingRow.size > size)
    session.execute(sa.delete(SightingRow).where(beyond))


def _turn_records(session: Session, row: LogRow, size: int, *, hides: bool) -> None:
    """Let the records that changed from a size on stand as they stood there."""
    beyond = sa.select(RecordRow).where(RecordRow.log_id == row.id, RecordRow.place >= size)
    changed = {one.record: one for one in session.scalars(beyond)}
    if hides:
        changed = {key: one for key, one in changed.items() if one.op not in WITHDRAWS}
    last: dict[int, tuple[int, Entry]] = {}
    words: dict[int, Entry] = {}
    for place, entry in _effects(session, row.id, size) if changed else ():
        record = entry.fields.get("record", place)
        if record in changed:
            last[record] = place, entry
            if entry.op == "put":
                words[record] = entry
    for record, one in changed.items():
        if record in last:
            _stand(session, one, *last[record], words[record])
        elif hides:
            one.op = HELD
        else:
            session.delete(one)
    session.flush()


def _stand(session: Session, one: RecordRow, place: int, entry: Entry, words: Entry) -> None:
    one.op, one.place, one.revision = entry.op, place, entry.fields["revision"]
    one.kind, one.licence = words.fields["kind"], words.fields["licence"]
    if entry.op == "put":
        here = sa.and_(EntryRow.log_id == one.log_id, EntryRow.place == place)
        session.execute(sa.update(EntryRow).where(here).values(dead_on=None))


def _effects(session: Session, log_id: int, size: int) -> Iterator[tuple[int, Entry]]:
    """Give the entries below a size that did something to a record."""
    for at in range(0, size, PAGE):
        mine = sa.select(EntryRow.place, EntryRow.line).where(
            EntryRow.log_id == log_id,
            EntryRow.place >= at,
            EntryRow.place < min(at + PAGE, size),
            EntryRow.void.is_(None),
        )
        for place, line in session.execute(mine.order_by(EntryRow.place)):
            entry = read_entry(line)
            if entry.op in keeping.EFFECTS:
                yield place, entry
