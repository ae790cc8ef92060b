"""git daemon on the same records: one file each, commits signed with an ssh key."""

from __future__ import annotations

import os
import resource
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from processes import cpu_of, is_open, stop

QUIET = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_TERMINAL_PROMPT": "0",
    "HOME": os.devnull,
}


def git(folder: Path, *words: str) -> tuple[float, float]:
    """Run git; return its seconds and those of the processor."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    ran = subprocess.run(
        ["git", *words], cwd=folder, env={**os.environ, **QUIET}, capture_output=True, text=True
    )
    seconds = time.perf_counter() - start
    if ran.returncode:
        raise SystemExit(f"git {words[0]}: {ran.stderr[-1000:]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, used


class GitServer:
    """A repository and the daemon that serves it."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port, self.tree = folder, port, folder / "records"
        self.tree.mkdir(parents=True)
        key = folder / "key"
        making = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)]
        subprocess.run(making, check=True, capture_output=True)
        public = " ".join((folder / "key.pub").read_text().split()[:2])
        (folder / "allowed").write_text(f"mesure@example.org {public}\n")
        git(self.tree, "init", "-q", "-b", "main")
        for name, value in {
            "user.name": "Mesure",
            "user.email": "mesure@example.org",
            "gpg.format": "ssh",
            "user.signingkey": str(key),
            "gpg.ssh.allowedSignersFile": str(folder / "allowed"),
            "commit.gpgsign": "true",
            "gc.auto": "0",
        }.items():
            git(self.tree, "config", name, value)

    def commit(self, files: Iterable[tuple[str, bytes]]) -> None:
        """Write files and sign a commit with them."""
        for name, body in files:
            path = self.tree / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(body)
        git(self.tree, "add", "-A")
        git(self.tree, "commit", "-q", "-m", "Mesure")

    def pack(self) -> None:
        """Pack the repository: its daemon then sends what it finds."""
        git(self.tree, "gc", "-q")

    def check(self, clone: Path) -> float:
        """Verify the signature of a clone's head; return the seconds."""
        allowed = f"gpg.ssh.allowedSignersFile={self.folder / 'allowed'}"
        return git(clone, "-c", allowed, "verify-commit", "HEAD")[0]

    @contextmanager
    def serving(self) -> Iterator[GitServer]:
        """Start the daemon and wait for it."""
        command = ["git", "daemon", "--reuseaddr", "--export-all", f"--port={self.port}"]
        command += ["--listen=127.0.0.1", f"--base-path={self.folder}", str(self.folder)]
        process = subprocess.Popen(command, env={**os.environ, **QUIET}, stderr=subprocess.DEVNULL)
        self.process = process
        try:
            until = time.monotonic() + 20
            while not is_open(self.port):
                if time.monotonic() > until:
                    raise SystemExit("git daemon does not answer")
                time.sleep(0.05)
            yield self
        finally:
            stop(process)

    def cpu(self) -> float:
        """Return the processor seconds of the daemon and of what it started."""
        time.sleep(0.1)  # it counts its children once they ended
        return cpu_of(self.process.pid)
