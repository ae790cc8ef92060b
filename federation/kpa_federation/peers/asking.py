"""After each start, peers are asked for one's own head before anything is published.

A backup that was put back does not know what was published since: going on from there would make
two logs of one. Two answers are enough. Who has never had a peer is asked nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from kpa_core.api import HttpError, Refused, Work, now
from kpa_federation.log import branches, going_back, keeping, pulling
from kpa_federation.own import elsewhere, mark
from kpa_federation.own.writing import own_origin, seal
from kpa_federation.peers.models import PeerRow
from kpa_federation.peers.over_http import HttpPeer
from kpa_federation.peers.visiting import WorkStore, peer_at
from kpa_federation.protocol.errors import ProtocolError
from kpa_federation.protocol.notes import Checkpoint

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
    found = list(_answers(work))
    row = keeping.log_row(work.session, own_origin(work.session))
    assert row is not None
    for one in found:
        peer, checkpoint = one.peer, one.checkpoint
        if checkpoint is None or checkpoint.size == 0:
            continue
        if checkpoint.size > row.size:
            _keep_evidence(work, peer, row.origin)
            mark.put(work, "behind")
            raise Refused(elsewhere.trouble(work.session, row, _root(work)) or mark.BEHIND)
        if going_back.root_at(work.session, row.origin, checkpoint.size) != checkpoint.root:
            _keep_evidence(work, peer, row.origin)  # then the log is frozen: nothing is published
    if sum(one.is_chosen for one in found) >= min(ENOUGH, _addresses(work)):
        mark.put(work, "open")
    return mark.get(work) == "open"


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
    origin, came = own_origin(work.session), 0
    for peer in _peers(work):
        try:
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


def _answers(work: Work) -> Iterable[Answer]:
    """Give what each peer that answers has of this log."""
    origin = own_origin(work.session)
    row = keeping.log_row(work.session, origin)
    identity = keeping.state_in(row).identity if row is not None else None
    rows = work.session.execute(sa.select(PeerRow.address, PeerRow.step).where(_asked())).all()
    for address, step in rows:
        peer = peer_at(work, address)
        try:
            checkpoint = peer.checkpoint(origin)
            if checkpoint is not None and identity is not None:
                checkpoint.check(identity.key_at(checkpoint.size))
        except (HttpError, ProtocolError):
            continue
        yield Answer(peer, step == 0, checkpoint)


def _peers(work: Work) -> list[HttpPeer]:
    rows = work.session.scalars(sa.select(PeerRow.address).where(_asked())).all()
    return [peer_at(work, address) for address in rows]


def _root(work: Work) -> Path:
    return work.instance.settings.root


def _addresses(work: Work) -> int:
    return work.session.scalar(sa.select(sa.func.count(PeerRow.origin)).where(_counted())) or 0


def _counted() -> sa.ColumnElement[bool]:
    return sa.and_(_asked(), PeerRow.step == 0)


def _asked() -> sa.ColumnElement[bool]:
    return sa.and_(PeerRow.trust == "followed", PeerRow.address != "")
