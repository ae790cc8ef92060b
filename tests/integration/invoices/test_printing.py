"""The PDF of a paper: made once, kept, in the words of its own language."""

from __future__ import annotations

import hashlib
import io

import pikepdf
import pytest
import sqlalchemy as sa
from sqlalchemy.orm.attributes import set_committed_value

from kpa_core.errors import Unavailable
from kpa_core.files import StoredFile
from kpa_core.i18n import locale_set
from kpa_core.invoices import documents
from kpa_core.invoices.exports import month_file, months
from kpa_core.invoices.making import issuing
from kpa_core.invoices.models import DocumentFile
from kpa_core.invoices.proof import archive
from kpa_core.invoices.sealing import printing
from kpa_core.jobs import run_due


def test_the_pdf_is_made_once_and_kept(house, monkeypatch) -> None:
    document = house.issued()
    run_due(house.kpa.instance)

    with house.work() as work:
        monkeypatch.setattr(printing, "_rendered", lambda *_: pytest.fail("printed anew"))
        assert printing.pdf_of(work, document).startswith(b"%PDF-")
        printing.make_pdf(work, {"document_id": str(document.id)})
        query = sa.select(sa.func.count(DocumentFile.id)).where(
            DocumentFile.document_id == document.id, DocumentFile.media_type == "application/pdf"
        )
        assert work.session.scalar(query) == 1


def test_an_invoice_is_shown_with_the_files_it_was_sealed_with(house) -> None:
    document = house.issued()
    with house.work() as work:
        pdf, xml = printing.pdf_of(work, document), printing.xml_of(work, document)
        assert document.pdf_sha256 == hashlib.sha256(pdf).digest()
        assert document.xml_sha256 == hashlib.sha256(xml).digest()
        with pikepdf.open(io.BytesIO(pdf)) as opened:
            assert opened.attachments["factur-x.xml"].get_file().read_bytes() == xml


def test_a_sealed_file_that_is_gone_is_not_made_again(drafting_house) -> None:
    document = drafting_house.issued()
    with drafting_house.work() as work:
        set_committed_value(document, "pdf_sha256", bytes(32))
        with pytest.raises(Unavailable, match="sauvegarde"):
            printing.pdf_of(work, document)


def test_the_words_of_the_law_are_in_the_documents_language(house) -> None:
    """Whoever presses the button reads English; the French customer's notes stay French."""
    order_id = house.done()
    with house.work() as work, locale_set("en"):
        document = issuing.issue(work, order_id)

    notes = [note.text for note in documents.snapshot_of(document).notes]
    assert any("Pénalités de retard" in note for note in notes)


def test_photos_never_keep_a_paper_from_being_kept(house) -> None:
    document = house.issued()
    house.kpa.instance.files.quota = 0
    with house.work() as work:
        first = printing.pdf_of(work, document)
        kept = work.session.scalar(sa.select(DocumentFile))
        assert kept is not None
        assert kept.document_id == document.id
        assert printing.pdf_of(work, document) == first


def test_another_file_than_the_sealed_one_is_never_served(house) -> None:
    """Somebody with the database in hand names the file of another invoice."""
    document, other = house.issued(), house.issued()
    with house.kpa.instance.engine.begin() as connection:
        for media_type in ("application/pdf", "application/xml"):
            mine, theirs = (
                sa.select(DocumentFile.file_id)
                .where(DocumentFile.document_id == one.id, DocumentFile.media_type == media_type)
                .scalar_subquery()
                for one in (document, other)
            )
            digest, size = connection.execute(
                sa.select(StoredFile.sha256, StoredFile.size).where(StoredFile.id == theirs)
            ).one()
            change = sa.update(StoredFile).where(StoredFile.id == mine)
            connection.execute(change.values(sha256=digest, size=size))

    with house.work("host") as work:
        carrier = documents.carrier_of(work.session, document)
        month = months.month_of("2026-11")
        for serve in (
            lambda: printing.pdf_of(work, document),
            lambda: printing.xml_of(work, document),
            lambda: archive.to_zip(work, archive.chosen(work), io.BytesIO()),
            lambda: month_file.write_month(work, carrier, month, io.BytesIO()),
        ):
            with pytest.raises(Unavailable, match="celui d'origine"):
                serve()
        assert printing.pdf_of(work, other).startswith(b"%PDF-")
