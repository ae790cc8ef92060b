"""Lines that break: what comes twice after a cut, and a long bundle over a slow line."""

from __future__ import annotations

import random
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import corpus
import ours
from processes import free_port
from proxy import Proxy, Weather

from kpa_federation.log.serving import CHUNK

FASTER = 10
"""The slow line's clock runs this much faster: both its rate and its cuts."""
RATE, CUT_EVERY = 256_000 / 8, 60.0
TRIES = 60


def resent(folder: Path) -> dict[str, Any]:
    """Cut a first sync at several places; return the most bytes that came twice.

    Records that hardly pack: a chunk on the line is nearly as long as the chunk itself.
    """
    folder.mkdir()
    origins = ours.make_origins(random.Random(6), 13, 6000, ours.noise_record)
    server = ours.Server(folder / "kpa", free_port())
    server.keep(origins)
    found = []
    with ExitStack() as stack:
        stack.enter_context(server.serving())
        proxy = stack.enter_context(Proxy(server.port))
        whole = _pull_all(proxy, folder / "whole.sqlite3")
        for part in (0.15, 0.35, 0.5, 0.65, 0.85):
            proxy.weather = Weather(cut_at=int(whole["down"] * part))
            got = _pull_all(proxy, folder / f"cut{part}.sqlite3")
            assert (got["pulls"], got["entries"]) == (2, whole["entries"]), got
            found.append(got["down"] - whole["down"])
    return {"resent": max(found), "each": found, "chunk": CHUNK}


def slow(folder: Path, records: int = 13_200) -> dict[str, Any]:
    """Bring nine megabytes home at 256 kbit/s with a cut every minute, on a faster clock."""
    folder.mkdir()
    origins = ours.make_origins(random.Random(7), 13, records, ours.noise_record)
    packed = corpus.packed(body for one in origins for body in one.bodies.values())
    server = ours.Server(folder / "kpa", free_port())
    server.keep(origins)
    with ExitStack() as stack:
        stack.enter_context(server.serving())
        weather = Weather(rate=RATE * FASTER, cut_every=CUT_EVERY / FASTER)
        proxy = stack.enter_context(Proxy(server.port, weather))
        got = _pull_all(proxy, folder / "slow.sqlite3")
    return got | {
        "packed": packed,
        "cuts": proxy.cuts,
        "complete": got["entries"] == records + len(origins),
        "clock": FASTER,
        "minutes_of_line": round(got["seconds"] * FASTER / 60, 1),
    }


def _pull_all(proxy: Proxy, database: Path) -> dict[str, Any]:
    """Pull until all is there; return what came over the line and how often was asked."""
    entries, pulls, seconds, since, whole = 0, 0, 0.0, "", False
    proxy.take()
    while not whole and pulls < TRIES:
        said = ours.pull(proxy.port, database, since)
        entries += int(said["entries"])
        seconds += float(said["seconds"])
        since, whole, pulls = str(said["cursor"]), bool(said["whole"]), pulls + 1
    count = proxy.take()
    return {
        "entries": entries,
        "pulls": pulls,
        "seconds": round(seconds, 1),
        "down": count.down,
        "up": count.up,
    }
