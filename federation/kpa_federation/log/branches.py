"""When a peer shows another branch of a log: the evidence is kept, and one branch is followed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_federation.log import keeping
from kpa_federation.log.keeping import Verified
from kpa_federation.log.models import (
    CosignatureRow,
    CosignedRow,
    EntryRow,
    EvidenceRow,
    LogRow,
    RecordRow,
    SightingRow,
)
from kpa_federation.log.proving import Proving
from kpa_federation.log.serving import Asked
from kpa_federation.protocol import limits, tree
from kpa_federation.protocol.bundle import BundleReader
from kpa_federation.protocol.entries import Entry, read_entry
from kpa_federation.protocol.errors import ProtocolError
from kpa_federation.protocol.forks import Branch, Evidence, Verdict, judge
from kpa_federation.protocol.notes import Checkpoint, read_checkpoint
from kpa_federation.protocol.reading import LogState

if TYPE_CHECKING:
    from kpa_federation.log.pulling import Peer, Store

ENDLESS = limits.INTEGER
MOST_EVIDENCE = 16
"""Pairs of heads kept of one log: whoever holds its key can make more than a disk holds."""


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
    before = [read_entry(one) for one in lines_of(session, row.id, 0, size)]
    return LogState(origin).after(before)[0]


def lines(session: Session, origin: str, start: int, end: int) -> list[bytes]:
    """Return the entries that are held of a log, from one place up to, not with, another."""
    row = keeping.log_row(session, origin)
    return [] if row is None else lines_of(session, row.id, start, end)


def meet(store: Store, peer: Peer, origin: str, now: datetime) -> Verdict | None:
    """Fetch the peer's branch of a log, keep the evidence, follow the branch that wins.

    Returns None when there is no fork after all.

    Raises:
        ProtocolError: the peer's branch is not signed by this log's keys: it is an invention.
    """
    theirs = _fetch(peer, origin)
    with store.writing() as session:
        row = keeping.log_row(session, origin)
        if row is None:
            return None
        ours = lines_of(session, row.id)
        common = _common(ours, [entry.line for entry in theirs.entries])
        is_fork = common not in (len(ours), len(theirs.entries))
        if row.frozen_at is not None:
            common = min(common, row.frozen_at)  # what is held beyond counts no more than theirs
        elif not is_fork:
            return None
        mine = [read_entry(line) for line in ours]
        base, _ = LogState(origin).after(mine[:common])
        assert base.identity is not None
        verdict = judge(
            base.identity,
            common,
            final_size(session, row.id, now),
            _branch(origin, mine, common),
            _branch(origin, theirs.entries, common),
        )
        if is_fork:
            _keep_evidence(session, row, theirs, verdict, now)
        if verdict == "freeze":
            row.frozen_at = common
            _forget_sightings(session, row, common)
        elif verdict == "replace":
            replace(session, row, theirs, common, now)
    return verdict


def _fetch(peer: Peer, origin: str) -> Verified:
    """Return the peer's whole branch, verified from its first entry."""
    state, entries, bodies = LogState(origin), [], {}
    checkpoint: Checkpoint | None = None
    while checkpoint is None or state.size < checkpoint.size:
        before = state.size
        for section in BundleReader(peer.sync(Asked({origin: state.size}))):
            state, found = state.take(section)
            entries += found
            bodies.update(section.bodies)
            checkpoint = section.checkpoint
        if state.size == before:
            raise ProtocolError("gap", "the other branch did not come whole")
    return Verified(state, 0, entries, bodies, checkpoint)


def lines_of(session: Session, log_id: int, start: int = 0, end: int = ENDLESS) -> list[bytes]:
    """Return the exact bytes of a log's entries, in order."""
    mine = sa.select(EntryRow.line).where(
        EntryRow.log_id == log_id, EntryRow.place >= start, EntryRow.place < end
    )
    return list(session.scalars(mine.order_by(EntryRow.place)))


def _common(ours: Sequence[bytes], theirs: Sequence[bytes]) -> int:
    pairs = enumerate(zip(ours, theirs, strict=False))
    return next((at for at, (mine, other) in pairs if mine != other), min(len(ours), len(theirs)))


def _branch(origin: str, entries: Sequence[Entry], common: int) -> Branch:
    _, marked = LogState(origin).after(list(entries))
    return Branch([one for one in marked[common:] if one.op == "key" and not one.void])


def final_size(session: Session, log_id: int, now: datetime) -> int:
    """Return the size that was verified here more than 30 days ago."""
    long_ago = now.date() - timedelta(days=limits.FINAL_DAYS)
    seen = sa.select(sa.func.max(SightingRow.size)).where(
        SightingRow.log_id == log_id, SightingRow.day < long_ago
    )
    return session.scalar(seen) or 0


def _keep_evidence(
    session: Session, row: LogRow, theirs: Verified, verdict: Verdict, now: datetime
) -> None:
    """Keep both signed heads, with the proof that they cannot both be true."""
    ours = read_checkpoint(row.note)
    other = theirs.checkpoint
    hashes = [entry.leaf for entry in theirs.entries]
    if ours.size <= other.size:
        first, second = ours, other
        proof = tree.consistency_proof(lambda a, b: hashes[a:b], first.size, second.size)
        other_root = tree.root_of(lambda a, b: hashes[a:b], 0, first.size)
    else:
        first, second = other, ours
        proving = Proving(session, row.id)
        proof = proving.consistency(first.size, second.size)
        other_root = proving.root(0, first.size)
    made = Evidence(first, second, other_root, tuple(proof))
    kept = session.execute(
        sa.select(EvidenceRow.first, EvidenceRow.second).where(EvidenceRow.origin == row.origin)
    ).all()
    notes = (first.bare().note(), second.bare().note())
    if notes not in [tuple(one) for one in kept] and len(kept) < MOST_EVIDENCE:
        session.add(
            EvidenceRow(
                origin=row.origin,
                found_at=now,
                first=notes[0],
                second=notes[1],
                other_root=made.other_root,
                proof=b"".join(made.proof),
                verdict=verdict,
            )
        )


def _forget_sightings(session: Session, row: LogRow, common: int) -> None:
    """Let nothing beyond the shared size become final: it may yet be replaced."""
    beyond = sa.and_(SightingRow.log_id == row.id, SightingRow.size > common)
    session.execute(sa.delete(SightingRow).where(beyond))


def replace(session: Session, row: LogRow, theirs: Verified, common: int, now: datetime) -> None:
    """Take the other branch: what both share stays, with its bodies; records are told again."""
    held = sa.select(EntryRow.place, EntryRow.body).where(
        EntryRow.log_id == row.id, EntryRow.place < common, EntryRow.body.is_not(None)
    )
    bodies = {place: body for place, body in session.execute(held) if body is not None}
    session.execute(sa.delete(EntryRow).where(EntryRow.log_id == row.id))
    session.execute(sa.delete(RecordRow).where(RecordRow.log_id == row.id))
    _forget_sightings(session, row, common)
    # What was cosigned beyond belongs to the branch that lost: the winner is cosigned anew.
    for table in (CosignatureRow, CosignedRow):
        beyond = sa.and_(table.log_id == row.id, table.size > common)
        session.execute(sa.delete(table).where(beyond))
    row.size, row.frozen_at = 0, None
    session.flush()
    whole = Verified(
        theirs.state, 0, theirs.entries, {**bodies, **theirs.bodies}, theirs.checkpoint
    )
    keeping.keep(session, [whole], now)
