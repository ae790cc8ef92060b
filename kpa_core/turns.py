"""A queue at the door of a SQLite database, so that writers take turns.

SQLite lets one writer in and has the others look again after longer and longer sleeps: whoever has
just left comes back before a sleeper wakes, and one process can keep another waiting for seconds.
Here writers wait on locks of the database's folder and of the one above, and look again every
millisecond. The database alone still decides who writes: the queue may be skipped, it never lets
two in. So nobody waits here longer than ``LONGEST_WAIT_SECONDS``: whoever may open the folder can
hold its lock for as long as they like, and must not stop those who write.
"""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import suppress
from pathlib import Path

LOOK_AGAIN_SECONDS = 0.001
LONGEST_WAIT_SECONDS = 5.0


class Turn:
    """One connection's place in the queue of a folder; ``is_first`` once its turn has come.

    There are two doors. Who waits stands in the outer one, the lock of the folder above, until the
    inner one opens: so whoever has just left cannot come back before who waited.
    """

    def __init__(self, folder: Path) -> None:
        self.is_first = False
        self._outer, self._inner = _opened(folder.parent), _opened(folder)

    def wait(self, seconds: float) -> None:
        """Come first, or give up after ``seconds`` and leave it to the database to answer."""
        until = time.monotonic() + min(seconds, LONGEST_WAIT_SECONDS)
        if self._inner is None or not _take(self._outer, until):
            return
        try:
            self.is_first = _take(self._inner, until)
        finally:
            _give_back(self._outer)

    def leave(self) -> None:
        """Let the next one in."""
        if self.is_first:
            self.is_first = False
            _give_back(self._inner)

    def close(self) -> None:
        """Give the place up for good."""
        self.is_first = False
        for handle in (self._outer, self._inner):
            if handle is not None:
                os.close(handle)
        self._outer = self._inner = None


def _opened(folder: Path) -> int | None:
    try:
        return os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:  # the database itself will say what is wrong with its folder
        return None


def _take(handle: int | None, until: float) -> bool:
    """Lock a folder before a moment of the monotonic clock; True where there is nothing to lock."""
    while handle is not None:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                return False
            time.sleep(LOOK_AGAIN_SECONDS)
        except OSError:  # a file system without such locks
            return False
        else:
            return True
    return True


def _give_back(handle: int | None) -> None:
    if handle is not None:
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_UN)
