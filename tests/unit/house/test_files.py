"""Files by their hash: written before they are named, kept while they are used, then gone."""

from __future__ import annotations

import io
import os
import random
import threading
import time
import warnings
from pathlib import Path

import pytest
import sqlalchemy as sa
from PIL import Image

from kpa_core.contracts import INSTANCE
from kpa_core.errors import NotFound, Refused, Unavailable
from kpa_core.files import PHOTO_SIDE, StoredFile, clean_photo


def keep(kpa, data=b"a receipt", **options):
    with kpa.work() as work, work.transaction() as session:
        return kpa.instance.files.keep(
            session, data, media_type="image/jpeg", scope=INSTANCE, **options
        )


def on_disk(kpa):
    return [path for path in kpa.instance.files.folder.rglob("*") if path.is_file()]


def forget(kpa, row, *, then=None):
    with kpa.work() as work, work.transaction() as session:
        again = session.get_one(StoredFile, row.id)
        kpa.instance.files.forget(session, again, work.after_commit)
        if then is not None:
            raise then


def test_what_is_kept_comes_back(kpa):
    row = keep(kpa)
    assert kpa.instance.files.read(row) == b"a receipt"
    (path,) = on_disk(kpa)
    assert path.parent.name + path.name == row.sha256
    assert path.stat().st_mode & 0o077 == 0


def test_a_sealed_paper_is_unreadable_on_the_disk(kpa):
    row = keep(kpa, b"born 2009-05-04", seal=True)
    assert kpa.instance.files.read(row) == b"born 2009-05-04"
    assert b"2009" not in on_disk(kpa)[0].read_bytes()


def test_the_same_bytes_are_stored_once_and_go_with_their_last_use(kpa):
    one, other = keep(kpa), keep(kpa)
    assert len(on_disk(kpa)) == 1
    forget(kpa, one)
    assert kpa.instance.files.read(other) == b"a receipt"
    forget(kpa, other)
    assert on_disk(kpa) == []


def test_bytes_stay_when_forgetting_is_undone(kpa):
    row = keep(kpa)
    with pytest.raises(Refused):
        forget(kpa, row, then=Refused("non"))
    assert kpa.instance.files.read(row) == b"a receipt"


def test_bytes_used_again_meanwhile_are_not_removed(kpa):
    """Forgetting removes after the commit; by then someone else may have kept the same bytes."""
    row = keep(kpa)
    calls = []
    with kpa.work() as work, work.transaction() as session:
        again = session.get_one(StoredFile, row.id)
        kpa.instance.files.forget(session, again, calls.append)
    time.sleep(0.01)
    second = keep(kpa)
    calls[0]()
    assert kpa.instance.files.read(second) == b"a receipt"


def test_bytes_used_again_while_they_are_being_removed_stay(kpa, monkeypatch):
    """Between the look at a file's age and its removal, nobody keeps the same bytes again."""
    row, kept, unlink = keep(kpa), [], Path.unlink
    again = threading.Thread(target=lambda: kept.append(keep(kpa)))

    def slow(path, *args, **kwargs):
        if path.name == row.sha256[2:]:
            again.start()
            again.join(0.5)
        unlink(path, *args, **kwargs)

    monkeypatch.setattr(Path, "unlink", slow)
    forget(kpa, row)
    again.join()
    assert kpa.instance.files.read(kept[0]) == b"a receipt"


def test_bytes_nobody_named_are_swept_after_a_day(kpa):
    def undone(work):
        with work.transaction() as session:
            kpa.instance.files.keep(session, b"undone", media_type="x", scope=INSTANCE)
            raise Refused("non")

    kept = keep(kpa)
    with kpa.work() as work, pytest.raises(Refused):
        undone(work)
    assert len(on_disk(kpa)) == 2
    with kpa.work() as work:
        assert kpa.instance.files.sweep(work.session) == 0  # it may still be on its way
        for path in on_disk(kpa):
            os.utime(path, (time.time() - 90_000,) * 2)
        assert kpa.instance.files.sweep(work.session) == 1
    assert kpa.instance.files.read(kept) == b"a receipt"


def test_damage_and_loss_are_told_apart(kpa):
    row = keep(kpa)
    (path,) = on_disk(kpa)
    path.write_bytes(b"a receIpt")
    with pytest.raises(NotFound, match="abîmé"):
        kpa.instance.files.read(row)
    path.unlink()
    with pytest.raises(NotFound, match="plus là"):
        kpa.instance.files.read(row)


def test_the_quota_is_for_all_files_together(kpa):
    kpa.instance.files.quota = 20
    keep(kpa, b"0123456789")
    keep(kpa, b"abcdefghij")
    with pytest.raises(Refused, match="place"):
        keep(kpa, b"k")
    with kpa.work() as work:
        assert len(work.session.scalars(sa.select(StoredFile)).all()) == 2


def test_a_disk_that_refuses_leaves_no_half_file(kpa, monkeypatch):
    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("kpa_core.files.os.fsync", full)
    with pytest.raises(Unavailable, match="disque est plein"):
        keep(kpa)
    assert on_disk(kpa) == []
    with kpa.work() as work:
        assert work.session.scalars(sa.select(StoredFile)).all() == []


# --- photos ---------------------------------------------------------------------------------------


def picture(size=(40, 30), kind="JPEG", **options):
    out = io.BytesIO()
    Image.new("RGB", size, (200, 30, 90)).save(out, kind, **options)
    return out.getvalue()


def test_a_photo_is_made_anew_without_where_and_by_whom():
    exif = Image.Exif()
    exif[0x010F] = "Telefon of Amina"
    exif[0x0112] = 6  # taken with the phone upright
    exif.get_ifd(0x8825)[1] = "N"
    clean = clean_photo(picture((40, 30), exif=exif, comment=b"by Amina"))
    assert b"Amina" not in clean
    with Image.open(io.BytesIO(clean)) as made:
        assert (made.format, made.size) == ("JPEG", (30, 40))
        assert dict(made.getexif()) == {}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_each_usual_kind_is_taken_and_a_large_one_made_smaller(kind):
    with Image.open(io.BytesIO(clean_photo(picture((4000, 1000), kind)))) as made:
        assert made.size == (PHOTO_SIDE, PHOTO_SIDE // 4)


def bomb(side):
    """A picture of ``side`` by ``side`` in a few kilobytes."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        out = io.BytesIO()
        Image.new("1", (side, side)).save(out, "PNG", optimize=True)
        return out.getvalue()


NOT_PHOTOS = {
    "nothing": b"",
    "text": b"not a picture",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "html in front": b"<html>" + picture(),
    "pdf": b"%PDF-1.7\n",
    "another kind": picture(kind="TIFF"),
    "cut off": picture((400, 300))[:200],
    "46 million pixels": bomb(6800),
    "100 million pixels": bomb(10_000),
    "200 million pixels": bomb(14_500),
}


@pytest.mark.parametrize("data", NOT_PHOTOS.values(), ids=NOT_PHOTOS)
def test_what_is_not_a_photo_is_refused_in_words(data):
    with pytest.raises(Refused):
        clean_photo(data)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_damaged_photo_is_a_photo_or_a_refusal_and_never_a_crash(kind):
    chance, whole = random.Random(3), picture((60, 60), kind)
    for _ in range(300):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 6)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            assert clean_photo(bytes(data[: chance.randint(1, len(data))]))
        except Refused:
            continue
