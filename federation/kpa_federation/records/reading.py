"""Every live record of one's own log and of the origins that are followed, and what is put aside.

What the tables of logs hold was verified. It is read anew for each page, so that a withdrawal, a
block or a pause counts at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from kpa_core.api import N_, KpaError, NotFound, RecordType, Work
from kpa_federation.blobs import named
from kpa_federation.catalogue.kinds import ABOUT_US
from kpa_federation.catalogue.reading import fold_text
from kpa_federation.log.models import EntryRow, LogRow, RecordRow
from kpa_federation.own.writing import own_origin
from kpa_federation.peers.models import PeerRow
from kpa_federation.protocol.entries import RECORD, Entry, read_entry, record_name
from kpa_federation.protocol.tree import leaf_hash
from kpa_federation.records.content import Content, Unread, read_content, title_of, words
from kpa_federation.records.kinds import Kinds
from kpa_federation.trust import advising
from kpa_federation.trust import service as trust
from kpa_federation.trust.saying import RESERVED

READ = "federation.read"
PAGE = 30
ROWS = 200
"""Rows read at once."""
SOURCES_FAR = 8
"""How many steps back "repris de" goes."""


@dataclass(frozen=True)
class Origin:
    """A KPA whose records are shown: what it is called here, and where it answers."""

    key: str
    name: str
    address: str
    is_own: bool


@dataclass(frozen=True)
class Found:
    """A live record: what it says, or why it is put aside.

    ``sources`` are the records it says it was made of, with their revisions.
    """

    name: str
    origin: Origin
    number: int
    kind: str
    type: RecordType | None
    title: str
    licence: str
    revision: int
    changed_on: date
    content: Content | Unread
    sources: tuple[tuple[str, int], ...] = ()
    made: Any = field(default=None, compare=False)

    @property
    def place(self) -> str:
        """The town or quarter it speaks of."""
        said = self.content.body.get("place") if isinstance(self.content, Content) else ""
        return said if isinstance(said, str) else ""


def origins(work: Work) -> dict[str, Origin]:
    """Return the origins whose records are shown: one's own, and those that are followed.

    Two of one name are told apart.
    """
    session, own = work.session, own_origin(work.session)
    found = {}
    if own:
        found[own] = Origin(own, work.instance.settings.instance.name, "", True)
    rows = session.scalars(sa.select(PeerRow).where(PeerRow.trust == "followed")).all()
    called = trust.names(work) if rows else {}
    for row in rows:
        name = called.get(row.origin, row.origin)
        found.setdefault(row.origin, Origin(row.origin, name, row.address, False))
    return found


def records(
    work: Work, kinds: Kinds, *, search: str = "", start: int = 0, most: int | None = PAGE + 1
) -> list[Found]:
    """Return the records that can be read, the newest first: a page, and one more if there is.

    What a list hides that counts here is left out.
    """
    wanted, hidden = fold_text(search).replace('"', " ").split(), advising.effects(work).hidden()
    fit = (
        one
        for one in _live(work, kinds, RecordRow.kind.not_in(ABOUT_US), may_have=wanted)
        if isinstance(one.content, Content)
        and not hidden & {one.name, one.origin.key}
        and _has(one, one.content, wanted)
    )
    return list(islice(fit, start, None if most is None else start + most))


def of_kind(work: Work, kinds: Kinds, key: str) -> Iterator[Found]:
    """Give the records of one kind that can be read, the newest first."""
    for one in _live(work, kinds, RecordRow.kind == key):
        if isinstance(one.content, Content):
            yield one


def naming(work: Work, kinds: Kinds, field: str) -> Iterator[Found]:
    """Give the records whose bodies may have a field: the caller looks."""
    yield from _live(work, kinds, may_have=[field])


def made_from(work: Work, kinds: Kinds) -> Iterator[Found]:
    """Give the records that say they were made of others."""
    return (one for one in _live(work, kinds) if one.sources)


def record(work: Work, kinds: Kinds, name: str) -> Found:
    """Return one live record, in quarantine or not.

    Raises:
        NotFound: it was withdrawn, its KPA is not followed, or it never was here.
    """
    parts = RECORD.fullmatch(name)
    if parts is None:
        raise NotFound()
    at = sa.and_(LogRow.origin == parts[1], RecordRow.record == int(parts[2]))
    for found in _live(work, kinds, at):
        if found.name == name:
            return found
    raise NotFound(N_("Cette fiche n'est pas ici. Elle a peut-être été retirée."))


def quarantine(work: Work, kinds: Kinds) -> list[Found]:
    """Return the records that are put aside, with the reason of each."""
    return [one for one in _live(work, kinds) if isinstance(one.content, Unread)]


def void_lines(work: Work) -> list[tuple[Origin, int, str]]:
    """Return the lines without effect of the logs that are shown: origin, place and reason."""
    shown = origins(work)
    query = (
        sa.select(LogRow.origin, EntryRow.place, EntryRow.void)
        .join(LogRow, LogRow.id == EntryRow.log_id)
        .where(EntryRow.void.is_not(None), is_shown(work))
        .order_by(LogRow.origin, EntryRow.place)
    )
    rows = work.session.execute(query.limit(ROWS))
    return [(shown[origin], place, str(void)) for origin, place, void in rows]


def chain(work: Work, kinds: Kinds, found: Found) -> list[tuple[int, str, Found | None]]:
    """Return what a record was made of: how far back, the name, and the record if it is here."""
    steps: list[tuple[int, str, Found | None]] = []
    seen = {found.name}

    def walk(one: Found, depth: int) -> None:
        for name, _revision in one.sources:
            if name in seen or depth > SOURCES_FAR or len(steps) >= ROWS:
                continue
            seen.add(name)
            try:
                source = record(work, kinds, name)
            except NotFound:
                steps.append((depth, name, None))
                continue
            steps.append((depth, name, source))
            walk(source, depth + 1)

    walk(found, 1)
    return steps


def _live(
    work: Work, kinds: Kinds, *where: sa.ColumnElement[bool], may_have: list[str] | None = None
) -> Iterator[Found]:
    """Give live records, the newest first; read a few at a time, so that a page costs a page."""
    shown, first = origins(work), aliased(EntryRow)
    order = (RecordRow.changed_on.desc(), RecordRow.log_id, RecordRow.place.desc())
    keys = work.session.execute(
        sa.select(RecordRow.log_id, RecordRow.record)
        .join(LogRow, LogRow.id == RecordRow.log_id)
        .where(RecordRow.op == "put", RecordRow.kind.not_in(RESERVED), is_shown(work), *where)
        .order_by(*order)
    ).all()
    query = (
        sa.select(RecordRow, LogRow.origin, EntryRow.line, EntryRow.body, first.line)
        .join(LogRow, LogRow.id == RecordRow.log_id)
        .join(EntryRow, _entry(EntryRow, RecordRow.place))
        .join(first, _entry(first, RecordRow.record))
        .order_by(*order)
    )
    named = sa.tuple_(RecordRow.log_id, RecordRow.record)
    for at in range(0, len(keys), ROWS):
        part = [tuple(key) for key in keys[at : at + ROWS]]
        for row, origin, line, body, named_by in work.session.execute(query.where(named.in_(part))):
            if may_have and not _may_have(body, may_have):
                continue
            name = record_name(origin, row.record, leaf_hash(named_by))
            yield _found(work, kinds, name, shown[origin], row, read_entry(line), body)


def _found(
    work: Work,
    kinds: Kinds,
    name: str,
    origin: Origin,
    row: RecordRow,
    entry: Entry,
    body: bytes | None,
) -> Found:
    kind = kinds.get(row.kind)
    content, made = read_content(entry, body, kind), None
    if isinstance(content, Content) and kind is not None and kind.from_wire is not None:
        read = kind.from_wire
        said = content.body
        try:
            made = work.instance.plugins.guarded(
                kinds.owners[row.kind], "from_wire", lambda: read(said)
            )
        except KpaError:
            content = Unread("senseless")
    title = title_of(content.body, row.kind) if isinstance(content, Content) else row.kind
    sources = tuple((s["record"], s["revision"]) for s in entry.fields.get("derived_from", ()))
    return Found(
        name,
        origin,
        row.record,
        row.kind,
        kind,
        title,
        row.licence,
        row.revision,
        row.changed_on,
        content,
        sources,
        made,
    )


def _entry(entry: Any, place: Any) -> sa.ColumnElement[bool]:
    return sa.and_(entry.log_id == RecordRow.log_id, entry.place == place)


def is_shown(work: Work) -> sa.ColumnElement[bool]:
    """Return what is true of logs whose records are shown."""
    return named.is_shown(work.session)


def _may_have(body: bytes | None, wanted: list[str]) -> bool:
    """Tell whether a body can have the words, before the dearer reading of what it says."""
    text = fold_text((body or b"").decode("utf-8", "replace"))
    return all(word in text for word in wanted)


def _has(found: Found, content: Content, wanted: list[str]) -> bool:
    text = fold_text(words(content.body)) if wanted else ""
    return all(word in text for word in wanted)
