"""How much of an origin is taken in on one day, by how near it is. Pure.

A quota loses nothing: what does not fit waits at its peers, and comes on the next day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kpa_federation.protocol.entries import Entry

MIB = 2**20


@dataclass(frozen=True, slots=True)
class Quota:
    """At most so many entries and bytes on a day, and bytes of files in all."""

    entries: int
    size: int
    files: int


BY_STEP = (
    Quota(entries=100_000, size=512 * MIB, files=100 * MIB),
    Quota(entries=5_000, size=32 * MIB, files=50 * MIB),
    Quota(entries=1_000, size=8 * MIB, files=20 * MIB),
)
"""For who was chosen by a person here, who is recommended by those, and one step further."""
FARTHEST = len(BY_STEP) - 1


@dataclass(frozen=True, slots=True)
class Used:
    """What came of an origin on a day."""

    entries: int = 0
    size: int = 0

    def plus(self, weights: Sequence[int]) -> Used:
        """Return it with more entries, of these weights."""
        return Used(self.entries + len(weights), self.size + sum(weights))


def quota(step: int) -> Quota:
    """Return the quota of an origin that is so many steps away."""
    return BY_STEP[min(step, FARTHEST)]


def weight(entry: Entry, body: bytes | None = None) -> int:
    """Return what an entry may cost here: its line, and the body that it announces.

    The body counts when it is announced: it may come later, and from anybody. One that came with
    it counts as long as it is, whatever was announced.
    """
    announced = entry.fields.get("bytes", 0) if entry.op == "put" and not entry.void else 0
    return len(entry.line) + max(int(announced), len(body or b""))


def fitting(used: Used, weights: Sequence[int], allowed: Quota) -> int:
    """Return how many entries of these weights, from the first on, still fit on this day."""
    size = used.size
    most = max(allowed.entries - used.entries, 0)
    for place, more in enumerate(weights[:most]):
        size += more
        if size > allowed.size:
            return place
    return min(len(weights), most)


def is_full(used: Used, allowed: Quota) -> bool:
    """Tell whether nothing more can be asked for on this day."""
    return used.entries >= allowed.entries or used.size >= allowed.size
