"""A ZIP written piece by piece, whose bytes depend on nothing but what is in it. No clock here."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterable
from types import TracebackType
from typing import IO

PACKED_ALREADY = (".pdf", ".jpg", ".png")


class Parcel:
    """The files of one folder in a ZIP; each is hashed as it goes in."""

    def __init__(self, file: IO[bytes], folder: str, day: tuple[int, int, int]) -> None:
        self._zip = zipfile.ZipFile(file, "w")
        self._folder = folder
        self._day = (*day, 0, 0, 0)
        self.hashes: dict[str, str] = {}

    def add(self, name: str, pieces: Iterable[bytes]) -> None:
        """Write one file from its pieces; a name that is taken gets a number."""
        name = self._free(name)
        info = zipfile.ZipInfo(f"{self._folder}/{name}", self._day)
        packed = name.lower().endswith(PACKED_ALREADY)
        info.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
        # The same on every system: ZIP tells who made it.
        info.create_system, info.external_attr = 3, 0o644 << 16
        digest = hashlib.sha256()
        with self._zip.open(info, "w") as out:
            for piece in pieces:
                digest.update(piece)
                out.write(piece)
        self.hashes[name] = digest.hexdigest()

    def manifest(self) -> bytes:
        """Return the list of what is in, as ``sha256sum -c`` reads it."""
        told = (f"{digest}  {name}\n" for name, digest in sorted(self.hashes.items()))
        return "".join(told).encode("utf-8")

    def _free(self, name: str) -> str:
        stem, dot, ending = name.rpartition(".")
        tried, nth = name, 1
        while tried in self.hashes:
            nth += 1
            tried = f"{stem}-{nth}{dot}{ending}"
        return tried

    def __enter__(self) -> Parcel:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._zip.close()
