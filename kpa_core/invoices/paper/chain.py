"""The chain of a series: each document's hash covers its bytes and the hash before it.

What a chain shows by itself: a changed, swapped, inserted or removed document, from the first row
that no longer follows from those before it. What it cannot show: the last rows cut off, or a tail
rewritten with all its hashes. For these, ``verify`` takes *heads* that were kept elsewhere (a
printed page, a peer, the carrier's copy).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

VERSION = 2
KNOWN_VERSIONS = frozenset({1, 2})
"""The first sealed the snapshot alone; the second also the files made of it at issue."""


@dataclass(frozen=True, slots=True)
class Row:
    """One stored link. ``number`` is the document's number, or its reference if it has none.

    ``files`` are the SHA-256 of the XML and of the PDF, in that order; empty where none was made.
    """

    number: str
    version: int
    snapshot: bytes
    hash: bytes
    files: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Head:
    """A witness kept elsewhere: after ``count`` documents, the last hash was ``hash``."""

    count: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Break:
    """Where the chain stops holding: at the ``position``-th row (from 1), which bears ``number``.

    ``reason`` is one of ``hash``, ``version``, ``number``, ``head``, ``missing``. On ``missing``
    the rows end too early: ``number`` is the last one still there, or None if none is.
    """

    position: int
    number: str | None
    reason: str


def link(
    version: int, previous: bytes | None, snapshot: bytes, files: tuple[bytes, ...] = ()
) -> bytes:
    """Return the SHA-256 that seals one snapshot after ``previous`` (None at the start).

    Covered bytes: version (4 bytes), length of previous (4), previous, length of snapshot (8),
    snapshot; from version 2 on, the number of files (4), then each file's SHA-256 after its length
    (4), which is 0 for a file that was not made. Integers are big-endian. Each part is preceded by
    its length, so no two inputs meet.

    Raises:
        ValueError: a file in a version that cannot seal it, or a hash of another length.
    """
    if (version < 2 and any(files)) or any(len(one) not in (0, 32) for one in files):
        raise ValueError(f"version {version} does not seal these files")
    before = previous or b""
    sealed = hashlib.sha256()
    sealed.update(version.to_bytes(4, "big") + len(before).to_bytes(4, "big") + before)
    sealed.update(len(snapshot).to_bytes(8, "big") + snapshot)
    if version >= 2:
        sealed.update(len(files).to_bytes(4, "big"))
        for one in files:
            sealed.update(len(one).to_bytes(4, "big") + one)
    return sealed.digest()


def verify(
    rows: Iterable[Row], heads: Iterable[Head] = (), *, after: bytes | None = None
) -> Break | None:
    """Return the first break in a series read in order, or None when everything holds.

    ``after`` is the hash before the first row, when the rows are the end of a series.
    A hash version that is unknown, or lower than one already seen, is a break: rows may move to
    a stronger seal, never back.
    """
    expected: dict[int, set[bytes]] = {}
    for head in heads:
        expected.setdefault(head.count, set()).add(head.hash)
    previous = after
    last, position, version = None, 0, 0
    for position, row in enumerate(rows, start=1):
        reason = _fault(row, previous, version)
        if reason is None and expected.pop(position, {row.hash}) != {row.hash}:
            reason = "head"
        if reason is not None:
            return Break(position, row.number, reason)
        previous, version, last = row.hash, row.version, row.number
    if any(count > position for count in expected):
        return Break(position + 1, last, "missing")
    return None


def _fault(row: Row, previous: bytes | None, version: int) -> str | None:
    if row.version not in KNOWN_VERSIONS or row.version < version:
        return "version"
    try:
        if link(row.version, previous, row.snapshot, row.files) != row.hash:
            return "hash"
    except ValueError:
        return "hash"
    return None if _bears(row.snapshot, row.number) else "number"


def _bears(snapshot: bytes, number: str) -> bool:
    """Tell whether canonical bytes name the document so, without parsing them.

    Inside a JSON string a quote is escaped, so an unescaped ``"number":`` is a key. Keys are in
    order: the deposits a paper takes back have their numbers before its own, and nothing after
    it holds one. The last is the paper's.
    """
    name = number.encode()
    _, key, after = snapshot.rpartition(b'"number":')
    if not key:
        return False
    if after.startswith(b'"%b"' % name):
        return True
    return after.startswith(b"null") and b'"reference":"%b"' % name in after
