"""Two processes issue 2,000 invoices; beside it, raw SQLite transactions at the same durability.

An issue writes the paper, its number, its link in the chain, the order's state, the audit entry and
the jobs; a raw transaction writes one row. The share between them is what all that costs.
"""

from __future__ import annotations

import json
import multiprocessing
import sqlite3
import statistics
import sys
import tempfile
import time
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa

from kpa_core.activities import activities, asking, customers
from kpa_core.activities.lines import NewLine, row_of
from kpa_core.activities.models import Order
from kpa_core.config import read_settings
from kpa_core.demo import cast
from kpa_core.features import FEATURES, open_instance
from kpa_core.instance import Instance
from kpa_core.invoices.carrier import carriers, series
from kpa_core.invoices.making import issuing
from kpa_core.invoices.models import Document
from kpa_core.scaffold.newborn import Birth, make_instance
from kpa_core.work import KPA

EACH = 1000
PROCESSES = 2


def prepare(folder: Path) -> list[UUID]:
    """Make an instance with enough orders that wait for their invoice."""
    make_instance(folder, Birth(name="Mesure", plugins=()))
    instance = open_instance(folder)
    with instance.work(KPA) as work, work.transaction() as session:
        carrier = carriers.add_carrier(work, cast.ASSOCIATION)
        pattern = "MESURE-{year}-{number:05}"
        series.grant_series(work, carrier.id, code="M", pattern=pattern)
        activity = activities.propose_activity(work, activities.NewActivity(title="Mesure"))
        activity.carrier_id = carrier.id
        customer = customers.add_customer(work, customers.NewCustomer(**cast.TOWN_HALL))
        line = NewLine("Buffet", Decimal(40), 1500, 1000)
        ids = []
        for number in range(EACH * PROCESSES):
            wanted = asking.Wanted(title=f"Buffet {number}", day=work.today)
            order = asking.add_order(work, activity.id, customer.id, wanted)
            session.add(row_of(line, order, 1, None))
            order.state = "done"
            ids.append(order.id)
    instance.close()
    return ids


def issue_some(
    folder: str, ids: list[UUID], go: multiprocessing.synchronize.Event, out: multiprocessing.Queue
) -> None:  # type: ignore[type-arg, name-defined]
    instance = Instance(read_settings(Path(folder)), features=FEATURES)
    waits = []
    go.wait()
    for order_id in ids:
        start = time.perf_counter()
        with instance.work(KPA) as work:
            issuing.issue(work, order_id)
        waits.append(time.perf_counter() - start)
    out.put(waits)


def write_raw(
    path: str, rows: int, go: multiprocessing.synchronize.Event, out: multiprocessing.Queue
) -> None:  # type: ignore[type-arg, name-defined]
    database = sqlite3.connect(path, timeout=30, isolation_level=None)
    database.execute("PRAGMA synchronous=FULL")
    go.wait()
    for _ in range(rows):
        database.execute("BEGIN IMMEDIATE")
        database.execute("INSERT INTO raw (body) VALUES (?)", (b"x" * 2000,))
        database.execute("COMMIT")
    out.put([])


def together(target: object, arguments: list[tuple[object, ...]]) -> tuple[float, list[float]]:
    """Run one process per argument at the same time; return the seconds and what they measured."""
    context = multiprocessing.get_context("spawn")
    go, out = context.Event(), context.Queue()
    crew = [context.Process(target=target, args=(*one, go, out)) for one in arguments]  # type: ignore[arg-type]
    for one in crew:
        one.start()
    time.sleep(4)  # imports are not what is measured
    start = time.perf_counter()
    go.set()
    waits = [wait for _ in crew for wait in out.get(timeout=600)]
    seconds = time.perf_counter() - start
    for one in crew:
        one.join()
    return seconds, waits


def main() -> int:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "kpa"
        ids = prepare(folder)
        halves = [(str(folder), ids[start::PROCESSES]) for start in range(PROCESSES)]
        seconds, waits = together(issue_some, halves)
        raw = str(Path(place) / "raw.sqlite3")
        with sqlite3.connect(raw) as database:
            database.execute("PRAGMA journal_mode=WAL")
            database.execute("CREATE TABLE raw (id INTEGER PRIMARY KEY, body BLOB)")
        raw_seconds, _ = together(write_raw, [(raw, EACH)] * PROCESSES)
        gaps = _gaps(folder)
    total = EACH * PROCESSES
    ours, theirs = total / seconds, total / raw_seconds
    figures = {
        "issued": total,
        "gaps": gaps,
        "issued_per_s": round(ours, 1),
        "raw_per_s": round(theirs, 1),
        "share_of_raw": round(ours / theirs, 3),
        "median_ms": round(statistics.median(waits) * 1000, 1),
        "p99_ms": round(statistics.quantiles(waits, n=100)[98] * 1000, 1),
    }
    print(json.dumps(figures))
    return 0 if gaps == 0 else 1


def _gaps(folder: Path) -> int:
    instance = open_instance(folder)
    with instance.work(KPA) as work:
        query = sa.select(Document.number).order_by(Document.chain_position)
        found = [int(number.rpartition("-")[2]) for number in work.session.scalars(query) if number]
        left = work.session.scalar(
            sa.select(sa.func.count()).select_from(Order).where(Order.state == "done")
        )
    instance.close()
    wanted = list(range(1, EACH * PROCESSES + 1))
    return (
        sum(one != other for one, other in zip(found, wanted, strict=False))
        + abs(len(found) - len(wanted))
        + int(left or 0)
    )


if __name__ == "__main__":
    sys.exit(main())
