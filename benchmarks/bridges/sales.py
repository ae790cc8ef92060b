"""10,000 sales of an Open Food Network shop are read: memory stays, none is lost or doubled.

The server is the simulator of the plugin's tests, in a process of its own: its memory is not ours.
Memory is held against what was held after the first tenth; the rate, against bare inserts of as
many orders with their lines into the same kind of database, committed one by one.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from uuid import uuid4

import sqlalchemy as sa

from kpa_core.activities.activities import NewActivity, propose_activity
from kpa_core.activities.models import Order
from kpa_core.testing import TestKpa
from kpa_ofn import OfnPlugin, reading, shops
from kpa_ofn.models import SaleRow, ShopRow

ROOT = Path(__file__).resolve().parents[2]
SALES = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
BAR = 1.25
SERVER = """
import sys
sys.path.insert(0, sys.argv[1])
from ofn_peer.server import Peer
peer = Peer()
for n in range(int(sys.argv[2])):
    peer.sell(("Pommes", 2, "4.50", 1), ("Vrac", 3, "1.333", 2), fees=[("Livraison", "5.00", 3)])
print(peer.place, flush=True)
sys.stdin.read()
"""


def main() -> int:
    """Read the sales twice, and print the figures."""
    tests = str(ROOT / "plugins" / "ofn" / "tests")
    line = [sys.executable, "-c", SERVER, tests, str(SALES)]
    server = subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    place = server.stdout.readline().strip()
    with tempfile.TemporaryDirectory() as folder:
        kpa = TestKpa.make(Path(folder) / "kpa", plugins=[OfnPlugin], network={"allow": [place]})
        try:
            figures = _read(kpa, f"http://{place}")
            figures |= _bare(Path(folder) / "bare.sqlite3", figures["lines"])
        finally:
            kpa.close()
            server.communicate("")
    figures["share_of_bare"] = round(figures["bare_seconds"] / figures["seconds"], 4)
    print(json.dumps(figures))
    whole = figures["orders"] == figures["again"] == SALES
    return 0 if whole and figures["memory"] <= BAR else 1


def _read(kpa: TestKpa, address: str) -> dict[str, float]:
    with kpa.work() as work:
        activity = propose_activity(work, NewActivity("Halle")).id
        new = shops.NewShop(address, "a-key-of-ofn", "3", True)
        shop = shops.connect(work, activity, new).id
    held: list[int] = []
    keep = reading.booking.keep

    def counting(*args: object, **more: object) -> object:
        kept = keep(*args, **more)  # type: ignore[arg-type]
        counting.done += 1  # type: ignore[attr-defined]
        if counting.done in (SALES // 10, SALES):  # type: ignore[attr-defined]
            held.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
        return kept

    counting.done = 0  # type: ignore[attr-defined]
    reading.booking.keep = counting  # type: ignore[assignment]
    start = time.perf_counter()
    with kpa.work() as work:
        reading.read_orders(work, work.session.get_one(ShopRow, shop))
    seconds = time.perf_counter() - start
    orders, lines = _count(kpa)
    start = time.perf_counter()
    with kpa.work() as work:
        reading.read_orders(work, work.session.get_one(ShopRow, shop), whole=True)
    return {
        "sales": SALES,
        "orders": orders,
        "lines": lines,
        "seconds": round(seconds, 2),
        "memory": round(held[1] / held[0], 3),
        "held_mib": held[1] // 1024,
        "again": _count(kpa)[0],
        "again_seconds": round(time.perf_counter() - start, 2),
    }


def _count(kpa: TestKpa) -> tuple[int, int]:
    with kpa.work() as work:
        sales = work.session.scalar(sa.select(sa.func.count()).select_from(SaleRow))
        orders = work.session.scalar(sa.select(sa.func.count()).select_from(Order))
        lines = work.session.scalar(sa.text("SELECT count(*) FROM order_line"))
    assert sales == orders
    return orders or 0, lines or 0


def _bare(path: Path, lines: float) -> dict[str, float]:
    engine = sa.create_engine(f"sqlite:///{path}")
    each = round(lines / SALES)
    with engine.begin() as made:
        made.exec_driver_sql("PRAGMA journal_mode=WAL")
        made.exec_driver_sql("CREATE TABLE sale (id TEXT PRIMARY KEY, number TEXT UNIQUE)")
        made.exec_driver_sql("CREATE TABLE line (id TEXT PRIMARY KEY, sale TEXT, label TEXT)")
    start = time.perf_counter()
    for n in range(SALES):
        with engine.begin() as one:
            sale = str(uuid4())
            one.exec_driver_sql("INSERT INTO sale VALUES (?, ?)", (sale, f"R{n}"))
            for _ in range(each):
                one.exec_driver_sql("INSERT INTO line VALUES (?, ?, ?)", (str(uuid4()), sale, "x"))
    return {"bare_seconds": round(time.perf_counter() - start, 2)}


if __name__ == "__main__":
    raise SystemExit(main())
