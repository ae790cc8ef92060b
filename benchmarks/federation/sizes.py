"""Large and old networks: the memory of a pull of many logs, and what a long history sends."""

from __future__ import annotations

import gzip
import random
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import corpus
import ours
from processes import free_port
from proxy import Proxy


def memory(folder: Path, records: int, origins: int) -> dict[str, Any]:
    """Pull many records of many origins; return the most memory the pulling process held."""
    folder.mkdir()
    server = ours.Server(folder / "kpa", free_port())
    rng = random.Random(9)
    made = ours.make_origins(rng, origins, records)
    server.keep(made)
    packed = corpus.packed(body for one in made for body in one.bodies.values())
    count = len(made)
    del made
    with ExitStack() as stack:
        stack.enter_context(server.serving())
        proxy = stack.enter_context(Proxy(server.port))
        nothing = ours.pull(proxy.port, folder / "nothing.sqlite3", follows=0)
        proxy.take()
        said = ours.pull(proxy.port, folder / "reader.sqlite3")
        line = proxy.take()
    assert said["entries"] == records + count, said
    return {
        "rss_mb": said["rss_mb"],
        "before_mb": nothing["rss_mb"],
        "seconds": said["seconds"],
        "entries": said["entries"],
        "turns": line.turns,
        "bytes": line.up + line.down,
        "packed": packed,
        "signatures": said["signatures"],
    }


def history(folder: Path, records: int = 2000, revisions: int = 11) -> dict[str, Any]:
    """Pull records that were written again and again, a tenth withdrawn; return what was sent."""
    folder.mkdir()
    rng = random.Random(10)
    (origin,) = ours.make_origins(rng, 1, records)
    firsts = sorted(origin.bodies)
    last: dict[int, int] = {record: record for record in firsts}
    for revision in range(2, revisions + 1):
        for record in firsts:
            last[record] = origin.write(rng, record, record, revision)
    for record in rng.sample(firsts, records // 10):
        origin.withdraw(record, revisions + 1)
        del last[record]
    server = ours.Server(folder / "kpa", free_port())
    server.keep([origin])
    with ExitStack() as stack:
        stack.enter_context(server.serving())
        proxy = stack.enter_context(Proxy(server.port))
        raw = ours.bundle_from(proxy.port, {origin.origin: 0})
        proxy.take()
        said = ours.pull(proxy.port, folder / "reader.sqlite3")
        line = proxy.take()
    sent = [one[1:] for one in gzip.decompress(raw).split(b"\n") if one[:1] == b"B"]
    assert said["entries"] == len(origin.entries), said
    return {
        "entries": said["entries"],
        "bodies_sent": len(sent),
        "live": len(last),
        "only_live": sorted(sent) == sorted(origin.bodies[at] for at in last.values()),
        "bytes": line.up + line.down,
        "packed": corpus.packed(origin.bodies[at] for at in last.values()),
        "signatures": said["signatures"],
        "seconds": said["seconds"],
    }
