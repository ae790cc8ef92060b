"""Verified sections become rows: entries, bodies, where each record stands, how far a log got."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kpa_federation.log import ageing
from kpa_federation.log.models import CounterRow, EntryRow, LogRow, RecordRow, SightingRow
from kpa_federation.protocol import records
from kpa_federation.protocol.entries import Commitment, Entry
from kpa_federation.protocol.errors import ProtocolError
from kpa_federation.protocol.identity import Identity
from kpa_federation.protocol.notes import Checkpoint
from kpa_federation.protocol.reading import LogState
from kpa_federation.protocol.records import RecordState
from kpa_federation.protocol.tree import Frontier

ENTRIES = cast(sa.Table, EntryRow.__table__)
RECORDS = cast(sa.Table, RecordRow.__table__)
SIGHTINGS = cast(sa.Table, SightingRow.__table__)
THIS = sa.and_(
    RECORDS.c.log_id == sa.bindparam("this_log"), RECORDS.c.record == sa.bindparam("this")
)
THAT = sa.and_(
    ENTRIES.c.log_id == sa.bindparam("this_log"), ENTRIES.c.place == sa.bindparam("this")
)
CHANGING = ("op", "revision", "place", "kind", "licence")
EFFECTS = ("put", *records.WITHDRAWS)
MANY = 500
"""Names in one question to the database."""


@dataclass(frozen=True, slots=True)
class Verified:
    """Entries that were verified, from ``start``, and the state of their log after them."""

    state: LogState
    start: int
    entries: Sequence[Entry]
    bodies: Mapping[int, bytes]
    checkpoint: Checkpoint


def state_of(session: Session, origin: str) -> LogState:
    """Return what was verified of a log; nothing, when it is not known."""
    row = log_row(session, origin)
    return LogState(origin) if row is None else state_in(row)


def log_row(session: Session, origin: str) -> LogRow | None:
    """Return the row of a log."""
    return log_rows(session, [origin]).get(origin)


def log_rows(session: Session, origins: Iterable[str]) -> dict[str, LogRow]:
    """Return the rows of logs, those that are known."""
    names, found = sorted(origins), {}
    for at in range(0, len(names), MANY):
        part = sa.select(LogRow).where(LogRow.origin.in_(names[at : at + MANY]))
        found.update({row.origin: row for row in session.scalars(part)})
    return found


def state_in(row: LogRow) -> LogState:
    """Return what a row says was verified."""
    return LogState(row.origin, Frontier.read(row.size, row.frontier), _read_identity(row))


def keep(session: Session, found: Sequence[Verified], now: datetime) -> None:
    """Write what was verified, in the caller's transaction.

    Raises:
        ProtocolError: ``gap``: somebody else wrote to the log since it was verified; ``fork``: it
            is frozen.
    """
    if not found:
        return
    count = counter(session, is_writing=True)
    rows = log_rows(session, {one.state.origin for one in found})
    for one in found:
        row = rows.get(one.state.origin)
        if row is None:
            row = rows[one.state.origin] = LogRow(origin=one.state.origin, size=0, frozen_at=None)
            session.add(row)
        if row.size != one.start:
            raise ProtocolError("gap", "the log grew in the meantime")
        if row.frozen_at is not None:
            raise ProtocolError("fork", "a frozen log takes nothing more")
        count.count += 1
        _grow(row, one, count.count, now)
    session.flush()  # a new log has its number now
    day = ageing.move(count, now)
    _sight(session, rows.values(), day)
    batch = _Batch(now.date(), day)
    for one in found:
        batch.add(session, rows[one.state.origin].id, one)
    batch.write(session)


def cursor(session: Session) -> str:
    """Return where the serving counter stands, as peers repeat it."""
    count = counter(session)
    return f"{count.epoch}.{count.count}"


def note_day(session: Session, now: datetime) -> date:
    """Note what the clock shows today; return the own day."""
    return ageing.move(counter(session, is_writing=True), now)


def arrive(session: Session, row: LogRow) -> None:
    """Tell peers that there is something new of a log."""
    count = counter(session, is_writing=True)
    row.arrival = count.count = count.count + 1


def counter(session: Session, is_writing: bool = False) -> CounterRow:
    """Return the counter; who writes holds it, so that no two logs arrive as the same number."""
    row = session.get(CounterRow, 1, with_for_update=is_writing)
    if row is None:
        with suppress(IntegrityError), session.begin_nested():  # another may make it at once
            session.add(CounterRow(id=1, epoch=secrets.token_hex(4), count=0))
        row = session.get_one(CounterRow, 1, with_for_update=is_writing, populate_existing=True)
    return row


def _grow(row: LogRow, one: Verified, arrival: int, now: datetime) -> None:
    places = list(row.identity["places"]) if one.start else []
    places += [at for at, e in enumerate(one.entries, one.start) if e.op == "key" and not e.void]
    set_state(row, one.state, places)
    row.note, row.target = one.checkpoint.bare().note(), one.checkpoint.size
    row.arrival, row.grew_at = arrival, now


def set_state(row: LogRow, state: LogState, places: list[int]) -> None:
    """Write a log's state, and the places of its ``key`` entries, to its row."""
    row.size, row.frontier = state.size, state.frontier.write()
    row.identity = _write_identity(state.identity, places)


