"""A backup made while people work is whole, and comes back in a fresh folder."""

from __future__ import annotations

import hashlib
import json
import shutil
import threading
import zipfile
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from kpa_core import audit, health
from kpa_core.audit import AuditEntry
from kpa_core.cli.archive import SQLITE, keys_elsewhere, read_backup, write_backup
from kpa_core.config import read_settings
from kpa_core.contracts import INSTANCE
from kpa_core.errors import KpaError, Misuse, Unavailable
from kpa_core.files import StoredFile
from kpa_core.outbox import JobRow
from kpa_core.work import KPA

BACKUPS = 5


def back_up(instance, target=None):
    with instance.work(KPA) as work:
        return write_backup(work, target)


def act(instance, number):
    """One act: a job, its trace, and from time to time a file."""
    with instance.work(KPA) as work, work.transaction() as session:
        work.ask("x", {"n": number}, key=str(number))
        work.record("house.operate", f"act:{number}")
        if number % 5 == 0:
            instance.files.keep(
                session, f"photo {number}".encode(), media_type="text/plain", scope=INSTANCE
            )


@contextmanager
def load(instance):
    """Two people who never stop."""
    stop, numbers, failed = threading.Event(), iter(range(10**6)), []

    def work():
        while not stop.is_set():
            try:
                act(instance, next(numbers))
            except Exception as error:
                failed.append(error)
                raise

    people = [threading.Thread(target=work) for _ in range(2)]
    for person in people:
        person.start()
    try:
        yield
    finally:
        stop.set()
        for person in people:
            person.join()
    assert failed == []


def counts(instance):
    with instance.work(KPA) as work:
        jobs = work.session.scalar(sa.select(sa.func.count()).where(JobRow.kind == "x"))
        acts = AuditEntry.subject.like("act:%")
        return jobs, work.session.scalar(sa.select(sa.func.count()).where(acts))


def restore(house, archive, folder):
    read_backup(archive, folder, house.new_database() if house.new_database else None)
    return house.reopen(folder)


def test_backups_made_under_load_come_back_whole(house, tmp_path):
    instance = house()
    (instance.settings.root / "pages" / "a-propos.md").write_text("Nous, ici.")
    act(instance, -5)
    with load(instance):
        made = [back_up(instance, tmp_path / f"{number}.zip") for number in range(BACKUPS)]
    seen = []
    for number, archive in enumerate(made):
        back = restore(house, archive, tmp_path / f"back-{number}")
        root = back.settings.root
        health.require_ready(back)
        jobs, acts = counts(back)
        assert jobs == acts > 0
        seen.append(jobs)
        with back.work(KPA) as work:
            found = audit.verify(work.session, audit.read_anchors(back.anchors))
            assert (found.broken, found.anchors) == (None, min(number + 1, found.anchors))
            assert found.anchors >= 1
            for row in work.session.scalars(sa.select(StoredFile)):
                assert back.files.read(row).startswith(b"photo")
        assert (root / "pages" / "a-propos.md").read_text() == "Nous, ici."
        assert (root / "secrets" / "data.key").stat().st_mode & 0o777 == 0o600
        act(back, 10**7)  # and work goes on
        back.close()
    assert seen == sorted(seen)
    assert seen[-1] > seen[0]
    assert archive.stat().st_mode & 0o777 == 0o600
    assert not list(tmp_path.glob(".*"))


def test_a_private_field_sealed_before_is_read_after(house, tmp_path):
    instance = house()
    sealed = instance.vault.seal("2009-05-04")
    back = restore(house, back_up(instance), tmp_path / "back")
    assert back.vault.open(sealed) == "2009-05-04"


# --- what is refused ------------------------------------------------------------------------------


@pytest.fixture
def archive(newborn):
    instance = newborn()
    act(instance, 1)
    return back_up(instance)


def rewritten(archive, target, change):
    """Copy an archive; ``change(name, data)`` gives what to write, or None to leave out."""
    with zipfile.ZipFile(archive) as source, zipfile.ZipFile(target, "w") as out:
        for name in source.namelist():
            data = change(name, source.read(name))
            if data is not None:
                out.writestr(name, data)
    return target


def told(**changes):
    """Return a change of the manifest."""

    def change(name, data):
        if name != "manifest.json":
            return data
        return json.dumps({**json.loads(data), **changes}).encode()

    return change


SLIPS = ["../slip.txt", "/tmp/kpa-slip.txt", "a/../../slip.txt", "..", ".", ""]


@pytest.mark.parametrize("name", SLIPS)
def test_an_archive_writes_nowhere_else(name, archive, tmp_path):
    def change(member, data):
        if member != "manifest.json":
            return data
        table = json.loads(data)
        return json.dumps({**table, "sha256": {name: "00", **table["sha256"]}}).encode()

    evil = rewritten(archive, tmp_path / "evil.zip", change)
    with zipfile.ZipFile(evil, "a") as out:
        out.writestr(name or "x", "slipped")
    before = set(tmp_path.rglob("*"))
    with pytest.raises(Misuse):
        read_backup(evil, tmp_path / "back")
    assert set(tmp_path.rglob("*")) == before


def without(wanted):
    return lambda name, data: None if name == wanted else data


def changed(wanted):
    return lambda name, data: data + b"x" if name == wanted else data


