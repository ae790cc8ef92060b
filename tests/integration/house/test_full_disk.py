"""A full disk: one clear sentence, nothing half-written, and work goes on once there is room."""

from __future__ import annotations

import resource
import subprocess
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from kpa_core import audit
from kpa_core.audit import AuditEntry
from kpa_core.cli.archive import write_backup
from kpa_core.contracts import INSTANCE
from kpa_core.errors import Unavailable
from kpa_core.files import StoredFile
from kpa_core.outbox import JobRow
from kpa_core.work import KPA

SIZE_KIB = 6 * 1024
PHOTO = bytes(range(256)) * 64  # 16 KiB


@pytest.fixture
def small_disk(tmp_path, newborn):
    """A disk of a few MiB with the instance on it; where mounting is not allowed, a file limit."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE_KIB}k", "tmpfs", str(place)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small disk needs root")
    newborn.folder = place
    try:
        yield Disk(place, newborn())
    finally:
        for instance in newborn.opened:
            instance.close()
        subprocess.run(["umount", "--lazy", str(place)], check=True)


class Disk:
    """A disk that can be filled up to the last byte, and freed."""

    def __init__(self, place, instance):
        self.instance = instance
        self.ballast = place / "ballast"

    def leave(self, kib):
        """Fill it all but ``kib`` KiB."""
        self.free()
        with self.ballast.open("wb", buffering=0) as out:
            try:
                while True:
                    out.write(b"\0" * 4096)
            except OSError:
                out.truncate(max(0, out.tell() - kib * 1024))

    def free(self):
        self.ballast.unlink(missing_ok=True)


def act(instance, number):
    """A photo, a job and a trace: all or nothing."""
    with instance.work(KPA) as work, work.transaction() as session:
        data = number.to_bytes(4, "big") + PHOTO
        instance.files.keep(session, data, media_type="image/jpeg", scope=INSTANCE)
        work.ask("x", {"n": number}, key=str(number))
        work.record("house.operate", f"act:{number}")


def written(instance):
    """Return how many acts are whole; fail on half a one."""
    with instance.work(KPA) as work:
        count = sa.func.count()
        files = list(work.session.scalars(sa.select(StoredFile)))
        jobs = work.session.scalar(sa.select(count).where(JobRow.kind == "x"))
        traces = work.session.scalar(sa.select(count).where(AuditEntry.subject.like("act:%")))
        assert len(files) == jobs == traces
        assert all(len(instance.files.read(row)) == len(PHOTO) + 4 for row in files)
        assert audit.verify(work.session).broken is None
        assert work.session.connection().exec_driver_sql("PRAGMA quick_check").scalar() == "ok"
        return jobs


def test_acts_on_a_disk_that_fills_up_are_whole_or_refused_with_a_sentence(small_disk):
    instance, done, told = small_disk.instance, 0, []
    assert written(instance) == 0  # the site is open already
    for number, kib in enumerate([*range(0, 160, 8), 4, 20, 0]):
        small_disk.leave(kib)
        try:
            act(instance, number)
            done += 1
        except Unavailable as error:
            told.append(str(error))
        assert written(instance) == done  # reads still work, and nothing is half there
    assert len(told) >= 5
    assert done >= 5
    assert all("plein" in text or "No space left" in text for text in told), set(told)
    assert not list((instance.settings.root / "data" / "files").rglob(".draft*"))
    small_disk.free()
    act(instance, 10**6)  # without a restart
    assert written(instance) == done + 1


def test_a_backup_on_a_full_disk_leaves_nothing_and_says_so(small_disk):
    instance = small_disk.instance
    act(instance, 1)
    for kib in (0, 64, 512):
        small_disk.leave(kib)
        with instance.work(KPA) as work, pytest.raises(Unavailable, match="sauvegarde"):
            write_backup(work)
        assert list((instance.settings.root / "backups").iterdir()) == []
    small_disk.free()
    with instance.work(KPA) as work:
        assert write_backup(work).stat().st_size > 0


def remount(disk, how):
    command = ["mount", "-o", f"remount,{how}", str(disk.ballast.parent)]
    subprocess.run(command, check=True)


def test_a_disk_that_cannot_be_written_is_a_sentence(small_disk, newborn):
    instance = small_disk.instance
    act(instance, 1)
    instance.close()
    remount(small_disk, "ro")
    try:
        with pytest.raises(Unavailable):
            act(instance, 2)
        with pytest.raises(Unavailable, match="Rien n'a été créé"):
            newborn("second")
    finally:
        remount(small_disk, "rw")
    act(instance, 3)
    assert written(instance) == 2


def test_a_new_instance_on_a_full_disk_leaves_nothing(small_disk, newborn):
    for kib in (0, 8, 40, 400):
        small_disk.leave(kib)
        with pytest.raises((Unavailable, OSError)):
            newborn("second")
        assert not (newborn.folder / "second").exists()
        assert not list(newborn.folder.glob(".kpa-*"))


# --- without a disk of our own --------------------------------------------------------------------


@contextmanager
def files_at_most(size):
    """Let no file of this process grow beyond ``size`` bytes, as a quota does."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_a_quota_is_a_sentence_too_and_nothing_is_half_written(newborn):
    instance = newborn()
    act(instance, 1)
    with files_at_most(4096), pytest.raises(Unavailable):
        act(instance, 2)
    assert written(instance) == 1
    act(instance, 3)
    assert written(instance) == 2


def test_a_folder_that_cannot_be_written_is_a_sentence(newborn):
    """As root every folder can be written: the database itself is opened read-only instead."""
    instance = newborn()
    with instance.work(KPA) as work:
        work.session.connection().exec_driver_sql("PRAGMA query_only = ON")
        told = []
        for _ in range(2):
            try:
                with work.transaction() as session:
                    session.add(JobRow(kind="x", key="x", payload={}, due_at=audit.clock.now()))
            except Unavailable as error:
                told.append(str(error))
        work.session.connection().exec_driver_sql("PRAGMA query_only = OFF")
    assert told
    assert all("droits" in text for text in told)
