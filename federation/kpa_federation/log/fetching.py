"""The branch of a log that a peer shows: first a small look, then all of it, on disk.

A head that a peer names proves nothing. Only once it shows a checkpoint that the log's own key
signed, and that contradicts what is held, is its whole branch worth its bytes.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING

from kpa_federation.log.serving import LEAST, Asked
from kpa_federation.protocol import bundle, limits, tree
from kpa_federation.protocol.bundle import BundleReader
from kpa_federation.protocol.entries import Entry
from kpa_federation.protocol.errors import ProtocolError
from kpa_federation.protocol.notes import Checkpoint
from kpa_federation.protocol.reading import LogState, Section

if TYPE_CHECKING:
    from kpa_federation.log.pulling import Peer

MEMORY = 4 * 1024 * 1024
MOST = 1024**3
"""Bytes of a branch: whoever holds a log's key can make one that fills any disk."""
PIECE = 64 * 1024


@dataclass
class Fetched:
    """A peer's branch, verified; ``common`` is how many entries it shares with what is held.

    ``keys`` are its ``key`` entries with an effect, by place. ``new`` are the bytes of it that are
    not held, at most ``most``.
    """

    state: LogState
    file: IO[bytes]
    most: int = MOST
    common: int | None = None
    checkpoint: Checkpoint | None = None
    keys: list[tuple[int, Entry]] = field(default_factory=list)
    written: int = 0
    new: int = 0

    def take(self, section: Section, ours: Sequence[bytes]) -> None:
        """Verify the next section and keep it; ``ours`` are the entries held in its place."""
        self.state, entries = self.state.take(section)
        self.checkpoint = section.checkpoint
        for place, entry in enumerate(entries, section.start):
            if entry.op == "key" and not entry.void:
                self.keys.append((place, entry))
            at = place - section.start
            if self.common is None and at < len(ours) and ours[at] != entry.line:
                self.common = place
        written = sum(map(self.file.write, bundle.section_lines(section)))
        self.written += written
        if self.common is not None or len(ours) < len(entries):
            self.new += written
        if self.written > MOST or self.new > self.most:
            raise ProtocolError("too_long", "a branch that is longer than any may be")

    def sections(self) -> Iterator[Section]:
        """Give its sections once more."""
        self.file.seek(0)
        return iter(BundleReader(iter(lambda: self.file.read(PIECE), b"")))

    def roots(self, wanted: Sequence[tuple[int, int]]) -> Mapping[tuple[int, int], bytes]:
        """Return the roots over ranges of its entries, in one reading."""
        found = dict.fromkeys(wanted, tree.EMPTY)
        for section in self.sections():
            hashes = [entry.leaf for entry in section.entries]
            for start, end in found:
                low, high = max(start, section.start), min(end, section.end)
                if low < high:
                    part = hashes[low - section.start : high - section.start]
                    found[start, end] = found[start, end].extended(part)
        return {bounds: front.root() for bounds, front in found.items()}


def look(peer: Peer, state: LogState) -> Checkpoint:
    """Return the checkpoint a peer has of a log, seen to be signed and to go on from a state.

    Raises:
        ProtocolError: ``gap``: it shows nothing from there on; or what is wrong with it.
    """
    asked = Asked({state.origin: state.size}, bodies=False, most=1, chunk=LEAST)
    with closing(_sections(peer, state.origin, asked)) as sections:
        for section in sections:
            state.take(section)
            return section.checkpoint
    raise ProtocolError("gap", "it shows nothing of it")


def fetch(
    peer: Peer, origin: str, ours: Callable[[int, int], Sequence[bytes]], most: int = MOST
) -> Fetched:
    """Return a peer's whole branch, verified from its first entry; close its file.

    ``ours`` gives the entries that are held, from one place up to another; ``most`` is how many
    bytes of others are worth a look.

    Raises:
        ProtocolError: what it shows is not signed, does not come whole, or is ``too_long``.
    """
    file = tempfile.SpooledTemporaryFile(MEMORY)  # noqa: SIM115 - the caller closes it
    found: Fetched | None = None
    try:
        file.write(bundle.opening(origin))
        while found is None or found.state.size < _size(found):
            before = 0 if found is None else found.state.size
            with closing(_sections(peer, origin, Asked({origin: before}))) as sections:
                for section in sections:
                    if found is None:
                        found = Fetched(LogState(origin), file, most)
                    found.take(section, ours(section.start, section.end))
            if found is None or found.state.size == before:
                raise ProtocolError("gap", "the other branch did not come whole")
        file.write(bundle.closing("", {}))
    except BaseException:
        file.close()
        raise
    return found


def _size(found: Fetched) -> int:
    return limits.INTEGER if found.checkpoint is None else found.checkpoint.size


def _sections(peer: Peer, origin: str, asked: Asked) -> Generator[Section]:
    for section in BundleReader(peer.sync(asked)):
        if section.origin == origin:
            yield section
