"""A plugin's own things, such as a menu, written as drafts of records."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from kpa_core.api import NotFound, Work
from kpa_federation.catalogue.licences import DEFAULT, allowed_licences
from kpa_federation.records.drafts import WRITE, change_draft, kept, write_draft
from kpa_federation.records.kinds import Kinds, kinds
from kpa_federation.records.models import DraftRow, TakenRow


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
        elif row.body != body:
            row = change_draft(work, row.id, row.version, body, row.licence)
    return row


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
