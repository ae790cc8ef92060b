"""Files beside a draft: clean when they come in, kept by the core, named by their hash."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core.api import (
    INSTANCE,
    N_,
    KpaError,
    NotFound,
    PluginWork,
    Refused,
    StoredFile,
    Work,
    read_file,
)
from kpa_federation.blobs import named
from kpa_federation.catalogue.attachments import JPEG, clean_file
from kpa_federation.log.models import LogRow, RecordRow
from kpa_federation.own.writing import own_origin
from kpa_federation.protocol.bodies import Attachment
from kpa_federation.protocol.limits import ATTACHMENTS
from kpa_federation.records.models import DraftFileRow, DraftRow


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


def forget_purged(work: Work) -> None:
    """Remove the files of our records that were withdrawn with their words, by us or elsewhere."""
    purged = (
        sa.select(RecordRow.record)
        .join(LogRow, LogRow.id == RecordRow.log_id)
        .where(LogRow.origin == own_origin(work.session), RecordRow.op == "purge")
    )
    with work.transaction() as session:
        of_it = sa.select(DraftRow.id).where(DraftRow.record.in_(purged))
        theirs = sa.select(DraftFileRow).where(DraftFileRow.draft_id.in_(of_it))
        for row in session.scalars(theirs).all():
            forget(work, row)


def words_of(work: Work, draft_id: UUID) -> dict[str, dict[str, str]]:
    """Return the texts of a draft's files, by the file's name, for the linter.

    Of files of one name each is told, from the second on by its number.
    """
    found: dict[str, dict[str, str]] = {}
    counts: Counter[str] = Counter()
    for row in files_of(work.session, draft_id):
        counts[row.name] += 1
        count = counts[row.name]  # a tidy name has no brackets
        called = row.name if count == 1 else f"{row.name} ({count})"
        found[called] = _words(work, row.name, _stored(work.session, row))
    return found


def words_in(work: Work | PluginWork, listed: Iterable[Attachment]) -> list[dict[str, str]]:
    """Return the texts of files that a record of ours names; of one that is not here, its name."""
    found = []
    for one in listed:
        found.append(_words(work, one.name, None))
        stored = kept(work.session, one.sha256)
        with suppress(KpaError):  # damaged
            found.append(_words(work, one.name, stored))
    return found


def _words(work: Work | PluginWork, name: str, stored: StoredFile | None) -> dict[str, str]:
    if stored is None or stored.media_type == JPEG:  # only its name can be read
        return {"name": name.rpartition(".")[0].replace("_", " ")}
    return clean_file(name, read_file(work, stored)).words


def _stored(session: Session, row: DraftFileRow) -> StoredFile:
    return session.get_one(StoredFile, row.file_id)
