"""Proofs about a log that is held. They cost what a proof is long, not what the log is.

The roots of whole blocks of entries are remembered by each process. They are compared with the
log's frontier before they are used, so that another branch that took the log's place is noticed.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from threading import Lock
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_federation.log.models import EntryRow, LogRow
from kpa_federation.protocol import tree
from kpa_federation.protocol.reading import ForwardKey

BLOCK = 256
READ = 64 * BLOCK
"""Entries read at once, to remember their blocks."""
LOGS = 256
"""Logs whose blocks a process remembers: 32 bytes for each 256 entries."""

_lock = Lock()
_remembered: WeakKeyDictionary[sa.Engine, OrderedDict[int, list[bytes]]] = WeakKeyDictionary()


class Proving:
    """Proofs about one log."""

    def __init__(self, session: Session, log_id: int) -> None:
        self.session, self.log_id = session, log_id
        self._pages: dict[int, list[bytes]] = {}
        self._blocks: list[bytes] | None = None

    def root(self, start: int, end: int) -> bytes:
        """Return the root over some entries, as the tree's proofs ask for them."""
        if end - start <= BLOCK:
            block = start // BLOCK
            page = self._page(block)[start - block * BLOCK : end - block * BLOCK]
            return tree.EMPTY.extended(page).root()
        first, last = start // BLOCK, end // BLOCK
        whole = tree.EMPTY.extended(self._whole_blocks()[first:last])
        rest = tree.EMPTY.extended(self._page(last)[: end % BLOCK] if end % BLOCK else ())
        return tree.Frontier(end - start, whole.hashes + rest.hashes).root()

    def consistency(self, old: int, size: int) -> list[bytes]:
        """Return the proof that the tree of one size begins that of another."""
        return tree.consistency_path(self.root, old, size)

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """Return the proof that an entry is in the tree of a size."""
        return tree.inclusion_path(self.root, index, size)

    def keys_ahead(self, row: LogRow, start: int, size: int) -> Iterator[ForwardKey]:
        """Give the ``key`` entries between a section's end and its checkpoint."""
        places = [place for place in row.identity["places"] if start <= place < size]
        ahead = sa.select(EntryRow.place, EntryRow.line).where(
            EntryRow.log_id == self.log_id, EntryRow.place.in_(places)
        )
        for place, line in self.session.execute(ahead.order_by(EntryRow.place)):
            yield ForwardKey(place, line, tuple(self.inclusion(place, size)))

    def _page(self, block: int) -> list[bytes]:
        if block not in self._pages:
            self._pages[block] = self._hashes(block * BLOCK, (block + 1) * BLOCK)
        return self._pages[block]

    def _hashes(self, start: int, end: int) -> list[bytes]:
        mine = sa.and_(
            EntryRow.log_id == self.log_id, EntryRow.place >= start, EntryRow.place < end
        )
        found = sa.select(EntryRow.line).where(mine).order_by(EntryRow.place)
        return [tree.leaf_hash(line) for line in self.session.scalars(found)]

    def _whole_blocks(self) -> Sequence[bytes]:
        """Return the roots of the log's whole blocks."""
        if self._blocks is None:
            row = self.session.get_one(LogRow, self.log_id)
            with _lock:
                kept = _remembered.setdefault(self.session.get_bind().engine, OrderedDict())
                known = kept.get(self.log_id, [])
            self._blocks = self._filled(known, row)
            if not _belong(self._blocks, row):
                self._blocks = self._filled([], row)
            with _lock:
                kept[self.log_id] = self._blocks
                kept.move_to_end(self.log_id)
                while len(kept) > LOGS:
                    kept.popitem(last=False)
        return self._blocks

    def _filled(self, known: list[bytes], row: LogRow) -> list[bytes]:
        blocks, whole = known[: row.size // BLOCK], row.size // BLOCK * BLOCK
        for at in range(len(blocks) * BLOCK, whole, READ):
            hashes = self._hashes(at, min(at + READ, whole))
            for start in range(0, len(hashes), BLOCK):
                blocks.append(tree.EMPTY.extended(hashes[start : start + BLOCK]).root())
        return blocks


def _belong(blocks: Sequence[bytes], row: LogRow) -> bool:
    """Tell whether blocks are those of a log as it stands: its frontier begins with theirs."""
    return row.frontier.startswith(tree.EMPTY.extended(blocks).write())
