"""The file that is carried: a bundle as gzip, then the files that records name, one after another.

After the bundle comes one line ``A{"count":N,"v":1}``, then N times ``F{"sha256":…,"size":…}`` and
the bytes. A bundle alone, pressed or not, is such a file too. What came before a cut can be read,
and a name from elsewhere is nowhere in it: files are told by their hash.
"""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from kpa_core.api import N_, Misuse
from kpa_federation.protocol.bodies import SHA256

PIECE = 64 * 1024
LINE = 256
VERSION = 1
MOST_FILES = 100_000
GZIP_MAGIC = b"\x1f\x8b"
COUNT = re.compile(rb'A\{"count":(0|[1-9][0-9]{0,5}),"v":1\}')
FRAME = re.compile(rb'F\{"sha256":"([0-9a-f]{64})","size":(0|[1-9][0-9]{0,11})\}')
OTHERS = (
    (b"PK", N_("C'est une archive ZIP : peut-être une sauvegarde. Prends le fichier en .kpa.")),
    (b"%PDF", N_("C'est un PDF. Prends le fichier en .kpa de l'autre KPA.")),
    (b"<", N_("C'est une page web. Prends le fichier en .kpa de l'autre KPA.")),
    (b"\xff\xd8\xff", N_("C'est une photo. Prends le fichier en .kpa de l'autre KPA.")),
)
WRONG = N_("Ce fichier ne vient pas du réseau KPA. Prends le fichier en .kpa de l'autre KPA.")
CUT_AT_ONCE = N_("La copie s'est arrêtée tout au début. Recopie le fichier sur la clé.")
EMPTY = N_("Ce fichier est vide. La copie n'a peut-être pas fini : recommence-la.")

Progress = Callable[[int], None]


@dataclass(frozen=True)
class Carried:
    """A file beside the bundle: ``data`` is None when it was longer than was wanted."""

    sha256: str
    size: int
    data: bytes | None


def write(
    out: BinaryIO, bundle: Iterable[bytes], files: Iterable[tuple[str, bytes]], count: int
) -> None:
    """Write the bundle, then ``count`` files by their hash."""
    with gzip.GzipFile(fileobj=out, mode="wb", mtime=0, filename="") as packed:
        for line in bundle:
            packed.write(line)
    out.write(b'A{"count":%d,"v":%d}\n' % (count, VERSION))
    for sha256, data in files:
        assert SHA256.fullmatch(sha256)
        said = json.dumps({"sha256": sha256, "size": len(data)}, separators=(",", ":"))
        out.write(b"F" + said.encode() + b"\n" + data)


class Reader:
    """Reads such a file from its start, once; ``is_whole`` tells whether its end came.

    ``is_damaged`` tells that bytes in the middle are not those that were written.
    """

    def __init__(self, file: BinaryIO, progress: Progress = lambda _done: None) -> None:
        """Look at the first bytes.

        Raises:
            Misuse: it is something else; the sentence says what, as far as one sees.
        """
        self._file, self._progress, self._done = file, progress, 0
        self._rest = self._more()
        self.is_pressed = self._rest.startswith(GZIP_MAGIC)
        if not self._rest:
            raise Misuse(EMPTY)
        if not self.is_pressed and not self._rest.startswith(b"K{"):
            told = next((said for magic, said in OTHERS if self._rest.startswith(magic)), WRONG)
            raise Misuse(told)
        self.is_whole = self.is_damaged = False

    def bundle(self) -> Iterator[bytes]:
        """Give the bytes of the bundle; a cut, or bytes that were damaged, end them."""
        piece, self._rest = self._rest, b""
        if not self.is_pressed:
            while piece:
                yield piece
                piece = self._more()
            self.is_whole = True  # its own last line says so
            return
        inflating = zlib.decompressobj(31)
        while piece and not inflating.eof:
            try:
                yield inflating.decompress(piece, PIECE)
            except zlib.error:
                self.is_damaged = True
                return
            piece = inflating.unconsumed_tail or (b"" if inflating.eof else self._more())
        if inflating.eof:
            self._rest = inflating.unused_data
            self.is_whole = not (self._rest or self._fill())

    def files(self, most: int) -> Iterator[Carried]:
        """Give the files that follow, those up to ``most`` bytes with their data.

        What is damaged ends them: the sizes would not be true any more.
        """
        if self.is_whole:
            return
        counted = COUNT.fullmatch(self._line())
        left = int(counted[1]) if counted else -1
        if not 0 <= left <= MOST_FILES:
            return
        while left:
            frame = FRAME.fullmatch(self._line())
            if frame is None:
                return
            size = int(frame[2])
            data = self._take(size) if size <= most else None
            if data is None and not (size > most and self._skip(size)):
                return
            yield Carried(frame[1].decode(), size, data)
            left -= 1
        self.is_whole = True

    def _more(self) -> bytes:
        piece = self._file.read(PIECE)
        self._done += len(piece)
        self._progress(self._done)
        return piece

    def _fill(self) -> bytes:
        piece = self._more()
        self._rest += piece
        return piece

    def _line(self) -> bytes:
        while b"\n" not in self._rest[:LINE]:
            if len(self._rest) >= LINE or not self._fill():
                return b""
        line, _, self._rest = self._rest.partition(b"\n")
        return line

    def _take(self, size: int) -> bytes | None:
        parts, have = [self._rest[:size]], min(len(self._rest), size)
        self._rest = self._rest[size:]
        while have < size:
            piece = self._more()
            if not piece:
                return None
            parts.append(piece[: size - have])
            self._rest = piece[size - have :]
            have += len(parts[-1])
        return b"".join(parts)

    def _skip(self, size: int) -> bool:
        while size > len(self._rest):
            size -= len(self._rest)
            self._rest = b""
            if not self._fill():
                return False
        self._rest = self._rest[size:]
        return True
