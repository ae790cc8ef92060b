"""Tell the plugins which records of other KPAs arrived, changed or were withdrawn."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from kpa_core.api import Work
from kpa_federation.log.models import EntryRow, LogRow, RecordRow
from kpa_federation.own.writing import own_origin
from kpa_federation.protocol.entries import read_entry, record_name
from kpa_federation.protocol.tree import leaf_hash
from kpa_federation.records.content import Unread, read_content
from kpa_federation.records.kinds import Kinds, kinds
from kpa_federation.records.models import ToldRow
from kpa_federation.records.reading import is_shown
from kpa_federation.trust.saying import RESERVED

HOOK = "on_record_received"
MANY = 200
"""Records told of in one transaction."""


def tell(work: Work) -> int:
    """Tell what nobody was told of yet; return how many records that were."""
    if not work.instance.plugins.hearing(HOOK):
        return 0
    count, before = 0, (0, -1)
    while True:
        with work.transaction() as session:
            rows = _changed(work, before)
            known = kinds(work)
            news = [one for row in rows if (one := _news(session, known, *row)) is not None]
            work.announce_all(HOOK, news)
            count += len(news)
            session.flush()
        if len(rows) < MANY:
            return count
        before = (rows[-1][0].log_id, rows[-1][0].record)


def _changed(work: Work, after: tuple[int, int]) -> list[Any]:
    first = aliased(EntryRow)
    key = sa.tuple_(RecordRow.log_id, RecordRow.record)
    query = (
        sa.select(RecordRow, LogRow.origin, EntryRow.line, EntryRow.body, first.line, ToldRow)
        .join(LogRow, LogRow.id == RecordRow.log_id)
        .join(EntryRow, _entry(EntryRow, RecordRow.place))
        .join(first, _entry(first, RecordRow.record))
        .outerjoin(ToldRow, _same_record())
        .where(
            is_shown(work),
            RecordRow.kind.not_in(RESERVED),
            LogRow.origin != own_origin(work.session),
            key > sa.tuple_(*after),
            sa.or_(ToldRow.place.is_(None), ToldRow.place != RecordRow.place),
        )
        .order_by(RecordRow.log_id, RecordRow.record)
        .limit(MANY)
    )
    return list(work.session.execute(query))


def _news(
    session: Session,
    known: Kinds,
    row: RecordRow,
    origin: str,
    line: bytes,
    body: bytes | None,
    named_by: bytes,
    told: ToldRow | None,
) -> dict[str, Any] | None:
    """Return what there is to tell of a record, unless it is put aside.

    While its words are on their way, it is not told of yet.
    """
    is_live = row.op == "put"
    if is_live:
        content = read_content(read_entry(line), body, known.get(row.kind))
        if isinstance(content, Unread) and content.reason == "absent":
            return None
        news = not isinstance(content, Unread)
    else:
        news = told is not None
    _remember(session, row, told)
    if not news:
        return None
    return {
        "name": record_name(origin, row.record, leaf_hash(named_by)),
        "kind": row.kind,
        "revision": row.revision,
        "state": "live" if is_live else "withdrawn",
    }


def _remember(session: Session, row: RecordRow, told: ToldRow | None) -> None:
    if told is None:
        session.add(ToldRow(log_id=row.log_id, record=row.record, place=row.place))
    else:
        told.place = row.place


def _entry(entry: Any, place: Any) -> sa.ColumnElement[bool]:
    return sa.and_(entry.log_id == RecordRow.log_id, entry.place == place)


def _same_record() -> sa.ColumnElement[bool]:
    return sa.and_(ToldRow.log_id == RecordRow.log_id, ToldRow.record == RecordRow.record)