DAMAGED = {
    "no manifest": (without("manifest.json"), Misuse),
    "no settings": (without("kpa.toml"), Misuse),
    "no database": (without(SQLITE), Misuse),
    "a manifest that is not JSON": (changed("manifest.json"), Misuse),
    "a manifest that is a list": (
        lambda name, data: b"[]" if name == "manifest.json" else data,
        Misuse,
    ),
    "a manifest without files": (told(sha256={}), Misuse),
    "a list of files": (told(sha256=["kpa.toml"]), Misuse),
    "a later format": (told(format=2), Misuse),
    "changed settings": (changed("kpa.toml"), KpaError),
    "a changed database": (changed(SQLITE), KpaError),
    "a changed key": (changed("secrets/data.key"), KpaError),
}


@pytest.mark.parametrize(("change", "kind"), DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_archive_is_refused_and_leaves_nothing(change, kind, archive, tmp_path):
    bad = rewritten(archive, tmp_path / "bad.zip", change)
    with pytest.raises(kind):
        read_backup(bad, tmp_path / "back")
    assert not (tmp_path / "back").exists()
    assert not list(tmp_path.glob(".restore*"))


def test_no_byte_of_an_archive_can_change_unseen(archive, tmp_path):
    """Flip bytes all over, cut it anywhere: refused, or what comes back is what was saved."""
    whole = archive.read_bytes()
    read_backup(archive, tmp_path / "good")
    good = files_of(tmp_path / "good")
    for place in [len(whole) * step // 60 for step in range(60)]:
        flipped = bytearray(whole)
        flipped[place] ^= 0x55
        for data in (bytes(flipped), whole[:place]):
            bad = tmp_path / "bad.zip"
            bad.write_bytes(data)
            target = tmp_path / "back"
            try:
                read_backup(bad, target)
            except KpaError:
                assert not target.exists()
                continue
            assert files_of(target) == good
            shutil.rmtree(target)


def files_of(folder):
    """Return what is in a folder; the service is left out, it names the folder itself."""
    skip = ("-wal", "-shm", ".service")
    paths = (path for path in folder.rglob("*") if path.is_file() and path.suffix not in skip)
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def test_a_database_damaged_before_it_was_saved_is_refused(archive, tmp_path):
    garbage = b"not a database at all"

    def change(name, data):
        if name == "manifest.json":
            table = json.loads(data)
            table["sha256"][SQLITE] = hashlib.sha256(garbage).hexdigest()
            return json.dumps(table).encode()
        return garbage if name == SQLITE else data

    bad = rewritten(archive, tmp_path / "bad.zip", change)
    with pytest.raises(KpaError, match="abîmée"):
        read_backup(bad, tmp_path / "back")
    assert not (tmp_path / "back").exists()


def test_only_a_fresh_folder_is_filled(archive, tmp_path):
    folder = tmp_path / "back"
    folder.mkdir()
    (folder / "mine.txt").write_text("keep")
    for target in (folder, folder / "mine.txt"):
        with pytest.raises(Misuse, match="pas vide"):
            read_backup(archive, target)
    assert (folder / "mine.txt").read_text() == "keep"
    (folder / "mine.txt").unlink()
    read_backup(archive, folder)
    assert (folder / "kpa.toml").is_file()


def test_a_restored_instance_never_goes_back_to_the_living_database(newborn, tmp_path, monkeypatch):
    living = tmp_path / "living.sqlite3"
    instance = newborn(database=f"sqlite:///{living}")
    act(instance, 1)
    archive = back_up(instance)
    act(instance, 2)
    with pytest.raises(Misuse, match="nouveau dossier"):
        read_backup(archive, tmp_path / "back")
    monkeypatch.setenv("KPA_DATABASE__URL", f"sqlite:///{living}")
    read_backup(archive, tmp_path / "back", "sqlite:///data/kpa.sqlite3")
    monkeypatch.delenv("KPA_DATABASE__URL")
    back = newborn.reopen(tmp_path / "back")
    assert read_settings(tmp_path / "back").database.url == "sqlite:///data/kpa.sqlite3"
    assert (counts(instance), counts(back)) == ((2, 2), (1, 1))


# --- the rest -------------------------------------------------------------------------------------


def test_the_service_of_a_restored_instance_opens_the_restored_folder(newborn, tmp_path):
    instance = newborn("old")
    old, new = instance.settings.root, tmp_path / "100% new"
    saved = back_up(instance)
    read_backup(saved, new)
    service = (new / "deploy" / "kpa.service").read_text("utf-8")
    assert str(old) not in service
    assert service.count(str(new).replace("%", "%%")) == 3


def test_keys_kept_elsewhere_are_named(newborn, tmp_path, monkeypatch):
    instance = newborn()
    assert keys_elsewhere(instance.settings) == []
    path = instance.settings.root / "kpa.toml"
    (tmp_path / "far.key").write_bytes((instance.settings.root / "secrets/data.key").read_bytes())
    text = path.read_text().replace("secrets/session.key", "near.key")
    path.write_text(text.replace("secrets/data.key", str(tmp_path / "far.key")))
    (instance.settings.root / "near.key").write_text("x" * 64)
    moved = newborn.reopen(instance.settings.root)
    assert keys_elsewhere(moved.settings) == [str(tmp_path / "far.key")]
    with zipfile.ZipFile(back_up(moved)) as made:
        assert "near.key" in made.namelist()
        assert not [name for name in made.namelist() if "far" in name]


def test_a_backup_that_cannot_be_written_says_so_and_leaves_nothing(newborn, tmp_path):
    instance = newborn()
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(Unavailable, match="sauvegarde"):
        back_up(instance, tmp_path / "file" / "kpa.zip")
    assert list((instance.settings.root / "backups").iterdir()) == []
