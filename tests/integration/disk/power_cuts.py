"""What a disk may hold after a power cut, from a record of what was written and synced.

Only what was synced is sure. Of the rest each write may be there, missing or torn by sectors, in
any order; a new name, a removal or a move may have happened or not.
"""

from __future__ import annotations

import os
import pickle
import random
import shutil
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SECTOR = 512
Change = tuple[int, bytes] | int
"""Bytes at a place, or the new size of a file that was cut shorter."""


@dataclass
class File:
    """One file, whatever its name: what is sure of it, and what is not yet."""

    sure: bytearray = field(default_factory=bytearray)
    waiting: list[Change] = field(default_factory=list)
    settled: int = 0

    @property
    def written(self) -> int:
        """How many changes there ever were."""
        return self.settled + len(self.waiting)

    def settle(self, written: int) -> None:
        """Make the first changes sure: as many as there were when their sync began."""
        count = max(0, written - self.settled)
        for change in self.waiting[:count]:
            _change(self.sure, change)
        del self.waiting[:count]
        self.settled += count

    def after_cut(self, chance: random.Random) -> bytearray:
        """Return what may be found of it."""
        data = bytearray(self.sure)
        for change in self.waiting:
            luck = chance.random()
            if luck < 1 / 3:
                continue
            if luck < 2 / 3 or isinstance(change, int):
                _change(data, change)
                continue
            start, written = change
            for at in range(0, len(written), SECTOR):
                if chance.random() < 1 / 2:
                    _change(data, (start + at, written[at : at + SECTOR]))
        return data


def _change(data: bytearray, change: Change) -> None:
    if isinstance(change, int):
        del data[change:]
        return
    start, written = change
    data.extend(bytes(max(0, start - len(data))))
    data[start : start + len(written)] = written


class Disk:
    """A folder as the disk knows it: names that are sure, and names as programs see them."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self.sure: dict[str, File | None] = {}
        self.seen: dict[str, File | None] = {}
        for path in base.rglob("*"):
            name = str(path.relative_to(base))
            self.sure[name] = File(bytearray(path.read_bytes())) if path.is_file() else None
        self.seen.update(self.sure)
        self.syncs: dict[Any, tuple[File, int]] = {}
        self.acknowledged: list[str] = []

    def take(self, root: str, record: tuple[Any, ...]) -> None:
        """Have one more thing happen; paths of ``root`` are this disk's."""
        what, *rest = record
        if what == "acknowledged":
            self.acknowledged.append(rest[0])
        elif what == "synced":
            file, written = self.syncs.pop(rest[0])
            file.settle(written)
        elif what == "syncing":
            file = self._file(self._name(root, rest[1]))
            self.syncs[rest[0]] = file, file.written
        else:
            names = [self._name(root, one) for one in rest if isinstance(one, str)]
            getattr(self, f"_{what}")(*names, *(one for one in rest if not isinstance(one, str)))

    def _name(self, root: str, path: str) -> str:
        return os.path.relpath(path, root)

    def _file(self, name: str) -> File:
        found = self.seen.get(name)
        if found is None:
            found = self.seen[name] = File()
        return found

    def _create(self, name: str) -> None:
        if self.seen.get(name) is None:
            self.seen[name] = File()

    def _write(self, name: str, start: int, data: bytes) -> None:
        self._file(name).waiting.append((start, data))

    def _truncate(self, name: str, size: int) -> None:
        self._file(name).waiting.append(size)

    def _content(self, name: str, data: bytes) -> None:
        self._file(name).sure = bytearray(data)

    def _mkdir(self, name: str) -> None:
        self.seen[name] = None

    def _rename(self, old: str, new: str) -> None:
        self.seen[new] = self.seen.pop(old, None) or File()

    def _unlink(self, name: str) -> None:
        self.seen.pop(name, None)

    def _folder(self, name: str, listed: list[str]) -> None:
        """Make the names in a folder sure: those that were there when the sync was asked for."""
        for one in listed:
            inside = os.path.normpath(os.path.join(name, one))
            if inside in self.seen:
                self.sure[inside] = self.seen[inside]
        for gone in [one for one in self.sure if one not in self.seen]:
            if os.path.dirname(gone) == ("" if name == "." else name):
                del self.sure[gone]

    def cut(self, place: Path, chance: random.Random) -> None:
        """Write in ``place`` what may be found once there is power again."""
        place.mkdir()
        lost: set[str] = set()
        for name in sorted({*self.sure, *self.seen}):
            choices = [known[name] for known in (self.sure, self.seen) if name in known]
            absent = name not in self.sure or name not in self.seen
            if os.path.dirname(name) in lost or (absent and chance.random() < 1 / 2):
                lost.add(name)
                continue
            file = chance.choice(choices)
            if file is None:
                (place / name).mkdir()
            else:
                (place / name).write_bytes(file.after_cut(chance))
        for kept in self.base.rglob("*"):
            if (place / kept.relative_to(self.base)).exists():
                shutil.copymode(kept, place / kept.relative_to(self.base))


def records(log: Path) -> Iterator[tuple[Any, ...]]:
    """Yield what was recorded, in order; a record that is cut short is the last."""
    with log.open("rb") as told:
        while len(head := told.read(4)) == 4:
            body = told.read(struct.unpack("<I", head)[0])
            yield pickle.loads(body)
