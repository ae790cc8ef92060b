"""What is wrong at the command line or at the start is one sentence, and nothing is changed."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from decimal import Decimal

import pytest
import sqlalchemy as sa

from kpa_core import cli
from kpa_core.activities import activities, asking, customers
from kpa_core.activities.lines import NewLine, row_of
from kpa_core.cli.archive import read_backup, write_backup
from kpa_core.demo import cast
from kpa_core.invoices.carrier import carriers, series
from kpa_core.invoices.making import issuing
from kpa_core.invoices.models import Document
from kpa_core.invoices.proof import verification
from kpa_core.work import KPA


@pytest.fixture
def said(monkeypatch, capfd):
    """Return a function that runs ``kpa`` in a folder: its code, and what it said of errors."""
    monkeypatch.setenv("LANG", "fr_FR.UTF-8")

    def run(folder, *words):
        monkeypatch.chdir(folder)
        monkeypatch.delenv("KPA_DIR", raising=False)
        monkeypatch.setattr(sys, "argv", ["kpa", *words])
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        told = capfd.readouterr()
        return int(ended.value.code or 0), told.out, told.err

    return run


OWN = ("-shm", "-wal")
COMMANDS = ["doctor", "backup", "migrate", "worker", "serve", "outbox list", "audit verify"]


@pytest.fixture
def small_disk(tmp_path, newborn):
    """An instance on a disk of its own, which can be filled or closed."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(place)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small disk needs root")
    newborn.folder = place
    try:
        newborn("ici").close()
        yield place
    finally:
        for instance in newborn.opened:
            instance.close()
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def fill(place):
    with (place / "ballast").open("wb", buffering=0) as out, contextlib.suppress(OSError):
        while out.write(b"\0" * 4096):
            pass


def close(place):
    subprocess.run(["mount", "-o", "remount,ro", str(place)], check=True)


def listing(folder):
    """Return the files and their sizes, without what SQLite puts beside a base it reads."""
    paths = [path for path in folder.rglob("*") if path.is_file()]
    return {path.name: path.stat().st_size for path in paths if path.suffix[-4:] not in OWN}


BAD_DISKS = {"full": (fill, "plein"), "closed to writing": (close, "dossier de données")}


@pytest.mark.parametrize(("spoil", "words"), BAD_DISKS.values(), ids=BAD_DISKS)
def test_a_bad_disk_is_a_sentence_at_every_start(spoil, words, small_disk, said):
    before = listing(small_disk / "ici")
    spoil(small_disk)
    for command in COMMANDS:
        code, shown, told = said(small_disk / "ici", *command.split())
        assert code == 1, command
        assert words in f"{shown}{told}", command
        assert len(told.splitlines()) <= 1, told
    assert listing(small_disk / "ici") == before


def test_a_plugin_nobody_has_is_named_and_the_rest_works(newborn, said):
    instance = newborn()
    path = instance.settings.root / "kpa.toml"
    text = path.read_text()
    assert "plugins = []" in text
    path.write_text(text.replace("plugins = []", 'plugins = ["caterin"]'))
    code, listed, _ = said(path.parent, "plugin", "list")
    assert code == 0
    assert "caterin  refused" in listed
    assert "'catering'" in listed
    assert said(path.parent, "outbox", "list")[0] == 0
    code, _, told = said(path.parent, "caterin", "menu")
    assert code == 1
    assert "caterin" in told
    assert len(told.splitlines()) == 1
    assert newborn.reopen(path.parent).plugins.names() == []


def test_an_instance_is_not_made_with_a_plugin_nobody_has(tmp_path, said):
    names = ["--name", "La Cape", "--first-name", "Awa", "--contact", "0612345678"]
    code, _, told = said(tmp_path, "new", "ici", "--plugin", "caterin", *names)
    assert code == 2
    assert "caterin" in told
    assert list(tmp_path.iterdir()) == []


# --- a backup, elsewhere --------------------------------------------------------------------------


def orders(instance, count):
    """Write orders whose work is done, with a series of our own; return their ids."""
    with instance.work(KPA) as work, work.transaction() as session:
        carrier = carriers.add_carrier(work, cast.ASSOCIATION)
        series.grant_series(work, carrier.id, code="M", pattern="M-{year}-{number:03}")
        activity = activities.propose_activity(work, activities.NewActivity(title="Buffets"))
        activity.carrier_id = carrier.id
        customer = customers.add_customer(work, customers.NewCustomer(**cast.TOWN_HALL))
        made = []
        for _ in range(count):
            wanted = asking.Wanted(title="Buffet", day=work.today)
            order = asking.add_order(work, activity.id, customer.id, wanted)
            session.add(row_of(NewLine("Buffet", Decimal(40), 1500, 1000), order, 1, None))
            order.state = "done"
            made.append(order.id)
        return made


def issue(instance, order_id):
    with instance.work(KPA) as work:
        return issuing.issue(work, order_id).number


def test_what_comes_back_from_a_backup_gives_the_next_number(house, tmp_path):
    instance = house()
    first, second, third = orders(instance, 3)
    assert [issue(instance, one)[-3:] for one in (first, second)] == ["001", "002"]
    with instance.work(KPA) as work:
        archive = write_backup(work, tmp_path / "saved.zip")
    read_backup(archive, tmp_path / "back", house.new_database() if house.new_database else None)
    back = house.reopen(tmp_path / "back")
    assert issue(back, third)[-3:] == "003"
    with back.work(KPA) as work:
        assert [one for one in verification.verify(work.session) if not one.holds] == []
        papers = work.session.scalars(sa.select(Document.number).order_by(Document.number))
        assert [number[-3:] for number in papers] == ["001", "002", "003"]
