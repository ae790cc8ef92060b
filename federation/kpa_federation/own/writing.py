"""Append to one's own log, then sign its head. Only committed entries are ever signed."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core.api import N_, KpaError, Refused, Work, now
from kpa_federation.log import going_back, keeping
from kpa_federation.log.keeping import Verified
from kpa_federation.log.models import LogRow, OwnRow
from kpa_federation.own import elsewhere, head, keyring, mark
from kpa_federation.own.soon import ask_soon
from kpa_federation.protocol import keys, tree
from kpa_federation.protocol.entries import NONCE_BYTES, genesis, origin_of, read_entry
from kpa_federation.protocol.notes import Checkpoint, read_checkpoint
from kpa_federation.protocol.reading import LogState

log = logging.getLogger(__name__)
FROZEN = N_("Deux suites de ton journal existent. Demande aux gardien·nes.")


def own_origin(session: Session) -> str:
    """Return this instance's origin; an empty text before it has one."""
    return session.scalar(sa.select(OwnRow.origin)) or ""


def open_log(work: Work) -> str:
    """Give the instance its key and its log, once; return its origin."""
    found = own_origin(work.session)
    if found:
        return found
    with work.transaction() as session:
        keeping.counter(session, is_writing=True)  # one first start after the other
        found = own_origin(session)
        if not found:
            private = head.make_key(_root(work))
            line = genesis(keys.public_key(private), now().date(), secrets.token_bytes(NONCE_BYTES))
            found = origin_of(line)
            session.add(OwnRow(id=1, origin=found))
            _keep(session, found, [line], {}, private)
            work.record("federation.keys", f"origin:{found}", after={"origin": found})
            mark.put(work, "open")  # nobody can know of a log that begins now
    seal(work)
    return found


def append(work: Work, lines: Sequence[bytes], bodies: Mapping[int, bytes]) -> int:
    """Add entries to one's own log, in the caller's transaction; return the first one's place.

    ``bodies`` go by the place of their entry among ``lines``.

    Raises:
        Refused: the log is frozen, or the database is older than what was published.
        Unavailable: the key that the log names is not here.
    """
    with work.transaction() as session:
        origin, root = own_origin(session), _root(work)
        row = keeping.log_row(session, origin)
        if row is None:
            raise Refused(N_("Ce KPA n'est pas encore dans le réseau."))
        elsewhere.check(session, row, root)
        mark.check(work)
        check_open(session, row, head.last_head(root))
        start, identity = row.size, keeping.state_in(row).identity
        assert identity is not None
        _keep(session, origin, lines, bodies, keyring.have(root, identity.key))
        work.after_commit(lambda: seal_or_later(work))
        ask_soon(work, "federation.tell", {})
    return start


def seal_or_later(work: Work) -> bool:
    """Sign the head if it can be done now; what is committed stays, and a job tries again."""
    try:
        seal(work)
    except (OSError, KpaError) as error:
        log.warning("published here, not signed yet: %s", error)
    return is_signed(work.session)


def is_signed(session: Session) -> bool:
    """Tell whether peers may see all of one's own log: its head is signed."""
    row = keeping.log_row(session, own_origin(session))
    return row is None or read_checkpoint(row.note).size == row.size


def seal(work: Work) -> None:
    """Sign the head of what is committed, so that peers may see it.

    Raises:
        OlderThanPublished: a longer log, or another one, was signed before.
        Unavailable: the key that the log names is not here.
    """
    with work.transaction() as session:
        row = keeping.log_row(session, own_origin(session))
        if row is None or read_checkpoint(row.note).size == row.size:
            return
        root, state = _root(work), keeping.state_in(row)
        made = Checkpoint(row.origin, row.size, state.frontier.root())
        following = head.Head(made.size, made.root)
        if not head.is_recovery(root, following):
            check_open(session, row, head.last_head(root))
        assert state.identity is not None
        private = keyring.take(root, state.identity.key)
        head.promise(root, following)
        row.note = made.signed(private).note()
        row.target = made.size
        keeping.arrive(session, row)


def _keep(
    session: Session,
    origin: str,
    lines: Sequence[bytes],
    bodies: Mapping[int, bytes],
    private: bytes,
) -> None:
    row = keeping.log_row(session, origin)
    before = LogState(origin) if row is None else keeping.state_in(row)
    note = (
        Checkpoint(origin, 0, tree.EMPTY_ROOT).signed(private)
        if row is None
        else read_checkpoint(row.note)
    )
    after, entries = before.after([read_entry(line) for line in lines])
    placed = {before.size + at: body for at, body in bodies.items()}
    keeping.keep(session, [Verified(after, before.size, entries, placed, note)], now())


def check_open(session: Session, row: LogRow, last: head.Head | None) -> None:
    """See that one's own log may grow: from what was signed last, or it would be another branch.

    Raises:
        Refused: it is frozen, or the database is older than what was published.
    """
    if row.frozen_at is not None:
        raise Refused(FROZEN)
    if last is not None and (
        row.size < last.size or going_back.root_at(session, row.origin, last.size) != last.root
    ):
        raise head.OlderThanPublished(
            N_("La base est plus vieille que ce qui a été publié. Reprends d'abord tes fiches."),
        )


def _root(work: Work) -> Path:
    return work.instance.settings.root
