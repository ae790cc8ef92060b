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

VERSION = 1
KNOWN_VERSIONS = frozenset({1})


@dataclass(frozen=True, slots=True)
class Row:
    """One stored link. ``number`` is the document's number, or its reference if it has none."""

    number: str
    version: int
    snapshot: bytes
    hash: bytes


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


def link(version: int, previous: bytes | None, snapshot: bytes) -> bytes:
    """Return the SHA-256 that seals one snapshot after ``previous`` (None at the start).

    Covered bytes: version (4 bytes), length of previous (4), previous, length of snapshot (8),
    snapshot; integers big-endian. Each part is preceded by its length, so no two inputs meet.
    """
    before = previous or b""
    sealed = hashlib.sha256()
    sealed.update(version.to_bytes(4, "big") + len(before).to_bytes(4, "big") + before)
    sealed.update(len(snapshot).to_bytes(8, "big") + snapshot)
    return sealed.digest()


def verify(rows: Iterable[Row], heads: Iterable[Head] = ()) -> Break | None:
    """Return the first break in a series read in order, or None when everything holds.

    A hash version that is unknown, or lower than one already seen, is a break: rows may move to
    a stronger seal, never back.
    """
    expected: dict[int, set[bytes]] = {}
    for head in heads:
        expected.setdefault(head.count, set()).add(head.hash)
    previous: bytes | None = None
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
    if link(row.version, previous, row.snapshot) != row.hash:
        return "hash"
    return None if _bears(row.snapshot, row.number) else "number"


def _bears(snapshot: bytes, number: str) -> bool:
    """Tell whether canonical bytes name the document so, without parsing them.

    Inside a JSON string a quote is escaped, so an unescaped ``"number":`` is the key itself.
    """
    name = number.encode()
    if b'"number":"%b"' % name in snapshot:
        return True
    return b'"number":null' in snapshot and b'"reference":"%b"' % name in snapshot
