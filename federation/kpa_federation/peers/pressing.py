"""Gzip in blocks, on several processors: a first sync waits for nothing longer than for this.

The blocks make one gzip stream (RFC 1952), as each begins with the last bytes of the one before as
its dictionary (RFC 1951 lets a match reach back over blocks): it is hardly longer than in one go.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

LEVEL = 6
BLOCK = 512 * 1024
WINDOW = 32 * 1024
"""How far back a match may reach (RFC 1951, section 2)."""
BEGINNING = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
"""Deflate, no name, no time, no system (RFC 1952, section 2.3)."""
WORKERS = min(os.cpu_count() or 1, 4)


def press(lines: Iterable[bytes]) -> bytes:
    """Return the gzip of some bytes; they are pressed while the next ones are read."""
    checksum = size = 0
    before = b""
    with ThreadPoolExecutor(WORKERS) as workers:
        pressed = []
        for block in _blocks(lines):
            checksum, size = zlib.crc32(block, checksum), size + len(block)
            pressed.append(workers.submit(_pressed, block, before[-WINDOW:]))
            before = block
        blocks = [one.result() for one in pressed]
    ending = struct.pack("<LL", checksum, size & 0xFFFFFFFF)
    return b"".join((BEGINNING, *blocks, _pressed(b"", b"", zlib.Z_FINISH), ending))


def _pressed(block: bytes, before: bytes, flush: int = zlib.Z_SYNC_FLUSH) -> bytes:
    one = zlib.compressobj(LEVEL, wbits=-zlib.MAX_WBITS, zdict=before)
    return one.compress(block) + one.flush(flush)


def _blocks(lines: Iterable[bytes]) -> Iterator[bytes]:
    held: list[bytes] = []
    size = 0
    for line in lines:
        held.append(line)
        size += len(line)
        if size >= BLOCK:
            yield b"".join(held)
            held, size = [], 0
    if held:
        yield b"".join(held)
