"""The same records, edits and quiet hours through every system, each behind the counting proxy."""

from __future__ import annotations

import json
import random
import statistics
import time
from contextlib import ExitStack
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import atproto_side
import corpus
import negentropy_side
import npm_place
import ours
import peers_place
from git_side import GitServer, git
from processes import free_port
from system import Row, System

NPM = (atproto_side.AtProto.name, negentropy_side.Live.name, negentropy_side.All.name)


class Kpa(System):
    """Our protocol."""

    name = "kpa"
    verified = "every byte against a signed root: bodies, licences, order, completeness"

    def __init__(self, folder: Path, stack: ExitStack, origins: list[ours.Origin]) -> None:
        super().__init__(folder, stack)
        self.origins, self.cursors = origins, dict[str, str]()
        self.server = ours.Server(folder / "kpa", free_port())

    def publish(self, records: dict[str, bytes]) -> None:
        """The origins wrote already; the server learns of it."""
        self.server.keep(self.origins)

    def start(self) -> None:
        """Serve as ``kpa serve`` does."""
        self.stack.enter_context(self.server.serving())
        self.behind(self.server.port, self.server.cpu)

    def client(self, name: str) -> tuple[float, float, int]:
        """Pull in a fresh process."""
        since = self.cursors.get(name, "")
        said = ours.pull(self.proxy.port, self.folder / f"{name}.sqlite3", since)
        if not said["whole"] or said["refused"]:
            raise SystemExit(f"our pull did not end well: {said}")
        self.cursors[name] = str(said["cursor"])
        return float(said["seconds"]), float(said["cpu"]), int(said["signatures"])


class Git(System):
    """git daemon on a repository as it was committed."""

    name, packs = "git", False
    verified = "every object by its hash; the signature of the head is a command apart"

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        super().__init__(folder, stack)
        self.server, self.checks = GitServer(folder / "served", free_port()), list[float]()

    def publish(self, records: dict[str, bytes]) -> None:
        """Commit them."""
        self.server.commit((name.replace("-", "/", 1), body) for name, body in records.items())

    def start(self) -> None:
        """Start the daemon."""
        if self.packs:
            self.server.pack()
        self.stack.enter_context(self.server.serving())
        self.behind(self.server.port, self.server.cpu)

    def client(self, name: str) -> tuple[float, float, int]:
        """Clone, or pull."""
        clone = self.folder / name
        address = f"git://127.0.0.1:{self.proxy.port}/records"
        if clone.exists():
            seconds, used = git(clone, "pull", "-q", "--ff-only", address, "main")
        else:
            seconds, used = git(self.folder, "clone", "-q", address, name)
        self.checks.append(self.server.check(clone))
        return seconds, used, 1


class GitPacked(Git):
    """git daemon on a repository that was packed beforehand."""

    name, packs = "git gc", True
    verified = "the same"


class Tuf(System):
    """python-tuf and a server of files."""

    name = "tuf"
    verified = "every target by a signed list; the list is sent again when one changes"

    def __init__(self, folder: Path, stack: ExitStack, python: str) -> None:
        super().__init__(folder, stack)
        self.python, self.changed = python, dict[str, list[str]]()
        self.latest: list[str] = []

    def publish(self, records: dict[str, bytes]) -> None:
        """Sign new lists."""
        found = self.folder / "records.json"
        found.write_text(json.dumps({name: body.decode() for name, body in records.items()}))
        peers_place.run(self.python, "tuf_side.py", "make", self.folder / "repository", found)
        self.latest = list(records)

    def start(self) -> None:
        """Serve the files."""
        made = peers_place.serving(
            self.python, "tuf_side.py", self.folder / "repository", free_port()
        )
        served = self.stack.enter_context(made)
        self.behind(served.port, served.cpu)

    def client(self, name: str) -> tuple[float, float, int]:
        """Refresh, and fetch what changed: the client is told which, so would its metadata."""
        wanted = self.folder / "wanted.json"
        wanted.write_text(json.dumps(self.latest))
        where = (self.folder / "repository", self.folder / name, self.proxy.port, wanted)
        said = peers_place.run(self.python, "tuf_side.py", "pull", *where)
        self.latest = []
        return said["seconds"], said["cpu"], said["signatures"]


