"""Drafts that nobody types: of a plugin's own thing, such as a menu, or of a record of ours."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from kpa_core.api import NotFound, Work
from kpa_federation.catalogue.licences import DEFAULT, allowed_licences
from kpa_federation.records.checking import CREDIT
from kpa_federation.records.content import Content
from kpa_federation.records.drafts import WRITE, change_draft, draft_of, kept, write_draft
from kpa_federation.records.kinds import Kinds, kinds
from kpa_federation.records.models import DraftRow, TakenRow
from kpa_federation.records.reading import Found, record


def draft_thing(work: Work, kind: str, thing_id: UUID) -> DraftRow:
    """Write, or write anew, the draft of one of a plugin's own things.

    What the thing was made of comes along, with its credit and its licence.

    Raises:
        NotFound: nothing like that can be shared, or it is not for this actor.
    """
    with work.transaction() as session:
        work.require(WRITE)
        known = kinds(work)
        body, sources = _of_thing(work, known, kind, thing_id)
        row = session.scalar(
            sa.select(DraftRow).where(
                DraftRow.kind == kind, DraftRow.thing_id == thing_id, DraftRow.state != "withdrawn"
            )
        )
        if row is None:
            allowed = allowed_licences([one["licence"] for one in sources])
            licence = next(iter([one for one in (DEFAULT,) if one in allowed] or allowed), DEFAULT)
            row = write_draft(work, kind, body, licence, sources)
            row.thing_id = thing_id
        elif row.body != _with_place(body, row):
            body = _with_place(body, row)
            row = change_draft(work, row.id, row.version, body, row.licence)
    return row


def draft_again(work: Work, name: str) -> DraftRow:
    """Write the draft of a record of ours that has none, as after a lost server.

    Its files do not come back with it: they are not in the log.

    Raises:
        NotFound: it is none of ours, it was withdrawn, or its words are not here.
    """
    with work.transaction() as session:
        work.require(WRITE)
        found = record(work, kinds(work), name)
        if not found.origin.is_own or not isinstance(found.content, Content):
            raise NotFound()
        row = draft_of(work, found.number)
        if row is None:
            said = dict(found.content.body)
            credit = said.pop(CREDIT, "") if found.sources else ""
            row = write_draft(work, found.kind, said, found.licence, _sources(work, found, credit))
            row.state, row.record, row.revision = "published", found.number, found.revision
            row.unsent = False
            session.flush()
    return row


def _sources(work: Work, found: Found, credit: str) -> list[dict[str, Any]]:
    """Return what a record was made of; the licence of a source that is gone is the record's."""
    made = []
    for name, revision in found.sources:
        kept_here = _source(work, name)
        said = {"record": name, "revision": revision, "licence": found.licence, "credit": credit}
        made.append({**said, **(kept_here[0] if kept_here else {}), "revision": revision})
    return made


def _with_place(body: dict[str, Any], row: DraftRow) -> dict[str, Any]:
    """Return a body with the place that was typed for the record: the thing has none."""
    place = row.body.get("place")
    return body if not place or "place" in body else {**body, "place": place}


def _of_thing(
    work: Work, known: Kinds, kind: str, thing_id: UUID
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Ask the plugin for the body of its thing, and for what the thing was made of."""
    brought = known.get(kind)
    if brought is None or brought.to_wire is None:
        raise NotFound()
    write, made_from = brought.to_wire, brought.made_from
    owner, plugins = known.owners[kind], work.instance.plugins
    with work.for_plugin(owner) as lent:
        body = plugins.guarded(owner, "to_wire", lambda: write(lent, thing_id))
        names = (
            plugins.guarded(owner, "made_from", lambda: list(made_from(lent, thing_id)))
            if made_from is not None
            else []
        )
    if body is None:
        raise NotFound()
    return kept(body), [one for name in names for one in _source(work, name)]


def _source(work: Work, name: str) -> list[dict[str, Any]]:
    """Return what was written down when a record was taken over."""
    query = sa.select(TakenRow).where(TakenRow.record == name)
    row = work.session.scalar(query.order_by(TakenRow.created_at.desc()).limit(1))
    if row is None:
        return []
    said = {"revision": row.revision, "licence": row.licence, "credit": row.credit}
    return [{"record": name, **said}]
