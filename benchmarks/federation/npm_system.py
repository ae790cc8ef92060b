"""An npm peer: a server and a client in node, and a look at what the client holds in the end."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Mapping
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path

import peers_place
from processes import free_port
from system import System


class NpmSystem(System):
    """Serve with one script, pull with the same; ``keep`` is a word for both."""

    script, keep = "", ""

    def __init__(self, folder: Path, stack: ExitStack, place: Path) -> None:
        super().__init__(folder, stack)
        self.path, self.port = str(place / self.script), free_port()
        self.served, self.is_started = folder / "served", False
        self.published: dict[str, bytes] = {}

    def publish(self, records: dict[str, bytes]) -> None:
        """Give the records to the server, or keep them until it is started."""
        self.published |= records
        if self.is_started:
            self._hand(records)

    def start(self) -> None:
        """Serve, and give it what is there."""
        made = peers_place.serving("node", self.path, self.served, self.port)
        served = self.stack.enter_context(made)
        self.is_started = True
        self._hand(self.published)
        self.behind(served.port, served.cpu)

    def client(self, name: str) -> tuple[float, float, int]:
        """Pull in a fresh process; refuse a client that does not hold what was published."""
        where = (self.served, self.folder / name, self.proxy.port, self.keep)
        said = peers_place.run("node", self.path, "pull", *where)
        held = json.loads((self.folder / f"{name}.held.json").read_text())
        if wrong := difference(self.published, held):
            raise SystemExit(f"{self.name}: the client {wrong}")
        return said["seconds"], said["cpu"], said["signatures"]

    def _hand(self, records: Mapping[str, bytes]) -> None:
        texts = {name: body.decode() for name, body in records.items()}
        said = json.dumps({"keep": self.keep, "records": texts}).encode()
        address = f"http://127.0.0.1:{self.port}/publish"  # not through the proxy
        with urllib.request.urlopen(address, said, timeout=300) as answer:
            answer.read()


def difference(published: Mapping[str, bytes], held: Mapping[str, str]) -> str:
    """Return how what a client holds, by SHA-256, is not what was published, or nothing."""
    lacking = published.keys() - held.keys()
    unknown = held.keys() - published.keys()
    other = [
        name
        for name in published.keys() & held.keys()
        if sha256(published[name]).hexdigest() != held[name]
    ]
    if not (lacking or unknown or other):
        return ""
    return f"lacks {len(lacking)}, has {len(other)} otherwise, {len(unknown)} nobody published"
