"""What every system that is measured has: records that come in, a server, clients that catch up."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from proxy import Proxy


@dataclass
class Row:
    """What one system needed for one piece of work."""

    system: str
    work: str
    up: int
    down: int
    turns: int
    seconds: float
    client_cpu: float
    server_cpu: float
    signatures: int

    @property
    def bytes(self) -> int:
        """Both ways."""
        return self.up + self.down


class System:
    """One system: how it takes records in, and how a client brings itself up to date."""

    name = ""
    verified = ""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder, self.stack = folder, stack
        folder.mkdir(parents=True)

    def publish(self, records: dict[str, bytes]) -> None:
        """Take new or changed records in."""

    def start(self) -> None:
        """Serve, behind a proxy."""

    def client(self, name: str) -> tuple[float, float, int]:
        """Bring a client up to date; return seconds, its processor seconds, signatures checked."""
        raise NotImplementedError

    def behind(self, port: int, cpu: Callable[[], float]) -> None:
        """Put the proxy before a server."""
        self.cpu, self.proxy = cpu, self.stack.enter_context(Proxy(port))

    def measure(self, work: str, client: str) -> Row:
        """Bring a client up to date and count everything."""
        before = self.cpu()
        seconds, used, signatures = self.client(client)
        count = self.proxy.take()
        server = self.cpu() - before
        return Row(
            self.name, work, count.up, count.down, count.turns, seconds, used, server, signatures
        )
