"""When a peer shows another branch of a log: the evidence is kept, and one branch is followed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_federation.log import ageing, fetching, going_back, intake, keeping
from kpa_federation.log.fetching import Fetched
from kpa_federation.log.going_back import root_at
from kpa_federation.log.keeping import Verified
from kpa_federation.log.models import EntryRow, EvidenceRow, LogRow
from kpa_federation.log.proving import Proving
from kpa_federation.log.taking_in import Room, Store, everything
from kpa_federation.protocol import tree
from kpa_federation.protocol.entries import Entry, read_entry
from kpa_federation.protocol.errors import ProtocolError
from kpa_federation.protocol.forks import Branch, Verdict, judge
from kpa_federation.protocol.notes import Checkpoint, read_checkpoint
from kpa_federation.protocol.reading import LogState

if TYPE_CHECKING:
    from kpa_federation.log.pulling import Peer

MOST_EVIDENCE = 16
"""Pairs of heads kept of one log: whoever holds its key can make more than a disk holds."""
AHEAD = "ahead"
"""The verdict on a head of one's own log that goes on from what was signed here."""
HELD = "held"
"""The verdict on a branch that wins, but whose new key does not fit into what may come today."""
DIFFER = ("bad_root", "bad_proof", "gap")
"""``gap``: a file begins at the first entry, whatever is asked."""


class _Waits(Exception):
    """Nothing changes today."""


def meet(
    store: Store,
    peer: Peer,
    origin: str,
    now: datetime,
    *,
    is_own: bool = False,
    room: Room = everything,
    most: int = fetching.MOST,
) -> str | None:
    """Look at the peer's branch of a log, keep the evidence, follow the branch that wins.

    Returns None when there is no fork after all. One's own log is never replaced: if the other
    branch won, it freezes; if the peer merely has more of it, the verdict is ``ahead``.
    ``room`` says how much may come today, ``most`` how many bytes of a branch are worth a look.

    Raises:
        ProtocolError: the peer's branch is not signed by this log's keys: it is an invention.
            ``too_long``: nobody looks at so much of it.
    """
    with store.reading() as session:
        row = keeping.log_row(session, origin)
        if row is None:
            return None
        size, frozen_at, known = row.size, row.frozen_at, read_checkpoint(row.note)
    head, is_fork = _look(store, peer, origin, size)
    is_longer = head.size > size
    if not is_fork and not (is_longer and (is_own or frozen_at is not None)):
        return None
    met = _met_before(store, known, head)
    if met is not None:
        return met
    if is_own and not is_fork:
        with store.writing() as session:
            _keep_evidence(session, known, head, known.root, [], AHEAD, now)
        return AHEAD
    with store.reading() as session:
        held = partial(going_back.lines, session, origin)
        theirs = fetching.fetch(peer, origin, held, most)
    try:
        with closing(theirs.file), store.writing() as session:
            return _settle(session, origin, size, theirs, now, is_own, room)
    except _Waits:
        with store.writing() as session:
            intake.hold(session, origin, now.date())
        return HELD


def _look(store: Store, peer: Peer, origin: str, size: int) -> tuple[Checkpoint, bool]:
    """Return the peer's signed head, and whether it contradicts what is held."""
    head = fetching.look(peer, LogState(origin))
    with store.reading() as session:
        if head.size <= size:
            return head, root_at(session, origin, head.size) != head.root
        held = keeping.state_of(session, origin)
    try:
        return fetching.look(peer, held), False
    except ProtocolError as error:
        if error.code not in DIFFER:
            raise
        return head, True


def _met_before(store: Store, ours: Checkpoint, theirs: Checkpoint) -> str | None:
    """Return the verdict on these two heads if it was given, and changed nothing here."""
    notes = {ours.bare().note(), theirs.bare().note()}
    with store.reading() as session:
        rows = session.scalars(sa.select(EvidenceRow).where(EvidenceRow.origin == ours.origin))
        for row in rows:
            if {row.first, row.second} == notes and row.verdict != "replace":
                return row.verdict
    return None


