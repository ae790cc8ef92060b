"""Effects asked and done through the outbox, beside bare inserts into the same table.

Both sides write in transactions of the same size on the same database. Asking costs a key that is
unique and a row; doing costs a lease, a run and a mark: two transactions an effect.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa

from kpa_core import clock, db, jobs
from kpa_core.contracts import Job
from kpa_core.instance import Instance
from kpa_core.outbox import JobRow
from kpa_core.testing.databases import PostgresServer
from kpa_core.testing.kpa import TestKpa
from kpa_core.work import KPA

ROWS, ROUNDS = 500, 5
KIND = "bench.effect"


def ask(instance: Instance, number: int) -> None:
    """Ask for effects, one transaction each, as acts of people do."""
    for index in range(ROWS):
        with instance.work(KPA) as work, work.transaction():
            work.ask(KIND, {"n": index}, key=f"{number}:{index}", remote="bench")


def insert(instance: Instance, number: int) -> None:
    """Insert the same rows bare, one transaction each."""
    for index in range(ROWS):
        row = {"id": db.new_id(), "kind": "bench.bare", "key": f"bare:{number}:{index}"}
        row |= {"payload": {"n": index}, "state": "sent", "due_at": clock.now(), "attempts": 0}
        row |= {"last_error": "", "remote": "", "doubt": 0, "created_at": clock.now()}
        with instance.engine.begin() as connection:
            connection.execute(sa.insert(JobRow.__table__), row)


def do(instance: Instance, _number: int) -> None:
    """Do what was asked."""
    done = jobs.run_due(instance, most=ROWS)
    assert done == ROWS, done


def seconds(act: Callable[[Instance, int], None], instance: Instance, number: int) -> float:
    """Return how long an act took."""
    start = time.perf_counter()
    act(instance, number)
    return time.perf_counter() - start


def measure(name: str) -> dict[str, float]:
    """Return the shares of bare inserts that asking and doing reach on one database."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        server = PostgresServer(Path(folder) / "server") if name == "postgresql" else None
        kpa = TestKpa.make(Path(folder) / "kpa", server=server)
        instance = kpa.instance
        instance.registered.jobs.clear()
        instance.registered.jobs[KIND] = Job(KIND, lambda *_: None, outside=True, idempotent=False)
        rounds = []
        for number in range(ROUNDS):
            bare = seconds(insert, instance, number)
            asking, doing = (seconds(act, instance, number) for act in (ask, do))
            rounds.append((bare / asking, bare / doing))
        kpa.close()
        if server is not None:
            server.stop()
    asked, done = (statistics.median(column) for column in zip(*rounds, strict=True))
    return {"asked_share": round(asked, 3), "done_share": round(done, 3)}


if __name__ == "__main__":
    names = sys.argv[1:] or ["sqlite", "postgresql"]
    print(json.dumps({"rows": ROWS, "rounds": ROUNDS, **{name: measure(name) for name in names}}))
