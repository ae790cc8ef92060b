"""The parent of ``kpa serve``: starts the web server and one worker, and restarts what dies.

The server's own processes and the worker end when the parent does, even by ``kill -9``: an orphan
would keep the port, and an orphan worker would work beside the next one.
"""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

from kpa_core.config import Settings

log = logging.getLogger("kpa.serve")
PR_SET_PDEATHSIG = 1
GRACE_SECONDS = 20
RESTART_SECONDS = (0.2, 5.0)
STEADY_SECONDS = 10


@dataclass
class Child:
    """A process the parent keeps alive."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    wait: float = RESTART_SECONDS[0]


def die_with_parent(number: int = signal.SIGKILL) -> None:
    """Ask the system to end this process when its parent ends; Linux only, elsewhere nothing."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)


def is_free(host: str, port: int) -> bool:
    """Tell whether nobody listens there yet; the server alone would share the port in silence."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def is_open(host: str, port: int) -> bool:
    """Tell whether the server takes connections."""
    try:
        with socket.create_connection((host, port), timeout=0.2):
            return True
    except OSError:
        return False


def web_command(settings: Settings) -> list[str]:
    """Return the web server's command line.

    Connections are held by the server's own loop, so slow phones cost no thread (see
    :mod:`kpa_core.serving.door`); a worker that grew past 512 MiB is renewed.
    """
    server = settings.server
    options = {
        "--interface": "rsgi",
        "--host": server.host,
        "--port": str(server.port),
        "--workers": str(server.workers),
        "--backlog": "1024",
        "--backpressure": "1024",
        "--http": "1",
        "--http1-header-read-timeout": "15000",
        "--workers-max-rss": "512",
        "--workers-kill-timeout": "10",
        "--http1-buffer-size": "65536",
        "--log-level": "error",
    }
    flat = [part for pair in options.items() for part in pair]
    return [
        sys.executable,
        "-m",
        "kpa_core.serving.web",
        *flat,
        "--no-ws",
        "--respawn-failed-workers",
        "--factory",
        "kpa_core.serving.wsgi:make_door",
    ]


def worker_command() -> list[str]:
    """Return the worker's command line."""
    return [sys.executable, "-m", "kpa_core", "worker"]


class Parent:
    """Keeps its children alive until it is told to stop."""

    def __init__(
        self, commands: dict[str, list[str]], tell: Callable[[], bool] = lambda: True
    ) -> None:
        self.children = [Child(name, command) for name, command in commands.items()]
        self.stopping = threading.Event()
        self.tell = tell
        self.start = uuid4().hex

    def run(self) -> int:
        """Start, watch, and stop on SIGTERM or SIGINT; return the exit code.

        ``tell`` is called until it answers that the site is open, and has said so.
        """
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stopping.set())
        for child in self.children:
            self._start(child)
        told = False
        while not self.stopping.wait(0.2):
            told = told or self.tell()
            for child in self.children:
                self._watch(child)
        self._stop()
        return 0

    def _start(self, child: Child) -> None:
        parent = os.getpid()

        def tie() -> None:
            die_with_parent(signal.SIGTERM if child.name == "worker" else signal.SIGKILL)
            if os.getppid() != parent:  # it died before the tie held
                os._exit(1)

        child.started_at = time.monotonic()
        family = {**os.environ, "KPA_START": self.start}
        child.process = subprocess.Popen(child.command, preexec_fn=tie, env=family)

    def _watch(self, child: Child) -> None:
        if child.process is None or child.process.poll() is None:
            return
        lived = time.monotonic() - child.started_at
        if lived > STEADY_SECONDS:
            child.wait = RESTART_SECONDS[0]
        log.error("%s ended with %s; starting it again", child.name, child.process.returncode)
        self.stopping.wait(child.wait)
        child.wait = min(child.wait * 2, RESTART_SECONDS[1])
        if not self.stopping.is_set():
            self._start(child)

    def _stop(self) -> None:
        deadline = time.monotonic() + GRACE_SECONDS
        for child in self.children:
            if child.process is not None and child.process.poll() is None:
                child.process.terminate()
        for child in self.children:
            if child.process is None:
                continue
            try:
                child.process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.process.kill()
                child.process.wait()
