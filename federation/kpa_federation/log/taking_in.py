"""Take in what a bundle brings: every section is verified before it is kept, in batches."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from kpa_federation.log import going_back, keeping, missing
from kpa_federation.log.keeping import Verified
from kpa_federation.protocol.bundle import BundleReader
from kpa_federation.protocol.entries import Entry
from kpa_federation.protocol.errors import ProtocolError
from kpa_federation.protocol.reading import LogState, Section

Room = Callable[[Session, Sequence[Verified]], tuple[Sequence[Verified], set[str]]]
"""Says, within a transaction, what of it is kept today, and of which origins more waits."""
BATCH_ENTRIES = 5_000
BATCH_BYTES = 8 * 1024 * 1024
BATCH_SECONDS = 3
"""On a slow line what came is kept, and shown, this often."""


class Store(Protocol):
    """Where logs are kept."""

    def reading(self) -> AbstractContextManager[Session]:
        """Lend a session to read."""

    def writing(self) -> AbstractContextManager[Session]:
        """Lend a session to write, in one transaction."""


@dataclass(slots=True)
class Pulled:
    """What a pull did. ``refused`` names logs with the code of what was wrong.

    ``held`` are logs of which more came than is taken in on one day; ``met_halfway`` those that
    grew here by another way meanwhile: they are asked for again another time.
    """

    cursor: str
    entries: int = 0
    grown: set[str] = field(default_factory=set)
    refused: dict[str, str] = field(default_factory=dict)
    forked: dict[str, str] = field(default_factory=dict)
    held: set[str] = field(default_factory=set)
    met_halfway: set[str] = field(default_factory=set)
    is_whole: bool = True


def everything(_session: Session, found: Sequence[Verified]) -> tuple[Sequence[Verified], set[str]]:
    """Keep all of it: there is no quota."""
    return found, set()


def take(
    store: Store,
    reader: BundleReader,
    states: MutableMapping[str, LogState],
    done: Pulled,
    now: datetime,
    follows: Callable[[str], bool],
    room: Room = everything,
) -> Iterator[None]:
    """Verify and keep what a bundle brings of the logs in ``states``, one batch after the other.

    ``follows`` is asked again within each transaction: nothing is kept of an origin that was
    suspended while its entries were on their way.
    """
    for batch in _batches(_verified(store, reader, states, done)):
        with store.writing() as session:
            followed = [one for one in batch if follows(one.state.origin)]
            going_on, done.met_halfway = _going_on(session, followed, done.met_halfway)
            kept, held = room(
                session, [one for one in going_on if one.state.origin not in done.held]
            )
            keeping.keep(session, kept, now)
        done.held |= held
        for one in kept:
            done.entries += len(one.entries)
            done.grown.add(one.state.origin)
        yield


def _going_on(
    session: Session, batch: Sequence[Verified], others: set[str]
) -> tuple[list[Verified], set[str]]:
    """Return what goes on from what is held now, and the logs of which something does not.

    Between a verification and its writing another visit, or a file, may have brought the same.
    """
    keeping.counter(session, is_writing=True)  # from here on nobody else writes
    rows = keeping.log_rows(session, {one.state.origin for one in batch})
    sizes = {origin: row.size for origin, row in rows.items()}
    going_on, left = [], set(others)
    for one in batch:
        origin = one.state.origin
        frozen = origin in rows and rows[origin].frozen_at is not None
        if frozen or sizes.get(origin, 0) != one.start:
            left.add(origin)
        if origin not in left:
            sizes[origin] = one.state.size
            going_on.append(one)
    return going_on, left


def states_of(store: Store, origins: Iterable[str]) -> tuple[dict[str, LogState], set[str]]:
    """Return what was verified of these logs, and which of them are frozen."""
    names = list(origins)
    with store.reading() as session:
        rows = keeping.log_rows(session, names)
        states = {
            name: keeping.state_in(rows[name]) if name in rows else LogState(name) for name in names
        }
        return states, {name for name, row in rows.items() if row.frozen_at is not None}


def _verified(
    store: Store, reader: BundleReader, states: MutableMapping[str, LogState], done: Pulled
) -> Iterator[Verified]:
    """Give each section that is right, and move the states on."""
    repeated: dict[str, LogState] = {}
    for section in reader:
        left = {*done.refused, *done.held, *done.met_halfway}
        if section.origin not in states or section.origin in left:
            continue  # nobody asked for it, or no more of it
        before = states[section.origin]
        overlap = before.size - section.start
        try:
            start = before if overlap <= 0 else _rewound(store, section, repeated)
            after, entries = start.take(section)
            if overlap > 0:
                _check_overlap(store, section, entries[:overlap])
                missing.fill(store, section)
                repeated[section.origin] = after
        except ProtocolError as error:
            done.refused[section.origin] = error.code
            continue
        if after.size > before.size:
            states[section.origin] = after
            new = entries[max(overlap, 0) :]
            yield Verified(after, before.size, new, section.bodies, section.checkpoint)


def _rewound(store: Store, section: Section, repeated: Mapping[str, LogState]) -> LogState:
    """Return the state where a section starts that repeats what is known.

    Going back costs as much as the log is long: a bundle may go back in it once, then onwards.

    Raises:
        ProtocolError: ``gap``: it goes back again.
    """
    state = repeated.get(section.origin)
    if state is None:
        with store.reading() as session:
            return going_back.state_at(session, section.origin, section.start)
    if state.size != section.start:
        raise ProtocolError("gap", "it repeats what it repeated")
    return state


def _check_overlap(store: Store, section: Section, entries: Sequence[Entry]) -> None:
    """Check that a section which repeats known entries has the same.

    Raises:
        ProtocolError: ``fork``.
    """
    end = section.start + len(entries)
    with store.reading() as session:
        known = going_back.lines(session, section.origin, section.start, end)
    if known != [one.line for one in entries]:
        raise ProtocolError("fork", "it repeats known entries otherwise")


def _batches(found: Iterable[Verified]) -> Iterator[list[Verified]]:
    """Give what was verified in batches; what came before something unreadable too."""
    batch: list[Verified] = []
    entries, size, begun = 0, 0, time.monotonic()
    try:
        for one in found:
            batch.append(one)
            entries += len(one.entries)
            size += sum(map(len, one.bodies.values()))
            late = time.monotonic() - begun >= BATCH_SECONDS
            if entries >= BATCH_ENTRIES or size >= BATCH_BYTES or late:
                yield batch
                batch, entries, size, begun = [], 0, 0, time.monotonic()
    except ProtocolError:
        if batch:
            yield batch
        raise
    if batch:
        yield batch
