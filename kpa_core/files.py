"""Files by their hash: receipts, photos, signed papers.

Bytes live under ``data/files/ab/cdef…``, written and synced before the row that names them commits;
a row says who may see them. Photos are made anew from their pixels, which drops the place and the
phone they were taken with; papers are sealed.
"""

from __future__ import annotations

import fcntl
import hashlib
import io
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from kpa_core import clock
from kpa_core.contracts import Scope
from kpa_core.db import DISK_FULL, Base, is_disk_full, new_id
from kpa_core.errors import N_, NotFound, Refused, Unavailable

if TYPE_CHECKING:
    from kpa_core.vault import Vault

PHOTO_SIDE = 1600
MAX_PIXELS = 40_000_000
ORPHAN_SECONDS = 86_400
NOT_A_PICTURE = (OSError, ValueError, SyntaxError, EOFError)


class StoredFile(Base):
    """One use of a file: the same bytes may be shown in two places."""

    __tablename__ = "stored_file"
    __table_args__ = (sa.CheckConstraint("size >= 0", name="size_not_negative"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    sha256: Mapped[str] = mapped_column(sa.String(64), index=True)
    size: Mapped[int]
    media_type: Mapped[str]
    sealed: Mapped[bool]
    activity_id: Mapped[UUID | None]
    carrier_id: Mapped[UUID | None]
    person_id: Mapped[UUID | None]
    keep_until: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    @property
    def scope(self) -> Scope:
        """Where the file belongs."""
        return Scope(self.activity_id, self.carrier_id, self.person_id)


def _used(session: Session) -> int:
    query = sa.select(sa.func.coalesce(sa.func.sum(StoredFile.size), 0))
    return session.scalar(query) or 0


class FileStore:
    """The files of one instance, up to a quota in bytes."""

    def __init__(self, folder: Path, vault: Vault, quota: int) -> None:
        self.folder = folder
        self.vault = vault
        self.quota = quota
        self._sure: set[Path] = set()

    def keep(
        self,
        session: Session,
        data: bytes,
        *,
        media_type: str,
        scope: Scope,
        seal: bool = False,
        within_quota: bool = True,
    ) -> StoredFile:
        """Write the bytes, then name them in the caller's transaction.

        The quota is for what people send; what the law has us keep is never refused by it.

        Raises:
            Refused: the quota is reached.
            Unavailable: the disk is full or cannot be written.
        """
        if within_quota and _used(session) + len(data) > self.quota:
            raise Refused(N_("Il n'y a plus de place pour les photos. Préviens l'animateur·rice."))
        if seal:
            data = self.vault.seal_bytes(data)
        digest = hashlib.sha256(data).hexdigest()
        self._write(digest, data)
        row = StoredFile(
            sha256=digest,
            size=len(data),
            media_type=media_type,
            sealed=seal,
            activity_id=scope.activity_id,
            carrier_id=scope.carrier_id,
            person_id=scope.person_id,
        )
        session.add(row)
        session.flush()
        return row

    def read(self, row: StoredFile) -> bytes:
        """Return the bytes, opened when they were sealed.

        Raises:
            NotFound: the file is gone, or is not what was stored.
        """
        try:
            data = self._path(row.sha256).read_bytes()
        except OSError as error:
            raise NotFound(N_("Ce fichier n'est plus là.")) from error
        if hashlib.sha256(data).hexdigest() != row.sha256:
            raise NotFound(N_("Ce fichier est abîmé. Reprends celui d'une sauvegarde."))
        return self.vault.open_bytes(data) if row.sealed else data

    def forget(
        self,
        session: Session,
        row: StoredFile,
        after_commit: Callable[[Callable[[], object]], None],
    ) -> None:
        """Remove one use, and the bytes when it was the last: after the commit, for they would not
        come back with a rollback.
        """
        path, asked_at = self._path(row.sha256), time.time()
        session.delete(row)
        session.flush()
        if not session.scalar(sa.select(StoredFile.id).where(StoredFile.sha256 == row.sha256)):
            after_commit(lambda: _remove_if_older(path, asked_at))

    def sweep(self, session: Session) -> int:
        """Remove the bytes that no row has named for a day; return how many files went."""
        named = set(session.scalars(sa.select(StoredFile.sha256)))
        before, gone = time.time() - ORPHAN_SECONDS, 0
        for path in self.folder.glob("??/*"):
            if path.parent.name + path.name not in named:
                gone += _remove_if_older(path, before)
        return gone

    def _path(self, digest: str) -> Path:
        return self.folder / digest[:2] / digest[2:]

    def _write(self, digest: str, data: bytes) -> None:
        path = self._path(digest)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with _alone_in(path.parent):
                if not path.exists():
                    _write_whole(path, data)
                # In use again: a removal that was under way leaves it. The clock is named, for the
                # system's own stamp may be some milliseconds old.
                os.utime(path, ns=(time.time_ns(),) * 2)
            self._make_sure(path.parent)
        except OSError as error:
            if is_disk_full(error):
                raise Unavailable(DISK_FULL) from error
            raise Unavailable(
                N_("Le fichier n'a pas pu être gardé : {detail}. Rien n'a été enregistré."),
                detail=error.strerror or "",
            ) from error

    def _make_sure(self, folder: Path) -> None:
        """Have the names in a folder, and its own name, survive a power cut.

        A name another process has just written is synced again here: it may not have come so far.
        """
        sync_folder(folder)
        if folder not in self._sure:
            for above in (self.folder, self.folder.parent):
                sync_folder(above)
            self._sure.add(folder)


def _write_whole(path: Path, data: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".draft-")
    try:
        with os.fdopen(handle, "wb") as draft:
            draft.write(data)
            draft.flush()
            os.fsync(draft.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def sync_folder(folder: Path) -> None:
    """Have the names in a folder survive a power cut; a file's own sync does not see to that."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _remove_if_older(path: Path, moment: float) -> bool:
    """Remove a file nobody has written or used again since ``moment``."""
    try:
        with _alone_in(path.parent):
            if path.stat().st_mtime > moment:
                return False
            path.unlink()
    except FileNotFoundError:
        return False
    return True


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Keep others from using a folder's files again between a look at their age and a removal."""
    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        with suppress(OSError):  # a file system without such locks
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def clean_photo(data: bytes) -> bytes:
    """Return a JPEG of the picture's pixels alone, at most ``PHOTO_SIDE`` wide.

    Raises:
        Refused: it is not a picture, or it is a bomb.
    """
    from PIL import Image, ImageOps

    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise Refused(N_("Cette photo est trop grande. Reprends-la en plus petit."))
            upright = ImageOps.exif_transpose(picture).convert("RGB")
    except (*NOT_A_PICTURE, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Refused(
            N_("Ce fichier n'est pas une photo. Envoie une image JPEG ou PNG.")
        ) from error
    upright.thumbnail((PHOTO_SIDE, PHOTO_SIDE))
    upright.info.clear()  # Pillow writes a JPEG's comment back
    out = io.BytesIO()
    upright.save(out, "JPEG", quality=82, optimize=True)
    return out.getvalue()
