"""How much of the time to take records in is verifying: with it and without, the same rows.

Without, the entries were read beforehand, and only the function that keeps verified ones is timed:
no line is split or read, no hash, no spelling, no rule, no signature is looked at.
"""

from __future__ import annotations

import json
import random
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import ours
from pull_once import FileStore

from kpa_core import clock
from kpa_federation.log import keeping, pulling, taking_in
from kpa_federation.protocol.bundle import closing, opening, section_lines
from kpa_federation.protocol.entries import Entry
from kpa_federation.protocol.notes import read_checkpoint
from kpa_federation.protocol.reading import LogState
from kpa_federation.protocol.tree import Frontier

PIECE = 64 * 1024


def compare(folder: Path, records: int, rounds: int) -> dict[str, Any]:
    """Take the same bundle in with and without verifying, in turn; return the rates."""
    folder.mkdir()
    origins = ours.make_origins(random.Random(8), 13, records)
    elided, explicit = _bundle(origins, explicit=False), _bundle(origins, explicit=True)
    believed = _read(explicit, {one.origin: one.state() for one in origins})
    pairs = []
    for number in range(rounds):
        checked = _timed(lambda store: _verified(store, elided), folder / f"v{number}.sqlite3")
        plain = _timed(lambda store: _unverified(store, believed), folder / f"p{number}.sqlite3")
        pairs.append((checked, plain))
    share = statistics.median(plain / checked for checked, plain in pairs)
    return {
        "share": share,
        "verified_per_s": round(records / statistics.median(one for one, _ in pairs)),
        "unverified_per_s": round(records / statistics.median(one for _, one in pairs)),
    }


def _bundle(origins: list[ours.Origin], *, explicit: bool) -> list[bytes]:
    lines = [opening("a" * 32)]
    for one in origins:
        lines += section_lines(one.section(), explicit)
    raw = b"".join([*lines, closing("x.1", {})])
    return [raw[at : at + PIECE] for at in range(0, len(raw), PIECE)]


def _timed(take: Callable[[FileStore], int], path: Path) -> float:
    store = FileStore(path)
    start = time.perf_counter()
    count = take(store)
    seconds = time.perf_counter() - start
    assert count == _rows(store), (count, _rows(store))
    store.engine.dispose()
    return seconds


def _rows(store: FileStore) -> int:
    with store.reading() as session:
        return int(
            session.connection().exec_driver_sql("select count(*) from federation_entry").scalar()
            or 0
        )


def _verified(store: FileStore, pieces: list[bytes]) -> int:
    done, _ = pulling.read_file(
        store, lambda: pieces, follows=lambda _origin: True, now=clock.now()
    )
    assert not done.refused
    return done.entries


def _unverified(store: FileStore, batches: list[list[keeping.Verified]]) -> int:
    """Keep what was read beforehand, as it is."""
    return sum(_keep(store, batch) for batch in batches)


def _read(pieces: list[bytes], states: dict[str, LogState]) -> list[list[keeping.Verified]]:
    """Return a bundle's entries in batches as large as a pull's, with nothing looked at."""
    batches: list[list[keeping.Verified]] = [[]]
    waiting = 0
    for one in _believed(pieces, states):
        batches[-1].append(one)
        waiting += len(one.entries)
        if waiting >= taking_in.BATCH_ENTRIES:
            batches.append([])
            waiting = 0
    return batches if batches[-1] else batches[:-1]


def _keep(store: FileStore, batch: list[keeping.Verified]) -> int:
    with store.writing() as session:
        keeping.keep(session, batch, clock.now())
    return sum(len(one.entries) for one in batch)


def _believed(pieces: list[bytes], states: dict[str, LogState]) -> Iterator[keeping.Verified]:
    """Read sections and believe them."""
    entries: list[Entry] = []
    bodies: dict[int, bytes] = {}
    frame: dict[str, Any] = {}
    for line in _lines(pieces):
        tag = line[:1]
        if tag in b"LE" and frame:
            yield _as_said(frame, entries, bodies, states)
            entries, bodies = [], {}
        if tag == b"L":
            frame = json.loads(line[1:])
        elif tag == b"H":
            fields = json.loads(line[1:])
            entries.append(Entry(line[1:], fields["op"], fields))
        elif tag == b"B":
            bodies[frame["from"] + len(entries) - 1] = line[1:]


def _as_said(
    frame: dict[str, Any],
    entries: list[Entry],
    bodies: dict[int, bytes],
    states: dict[str, LogState],
) -> keeping.Verified:
    known = states[frame["log"]]
    state = LogState(known.origin, Frontier(known.size, known.frontier.hashes), known.identity)
    return keeping.Verified(
        state, frame["from"], entries, bodies, read_checkpoint(frame["checkpoint"])
    )


def _lines(pieces: list[bytes]) -> Iterator[bytes]:
    rest = b""
    for piece in pieces:
        *lines, rest = (rest + piece).split(b"\n")
        yield from lines