def _sight(session: Session, rows: Iterable[LogRow], day: date) -> None:
    ids = [row.id for row in rows]
    for at in range(0, len(ids), MANY):
        today = sa.and_(SIGHTINGS.c.log_id.in_(ids[at : at + MANY]), SIGHTINGS.c.day == day)
        session.execute(sa.delete(SIGHTINGS).where(today))
    seen = [{"log_id": row.id, "day": day, "size": row.size} for row in rows]
    session.execute(sa.insert(SIGHTINGS), seen)


class _Batch:
    """The rows of several logs, written by few statements."""

    def __init__(self, today: date, own_day: date) -> None:
        self.today, self.own_day = today, own_day
        self.entries: list[tuple[Any, ...]] = []
        self.touched: dict[tuple[int, int], tuple[Any, ...]] = {}
        self.states: dict[int, dict[int, RecordState]] = {}
        self.dead: dict[tuple[int, int], None] = {}
        self.stored: set[tuple[int, int]] = set()

    def add(self, session: Session, log_id: int, one: Verified) -> None:
        """Add the entries of a log, each void or with what it does to its record."""
        stored = _known_records(session, log_id, one.entries)
        self.stored.update((log_id, record) for record in stored)
        states = self.states.setdefault(log_id, {})
        for record, state in stored.items():
            states.setdefault(record, state)  # a section before may have brought it further
        for place, entry in enumerate(one.entries, one.start):
            void = entry.void
            if not void and entry.op in EFFECTS:
                after = records.after(states, place, entry)
                if isinstance(after, str):
                    void = after
                else:
                    before = states.get(after.record)
                    if before is not None:
                        self.dead[log_id, before.index] = None
                    states[after.record] = after
                    self._set((log_id, after.record), after, entry)
            body = None if void else one.bodies.get(place)
            self.entries.append((log_id, place, entry.line, body, void or None, None))

    def write(self, session: Session) -> None:
        """Write everything."""
        new = [
            (*key, *row, self.today) for key, row in self.touched.items() if key not in self.stored
        ]
        _insert(session, ENTRIES, self.entries)
        _insert(session, RECORDS, new)
        if self.dead:
            gone = [{"this_log": log, "this": place} for log, place in self.dead]
            change = sa.update(ENTRIES).where(THAT).values(dead_on=self.own_day)
            session.connection().execute(change, gone)
        changed = {key: row for key, row in self.touched.items() if key in self.stored}
        same: dict[tuple[str, ...], list[dict[str, Any]]] = {}
        for (log_id, record), row in changed.items():
            values = {**dict(zip(CHANGING, row, strict=False)), "changed_on": self.today}
            same.setdefault(tuple(values), []).append(
                {"this_log": log_id, "this": record, **values}
            )
        for names, rows in same.items():
            bound: dict[str, Any] = {name: sa.bindparam(name) for name in names}
            session.connection().execute(sa.update(RECORDS).where(THIS).values(bound), rows)

    def _set(self, key: tuple[int, int], state: RecordState, entry: Entry) -> None:
        """Note where a record stands; one that is withdrawn keeps its kind and its licence."""
        if state.is_live:
            words = (entry.fields["kind"], entry.fields["licence"])
        else:
            words = self.touched[key][3:] if key in self.touched else ()
        self.touched[key] = (state.op, state.revision, state.index, *words)


def _insert(session: Session, table: sa.Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert whole rows, in the order of the table's columns, straight through the driver.

    SQLAlchemy's own bulk insert spends longer on each row than the database does.
    """
    if not rows:
        return
    connection = session.connection()
    dialect = connection.dialect
    statement = sa.insert(table).compile(dialect=dialect)
    for at, column in enumerate(table.columns):
        spell = column.type.dialect_impl(dialect).bind_processor(dialect)
        if spell is not None and isinstance(column.type, sa.Date):  # bytes go as they are
            rows = [(*row[:at], spell(row[at]), *row[at + 1 :]) for row in rows]
    if not dialect.positional:
        named = [dict(zip(table.columns.keys(), row, strict=True)) for row in rows]
        connection.exec_driver_sql(str(statement), named)
        return
    connection.exec_driver_sql(str(statement), list(rows))


def _known_records(
    session: Session, log_id: int, entries: Sequence[Entry]
) -> dict[int, RecordState]:
    named = sorted({e.fields["record"] for e in entries if not e.void and "record" in e.fields})
    found: dict[int, RecordState] = {}
    columns = (RecordRow.record, RecordRow.op, RecordRow.revision, RecordRow.place)
    for at in range(0, len(named), MANY):
        part = RecordRow.record.in_(named[at : at + MANY])
        for row in session.execute(sa.select(*columns).where(RecordRow.log_id == log_id, part)):
            found[row.record] = RecordState(*row)
    return found


def _write_identity(identity: Identity | None, places: list[int]) -> dict[str, Any]:
    assert identity is not None
    pairs = [[at, base64.b64encode(key).decode()] for at, key in identity.keys]
    return {"keys": pairs, "next": identity.commitment.to_wire(), "places": places}


def _read_identity(row: LogRow) -> Identity:
    pairs = tuple((at, base64.b64decode(key)) for at, key in row.identity["keys"])
    following = row.identity["next"]
    commitment = Commitment(tuple(following["hashes"]), following["threshold"])
    return Identity(row.origin, pairs, commitment)
