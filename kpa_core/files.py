"""Files by their hash: receipts, photos, signed papers.

Bytes live under ``data/files/ab/cdef…``, written and synced before the row that names them commits;
a row says who may see them. Photos are made anew from their pixels, which drops the place and the
phone they were taken with; papers are sealed.
"""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from kpa_core import clock
from kpa_core.contracts import Scope
from kpa_core.db import Base, new_id
from kpa_core.errors import N_, NotFound, Refused, Unavailable

if TYPE_CHECKING:
    from kpa_core.vault import Vault

PHOTO_SIDE = 1600
MAX_PIXELS = 40_000_000


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


class FileStore:
    """The files of one instance, up to a quota in bytes."""

    def __init__(self, folder: Path, vault: Vault, quota: int) -> None:
        self.folder = folder
        self.vault = vault
        self.quota = quota

    def keep(
        self, session: Session, data: bytes, *, media_type: str, scope: Scope, seal: bool = False
    ) -> StoredFile:
        """Write the bytes, then name them in the caller's transaction.

        Raises:
            Refused: the quota is reached.
            Unavailable: the disk is full or cannot be written.
        """
        used = session.scalar(sa.select(sa.func.coalesce(sa.func.sum(StoredFile.size), 0))) or 0
        if used + len(data) > self.quota:
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

    def forget(self, session: Session, row: StoredFile) -> None:
        """Remove one use, and the bytes when it was the last."""
        session.delete(row)
        session.flush()
        if not session.scalar(sa.select(StoredFile.id).where(StoredFile.sha256 == row.sha256)):
            self._path(row.sha256).unlink(missing_ok=True)

    def _path(self, digest: str) -> Path:
        return self.folder / digest[:2] / digest[2:]

    def _write(self, digest: str, data: bytes) -> None:
        path = self._path(digest)
        if path.exists():
            return
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as draft:
                draft.write(data)
                draft.flush()
                os.fsync(draft.fileno())
            Path(draft.name).replace(path)
            _sync_folder(path.parent)
        except OSError as error:
            raise Unavailable(
                N_("La photo n'a pas pu être gardée : {detail}. Rien n'a été enregistré."),
                detail=error.strerror or "",
            ) from error


def clean_photo(data: bytes) -> bytes:
    """Return a JPEG of the picture's pixels alone, at most ``PHOTO_SIDE`` wide.

    Raises:
        Refused: it is not a picture, or it is a bomb.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise Refused(N_("Cette photo est trop grande. Reprends-la en plus petit."))
            upright = ImageOps.exif_transpose(picture).convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise Refused(
            N_("Ce fichier n'est pas une photo. Envoie une image JPEG ou PNG.")
        ) from error
    upright.thumbnail((PHOTO_SIDE, PHOTO_SIDE))
    out = io.BytesIO()
    upright.save(out, "JPEG", quality=82, optimize=True)
    return out.getvalue()


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
