"""Bring logs up to date from a peer, whoever it is: everything is verified before it is kept.

The peer is asked which logs grew, then for what is missing, from one's own size on. What arrived
before a cut is kept, and the next time goes on from there. Nothing is ever pushed or queued.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from kpa_federation.log import branches, keeping, missing
from kpa_federation.log.keeping import Verified
from kpa_federation.log.serving import CHUNK, Asked
from kpa_federation.protocol.bundle import BundleReader
from kpa_federation.protocol.entries import Entry
from kpa_federation.protocol.errors import ProtocolError
from kpa_federation.protocol.reading import LogState, Section

BATCH_ENTRIES = 5_000
BATCH_BYTES = 8 * 1024 * 1024


class Peer(Protocol):
    """What is asked of a peer; over HTTP, from a file, or in the same process."""

    def heads(self, since: str) -> tuple[str, Mapping[str, tuple[int, bytes]]]:
        """Return its cursor, and size and root of each log that grew since one it gave."""

    def sync(self, asked: Asked) -> Iterator[bytes]:
        """Give the bytes of a bundle, as they come; a cut ends them."""


class Store(Protocol):
    """Where logs are kept."""

    def reading(self) -> AbstractContextManager[Session]:
        """Lend a session to read."""

    def writing(self) -> AbstractContextManager[Session]:
        """Lend a session to write, in one transaction."""


@dataclass(slots=True)
class Pulled:
    """What a pull did. ``refused`` names logs with the code of what was wrong."""

    cursor: str
    entries: int = 0
    grown: set[str] = field(default_factory=set)
    refused: dict[str, str] = field(default_factory=dict)
    forked: dict[str, str] = field(default_factory=dict)
    is_whole: bool = True


def pull(
    store: Store,
    peer: Peer,
    since: str,
    *,
    follows: Callable[[str], bool],
    now: datetime,
    chunk: int = CHUNK,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Pulled:
    """Bring every followed log up to what the peer has; return what was done.

    ``since`` is the cursor of the last whole pull from this peer, ``follows`` says which origins
    are wanted, ``progress`` is told how many entries came, of how many. A log whose section is
    refused stays as it was, and the others go on.

    Raises:
        ProtocolError: the bundle itself is none.
    """
    cursor, heads = peer.heads(since)
    done = Pulled(cursor)
    wanted = {origin: head for origin, head in heads.items() if follows(origin)}
    states, frozen = _states(store, wanted)
    want = {
        origin: state.size
        for origin, state in states.items()
        if state.size < wanted[origin][0] and origin not in frozen
    }
    for origin in sorted(wanted.keys() - want.keys()):
        _compare(store, peer, states[origin], wanted[origin], done, now)
    everything = sum(wanted[origin][0] - size for origin, size in want.items())
    while want:
        before = done.entries
        reader = BundleReader(peer.sync(Asked(want, chunk=chunk)))
        for _ in take(store, reader, states, done, now, follows):
            progress(done.entries, everything)
        if not reader.is_whole or done.entries == before:
            done.is_whole = reader.is_whole and not reader.following
            break
        unfinished = want.keys() & reader.following.keys() - done.refused.keys()
        want = {origin: states[origin].size for origin in unfinished}
    for origin, code in list(done.refused.items()):
        if code in ("bad_root", "bad_proof", "bad_signature", "fork"):
            _look_for_a_fork(store, peer, origin, done, now)
    if not done.is_whole or done.refused:
        done.cursor = since
    return done


def read_file(
    store: Store, pieces: Iterable[bytes], *, follows: Callable[[str], bool], now: datetime
) -> tuple[Pulled, str]:
    """Take a bundle that came as a file; return what was done, and who wrote it.

    Raises:
        ProtocolError: it is no bundle.
    """
    reader, done = BundleReader(pieces), Pulled("")
    for _ in take(store, reader, _Wanted(store, follows, done), done, now, follows):
        pass
    done.is_whole = reader.is_whole
    return done, reader.peer


def take(
    store: Store,
    reader: BundleReader,
    states: MutableMapping[str, LogState],
    done: Pulled,
    now: datetime,
    follows: Callable[[str], bool],
) -> Iterator[None]:
    """Verify and keep what a bundle brings of the logs in ``states``, one batch after the other.

    ``follows`` is asked again within each transaction: nothing is kept of an origin that was
    suspended while its entries were on their way.
    """
    for batch in _batches(_verified(store, reader, states, done)):
        with store.writing() as session:
            kept = [one for one in batch if follows(one.state.origin)]
            keeping.keep(session, kept, now)
        for one in kept:
            done.entries += len(one.entries)
            done.grown.add(one.state.origin)
        yield


class _Wanted(dict[str, LogState]):
    """The states of the logs that are followed, looked up when they are met; no frozen ones."""

    def __init__(self, store: Store, follows: Callable[[str], bool], done: Pulled) -> None:
        super().__init__()
        self.store, self.follows, self.done = store, follows, done

    def __contains__(self, origin: object) -> bool:
        if not super().__contains__(origin) and isinstance(origin, str) and self.follows(origin):
            found, frozen = _states(self.store, [origin])
            if frozen:
                self.done.refused[origin] = "fork"
            else:
                self.update(found)
        return super().__contains__(origin)


def _states(store: Store, origins: Iterable[str]) -> tuple[dict[str, LogState], set[str]]:
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
        if section.origin not in states or section.origin in done.refused:
            continue  # nobody asked for it
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
            return branches.state_at(session, section.origin, section.start)
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
        known = branches.lines(session, section.origin, section.start, end)
    if known != [one.line for one in entries]:
        raise ProtocolError("fork", "it repeats known entries otherwise")


def _batches(found: Iterable[Verified]) -> Iterator[list[Verified]]:
    """Give what was verified in batches; what came before something unreadable too."""
    batch: list[Verified] = []
    entries = size = 0
    try:
        for one in found:
            batch.append(one)
            entries += len(one.entries)
            size += sum(map(len, one.bodies.values()))
            if entries >= BATCH_ENTRIES or size >= BATCH_BYTES:
                yield batch
                batch, entries, size = [], 0, 0
    except ProtocolError:
        if batch:
            yield batch
        raise
    if batch:
        yield batch


def _compare(
    store: Store,
    peer: Peer,
    state: LogState,
    head: tuple[int, bytes],
    done: Pulled,
    now: datetime,
) -> None:
    """Look whether a head agrees with what is known; one that a frozen log lacks does not."""
    size, root = head
    if size <= 0 or state.size == 0:
        return
    known = b""
    if size <= state.size:
        with store.reading() as session:
            known = branches.root_at(session, state.origin, size)
    if known != root:
        _look_for_a_fork(store, peer, state.origin, done, now)


def _look_for_a_fork(store: Store, peer: Peer, origin: str, done: Pulled, now: datetime) -> None:
    try:
        verdict = branches.meet(store, peer, origin, now)
    except ProtocolError as error:
        done.refused[origin] = error.code
        return
    if verdict is not None:
        done.forked[origin] = verdict
        done.refused.pop(origin, None)
        if verdict == "replace":
            done.grown.add(origin)
