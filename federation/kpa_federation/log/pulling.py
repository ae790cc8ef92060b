"""Bring logs up to date from a peer, whoever it is: everything is verified before it is kept.

The peer is asked which logs grew, then for what is missing, from one's own size on. What arrived
before a cut is kept, and the next time goes on from there. Nothing is ever pushed or queued.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from kpa_federation.log import branches, going_back
from kpa_federation.log.serving import CHUNK, Asked
from kpa_federation.log.taking_in import Pulled, Room, Store, everything, states_of, take
from kpa_federation.protocol.bundle import BundleReader
from kpa_federation.protocol.errors import ProtocolError
from kpa_federation.protocol.reading import LogState

FORKS = ("bad_root", "bad_proof", "bad_signature", "fork")
"""What another branch looks like before it is looked at."""


class Peer(Protocol):
    """What is asked of a peer; over HTTP, from a file, or in the same process."""

    def heads(self, since: str) -> tuple[str, Mapping[str, tuple[int, bytes]]]:
        """Return its cursor, and size and root of each log that grew since one it gave."""

    def sync(self, asked: Asked) -> Iterator[bytes]:
        """Give the bytes of a bundle, as they come; a cut ends them."""


def pull(
    store: Store,
    peer: Peer,
    since: str,
    *,
    follows: Callable[[str], bool],
    now: datetime,
    own: str = "",
    chunk: int = CHUNK,
    room: Room = everything,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Pulled:
    """Bring every followed log up to what the peer has; return what was done.

    ``since`` is the cursor of the last whole pull from this peer, ``follows`` says which origins
    are wanted, ``room`` how much of them today, ``progress`` is told how many entries are here, of
    how many. ``own`` is one's own origin: nothing is taken of it, but a head that was not signed
    here is noticed. A log whose section is refused stays as it was, and the others go on.

    Raises:
        ProtocolError: the bundle itself is none.
    """
    cursor, heads = peer.heads(since)
    done = Pulled(cursor)
    wanted = {one: head for one, head in heads.items() if one == own or follows(one)}
    states, frozen = states_of(store, wanted)
    want = {
        origin: state.size
        for origin, state in states.items()
        if state.size < wanted[origin][0] and origin not in frozen and origin != own
    }
    for origin in sorted(wanted.keys() - want.keys()):
        _compare(store, peer, states[origin], wanted[origin], done, now, own)
    states = {origin: states[origin] for origin in want}  # whatever else it slips in is left
    here, all_of_it = sum(want.values()), sum(wanted[origin][0] for origin in want)
    while want:
        before = done.entries
        reader = BundleReader(peer.sync(Asked(want, chunk=chunk)))
        for _ in take(store, reader, states, done, now, follows, room):
            progress(here + done.entries, all_of_it)
        if not reader.is_whole or done.entries == before:
            done.is_whole = reader.is_whole and not reader.following
            break
        unfinished = want.keys() & reader.following.keys() - done.refused.keys() - done.held
        want = {origin: states[origin].size for origin in unfinished}
    _look_at_refused(store, peer, done, now)
    if not done.is_whole or done.refused or done.held:
        done.cursor = since
    return done


def read_file(
    store: Store,
    pieces: Callable[[], Iterable[bytes]],
    *,
    follows: Callable[[str], bool],
    now: datetime,
) -> tuple[Pulled, str]:
    """Take a bundle that came as a file; return what was done, and who wrote it.

    ``pieces`` opens it, more than once where it tells a log otherwise: then it is met like a peer.

    Raises:
        ProtocolError: it is no bundle.
    """
    reader, done = BundleReader(pieces()), Pulled("")
    for _ in take(store, reader, _Wanted(store, follows, done), done, now, follows):
        pass
    done.is_whole = reader.is_whole
    _look_at_refused(store, _File(pieces), done, now)
    return done, reader.peer


@dataclass(frozen=True, slots=True)
class _File:
    """A file as a peer: it has what it has, whatever is asked."""

    pieces: Callable[[], Iterable[bytes]]

    def heads(self, since: str) -> tuple[str, Mapping[str, tuple[int, bytes]]]:
        """See :class:`Peer`."""
        return since, {}

    def sync(self, _asked: Asked) -> Iterator[bytes]:
        """See :class:`Peer`."""
        yield from self.pieces()


class _Wanted(dict[str, LogState]):
    """The states of the logs that are followed, looked up when they are met; no frozen ones."""

    def __init__(self, store: Store, follows: Callable[[str], bool], done: Pulled) -> None:
        super().__init__()
        self.store, self.follows, self.done = store, follows, done

    def __contains__(self, origin: object) -> bool:
        if not super().__contains__(origin) and isinstance(origin, str) and self.follows(origin):
            found, frozen = states_of(self.store, [origin])
            if frozen:
                self.done.refused[origin] = "fork"
            else:
                self.update(found)
        return super().__contains__(origin)


def _compare(
    store: Store,
    peer: Peer,
    state: LogState,
    head: tuple[int, bytes],
    done: Pulled,
    now: datetime,
    own: str,
) -> None:
    """Look whether a head agrees with what is known; one that a frozen log lacks does not."""
    size, root = head
    if size <= 0 or state.size == 0:
        return
    known = b""
    if size <= state.size:
        with store.reading() as session:
            known = going_back.root_at(session, state.origin, size)
    if known != root:
        _look_for_a_fork(store, peer, state.origin, done, now, own)


def _look_at_refused(store: Store, peer: Peer, done: Pulled, now: datetime) -> None:
    for origin, code in list(done.refused.items()):
        if code in FORKS:
            _look_for_a_fork(store, peer, origin, done, now)


def _look_for_a_fork(
    store: Store, peer: Peer, origin: str, done: Pulled, now: datetime, own: str = ""
) -> None:
    try:
        verdict = branches.meet(store, peer, origin, now, is_own=origin == own)
    except ProtocolError as error:
        if origin != own and (error.code != "gap" or origin not in done.refused):
            done.refused[origin] = error.code  # of one's own log it is a lie, and no trouble
        return
    if verdict is not None:
        done.forked[origin] = verdict
        done.refused.pop(origin, None)
        if verdict == "replace":
            done.grown.add(origin)
