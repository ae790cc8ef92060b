"""1,000 invoices issued by one command, with its bar: how long, and whether memory stays.

Memory is read from outside while the command runs: what it holds after the last invoice against
what it held after the first hundred. A batch that kept what it made would grow by every PDF.
"""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
import tempfile
import threading
import time
from decimal import Decimal
from pathlib import Path

import sqlalchemy as sa

from kpa_core import accounts
from kpa_core.activities import activities, asking, customers
from kpa_core.activities.lines import NewLine, row_of
from kpa_core.demo import cast
from kpa_core.features import open_instance
from kpa_core.invoices.carrier import carriers, series
from kpa_core.invoices.models import Document, DocumentFile
from kpa_core.members import service as members
from kpa_core.scaffold.newborn import Birth, make_instance
from kpa_core.work import KPA

COUNT, EARLY = 1_000, 100
BAR = 1.25
LINES = (
    NewLine("Buffet oriental", Decimal(40), 1500, 1000, unit="pers."),
    NewLine("Service à table", Decimal("4.5"), 2800, 2000, unit="h"),
)


def prepare(folder: Path, count: int) -> str:
    """Make an instance with orders whose work is done; return the code of who may issue."""
    make_instance(folder, Birth(name="Mesure", plugins=()))
    instance = open_instance(folder)
    with instance.work(KPA) as work, work.transaction() as session:
        carrier = carriers.add_carrier(work, cast.ASSOCIATION)
        series.grant_series(work, carrier.id, code="M", pattern="M-{year}-{number:05}")
        activity = activities.propose_activity(work, activities.NewActivity(title="Mesure"))
        activity.carrier_id = carrier.id
        customer = customers.add_customer(work, customers.NewCustomer(**cast.TOWN_HALL))
        for number in range(count):
            wanted = asking.Wanted(title=f"Buffet {number}", day=work.today)
            order = asking.add_order(work, activity.id, customer.id, wanted)
            for place, line in enumerate(LINES, start=1):
                session.add(row_of(line, order, place, None))
            order.state = "done"
        person = members.add_person(work, members.NewPerson("Fatou", phone="0612345678"))
        members.give_role(work, person.id, "member", starts_on=work.today)
        where = {"activity_id": activity.id}
        members.give_role(work, person.id, "treasurer", starts_on=work.today, **where)
        code = accounts.new_card(work, person.id)
    instance.close()
    return str(code)


def kpa(folder: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "kpa_core", "--dir", str(folder), *words]


def held(pid: int) -> int:
    """Return the memory a process holds, in KiB."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    found = re.search(r"VmRSS:\s+(\d+)", status)
    return int(found[1]) if found else 0


def issued(folder: Path) -> tuple[int, int]:
    """Return how many documents there are, and how many files of theirs."""
    instance = open_instance(folder)
    with instance.work(KPA) as work:
        counts = [
            work.session.scalar(sa.select(sa.func.count(model.id))) or 0
            for model in (Document, DocumentFile)
        ]
    instance.close()
    return counts[0], counts[1]


def run(folder: Path) -> tuple[float, list[tuple[float, int]], str]:
    """Issue all; return the seconds, the memory as the bar went on, and what the bar said."""
    screen, terminal = pty.openpty()
    begun = time.perf_counter()
    running = subprocess.Popen(
        kpa(folder, "invoices", "issue-due"), stderr=terminal, stdout=subprocess.PIPE, text=True
    )
    os.close(terminal)
    said, memory = [], []

    def listen() -> None:
        while True:
            try:
                text = os.read(screen, 4096).decode(errors="replace")
            except OSError:  # the other end is closed
                return
            said.append(text)
            done = re.findall(r"(\d+)%", text)
            if done:
                memory.append((int(done[-1]) / 100, held(running.pid)))

    listening = threading.Thread(target=listen)
    listening.start()
    out = running.communicate()[0]
    listening.join()
    assert running.returncode == 0, out
    return time.perf_counter() - begun, memory, "".join(said)


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "kpa"
        code = prepare(folder, count)
        words = kpa(folder, "sign-in", "Fatou", "--code", code, "--print")
        told = subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True)
        os.environ["KPA_TOKEN"] = told.stdout.split()[-1]
        seconds, memory, said = run(folder)
        documents, files = issued(folder)
    early = next(kib for share, kib in memory if share * count >= min(EARLY, count / 2))
    last = max(kib for share, kib in memory if share >= 0.9)
    figures = {
        "issued": documents,
        "files": files,
        "per_s": round(documents / seconds, 1),
        "early_mib": early // 1024,
        "last_mib": last // 1024,
        "last_to_early": round(last / early, 2),
        "bar_reached": "100%" in said,
    }
    print(json.dumps(figures))
    well = documents == count and "100%" in said and last <= BAR * early
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
