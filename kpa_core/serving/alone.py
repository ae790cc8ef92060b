"""Exactly one worker on a machine: a lock that the system takes back when its holder dies."""

from __future__ import annotations

import fcntl
import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

log = logging.getLogger("kpa.jobs")


@contextmanager
def alone(path: Path, stop: threading.Event, *, wait: bool) -> Iterator[str]:
    """Hold the lock of the one worker and yield its name; empty when someone else has it.

    With ``wait``, stay until it is free or ``stop`` is set.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as lock:
        held = _take(lock.fileno())
        if wait and not held:
            log.warning("another worker is at work here; this one waits")
        while wait and not held and not stop.wait(0.2):
            held = _take(lock.fileno())
        yield f"{socket.gethostname()}:worker" if held else ""


def _take(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
