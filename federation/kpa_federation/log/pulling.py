"""Bring logs up to date from a peer, whoever it is: everything is verified before it is kept.

The peer is asked which logs grew, then for what is missing, from one's own size on. What arrived
before a cut is kept, and the next time goes on from there. Nothing is ever pushed or queued.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Protocol

from kpa_federation.log import branches, fetching, going_back, keeping
from kpa_federation.log.serving import CHUNK, Asked
from kpa_federation.log.taking_in import Pulled, Room, Store, everything, states_of, take
from kpa_federation.protocol.bundle import BundleReader
from kpa_federation.protocol.errors import ProtocolError
from kpa_federation.protocol.reading import LogState

FORKS = ("bad_root", "bad_proof", "bad_signature", "fork")
"""What another branch looks like before it is looked at."""

Meet = Callable[[str, Pulled], None]
"""Looks at the branch that a peer has of a log, and notes what came of it."""


def any_size(_origin: str) -> int:
    """Look at all of any branch."""
    return fetching.MOST


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
    branch_bytes: Callable[[str], int] = any_size,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Pulled:
    """Bring every followed log up to what the peer has; return what was done.

    ``since`` is the cursor of the last whole pull from this peer, ``follows`` says which origins
    are wanted, ``room`` how much of them today, ``branch_bytes`` how much of another branch of one
    is looked at; ``progress`` is told how many entries are here, of how many. ``own`` is one's own
    origin: nothing is taken of it, but a head that was not signed here is noticed. A log whose
    section is refused stays as it was, and the others go on.

    Raises:
        ProtocolError: the bundle itself is none.
    """
    cursor, heads = peer.heads(since)
    done = Pulled(cursor)
    wanted = {one: head for one, head in heads.items() if one == own or follows(one)}
    states, frozen = states_of(store, wanted)
    meet = partial(_meet, store, peer, now, room, branch_bytes, own)
    want = {
        origin: state.size
        for origin, state in states.items()
        if state.size < wanted[origin][0] and origin not in frozen and origin != own
    }
    for origin in sorted(wanted.keys() - want.keys()):
        _compare(store, meet, states[origin], wanted[origin], done)
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
        over = done.refused.keys() | done.held | done.met_halfway
        unfinished = (want.keys() & reader.following.keys()) - over
        want = {origin: states[origin].size for origin in unfinished}
    _look_at_refused(meet, done)
    if not done.is_whole or done.refused or done.held or done.met_halfway:
        done.cursor = since
    return done


def read_file(
    store: Store,
    pieces: Callable[[], Iterable[bytes]],
    *,
    follows: Callable[[str], bool],
    now: datetime,
    own: str = "",
    room: Room = everything,
    branch_bytes: Callable[[str], int] = any_size,
) -> tuple[Pulled, str]:
    """Take a bundle that came as a file; return what was done, and who wrote it.

    ``pieces`` opens it, more than once where it tells a log otherwise: then it is met like a peer.
    The others are as for ``pull``.

    Raises:
        ProtocolError: it is no bundle.
    """
    reader, done = BundleReader(pieces()), Pulled("")
    wanted = _Wanted(store, follows, done, own)
    meet = partial(_meet, store, _File(pieces), now, room, branch_bytes, own)
    try:
        for _ in take(store, reader, wanted, done, now, follows, room):
            pass
    finally:
        if wanted.is_own_there:
            meet(own, done)
    done.is_whole = reader.is_whole
    _look_at_refused(meet, done)
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
    """The states of the logs that are followed, looked up when they are met; no frozen ones.

    Nothing is wanted of one's own: ``is_own_there`` tells whether it was met.
    """

    def __init__(
        self, store: Store, follows: Callable[[str], bool], done: Pulled, own: str
    ) -> None:
        super().__init__()
        self.store, self.follows, self.done, self.own = store, follows, done, own
        self.is_own_there = False

    def __contains__(self, origin: object) -> bool:
        if origin == self.own:
            self.is_own_there = True
            return False
        if not super().__contains__(origin) and isinstance(origin, str) and self.follows(origin):
            found, frozen = states_of(self.store, [origin])
            if frozen:
                self.done.refused[origin] = "fork"
            else:
                self.update(found)
        return super().__contains__(origin)


def _meet(
    store: Store,
    peer: Peer,
    now: datetime,
    room: Room,
    branch_bytes: Callable[[str], int],
    own: str,
    origin: str,
    done: Pulled,
) -> None:
    """Look at the branch that a peer has of a log, and note what came of it."""
    most = branch_bytes(origin)
    try:
        verdict = branches.meet(
            store, peer, origin, now, is_own=origin == own, room=room, most=most
        )
    except ProtocolError as error:
        if origin != own and (error.code != "gap" or origin not in done.refused):
            done.refused[origin] = error.code  # of one's own log it is a lie, and no trouble
        return
    if verdict is None:
        return
    done.refused.pop(origin, None)
    if verdict == branches.HELD:
        done.held.add(origin)
        return
    done.forked[origin] = verdict
    if verdict == "replace":
        done.grown.add(origin)
        with store.reading() as session:
            row = keeping.log_rows(session, [origin])[origin]
            if row.size < row.target:
                done.held.add(origin)  # the rest of it comes on another day


def _compare(
    store: Store, meet: Meet, state: LogState, head: tuple[int, bytes], done: Pulled
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
        meet(state.origin, done)


def _look_at_refused(meet: Meet, done: Pulled) -> None:
    for origin, code in list(done.refused.items()):
        if code in FORKS:
            meet(origin, done)
