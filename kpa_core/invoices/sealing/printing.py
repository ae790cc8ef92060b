"""The files of a document: those made at issue as they are, the PDF of the others made once."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core.errors import N_, KpaError, NotFound, Unavailable
from kpa_core.files import StoredFile
from kpa_core.invoices import documents
from kpa_core.invoices.models import Document, DocumentFile
from kpa_core.invoices.sealing.makers import COLUMNS, PDF, XML, look_of
from kpa_core.work import Work


def pdf_of(work: Work, document: Document) -> bytes:
    """Return a document's PDF.

    What bears a number has the one that was sealed with it, and never another. Of a quote or a
    hand-over, whoever asks before the worker made it makes it; a disk that is full keeps nobody
    from reading: the PDF is kept later.

    Raises:
        Unavailable: the sealed file is gone, or is another.
    """
    kept = _kept(work, document)
    if kept is not None:
        return read_kept(work, document, PDF, kept)
    data = _rendered(work, document)
    with suppress(KpaError):
        _keep(work, document, data)
    return data


def xml_of(work: Work, document: Document) -> bytes:
    """Return the XML sealed with a document (CII, the one inside its PDF).

    Papers issued before kpa kept one have it made of what was frozen.

    Raises:
        NotFound: the document is no invoice of ours.
        Unavailable: the sealed file is gone, or is another.
    """
    from kpa_core.invoices.formats.cii import cii

    if document.number is None:
        raise NotFound()
    kept = _kept(work, document, XML)
    if kept is not None:
        return read_kept(work, document, XML, kept)
    return cii(documents.snapshot_of(document), work.instance.texts.gettext)


def ubl_of(work: Work, document: Document) -> bytes:
    """Return a document in UBL, for who reads nothing else; it is not kept.

    Raises:
        NotFound: the document is no invoice of ours.
    """
    from kpa_core.invoices.formats.ubl import ubl

    if document.number is None:
        raise NotFound()
    return ubl(documents.snapshot_of(document), work.instance.texts.gettext)


def read_kept(work: Work, document: Document, media_type: str, kept: StoredFile) -> bytes:
    """Return a file kept beside a document; one that was sealed with it is that very one.

    Raises:
        Unavailable: it is not the one that was sealed.
    """
    data = work.instance.files.read(kept)
    sealed = getattr(document, COLUMNS[media_type]) if media_type in COLUMNS else None
    if sealed is not None and hashlib.sha256(data).digest() != sealed:
        raise Unavailable(
            N_("Le fichier de {name} n'est pas celui d'origine. Reprends-le d'une sauvegarde."),
            name=documents.shown_name(document),
        )
    return data


def make_pdf(work: Work, payload: Mapping[str, Any]) -> None:
    """The job that prints a document after it was issued."""
    document = work.session.get_one(Document, UUID(payload["document_id"]))
    if _kept(work, document) is None:
        _keep(work, document, _rendered(work, document))


def file_name(work: Work, document: Document, ending: str) -> str:
    """Return a name that starts with the KPA's code at its carrier, which serves several."""
    code = documents.carrier_of(work.session, document).analytic_code
    parts = (code, documents.shown_name(document))
    return "-".join(part.replace("/", "-") for part in parts if part) + f".{ending}"


def safe_name(name: str) -> str:
    """Return a name every system takes for a file."""
    kept = (one if one.isascii() and (one.isalnum() or one in "-_.") else "-" for one in name)
    return "".join(kept).lstrip(".-")[:80] or "kpa"


def _rendered(work: Work, document: Document) -> bytes:
    from kpa_core.invoices.paper.typst_pdf import render_pdf  # heavy: only who prints pays for it

    paper = documents.snapshot_of(document)
    return render_pdf(paper, work.instance.texts.gettext, look=look_of(work.instance))


def _keep(work: Work, document: Document, data: bytes) -> None:
    with work.transaction() as session:
        # Locked: the worker may be printing it at this very moment.
        locked = session.get_one(Document, document.id, with_for_update=True)
        if _kept(work, locked) is None:
            row = work.instance.files.keep(
                session, data, media_type=PDF, scope=locked.scope, within_quota=False
            )
            session.add(DocumentFile(document_id=locked.id, media_type=PDF, file_id=row.id))
            session.flush()


def stored_files(session: Session, document: Document) -> dict[str, StoredFile]:
    """Return the files kept of a document by what they are, in that order."""
    query = (
        sa.select(DocumentFile.media_type, StoredFile)
        .join(StoredFile, StoredFile.id == DocumentFile.file_id)
        .where(DocumentFile.document_id == document.id)
        .order_by(DocumentFile.media_type)
    )
    return dict(iter(session.execute(query)))


def _kept(work: Work, document: Document, media_type: str = PDF) -> StoredFile | None:
    found = stored_files(work.session, document).get(media_type)
    sealed = document.pdf_sha256 if media_type == PDF else document.xml_sha256
    if found is None and sealed is not None:
        raise Unavailable(
            N_("Le fichier de {name} n'est plus là. Reprends-le d'une sauvegarde."),
            name=documents.shown_name(document),
        )
    return found