class Oai(System):
    """An OAI-PMH server."""

    name = "oai"
    verified = "nothing"

    def __init__(self, folder: Path, stack: ExitStack, python: str) -> None:
        super().__init__(folder, stack)
        self.python, self.since = python, dict[str, str]()
        self.records: dict[str, tuple[int, str, Any]] = {}
        self.path, self.second = folder / "records.json", 1_790_000_000

    def publish(self, records: dict[str, bytes]) -> None:
        """Put the records in the archive, at a later second."""
        self.second += 10
        for name, body in records.items():
            self.records[name] = (self.second, name, json.loads(body))
        self.path.write_text(json.dumps(list(self.records.values())))
        time.sleep(0.02)

    def start(self) -> None:
        """Serve the archive."""
        made = peers_place.serving(self.python, "oai_side.py", self.path, free_port())
        served = self.stack.enter_context(made)
        self.behind(served.port, served.cpu)

    def client(self, name: str) -> tuple[float, float, int]:
        """Harvest what is newer than the last time."""
        since = self.since.get(name, "")
        said = peers_place.run(self.python, "oai_side.py", "pull", self.proxy.port, since)
        after = datetime.fromtimestamp(self.second + 1, UTC).replace(tzinfo=None)
        self.since[name] = after.isoformat()
        return said["seconds"], said["cpu"], 0


def compare(folder: Path, peers: Path, records: int, rounds: int) -> dict[str, Any]:
    """Let every system do everything; return rows, and our ratios to what is possible."""
    python = peers_place.python_of(peers)
    rng = random.Random(5)
    origins = ours.make_origins(rng, 13, records)
    first = {ours.name_of(o, at): body for o in origins for at, body in o.bodies.items()}
    with ExitStack() as stack:
        systems: list[System] = [
            Kpa(folder / "kpa", stack, origins),
            Git(folder / "git", stack),
            GitPacked(folder / "packed", stack),
            Tuf(folder / "tuf", stack, python),
            Oai(folder / "oai", stack, python),
        ]
        npm, why_not = npm_place.place_of(peers / "npm")
        if npm:
            systems += [
                atproto_side.AtProto(folder / "atproto", stack, npm),
                negentropy_side.Live(folder / "negentropy", stack, npm),
                negentropy_side.All(folder / "negentropy all", stack, npm),
            ]
        for one in systems:
            one.publish(first)
            one.start()
        found = {"first": _first(systems, rounds)}
        packed = {"first": [corpus.packed(first.values())] * rounds}
        for work, count in (("edits", 100), ("edit", 1)):
            found[work], packed[work] = [], []
            for _ in range(rounds):
                new = ours.edit(rng, origins, count)
                packed[work].append(corpus.packed(new.values()))
                for one in systems:
                    one.publish(new)
                    found[work].append(one.measure(work, "reader0"))
        found["nothing"] = [
            one.measure("nothing", "reader0") for _ in range(rounds) for one in systems
        ]
    rows = [
        _middle(r for r in found[work] if r.system == one.name) for work in found for one in systems
    ]
    verified = {one.name: one.verified for one in systems}
    return {
        "rows": [asdict(row) | {"verified": verified[row.system]} for row in rows],
        "not_measured": {} if npm else dict.fromkeys(NPM, why_not),
        "packed": {work: statistics.median(sizes) for work, sizes in packed.items()},
        "mean_body": sum(map(len, first.values())) / len(first),
        "of_git": _ratio(found["first"], "kpa", "git"),
        "of_git_gc": _ratio(found["first"], "kpa", "git gc"),
    }


def _first(systems: list[System], rounds: int) -> list[Row]:
    """Bring fresh clients up from nothing, in turn; python-tuf once, it is long."""
    found = []
    for number in range(rounds):
        for one in systems:
            if one.name != "tuf" or number == 0:
                found.append(one.measure("first", f"reader{number}"))
    return found


def _ratio(rows: list[Row], one: str, other: str) -> float:
    """Return the median of the ratios of seconds, round by round."""
    mine = [row.seconds for row in rows if row.system == one]
    theirs = [row.seconds for row in rows if row.system == other]
    return statistics.median(a / b for a, b in zip(mine, theirs, strict=True))


def _middle(rows: Any) -> Row:
    """Return the medians of several rows."""
    all_rows = list(rows)
    values = {
        name: statistics.median(getattr(row, name) for row in all_rows)
        for name in ("up", "down", "turns", "seconds", "client_cpu", "server_cpu", "signatures")
    }
    return Row(all_rows[0].system, all_rows[0].work, **values)
