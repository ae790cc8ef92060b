"""What a peer is told: which logs grew, sections of them, proofs. Pure reading of the tables."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_federation.log import keeping
from kpa_federation.log.keeping import ENTRIES, RECORDS
from kpa_federation.log.models import EntryRow, LogRow
from kpa_federation.log.proving import Proving
from kpa_federation.protocol import limits
from kpa_federation.protocol.bundle import closing, is_readable, opening, section_lines
from kpa_federation.protocol.entries import Entry
from kpa_federation.protocol.notes import read_checkpoint
from kpa_federation.protocol.reading import Section

MOST = 8 * 1024 * 1024
CHUNK = 1024 * 1024
LEAST = 16 * 1024
PAGE = 1024
"""Rows read at once."""
CURSOR = re.compile(r"([0-9a-z]{1,32})\.([0-9]{1,15})")
"""An epoch and a count, as the specification writes them."""

# Written once: a bundle of a thousand small logs asks these two for each of them.
LIVE = sa.select(RECORDS.c.place).where(
    RECORDS.c.log_id == sa.bindparam("log"),
    RECORDS.c.op == "put",
    RECORDS.c.place >= sa.bindparam("start"),
    RECORDS.c.place < sa.bindparam("end"),
)
ROWS = (
    sa.select(ENTRIES.c.place, ENTRIES.c.line, ENTRIES.c.body)
    .where(
        ENTRIES.c.log_id == sa.bindparam("log"),
        ENTRIES.c.place >= sa.bindparam("start"),
        ENTRIES.c.place < sa.bindparam("end"),
    )
    .order_by(ENTRIES.c.place)
)


@dataclass(frozen=True)
class Asked:
    """What a peer wants: logs and from where, with live bodies or without, how much at once.

    ``chunk`` is how many bytes go into a section: after a cut, at most one comes again.
    """

    want: Mapping[str, int]
    bodies: bool = True
    most: int = MOST
    chunk: int = CHUNK
    explicit: bool = False


def heads(session: Session, since: str) -> tuple[str, dict[str, tuple[int, bytes]]]:
    """Return the cursor, and size and root of each log that grew since one this peer gave.

    With another peer's cursor, or none, every log. A log that is still on its way here is left out:
    nothing proves its entries against the checkpoint before the last of them came.
    """
    now = keeping.cursor(session)
    grown = sa.and_(LogRow.arrival > _count_in(since, now), LogRow.size >= LogRow.target)
    rows = session.scalars(sa.select(LogRow).where(grown))
    found = {}
    for row in rows:
        checkpoint = read_checkpoint(row.note)
        found[row.origin] = (checkpoint.size, checkpoint.root)
    return now, found


def _count_in(since: str, now: str) -> int:
    """Return the count of a cursor; 0 when it is not of this counter, or ahead of it."""
    known, given = CURSOR.fullmatch(now), CURSOR.fullmatch(since)
    if known is None or given is None or given[1] != known[1]:
        return 0
    return int(given[2]) if int(given[2]) <= int(known[2]) else 0


def bundle(session: Session, asked: Asked, peer: str) -> Iterator[bytes]:
    """Give the lines of a bundle, cut between sections once it holds ``asked.most`` bytes."""
    cursor, left, following = keeping.cursor(session), asked.most, dict(asked.want)
    yield opening(peer)
    rows = keeping.log_rows(session, asked.want)
    for origin, start in asked.want.items():
        row = rows.get(origin)
        if row is None or not start < row.target <= row.size:
            following.pop(origin)
            continue
        if left <= 0:
            continue  # nothing is read of what is asked for beyond
        for section in sections(session, row, start, asked):
            for line in section_lines(section, asked.explicit):
                left -= len(line)
                yield line
            following[origin] = section.end
            if left <= 0 and section.end < section.checkpoint.size:
                break
        else:
            following.pop(origin, None)
    yield closing(cursor, following)


def sections(session: Session, row: LogRow, start: int, asked: Asked) -> Iterator[Section]:
    """Give a log's sections from an index on, each about ``asked.chunk`` bytes long.

    None of a log that is still on its way here; none either once so many keys lie ahead that no
    peer would read the section: it would refuse the whole bundle, and with it all other logs.
    """
    checkpoint = read_checkpoint(row.note)
    size = checkpoint.size
    if row.size < size:
        return
    proving = Proving(session, row.id)
    live = live_places(session, row.id, start) if asked.bodies else frozenset()
    least = _least_end(row)
    while start < size:
        entries, bodies = _cut(session, row.id, (start, least, size), live, asked.chunk)
        end = start + len(entries)
        made = Section(row.origin, start, end, checkpoint, entries=entries, bodies=bodies)
        made = _proven(made, row, proving)
        if not is_readable(made):
            return
        yield made
        start = end


def one_section(session: Session, row: LogRow, start: int, end: int) -> Section:
    """Return the section between two indexes; it ends earlier once it is as long as may be."""
    checkpoint, live = read_checkpoint(row.note), live_places(session, row.id, start, end)
    bounds = (start, min(_least_end(row), end), end)
    entries, bodies = _cut(session, row.id, bounds, live, MOST)
    end = start + len(entries)
    made = Section(row.origin, start, end, checkpoint, entries=entries, bodies=bodies)
    return _proven(made, row, Proving(session, row.id))


def _proven(made: Section, row: LogRow, proving: Proving) -> Section:
    """Add what shows that a section belongs to its checkpoint, when that goes further."""
    end, size = made.end, made.checkpoint.size
    if end < size:
        made.proof = tuple(proving.consistency(end, size))
        made.forward = tuple(proving.keys_ahead(row, end, size))
    return made


def introduction(session: Session, row: LogRow) -> Section:
    """Return the section that shows who a log is: its genesis, and every key since."""
    checkpoint, proving = read_checkpoint(row.note), Proving(session, row.id)
    first = session.scalars(
        sa.select(EntryRow.line).where(EntryRow.log_id == row.id, EntryRow.place == 0)
    ).one()
    made = Section(row.origin, 0, 1, checkpoint, entries=[Entry(first, "", {})])
    return _proven(made, row, proving)


def _least_end(row: LogRow) -> int:
    """Return the least end of a section: no more keys may lie ahead than a frame holds."""
    places = row.identity["places"]
    more = len(places) > limits.FORWARD_KEYS
    return places[-limits.FORWARD_KEYS - 1] + 1 if more else 0


def _cut(
    session: Session, log_id: int, bounds: tuple[int, int, int], live: frozenset[int], chunk: int
) -> tuple[list[Entry], dict[int, bytes]]:
    """Read entries from a start until a chunk is full; at least one, and up to a least end."""
    start, least, size = bounds
    entries: list[Entry] = []
    bodies: dict[int, bytes] = {}
    left = max(chunk, LEAST)
    for place, line, held in _rows(session, log_id, start, size):
        body = held if place in live else None
        left -= len(line) + len(body or b"")
        is_full = left < 0 or len(entries) >= limits.SECTION_ENTRIES
        if entries and is_full and place >= least:
            break
        entries.append(Entry(line, "", {}))  # sent as it is
        if body is not None:
            bodies[place] = body
    return entries, bodies


def live_places(
    session: Session, log_id: int, start: int = 0, end: int = limits.INTEGER
) -> frozenset[int]:
    """Return the places of the entries whose bodies may be shown and passed on."""
    bounds = {"log": log_id, "start": start, "end": end}
    return frozenset(session.connection().scalars(LIVE, bounds))


def _rows(
    session: Session, log_id: int, start: int, size: int
) -> Iterator[tuple[int, bytes, bytes | None]]:
    connection = session.connection()
    while start < size:
        end = min(start + PAGE, size)
        for row in connection.execute(ROWS, {"log": log_id, "start": start, "end": end}):
            yield row[0], row[1], row[2]
        start = end
