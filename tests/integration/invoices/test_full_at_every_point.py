"""R7: the disk is full from the first write on, from the second, the third… until there is room.

Every write of SQLite and of the store of files is a point to fail at: nothing may be half there, a
sentence says so, reading goes on, and once there is room the same act works without a restart.
"""

from __future__ import annotations

import errno
import hashlib
import html
import io
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from PIL import Image
from sqlite_disk import Beside, SqliteDisk

from kpa_core.cli.archive import write_backup
from kpa_core.db import Base
from kpa_core.demo.browser import hidden_fields
from kpa_core.errors import Unavailable
from kpa_core.invoices.making import issuing
from kpa_core.invoices.proof import verification
from kpa_core.invoices.sealing import makers, printing
from kpa_core.sharing import expenses
from kpa_core.testing import TestKpa

SQLITE_FULL = 13
PASSING = {"account_trace", "session", "throttle"}
"""What a request may leave although its act was refused."""


class Full(Beside):
    """A disk with room for ``room`` more writes, then none; ``None``: as many as one likes."""

    def __init__(self) -> None:
        self.room: int | None = None

    def has_no_room(self) -> bool:
        if self.room is None:
            return False
        self.room -= 1
        return self.room < 0

    def refuse(self, what: str, path: str) -> int:
        """Return SQLite's code for a full disk, once there is no room."""
        return SQLITE_FULL if self.has_no_room() else 0


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Full]:
    """The disk of SQLite and of Python's own files."""
    full = Full()
    beside = SqliteDisk(full)
    for place, name in (
        (os, "mkdir"),
        (os, "fsync"),
        (os, "replace"),
        (tempfile, "mkstemp"),
        (tempfile, "mkdtemp"),
    ):
        monkeypatch.setattr(place, name, _refusing(full, getattr(place, name)))
    beside.lay()
    yield full
    beside.lift()


def _refusing(full: Full, really: Callable[..., Any]) -> Callable[..., Any]:
    def call(*args: Any, **more: Any) -> Any:
        if full.has_no_room():
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return really(*args, **more)

    return call


@pytest.fixture
def full_house(disk: Full, tmp_path: Path, make_house_of: Callable[..., Any]) -> Iterator[Any]:
    """A house on SQLite on that disk."""
    kpa = TestKpa.make(tmp_path / "on-sqlite")
    house = make_house_of(kpa)
    house.disk = disk
    yield house
    disk.room = None
    kpa.close()


def contents(house: Any) -> dict[str, str]:
    """Return what every table holds, in few letters."""
    found = {}
    with house.kpa.instance.engine.connect() as connection:
        there = set(sa.inspect(connection).get_table_names())
        for table in Base.metadata.sorted_tables:
            if table.name in there and table.name not in PASSING:
                rows = sorted(map(repr, connection.execute(sa.select(table))))
                found[table.name] = hashlib.sha256("".join(rows).encode()).hexdigest()
    return found


def until_it_succeeds(house: Any, act: Callable[[], object]) -> int:
    """Run an act on a disk that fills up one write later each time; return how often it failed."""
    before, failed = contents(house), 0
    while True:
        house.disk.room = failed
        try:
            act()
        except Unavailable as error:
            told = str(error)
        else:
            break
        house.disk.room = 0  # still full: reading goes on
        assert "Le disque est plein" in told
        assert contents(house) == before, f"half of it at write {failed + 1}"
        failed += 1
    house.disk.room = None
    assert failed > 5, "the disk was never full"
    root = house.kpa.instance.settings.root
    assert not list(root.rglob(".draft*"))
    with house.work("kpa") as work:
        assert all(one.holds for one in verification.verify(work.session))
        connection = work.session.connection()
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    print("points:", failed)
    return failed


def test_an_invoice_is_issued_whole_or_not_at_all(full_house: Any) -> None:
    order_id = full_house.done()

    def issue() -> None:
        with full_house.work() as work:
            issuing.issue(work, order_id)

    until_it_succeeds(full_house, issue)
    assert full_house.state(order_id) == "invoiced"
    second = full_house.issued()
    assert second.number == "KPA-2026-0002"
    with full_house.work() as work:
        assert printing.pdf_of(work, second).startswith(b"%PDF")


def test_the_trial_sees_a_file_kept_beside_the_transaction(
    full_house: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files written once the invoice is committed would leave an invoice without them."""
    really = makers.keep

    def later(work: Any, document: Any, files: Any) -> None:
        def keep() -> None:
            with work.transaction():
                really(work, document, files)

        work.after_commit(keep)

    order_id = full_house.done()
    monkeypatch.setattr(makers, "keep", later)

    def issue() -> None:
        with full_house.work() as work:
            issuing.issue(work, order_id)

    with pytest.raises(AssertionError, match="half of it"):
        until_it_succeeds(full_house, issue)


def test_a_credit_note_is_issued_whole_or_not_at_all(full_house: Any) -> None:
    invoice = full_house.issued()

    def credit() -> None:
        with full_house.work() as work:
            issuing.credit(work, invoice.id, "mauvais client")

    until_it_succeeds(full_house, credit)


def test_a_form_answers_503_and_the_same_form_works_later(full_house: Any) -> None:
    order_id = full_house.done()
    page, form = f"/commandes/{order_id}/papier", f"/commandes/{order_id}/facture"
    with full_house.kpa.client_for(full_house.people["treasurer"]) as browser:
        fields = hidden_fields(browser.get(page).text, form)

        def send() -> None:
            answer = browser.client.post(form, data=fields)
            if answer.status_code != 303:
                assert answer.status_code in (503, 507), answer.text
                full_house.disk.room = 0
                assert browser.get(page).status == 200  # reading goes on
                raise Unavailable(html.unescape(answer.text))

        until_it_succeeds(full_house, send)
    assert full_house.state(order_id) == "invoiced"


def test_a_receipt_is_kept_with_its_photo_or_not_at_all(full_house: Any) -> None:
    order_id = full_house.order()
    photo = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(photo, "JPEG")
    new = expenses.NewExpense(
        day=date(2026, 11, 23), supplier="Épicerie", what="Farine", net_cents=1234
    )

    def record() -> None:
        with full_house.work("one") as work:
            expenses.record(work, order_id, new, photo.getvalue())

    until_it_succeeds(full_house, record)


def test_a_pdf_is_read_although_it_cannot_be_kept(full_house: Any) -> None:
    quote = full_house.quoted()
    full_house.disk.room = 0
    with full_house.work() as work:
        assert printing.pdf_of(work, quote).startswith(b"%PDF")

    def keep() -> None:
        with full_house.work("kpa") as work:
            printing.make_pdf(work, {"document_id": str(quote.id)})

    until_it_succeeds(full_house, keep)


def test_a_backup_is_whole_or_not_there(full_house: Any, tmp_path: Path) -> None:
    full_house.issued()
    target = tmp_path / "backup.zip"

    def save() -> None:
        with full_house.work("kpa") as work:
            try:
                write_backup(work, target)
            except Unavailable:
                assert not target.exists() or zipfile.ZipFile(target).testzip() is None
                assert not list(tmp_path.glob(".backup-*"))
                raise

    until_it_succeeds(full_house, save)
    assert zipfile.is_zipfile(target)
