"""Records as they are written here, before anyone else can read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from kpa_core.api import INSTANCE, N_, Conflict, NotFound, Refused, Scope, Work
from kpa_federation.catalogue.licences import DEFAULT, licence_of
from kpa_federation.protocol import limits
from kpa_federation.protocol.bodies import Attachment, write_body
from kpa_federation.protocol.errors import ProtocolError
from kpa_federation.records import files
from kpa_federation.records.checking import CREDIT, Trouble, troubles
from kpa_federation.records.kinds import kinds
from kpa_federation.records.models import DraftFileRow, DraftRow

WRITE = "federation.write"
PUBLISH = "federation.publish"


def scope_of_draft(session: Session, draft_id: UUID) -> Scope | None:
    """Return where a draft belongs: to the whole KPA."""
    return INSTANCE if session.get(DraftRow, draft_id) else None


def drafts(work: Work) -> list[DraftRow]:
    """Return what was written here, the newest first."""
    work.require(WRITE)
    order = (DraftRow.created_at.desc(), DraftRow.id)
    return list(work.session.scalars(sa.select(DraftRow).order_by(*order)))


def find_draft(work: Work, draft_id: UUID) -> DraftRow:
    """Return a draft.

    Raises:
        NotFound: there is none, or not for this actor.
    """
    row = work.session.get(DraftRow, draft_id)
    if row is None or not work.can(WRITE):
        raise NotFound()
    return row


def draft_of(work: Work, number: int) -> DraftRow | None:
    """Return the draft of one of our records, if the actor may see it."""
    if not work.can(WRITE):
        return None
    return work.session.scalar(sa.select(DraftRow).where(DraftRow.record == number))


def may_change(work: Work, row: DraftRow) -> bool:
    """Tell whether the actor may change a draft: who wrote it, and whoever may publish."""
    wrote = row.created_by is not None and row.created_by == work.actor.party_id
    return (wrote and work.can(WRITE)) or work.can(PUBLISH)


def to_change(work: Work, draft_id: UUID) -> DraftRow:
    """Return a draft that the actor may change.

    Raises:
        NotFound: there is none, or it is somebody else's.
        Refused: it was withdrawn.
    """
    row = find_draft(work, draft_id)
    if not may_change(work, row):
        raise NotFound()
    if row.state == "withdrawn":
        raise Refused(N_("Cette fiche est retirée. Écris-en une autre."))
    return row


def write_draft(
    work: Work,
    kind: str,
    body: Mapping[str, Any],
    licence: str = DEFAULT,
    derived_from: Sequence[Mapping[str, Any]] = (),
) -> DraftRow:
    """Write a new draft; it is checked when it is published.

    Raises:
        Refused: nobody here knows the kind or the licence, or it is too long to travel.
    """
    with work.transaction() as session:
        work.require(WRITE)
        kinds(work).known(kind)
        row = DraftRow(
            kind=kind,
            body=kept(body),
            licence=_licence(licence),
            derived_from=[dict(one) for one in derived_from],
            created_by=work.actor.party_id,
        )
        session.add(row)
        session.flush()
        work.record(WRITE, row, after={"kind": kind, "licence": licence})
    return row


def change_draft(
    work: Work, draft_id: UUID, version: int, body: Mapping[str, Any], licence: str
) -> DraftRow:
    """Change what a draft says; what was published stays as it is until it is published again.

    Raises:
        Conflict: someone else changed it in between.
        Refused: it was withdrawn.
    """
    with work.transaction():
        row = to_change(work, draft_id)
        if row.version != version:
            raise Conflict(N_("Quelqu'un d'autre a changé cette fiche. Rouvre-la."))
        before = {"licence": row.licence}
        row.body, row.licence, row.unsent = kept(body), _licence(licence), True
        work.record(WRITE, row, before=before, after={"licence": licence})
    return row


def drop_draft(work: Work, draft_id: UUID) -> None:
    """Throw away a draft that was never published.

    Raises:
        Refused: it was published; it can be withdrawn.
    """
    with work.transaction() as session:
        row = to_change(work, draft_id)
        if row.state != "draft":
            raise Refused(N_("Cette fiche est publiée. Tu peux la retirer."))
        for one in files.files_of(session, row.id):
            files.forget(work, one)
        work.record(WRITE, row, before={"kind": row.kind})
        session.delete(row)


def add_file(work: Work, draft_id: UUID, name: str, data: bytes) -> DraftFileRow:
    """Put a file beside a draft, without what it hid.

    Raises:
        Refused: the kind carries none, there are enough, or the file may not go.
    """
    with work.transaction():
        row = to_change(work, draft_id)
        if not kinds(work).known(row.kind).files:
            raise Refused(N_("Ce genre de fiche ne porte pas de fichier."), field="files")
        made = files.keep(work, row.id, name, data)
        _touch(row)
        work.record(WRITE, row, after={"file": made.sha256})
    return made


def remove_file(work: Work, draft_id: UUID, sha256: str) -> None:
    """Take a file off a draft.

    Raises:
        NotFound: the draft has no such file.
    """
    with work.transaction() as session:
        row = to_change(work, draft_id)
        found = [one for one in files.files_of(session, row.id) if one.sha256 == sha256]
        if not found:
            raise NotFound()
        files.forget(work, found[0])
        _touch(row)
        work.record(WRITE, row, before={"file": sha256})


def check_draft(work: Work, row: DraftRow) -> list[Trouble]:
    """Return all that stands against publishing a draft."""
    known = kinds(work)
    return troubles(
        work,
        known,
        known.known(row.kind),
        row.body,
        licence=row.licence,
        sources=tuple(one["licence"] for one in row.derived_from),
        credit=_credit(row),
        file_words=files.words_of(work, row.id),
    )


def wire_body(work: Work, row: DraftRow) -> bytes:
    """Return the body as it is published: salted, with its files and the credit of its sources.

    Raises:
        Refused: it is too long to travel.
    """
    beside = tuple(
        Attachment(one.sha256, one.size, one.name) for one in files.files_of(work.session, row.id)
    )
    said = dict(row.body)
    if row.derived_from:
        said[CREDIT] = _credit(row)
    return _written(said, beside)


def _credit(row: DraftRow) -> str:
    return "\n".join(one["credit"] for one in row.derived_from)


def _touch(row: DraftRow) -> None:
    """Count a change of the files as one of the draft: nobody publishes what they did not see."""
    row.unsent = True
    flag_modified(row, "unsent")


def _licence(spdx: str) -> str:
    if licence_of(spdx) is None:
        raise Refused(N_("Choisis une licence de la liste."), field="licence")
    return spdx


def kept(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a body without what is empty.

    Raises:
        Refused: it is too long to travel, or has a sign that cannot.
    """
    said = {name: value for name, value in body.items() if value not in ("", None, [])}
    _written(said, ())
    return said


def _written(body: dict[str, Any], beside: tuple[Attachment, ...]) -> bytes:
    try:
        return write_body(body, beside)
    except ProtocolError as error:
        if error.code == "too_long":
            raise Refused(
                N_("Cette fiche est trop longue. Il faut moins de {most} Ko."),
                most=limits.BODY // 1024,
            ) from error
        raise Refused(N_("Cette fiche a un signe qui ne peut pas voyager.")) from error
