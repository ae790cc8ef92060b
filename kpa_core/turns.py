"""A queue at the door of a SQLite database, so that writers take turns.

SQLite lets one writer in and has the others look again after longer and longer sleeps: whoever has
just left comes back before a sleeper wakes, and one process can keep another waiting for seconds.
Here writers wait on a lock of the database's folder, and look again every millisecond. The database
alone still decides who writes: the queue may be skipped, it never lets two in. So nobody waits here
longer than ``LONGEST_WAIT_SECONDS``: whoever may open the folder can hold its lock for as long as
they like, and must not stop those who write.
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
    """One connection's place in the queue of a folder; ``is_first`` once its turn has come."""

    def __init__(self, folder: Path) -> None:
        self.is_first = False
        self._handle: int | None = None
        with suppress(OSError):  # the database itself will say what is wrong with its folder
            self._handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)

    def wait(self, seconds: float) -> None:
        """Come first, or give up after ``seconds`` and leave it to the database to answer."""
        until = time.monotonic() + min(seconds, LONGEST_WAIT_SECONDS)
        while self._handle is not None:
            try:
                fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= until:
                    return
                time.sleep(LOOK_AGAIN_SECONDS)
            except OSError:  # a file system without such locks
                return
            else:
                self.is_first = True
                return

    def leave(self) -> None:
        """Let the next one in."""
        if self.is_first and self._handle is not None:
            self.is_first = False
            with suppress(OSError):
                fcntl.flock(self._handle, fcntl.LOCK_UN)

    def close(self) -> None:
        """Give the place up for good."""
        self.is_first = False
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
