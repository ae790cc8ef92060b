"""Take a person out of what was published: the records that name them are withdrawn everywhere.

It is done when they take their yes back, and when they are forgotten. The words go too: every KPA
erases them some days later.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

import sqlalchemy as sa

from kpa_core.api import PluginWork, Work, ask_later, now
from kpa_federation.catalogue import linter
from kpa_federation.catalogue.people_named import PersonName
from kpa_federation.log.models import EntryRow, LogRow, RecordRow
from kpa_federation.own.writing import own_origin
from kpa_federation.protocol.bodies import read_body
from kpa_federation.records import files

JOB = "federation.unname"


def withdraw_later(work: Work | PluginWork, person_id: UUID, names: Sequence[PersonName]) -> None:
    """Have our records that name a person be withdrawn, once this is committed."""
    found = sorted(_naming(work, names))
    if found:
        ask_later(work, JOB, {"records": found}, key=f"{person_id}:{now():%Y%m%d%H%M%S%f}")


def _naming(work: Work | PluginWork, names: Sequence[PersonName]) -> Iterator[int]:
    """Yield our live records that name somebody, by their number: also inside their files."""
    session = work.session
    place = sa.and_(EntryRow.log_id == RecordRow.log_id, EntryRow.place == RecordRow.place)
    live = (
        sa.select(RecordRow.record, EntryRow.body)
        .join(LogRow, LogRow.id == RecordRow.log_id)
        .join(EntryRow, place)
        .where(LogRow.origin == own_origin(session), RecordRow.op == "put")
        .where(EntryRow.body.is_not(None))
    )
    for number, body in session.execute(live).all():
        assert body is not None  # asked for
        said, listed = read_body(body)
        beside = files.words_in(work, listed)
        found = linter.findings({**said, "files": beside}, names)
        if any(one.kind == "person_name" for one in found):
            yield number
