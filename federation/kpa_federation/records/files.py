"""Files beside a draft: clean when they come in, kept by the core, named by their hash."""

from __future__ import annotations

import hashlib
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core.api import INSTANCE, N_, NotFound, Refused, StoredFile, Work
from kpa_federation.blobs import named
from kpa_federation.catalogue.attachments import JPEG, clean_file
from kpa_federation.own.writing import own_origin
from kpa_federation.protocol.limits import ATTACHMENTS
from kpa_federation.records.models import DraftFileRow


def files_of(session: Session, draft_id: UUID) -> list[DraftFileRow]:
    """Return the files of a draft, in the order they came."""
    query = sa.select(DraftFileRow).where(DraftFileRow.draft_id == draft_id)
    return list(session.scalars(query.order_by(DraftFileRow.created_at, DraftFileRow.id)))


def keep(work: Work, draft_id: UUID, name: str, data: bytes) -> DraftFileRow:
    """Clean a file and keep it beside a draft, in the caller's transaction.

    Raises:
        Refused: it may not go, it is there already, or there are enough.
    """
    clean, session = clean_file(name, data), work.session
    digest, here = hashlib.sha256(clean.data).hexdigest(), files_of(session, draft_id)
    if len(here) >= ATTACHMENTS:
        raise Refused(N_("Il y a déjà {count} fichiers."), field="files", count=len(here))
    if digest in {one.sha256 for one in here}:
        raise Refused(N_("Ce fichier est déjà là."), field="files")
    stored = work.instance.files.keep(
        session, clean.data, media_type=clean.media_type, scope=INSTANCE
    )
    row = DraftFileRow(
        draft_id=draft_id,
        file_id=stored.id,
        name=clean.name,
        sha256=digest,
        size=len(clean.data),
        media_type=clean.media_type,
        created_by=work.actor.party_id,
    )
    session.add(row)
    session.flush()
    return row


def forget(work: Work, row: DraftFileRow) -> None:
    """Remove a file from its draft, and its bytes when nothing else shows them."""
    session = work.session
    stored = _stored(session, row)
    session.delete(row)
    session.flush()
    work.instance.files.forget(session, stored, work.after_commit)


def read(work: Work, sha256: str) -> tuple[DraftFileRow, bytes]:
    """Return a file of ours by its hash, and its bytes.

    Raises:
        NotFound: no draft has it, or it is damaged.
    """
    row = work.session.scalar(sa.select(DraftFileRow).where(DraftFileRow.sha256 == sha256).limit(1))
    if row is None:
        raise NotFound()
    return row, work.instance.files.read(_stored(work.session, row))


def is_here(work: Work, sha256: str) -> bool:
    """Tell whether a file can be read here."""
    mine = sa.select(DraftFileRow.id).where(DraftFileRow.sha256 == sha256)
    return work.session.scalar(mine.limit(1)) is not None


def published(session: Session, sha256: str) -> StoredFile | None:
    """Return a file of ours that a live record names, for those who ask by its hash.

    That its draft was published says nothing: it may have come beside it afterwards.
    """
    found = kept(session, sha256)
    if found is None or not named.is_named(session, sha256, own_origin(session)):
        return None
    return found


def kept(session: Session, sha256: str) -> StoredFile | None:
    """Return a file that is beside a draft, published or not: show it to nobody."""
    query = (
        sa.select(StoredFile)
        .join(DraftFileRow, DraftFileRow.file_id == StoredFile.id)
        .where(DraftFileRow.sha256 == sha256)
    )
    return session.scalar(query.limit(1))


def words_of(work: Work, draft_id: UUID) -> dict[str, dict[str, str]]:
    """Return the texts of a draft's files, by the file's name, for the linter."""
    found = {}
    for row in files_of(work.session, draft_id):
        if row.media_type == JPEG:  # only its name can be read
            found[row.name] = {"name": row.name.rpartition(".")[0].replace("_", " ")}
        else:
            data = work.instance.files.read(_stored(work.session, row))
            found[row.name] = clean_file(row.name, data).words
    return found


def _stored(session: Session, row: DraftFileRow) -> StoredFile:
    return session.get_one(StoredFile, row.file_id)
