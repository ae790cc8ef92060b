"""A place of their own for the peers' packages: a throw-away environment, never the project's."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from processes import cpu_of, is_open, stop

HERE = Path(__file__).parent
PACKAGES = ("tuf==7.0.1", "oaipmh==4.0.0", "werkzeug>=3", "cryptography>=44")


def python_of(place: Path) -> str:
    """Return the interpreter of the peers' environment; make it when it is not there."""
    python = place / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(place)], check=True)
        command = [str(python), "-m", "pip", "install", "--quiet", *PACKAGES]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    return str(python)


def run(python: str, script: str, *words: object) -> dict[str, Any]:
    """Run a side's script there; return what it printed, or nothing."""
    command = [python, str(HERE / script), *map(str, words)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=600)
    if ran.returncode:
        raise SystemExit(f"{script}: {ran.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(ran.stdout) if ran.stdout.strip() else {}
    return found


class Served:
    """A side's server."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self.process, self.port = process, port

    def cpu(self) -> float:
        """Return the processor seconds it used."""
        return cpu_of(self.process.pid)


@contextmanager
def serving(python: str, script: str, what: Path, port: int) -> Iterator[Served]:
    """Serve a side until the block ends."""
    command = [python, str(HERE / script), "serve", str(what), str(port)]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 30
        while not is_open(port):
            if time.monotonic() > until or process.poll() is not None:
                raise SystemExit(f"{script} does not answer")
            time.sleep(0.05)
        yield Served(process, port)
    finally:
        stop(process)
