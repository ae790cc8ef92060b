"""The files of an issued document: its XML and its PDF, made before its seal and kept with it.

They are made inside the issuing transaction, so that an invoice is never shown as issued without
them, and their hashes join the chain of its series.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kpa_core.instance import Instance
from kpa_core.invoices.models import Document, DocumentFile
from kpa_core.invoices.paper.snapshot import Snapshot
from kpa_core.work import Work

if TYPE_CHECKING:
    from kpa_core.invoices.paper.typst_pdf import Look

PDF, XML = "application/pdf", "application/xml"
COLUMNS = {XML: "xml_sha256", PDF: "pdf_sha256"}


@dataclass(frozen=True)
class Made:
    """One file of a document, ready to be kept."""

    media_type: str
    data: bytes

    @property
    def sha256(self) -> bytes:
        """The hash that joins the chain."""
        return hashlib.sha256(self.data).digest()

    @property
    def column(self) -> str:
        """The column of the document that bears the hash."""
        return COLUMNS[self.media_type]


def make(work: Work, paper: Snapshot) -> tuple[Made, ...]:
    """Return the files of a paper that bears a number: its XML, and its PDF with the XML inside."""
    # Heavy: only who issues pays for it.
    from kpa_core.invoices.formats.cii import cii
    from kpa_core.invoices.formats.facturx_pdf import facturx_pdf

    say = work.instance.texts.gettext
    xml = cii(paper, say)
    pdf = facturx_pdf(paper, xml, say, look=look_of(work.instance))
    return Made(XML, xml), Made(PDF, pdf)


def look_of(instance: Instance) -> Look:
    """Return how the papers of a KPA look: its colour, its picture if it can be read."""
    from kpa_core.invoices.paper.typst_pdf import Look

    settings = instance.settings
    path = (settings.root / settings.instance.logo).resolve()
    if settings.instance.logo and path.is_relative_to(settings.root.resolve()) and path.is_file():
        return Look(settings.instance.accent, path.read_bytes())
    return Look(settings.instance.accent)


def keep(work: Work, document: Document, files: tuple[Made, ...]) -> None:
    """Store the files of a document, in the current transaction."""
    for one in files:
        row = work.instance.files.keep(
            work.session,
            one.data,
            media_type=one.media_type,
            scope=document.scope,
            within_quota=False,
        )
        work.session.add(
            DocumentFile(document_id=document.id, media_type=one.media_type, file_id=row.id)
        )
    work.session.flush()
