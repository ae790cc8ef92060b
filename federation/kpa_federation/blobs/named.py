"""Which files the live records name: no other is shown, passed on or carried along."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_federation.log.models import EntryRow, LogRow, RecordRow
from kpa_federation.own.writing import own_origin
from kpa_federation.peers.models import PeerRow
from kpa_federation.protocol.bodies import Attachment, read_body
from kpa_federation.protocol.errors import ProtocolError

SOME = 200
"""Bodies read at once."""


def is_named(session: Session, sha256: str, first: str = "") -> bool:
    """Tell whether a live record names a file: one of ours, or of an origin that is followed.

    ``first`` is the origin whose records are looked through first.
    """
    shown, like = is_shown(session), sha256.encode()
    looked = [LogRow.origin == first, LogRow.origin != first] if first else [sa.true()]
    return any(
        one.sha256 == sha256
        for where in looked
        for _, one in named_files(session, shown, where, like=like)
    )


def is_shown(session: Session) -> sa.ColumnElement[bool]:
    """Return what is true of logs whose records are shown: our own, and those followed."""
    followed = sa.select(PeerRow.origin).where(PeerRow.trust == "followed")
    return sa.or_(LogRow.origin == own_origin(session), LogRow.origin.in_(followed))


def named_files(
    session: Session, *where: sa.ColumnElement[bool], like: bytes = b'"files"'
) -> Iterator[tuple[str, Attachment]]:
    """Give the files that live records name, each with the origin of the record.

    ``like`` are bytes that a body has when it matters.
    """
    place = sa.and_(EntryRow.log_id == RecordRow.log_id, EntryRow.place == RecordRow.place)
    query = (
        sa.select(LogRow.origin, EntryRow.body)
        .select_from(RecordRow)
        .join(EntryRow, place)
        .join(LogRow, LogRow.id == RecordRow.log_id)
        .where(RecordRow.op == "put", EntryRow.body.is_not(None), *where)
        .order_by(LogRow.origin, EntryRow.place)
        .execution_options(yield_per=SOME)
    )
    for origin, body in session.execute(query):
        for one in listed(body or b"", like):
            yield origin, one


def listed(body: bytes, like: bytes = b'"files"') -> tuple[Attachment, ...]:
    """Return the files a body names; none when it cannot be read, or has not such bytes."""
    if like not in body:
        return ()
    try:
        return read_body(body)[1]
    except ProtocolError:
        return ()
