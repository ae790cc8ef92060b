"""What proves that nothing changed: files under the seal, ends kept elsewhere, the archive."""

from __future__ import annotations

import hashlib
import json
import subprocess
import zipfile
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from kpa_core.errors import Misuse
from kpa_core.files import StoredFile
from kpa_core.invoices import guards
from kpa_core.invoices.models import Document, DocumentFile, Series
from kpa_core.invoices.paper.chain import Head
from kpa_core.invoices.paper.snapshot import Snapshot
from kpa_core.invoices.proof import archive, heads, verification


def path_of(house: Any, document: Document) -> Path:
    with house.work() as work:
        digest = work.session.scalar(
            sa.select(StoredFile.sha256)
            .join(DocumentFile, DocumentFile.file_id == StoredFile.id)
            .where(DocumentFile.document_id == document.id)
            .order_by(DocumentFile.media_type)
            .limit(1)
        )
    folder = house.kpa.instance.files.folder
    (found,) = [one for one in folder.glob("??/*") if one.parent.name + one.name == digest]
    return found  # type: ignore[no-any-return]


def bad(house: Any, **more: Any) -> list[tuple[str, str]]:
    with house.work("kpa") as work:
        told = verification.verify(work.session, files=work.instance.files, **more)
    return [(one.bad, one.reason) for one in told if not one.holds]


def test_a_changed_or_lost_file_on_the_disk_is_named(house) -> None:
    house.issued()
    document = house.issued()
    assert bad(house) == []
    path = path_of(house, document)
    data = path.read_bytes()

    path.chmod(0o600)
    path.write_bytes(data[:-1] + b"x")
    assert bad(house) == [(document.number, "file")]
    path.unlink()
    assert bad(house) == [(document.number, "file")]
    path.write_bytes(data)
    assert bad(house) == []


def test_a_head_kept_elsewhere_tells_of_a_cut_tail(house) -> None:
    for _ in range(3):
        house.issued()
    with house.work("kpa") as work:
        (kept,) = [one for one in heads.heads(work.session) if one.name == "Optéos/KPA"]
    assert kept.count == 3
    assert kept.witness == f"Optéos/KPA=3:{kept.sha256}"
    with house.kpa.instance.engine.begin() as connection:
        drop_guards(connection)
        second = connection.execute(
            sa.select(Document.hash, Document.series_id).where(Document.number == "KPA-2026-0002")
        ).one()
        gone = sa.select(Document.id).where(Document.number == "KPA-2026-0003").scalar_subquery()
        connection.execute(sa.delete(DocumentFile).where(DocumentFile.document_id == gone))
        connection.execute(sa.delete(Document).where(Document.number == "KPA-2026-0003"))
        end = {"head": second.hash, "chain_length": 2, "last_sequence": 2}
        connection.execute(sa.update(Series).where(Series.id == second.series_id).values(end))

    witnesses = {kept.name: [Head(kept.count, bytes.fromhex(kept.sha256))]}
    assert ("KPA-2026-0002", "missing") in bad(house, witnesses=witnesses)
    assert ("KPA-2026-0002", "missing") not in bad(house)  # the chain alone cannot tell


def drop_guards(connection: sa.Connection) -> None:
    for guard in guards.expected(connection):
        on = "" if connection.dialect.name == "sqlite" else f" ON {guard.table}"
        connection.exec_driver_sql(f"DROP TRIGGER {guard.name}{on}")


def test_the_archive_is_read_and_checked_without_kpa(house, tmp_path: Path) -> None:
    documents = [house.issued(), house.issued()]
    folder = tmp_path / "archive"

    with house.work("host") as work:
        told = archive.to_folder(work, archive.chosen(work), folder)

    assert told.count == 4  # two quotes, two invoices
    checked = subprocess.run(
        ["sha256sum", "--check", "--strict", "SHA256SUMS"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    assert checked.stdout.count(": OK") == len(list(folder.rglob("*.*"))) - 0
    page = (folder / "index.html").read_text("utf-8")
    for document in documents:
        base = folder / "documents" / str(document.number)
        pdf = base.with_suffix(".pdf").read_bytes()
        assert hashlib.sha256(pdf).digest() == document.pdf_sha256
        if document.xml_sha256 is not None:
            xml = base.with_suffix(".xml").read_bytes()
            assert hashlib.sha256(xml).digest() == document.xml_sha256
        frozen = base.with_suffix(".json").read_bytes()
        assert Snapshot.from_json(frozen).number == document.number
        assert f'href="documents/{document.number}.pdf"' in page
    assert "31/12/2037" in page
    assert "sha256sum -c SHA256SUMS" in page
    assert "Ville de Lille" in page
    assert "Optéos/KPA=2:" in (folder / "heads.txt").read_text("utf-8")
    with house.work() as work, pytest.raises(Misuse, match="existe déjà"):
        archive.to_folder(work, archive.chosen(work), folder)


def test_an_archive_tells_the_heads_of_a_carrier_to_those_who_see_all_its_papers(house) -> None:
    house.issued()
    told = {}
    for who in ("one", "host", "kpa"):
        target = BytesIO()
        with house.work(who) as work:
            archive.to_zip(work, archive.chosen(work, 2026), target)
        with zipfile.ZipFile(target) as packed:
            told[who] = packed.read("heads.txt").decode()
            assert "heads.txt peut donc être vide" in unescape(packed.read("index.html").decode())
    assert told["one"] == ""
    assert told["host"].startswith("Optéos/KPA=1:")
    assert "Optéos/KPA=1:" in told["kpa"]


def test_the_same_archive_is_the_same_bytes(house) -> None:
    house.issued()
    made = []
    for _ in range(2):
        target = BytesIO()
        with house.work() as work:
            archive.to_zip(work, archive.chosen(work, 2026), target)
        made.append(target.getvalue())

    assert made[0] == made[1]
    with zipfile.ZipFile(BytesIO(made[0])) as packed:
        assert packed.testzip() is None
        names = set(packed.namelist())
        frozen = packed.read("documents/KPA-2026-0001.json")
    assert {"index.html", "SHA256SUMS", "heads.txt", "documents/KPA-2026-0001.pdf"} <= names
    assert json.loads(frozen)["number"] == "KPA-2026-0001"


def test_nothing_deletes_a_document_before_its_day(house) -> None:
    document = house.issued()
    assert archive.keep_until(document).year == 2037
    with (
        pytest.raises(sa.exc.DBAPIError, match="append-only"),
        house.kpa.instance.engine.begin() as connection,
    ):
        connection.execute(sa.delete(Document).where(Document.id == document.id))


def test_the_page_sends_the_archive_from_a_file_on_the_disk(
    house, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.issued()
    descriptors = []
    real = archive.to_zip

    def watched(work: Any, found: Any, target: Any) -> archive.Written:
        descriptors.append(target.fileno())  # what is only in memory has none
        return real(work, found, target)

    monkeypatch.setattr(archive, "to_zip", watched)
    monkeypatch.setattr("kpa_core.invoices.views.sending.AT_ONCE", 1000)
    with (
        house.kpa.client_for(house.people["host"]) as browser,
        browser.client.get("/documents/archive.zip?annee=2026") as answer,
    ):
        assert answer.mimetype == "application/zip"
        assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert "archive-2026.zip" in answer.headers["Content-Disposition"]
        assert zipfile.ZipFile(BytesIO(answer.data)).testzip() is None
    assert len(descriptors) == 1
