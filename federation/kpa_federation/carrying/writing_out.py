"""Write everything that is kept here into one file: every log, and the files that records name."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import sqlalchemy as sa

from kpa_core.api import N_, Misuse, NotFound, StoredFile, Unavailable, Work
from kpa_federation.blobs import fetching
from kpa_federation.blobs.named import named_files
from kpa_federation.carrying import container
from kpa_federation.catalogue.kinds import ABOUT_US
from kpa_federation.log import serving
from kpa_federation.log.keeping import RECORDS
from kpa_federation.log.models import LogRow
from kpa_federation.log.serving import Asked
from kpa_federation.own.writing import own_origin
from kpa_federation.peers.models import PeerRow
from kpa_federation.records import files

NEEDS = "federation.peers"
NOBODY = "a" * 32


@dataclass(frozen=True)
class Written:
    """What a file holds."""

    logs: int
    records: int
    files: int
    missing: int
    size: int


def write(
    work: Work, target: Path, progress: Callable[[int, int], None] = lambda _done, _all: None
) -> Written:
    """Write the file, whole or not at all; it is on the disk when this returns.

    ``progress`` is told how many lines of all logs were written, of how many.

    Raises:
        Misuse: something else than a file is at that place.
        Unavailable: there is no room, or the place cannot be written.
    """
    work.require(NEEDS)
    if target.exists() and not target.is_file():  # a device would be replaced by a file
        raise Misuse(N_("{place} n'est pas un fichier. Choisis un nom de fichier."), place=target)
    draft = target.with_name(target.name + ".part")
    try:
        with draft.open("wb") as out:
            made = _write(work, out, progress)
            out.flush()
            os.fsync(out.fileno())
            size = out.tell()
        draft.replace(target)
    except OSError as error:
        with suppress(OSError):
            draft.unlink()
        raise Unavailable(
            N_("Le fichier n'a pas pu être écrit : {why}. La clé est peut-être pleine."),
            why=error.strerror or type(error).__name__,
        ) from error
    except BaseException:
        with suppress(OSError):
            draft.unlink()
        raise
    return Written(*made, size)


def _write(
    work: Work, out: BinaryIO, progress: Callable[[int, int], None]
) -> tuple[int, int, int, int]:
    session = work.session
    shown = _not_blocked()
    logs = {row.origin: row.size for row in session.scalars(sa.select(LogRow).where(shown))}
    live = (
        sa.select(sa.func.count()).select_from(RECORDS).join(LogRow, LogRow.id == RECORDS.c.log_id)
    )
    to_read = RECORDS.c.kind.not_in(ABOUT_US)
    records = session.scalar(live.where(RECORDS.c.op == "put", to_read, shown)) or 0
    listed = {one.sha256 for _, one in named_files(session, shown)}
    here = sorted(one for one in listed if _is_here(work, one))
    asked = Asked(dict.fromkeys(logs, 0), most=2**62)
    lines = serving.bundle(session, asked, own_origin(session) or NOBODY)
    container.write(
        out,
        _counted(lines, sum(logs.values()), progress),
        ((one, _read(work, one)) for one in here),
        len(here),
    )
    return len(logs), records, len(here), len(listed) - len(here)


def _not_blocked() -> sa.ColumnElement[bool]:
    """Return what is true of logs that are carried on: nobody here blocked them."""
    blocked = sa.select(PeerRow.origin).where(PeerRow.trust == "blocked")
    return LogRow.origin.not_in(blocked)


def _counted(
    lines: Iterator[bytes], everything: int, progress: Callable[[int, int], None]
) -> Iterator[bytes]:
    done = 0
    for line in lines:
        yield line
        if line[:1] in (b"H", b"P"):
            done += 1
            progress(done, everything)


def _is_here(work: Work, sha256: str) -> bool:
    return _kept(work, sha256) is not None


def _read(work: Work, sha256: str) -> bytes:
    row = _kept(work, sha256)
    if row is None:
        raise NotFound()
    return work.instance.files.read(row)


def _kept(work: Work, sha256: str) -> StoredFile | None:
    """Return a file that a live record names: the caller asks for no other."""
    return files.kept(work.session, sha256) or fetching.kept(work.session, sha256)
