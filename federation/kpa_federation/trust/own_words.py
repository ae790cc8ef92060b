"""Write and take back, in one's own log, what one says of other KPAs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core.api import Work
from kpa_federation.log.models import EntryRow, LogRow, RecordRow
from kpa_federation.own import writing
from kpa_federation.protocol.bodies import read_body, write_body
from kpa_federation.protocol.entries import body_hash, put, read_entry, withdraw
from kpa_federation.protocol.errors import ProtocolError
from kpa_federation.trust import saying

EACH = 200
"""Words of one kind that are read of one origin: more are not listened to."""

Said = TypeVar("Said")


@dataclass(frozen=True)
class Written:
    """A live record of one's own: its number, its revision, what it says."""

    record: int
    revision: int
    body: Mapping[str, Any]


def write(work: Work, kind: str, body: dict[str, Any], before: Written | None = None) -> None:
    """Append a word, or its next revision; in the caller's transaction.

    Raises:
        Refused: the log cannot grow now.
    """
    data = write_body(body)
    line = put(
        data,
        at=work.today,
        kind=kind,
        licence=saying.LICENCE,
        record=before.record if before else None,
        revision=before.revision + 1 if before else 1,
    )
    writing.append(work, [line], {0: data})


def take_back(work: Work, before: Written) -> None:
    """Withdraw a word, in the caller's transaction.

    Raises:
        Refused: the log cannot grow now.
    """
    line = withdraw(
        "del",
        at=work.today,
        record=before.record,
        revision=before.revision + 1,
        reason="outdated",
    )
    writing.append(work, [line], {})


def written(session: Session, kind: str) -> list[Written]:
    """Return what this instance says itself, of one kind."""
    own = writing.own_origin(session)
    return [one for _, one in _live(session, kind, LogRow.origin == own)] if own else []


def heard(
    session: Session,
    kind: str,
    where: sa.ColumnElement[bool],
    read: Callable[[str, Mapping[str, Any]], Said | None],
) -> list[Said]:
    """Return what origins say, of one kind; of each of them only so much."""
    counts: dict[str, int] = {}
    found = []
    for origin, one in _live(session, kind, where):
        counts[origin] = counts.get(origin, 0) + 1
        said = read(origin, one.body) if counts[origin] <= EACH else None
        if said is not None:
            found.append(said)
    return found


def _live(
    session: Session, kind: str, where: sa.ColumnElement[bool]
) -> Iterator[tuple[str, Written]]:
    held = sa.and_(EntryRow.log_id == RecordRow.log_id, EntryRow.place == RecordRow.place)
    query = (
        sa.select(LogRow.origin, RecordRow.record, RecordRow.revision, EntryRow.line, EntryRow.body)
        .select_from(RecordRow)
        .join(LogRow, LogRow.id == RecordRow.log_id)
        .join(EntryRow, held)
        .where(RecordRow.kind == kind, RecordRow.op == "put", where)
        .order_by(LogRow.origin, RecordRow.record)
    )
    for origin, record, revision, line, body in session.execute(query):
        said = _read(line, body)
        if said is not None:
            yield origin, Written(record, revision, said)


def _read(line: bytes, body: bytes | None) -> Mapping[str, Any] | None:
    """Return what a body says that is the one its header commits to; None otherwise."""
    fields = read_entry(line).fields
    if body is None or (len(body), body_hash(body)) != (fields["bytes"], fields["body"]):
        return None
    try:
        return read_body(body)[0]
    except ProtocolError:
        return None