def _settle(
    session: Session,
    origin: str,
    size: int,
    theirs: Fetched,
    now: datetime,
    is_own: bool,
    room: Room,
) -> str | None:
    row = keeping.log_row(session, origin)
    if row is None or row.size != size:
        raise ProtocolError("gap", "the log changed in the meantime")
    common = min(size, theirs.state.size) if theirs.common is None else theirs.common
    is_fork = common not in (size, theirs.state.size)
    if row.frozen_at is not None:
        common = min(common, row.frozen_at)  # what is held beyond counts no more than theirs
    elif not is_fork:
        return _note_ahead(session, row, theirs, now) if is_own else None
    base = going_back.state_at(session, origin, common)
    assert base.identity is not None
    verdict = judge(
        base.identity,
        common,
        ageing.final_size(session, row.id, now),
        Branch([entry for at, entry in _own_keys(session, row) if at >= common]),
        Branch([entry for at, entry in theirs.keys if at >= common]),
    )
    if is_own and verdict == "replace":
        verdict = "freeze"
    if is_fork:
        _prove(session, row, theirs, verdict, now)
    if verdict == "freeze":
        going_back.freeze(session, row, common)
    elif verdict == "replace":
        _replace(session, row, theirs, common, now, room)
    return verdict


def _note_ahead(session: Session, row: LogRow, theirs: Fetched, now: datetime) -> str | None:
    """Keep the head of one's own log that a file brings, if it goes on from what is here."""
    ours, head = read_checkpoint(row.note), theirs.checkpoint
    assert head is not None
    if head.size <= row.size:
        return None
    _keep_evidence(session, ours, head, ours.root, [], AHEAD, now)
    return AHEAD


def _own_keys(session: Session, row: LogRow) -> list[tuple[int, Entry]]:
    places = row.identity["places"]
    mine = sa.select(EntryRow.place, EntryRow.line).where(
        EntryRow.log_id == row.id, EntryRow.place.in_(places)
    )
    return [(at, read_entry(line)) for at, line in session.execute(mine.order_by(EntryRow.place))]


def _prove(session: Session, row: LogRow, theirs: Fetched, verdict: Verdict, now: datetime) -> None:
    """Keep both signed heads, with the proof that they cannot both be true."""
    ours, other = read_checkpoint(row.note), theirs.checkpoint
    assert other is not None
    if ours.size > row.size:
        return  # still on its way here: nothing proves its head yet
    if ours.size <= other.size:
        whole, wanted = (0, ours.size), list[tuple[int, int]]()

        def ask(start: int, end: int) -> bytes:
            wanted.append((start, end))
            return b""

        tree.consistency_path(ask, ours.size, other.size)
        roots = theirs.roots([whole, *wanted])
        proof = tree.consistency_path(lambda *part: roots[part], ours.size, other.size)
        _keep_evidence(session, ours, other, roots[whole], proof, verdict, now)
    elif ours.size > other.size:
        proving = Proving(session, row.id)
        proof = proving.consistency(other.size, ours.size)
        _keep_evidence(session, other, ours, proving.root(0, other.size), proof, verdict, now)


def _keep_evidence(
    session: Session,
    first: Checkpoint,
    second: Checkpoint,
    other_root: bytes,
    proof: list[bytes],
    verdict: str,
    now: datetime,
) -> None:
    mine = sa.select(EvidenceRow).where(EvidenceRow.origin == first.origin)
    kept = list(session.scalars(mine.order_by(EvidenceRow.id)))
    notes = (first.bare().note(), second.bare().note())
    if notes in [(one.first, one.second) for one in kept]:
        return
    if len(kept) >= MOST_EVIDENCE:
        oldest = next(_without_effect(kept), None)
        if oldest is None:
            return
        session.delete(oldest)
    session.add(
        EvidenceRow(
            origin=first.origin,
            found_at=now,
            first=notes[0],
            second=notes[1],
            other_root=other_root,
            proof=b"".join(proof),
            verdict=verdict,
        )
    )


def _without_effect(kept: Iterable[EvidenceRow]) -> Iterator[EvidenceRow]:
    """Give the evidence that changed nothing here, the oldest first."""
    is_frozen = False
    for one in kept:
        if one.verdict == "replace" or (one.verdict == "freeze" and not is_frozen):
            is_frozen = one.verdict == "freeze"
        elif one.verdict != AHEAD:  # which stops publishing
            yield one


def _replace(
    session: Session, row: LogRow, theirs: Fetched, common: int, now: datetime, room: Room
) -> None:
    """Take the other branch: what both share stays, with its bodies; records are told again.

    What there is no room for today comes as the rest of any log does.

    Raises:
        _Waits: what may come ends before the key by which the branch won.
    """
    state = going_back.go_back(session, row, common)
    for section in theirs.sections():
        skipped = max(state.size - section.start, 0)
        if skipped >= len(section.entries) > 0:
            continue
        start = going_back.state_at(session, row.origin, section.start) if skipped else state
        after, entries = start.take(section)
        made = Verified(after, state.size, entries[skipped:], section.bodies, section.checkpoint)
        kept, held = room(session, [made])
        keeping.keep(session, kept, now)
        if held:
            break
        state = after
    if row.size <= min(at for at, _ in theirs.keys if at >= common):
        raise _Waits
