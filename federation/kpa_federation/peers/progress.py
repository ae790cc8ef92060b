"""How far a long sync is, for people who wait: a file for each neighbour that is being asked.

It outlives a process that ends in the middle, and is gone once the sync is whole.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from kpa_core.api import now
from kpa_federation.own.head import write_file

FILES = "federation.progress."
EVERY = 1.0
"""Seconds between two notes."""
THIN_SPACE = "\N{NARROW NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True)
class Shown:
    """How many lines are here, of how many, and when that was noted."""

    done: int
    whole: int
    at: datetime


Tell = Callable[[str, int, int], None]
"""Is told the origin, how many lines are here, and of how many."""


class Progress:
    """Notes how far the sync with one neighbour is, and tells whoever watches."""

    def __init__(self, root: Path, origin: str, tell: Tell | None = None) -> None:
        self.path, self.origin, self.tell = _folder(root) / f"{FILES}{origin}", origin, tell
        self._next = 0.0

    def __call__(self, done: int, whole: int) -> None:
        """Note that so many lines are here; at most once a second, and the last."""
        if time.monotonic() < self._next and done < whole:
            return
        self._next = time.monotonic() + EVERY
        said = {"done": done, "whole": whole, "at": now().isoformat()}
        write_file(self.path, json.dumps(said).encode())
        if self.tell is not None:
            self.tell(self.origin, done, whole)

    def end(self) -> None:
        """Forget it: the sync is whole."""
        self.path.unlink(missing_ok=True)


def under_way(root: Path) -> dict[str, Shown]:
    """Return how far each sync is that is not whole yet, by origin."""
    found = {}
    for path in _folder(root).glob(f"{FILES}*"):
        try:
            said = json.loads(path.read_text())
            shown = Shown(said["done"], said["whole"], datetime.fromisoformat(said["at"]))
        except (OSError, ValueError, KeyError, TypeError):
            continue  # gone in the meantime, or half written before a power cut
        found[path.name.removeprefix(FILES)] = shown
    return found


def spaced(number: int) -> str:
    """Return a number as people here write it: 1 200."""
    return f"{number:,}".replace(",", THIN_SPACE)


def _folder(root: Path) -> Path:
    return root / "data"
