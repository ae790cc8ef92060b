"""After each start, peers are asked for one's own head before anything is published.

A backup that was put back does not know what was published since: going on from there would make
two logs of one. Two answers are enough. Who has never had a peer is asked nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from kpa_core.api import HttpError, Refused, Work, now
from kpa_federation.log import branches, fetching, going_back, keeping, pulling
from kpa_federation.log.models import LogRow
from kpa_federation.own import elsewhere, mark
from kpa_federation.own.writing import own_origin, seal
from kpa_federation.peers import visiting
from kpa_federation.peers.models import PeerRow
from kpa_federation.peers.over_http import HttpPeer
from kpa_federation.peers.visiting import WorkStore
from kpa_federation.protocol.errors import ProtocolError
from kpa_federation.protocol.notes import Checkpoint
from kpa_federation.protocol.reading import LogState

ENOUGH = 2


@dataclass(frozen=True, slots=True)
class Answer:
    """What a peer has of this log; no checkpoint when it has nothing.

    ``is_chosen`` says that people here chose the peer: only their "nothing more" is enough.
    """

    peer: HttpPeer
    is_chosen: bool
    checkpoint: Checkpoint | None


def ask(work: Work) -> bool:
    """Ask the peers for one's own head; return whether it is safe to publish.

    Raises:
        Refused: a peer knows more of one's own log than this database.
    """
    if mark.get(work) == "open":
        return True
    visiting.check_still_inside(work)
    row = keeping.log_row(work.session, own_origin(work.session))
    assert row is not None
    chosen, enough = 0, min(ENOUGH, _addresses(work))
    for one in _answers(work, row):
        _compare(work, row, one)
        chosen += one.is_chosen
        if enough and chosen >= enough:
            break
    if chosen >= enough:
        mark.put(work, "open")
    return mark.get(work) == "open"


def _compare(work: Work, row: LogRow, one: Answer) -> None:
    """Keep what a peer has of this log that is not here.

    Raises:
        Refused: it knows more.
    """
    peer, checkpoint = one.peer, one.checkpoint
    if checkpoint is None or checkpoint.size == 0:
        return
    if checkpoint.size > row.size:
        _keep_evidence(work, peer, row.origin)
        mark.put(work, "behind")
        raise Refused(elsewhere.trouble(work.session, row, _root(work)) or mark.BEHIND)
    if going_back.root_at(work.session, row.origin, checkpoint.size) != checkpoint.root:
        _keep_evidence(work, peer, row.origin)  # then the log is frozen: nothing is published


def _keep_evidence(work: Work, peer: HttpPeer, origin: str) -> None:
    with suppress(HttpError, ProtocolError):
        branches.meet(WorkStore(work), peer, origin, now(), is_own=True)


def override(work: Work, reason: str) -> None:
    """Publish although no peer answered; the reason is kept in the audit log."""
    work.require("federation.keys")
    with work.transaction():
        work.record("federation.keys", "head:override", after={"reason": reason})
    mark.override(work)


def recover(work: Work) -> int:
    """Bring one's own entries home from the peers; return how many came."""
    work.require("federation.keys")
    visiting.check_still_inside(work)
    origin, came = own_origin(work.session), 0
    for row in _peers(work):
        try:
            with visiting.asked(work, row) as peer:
                done = pulling.pull(
                    WorkStore(work), peer, "", follows=lambda one: one == origin, now=now()
                )
        except (HttpError, ProtocolError):
            continue
        came += done.entries
    with work.transaction():
        work.record("federation.keys", f"origin:{origin}", after={"recovered": came})
    mark.put(work, "")
    ask(work)
    seal(work)
    return came


def _answers(work: Work, mine: LogRow) -> Iterator[Answer]:
    """Give what each peer that answers has of this log; those whom people chose come first."""
    for row in _peers(work):
        is_chosen = row.step == 0
        try:
            with visiting.asked(work, row) as peer:
                found = Answer(peer, is_chosen, _shown(peer, keeping.state_in(mine)))
        except (HttpError, ProtocolError):
            continue
        yield found


def _shown(peer: HttpPeer, state: LogState) -> Checkpoint | None:
    """Return the head a peer has of this log, seen to be signed.

    Guardians may have given another key since a backup: then the peer shows the entry, too.

    Raises:
        ProtocolError: none of this log's keys signed it.
    """
    checkpoint = peer.checkpoint(state.origin)
    if checkpoint is None or state.identity is None:
        return checkpoint
    try:
        checkpoint.check(state.identity.key_at(checkpoint.size))
    except ProtocolError:
        return fetching.look(peer, LogState(state.origin))
    return checkpoint


def _peers(work: Work) -> list[PeerRow]:
    rows = visiting.reachable(work.session, failing_too=True)
    return sorted(rows, key=lambda row: (row.step, row.origin))


def _root(work: Work) -> Path:
    return work.instance.settings.root


def _addresses(work: Work) -> int:
    return work.session.scalar(sa.select(sa.func.count(PeerRow.origin)).where(_counted())) or 0


def _counted() -> sa.ColumnElement[bool]:
    return sa.and_(PeerRow.trust == "followed", PeerRow.address != "", PeerRow.step == 0)
