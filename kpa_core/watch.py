"""Watch calls into plugins: name the slow one with its stack, and the greedy one.

A call cannot be killed inside a process; it can be named while it hangs and skipped afterwards.
One thread watches all calls of an instance and lives only while there are calls to watch.
"""

from __future__ import annotations

import itertools
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

SLOW_SECONDS = 5.0
GREEDY_MIB = 256
_PAGE = os.sysconf("SC_PAGE_SIZE")
_STATM = "/proc/self/statm"


@dataclass
class Call:
    """One call into a plugin."""

    name: str
    hook: str
    thread: int
    deadline: float
    told: bool = False
    grown_mib: int = 0

    @property
    def greedy(self) -> bool:
        """Tell whether the process grew by more than ``GREEDY_MIB`` during the call.

        Other threads grow it too: this is a reason to look, not to stop a plugin.
        """
        return self.grown_mib > GREEDY_MIB


class Watch:
    """Calls ``slow(name, hook, stack)`` once for each call over ``SLOW_SECONDS``."""

    def __init__(
        self, slow: Callable[[str, str, str], None], seconds: float = SLOW_SECONDS
    ) -> None:
        self.slow = slow
        self.seconds = seconds
        self._calls: dict[int, Call] = {}
        self._numbers = itertools.count()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    @contextmanager
    def over(self, name: str, hook: str) -> Iterator[Call]:
        """Watch the block as a call of ``hook`` into plugin ``name``."""
        call = Call(name, hook, threading.get_ident(), time.monotonic() + self.seconds)
        number = next(self._numbers)
        before = resident_mib()
        self._calls[number] = call
        self._wake()
        try:
            yield call
        finally:
            del self._calls[number]
            call.grown_mib = resident_mib() - before

    def _wake(self) -> None:
        if self._thread is None or not self._thread.is_alive():
            with self._lock:
                if self._thread is None or not self._thread.is_alive():
                    self._thread = threading.Thread(target=self._look, daemon=True)
                    self._thread.start()

    def _look(self) -> None:
        idle = 0
        while idle < 100:  # a quiet instance keeps no thread
            time.sleep(self.seconds / 20)
            idle = 0 if self._calls else idle + 1
            for call in list(self._calls.values()):
                if not call.told and time.monotonic() > call.deadline:
                    call.told = True
                    frame = sys._current_frames().get(call.thread)
                    stack = "".join(traceback.format_stack(frame)) if frame else ""
                    self.slow(call.name, call.hook, stack)


def resident_mib() -> int:
    """Return this process's resident memory in MiB; 0 where the system does not tell."""
    try:
        # Without the layers of a text file: each call of each hook looks twice.
        place = os.open(_STATM, os.O_RDONLY)
        try:
            told = os.read(place, 200)
        finally:
            os.close(place)
        return int(told.split()[1]) * _PAGE // 2**20
    except (OSError, IndexError, ValueError):
        return 0
