"""Cosigning heads: a peer that verified a log says so, and an origin collects who says so.

A witness that saw a head signs no other story of that log: whoever forks is found out.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core.api import HttpError, Work, now
from kpa_federation.log import keeping
from kpa_federation.log.models import CosignatureRow, CosignedRow, LogRow
from kpa_federation.log.proving import Proving
from kpa_federation.own import head
from kpa_federation.own.writing import own_origin
from kpa_federation.peers import visiting
from kpa_federation.peers.models import PeerRow
from kpa_federation.protocol import notes, tree, witness
from kpa_federation.protocol.errors import ProtocolError
from kpa_federation.protocol.notes import Checkpoint, Signature, read_checkpoint

WITNESSES = 3
"""Peers that are asked for each head, and shown below it."""


def answer(work: Work, body: str) -> tuple[int, str]:
    """Answer a request to cosign a head: a status and a text (C2SP tlog-witness).

    The head is kept before the signature leaves. Only what this instance follows is cosigned.
    """
    try:
        old, proof, note = witness.read_request(body)
        checkpoint = read_checkpoint(note)
    except ProtocolError as error:
        return 400, f"{error.code}\n"
    with work.transaction() as session:
        followed = session.get(PeerRow, checkpoint.origin)
        row = keeping.log_row(session, checkpoint.origin)
        if row is None or followed is None or followed.trust != "followed":
            return 403, "unknown log\n"
        if not _is_signed(row, checkpoint):
            return 403, "not signed by its log\n"
        if row.frozen_at is not None:
            return 422, "two branches\n"
        last = session.get(CosignedRow, row.id, with_for_update=True)
        known = (last.size, last.root) if last is not None else (0, tree.EMPTY_ROOT)
        if known[0] < row.size < checkpoint.size:  # a proof from there leads past what is held here
            known = (row.size, keeping.state_in(row).frontier.root())
        status = witness.status_of(
            known, old, (checkpoint.size, checkpoint.root), proof, is_signed=True
        )
        if status == 409:
            return status, f"{known[0]}\n"
        if status != 200 or _contradicts(session, row, checkpoint):
            said = "rollback\n" if status == 400 else "not consistent\n"
            return (422 if status == 200 else status), said
        if last is None:
            last = CosignedRow(log_id=row.id)
            session.add(last)
        last.size, last.root = checkpoint.size, checkpoint.root
    own = own_origin(work.session)
    private = head.read_key(work.instance.settings.root)
    line = notes.cosign(checkpoint, own, private, int(now().timestamp())).line()
    return 200, f"{line}\n"


def collect(work: Work) -> int:
    """Ask a few peers to cosign one's own head; return how many did."""
    visiting.check_still_inside(work)
    session = work.session
    row = keeping.log_row(session, own_origin(session))
    if row is None:
        return 0
    checkpoint = read_checkpoint(row.note)
    ready = visiting.reachable(session, PeerRow.failures == 0)
    asked = sorted(ready, key=lambda one: (one.step, one.origin))[:WITNESSES]
    log_id = row.id
    return sum(_ask_one(work, log_id, checkpoint, peer) for peer in asked)


def witnesses(session: Session, log_id: int, size: int) -> list[CosignatureRow]:
    """Return a few of those who cosigned a log's head of a size."""
    mine = sa.select(CosignatureRow).where(
        CosignatureRow.log_id == log_id, CosignatureRow.size == size
    )
    return list(session.scalars(mine.order_by(CosignatureRow.witness).limit(WITNESSES)))


def _ask_one(work: Work, log_id: int, checkpoint: Checkpoint, peer: PeerRow) -> bool:
    kept = work.session.get(CosignatureRow, (log_id, peer.origin))
    old = kept.size if kept is not None else 0
    proving = Proving(work.session, log_id)
    key = _key_of(work.session, peer.origin)
    for _ in range(2):  # the second time from where the witness says it stands
        if key is None or old > checkpoint.size or (kept is not None and old == checkpoint.size):
            return False
        proof = proving.consistency(old, checkpoint.size) if 0 < old < checkpoint.size else []
        try:
            with visiting.asked(work, peer) as asking:
                status, said = asking.cosign(old, proof, checkpoint.note())
            if status == 200:
                (line,) = notes.read_signatures(said)
                notes.check_cosignature(checkpoint, line, peer.origin, key)
                _keep(work, log_id, peer.origin, checkpoint.size, line)
                return True
        except (HttpError, ProtocolError, ValueError):
            return False
        if status != 409 or not said.strip().isdecimal():
            return False
        old = int(said.strip()[:16])
    return False


def _keep(work: Work, log_id: int, origin: str, size: int, line: Signature) -> None:
    with work.transaction() as session:
        session.merge(CosignatureRow(log_id=log_id, witness=origin, size=size, line=line.line()))


def _key_of(session: Session, origin: str) -> bytes | None:
    row = keeping.log_row(session, origin)
    identity = keeping.state_in(row).identity if row is not None else None
    return identity.key if identity else None


def _is_signed(row: LogRow, checkpoint: Checkpoint) -> bool:
    identity = keeping.state_in(row).identity
    try:
        assert identity is not None
        checkpoint.check(identity.key_at(checkpoint.size))
    except ProtocolError:
        return False
    return True


def _contradicts(session: Session, row: LogRow, checkpoint: Checkpoint) -> bool:
    """Tell whether the log as it was verified here had another root at that size."""
    if checkpoint.size > row.size:
        return False
    return Proving(session, row.id).root(0, checkpoint.size) != checkpoint.root
