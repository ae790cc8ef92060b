"""R2: the power goes while people issue invoices: what was acknowledged is there, and whole.

A ``kill -9`` leaves what programs wrote in the system's memory; a power cut takes whatever was not
synced. What ``kpa`` writes and syncs is recorded in its own processes; the disk of many a cut is
made from one record, each a little different, and opened again.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import UUID

import power_recorder
import pytest
import sqlalchemy as sa
from power_cuts import Disk, records

from kpa_core.activities.models import Order
from kpa_core.features import open_instance
from kpa_core.instance import Instance
from kpa_core.invoices import guards
from kpa_core.invoices.making import issuing
from kpa_core.invoices.models import Document
from kpa_core.invoices.proof import verification
from kpa_core.invoices.sealing import printing
from kpa_core.jobs import run_due
from kpa_core.outbox import JobRow
from kpa_core.work import KPA

from .conftest import POWER, PROBE, fill, lost_files, make_site, plain_environment

ISSUERS = """
import json, multiprocessing, sys, time
from pathlib import Path
from uuid import UUID

import power_recorder
from kpa_core.features import open_instance
from kpa_core.invoices.making import issuing
from kpa_core.jobs import run_due
from kpa_core.work import KPA

root, orders = Path(sys.argv[1]), json.loads(sys.argv[2])


def issue_all(share):
    instance = open_instance(root)
    for order_id in share:
        with instance.work(KPA) as work:
            issuing.issue(work, UUID(order_id))
        power_recorder.tell("acknowledged", order_id)
    for _ in range(3):  # a worker, as it were
        run_due(instance)


with multiprocessing.get_context("fork").Pool(2) as crew:
    crew.map(issue_all, [orders[::2], orders[1::2]], chunksize=1)
"""


class Recorded:
    """What happened on a disk until the power went, and the disk as it was before."""

    def __init__(self, place: Path, site: Any) -> None:
        self.root, self.base, self.log = site.folder, place / "base", place / "log"
        shutil.copytree(self.root, self.base)
        self.environment = {
            "POWER_LOG": str(self.log),
            "POWER_ROOT": str(self.root),
            "PYTHONPATH": os.pathsep.join([str(POWER), str(PROBE)]),
        }

    def acknowledge(self, order: UUID) -> None:
        """Write that a person was told so, among what the processes write."""
        power_recorder.note(self.log, "acknowledged", str(order))

    def cuts(self, count: int, place: Path, seed: int = 2) -> Any:
        """Yield ``count`` disks as a cut may leave them, and what was acknowledged before it."""
        chance = random.Random(seed)
        happened = list(records(self.log))
        begun = next(at for at, one in enumerate(happened) if one[0] == "acknowledged")
        moments = sorted(chance.sample(range(begun, len(happened)), count))
        disk, at = Disk(self.base), 0
        for number, moment in enumerate(moments):
            for record in happened[at:moment]:
                disk.take(str(self.root), record)
            at = moment
            left = place / f"cut-{number}"
            disk.cut(left, chance)
            yield left, {UUID(one) for one in disk.acknowledged}
            shutil.rmtree(left)


def faults(root: Path, acknowledged: set[UUID]) -> Counter[str]:
    """Return what is wrong with an instance after a cut, by kind."""
    found: Counter[str] = Counter()
    database = open_instance(root)
    try:
        with database.engine.connect() as connection:
            found["damaged"] = connection.exec_driver_sql("PRAGMA integrity_check").scalar() != "ok"
            found["unguarded"] = len(guards.missing(connection))
        with database.work(KPA) as work:
            found["broken chains"] = sum(not one.holds for one in verification.verify(work.session))
            papers = list(work.session.scalars(sa.select(Document)))
            found["lost"] = len(acknowledged - {one.order_id for one in papers})
            numbers = sorted(int((one.number or "-0").rpartition("-")[2]) for one in papers)
            found["gaps"] = numbers != list(range(1, len(papers) + 1))
            invoiced = set(work.session.scalars(sa.select(Order.id).filter_by(state="invoiced")))
            found["half orders"] = len(invoiced ^ {one.order_id for one in papers})
            found["lost files"] = len(lost_files(database, work.session))
            found.update(_half_jobs(work.session, papers))
        if not +found:
            _go_on(database)
    finally:
        database.close()
    return +found


def _half_jobs(session: Any, papers: list[Document]) -> Counter[str]:
    """Count jobs about papers that are not there, and acts of the probe without their jobs."""
    known, found = {str(one.id) for one in papers}, Counter[str]()
    jobs = list(session.scalars(sa.select(JobRow)))
    told = [one.payload["document_id"] for one in jobs if "document_id" in one.payload]
    found["jobs about nothing"] = len(set(told) - known)
    if "probe_act" in sa.inspect(session.connection()).get_table_names():
        acts = Counter(session.execute(sa.text("SELECT n FROM probe_act")).scalars())
        for kind in ("probe.inside", "probe.outside"):
            asked = Counter(one.payload["n"] for one in jobs if one.kind == kind)
            found["half acts"] += asked != acts
    return found


def _go_on(instance: Instance) -> None:
    """Have the work go on where it stopped: the next number follows."""
    run_due(instance)
    with instance.work(KPA) as work:
        waiting = work.session.scalars(sa.select(Order.id).filter_by(state="done").limit(1)).first()
        count = work.session.scalar(sa.select(sa.func.count(Document.id))) or 0
        if waiting is not None:
            paper = issuing.issue(work, waiting)
            assert int((paper.number or "").rpartition("-")[2]) == count + 1
        newest = sa.select(Document).order_by(Document.chain_position.desc())
        for paper in work.session.scalars(newest.limit(2)):
            assert printing.pdf_of(work, paper)


@pytest.fixture
def site(tmp_path):
    """An instance on SQLite, whatever the others are tried on: its VFS is what is heard."""
    with plain_environment() as patch:
        made = make_site(tmp_path / "site", patch)
        try:
            yield made
        finally:
            made.stop()


@pytest.fixture
def record(site, tmp_path):
    """Record two processes that issue through the service."""

    def make(count: int, defect: str) -> Recorded:
        orders, _ = fill(site, count)
        made = Recorded(tmp_path, site)
        words = [sys.executable, "-c", ISSUERS, str(site.folder), json.dumps([*map(str, orders)])]
        more = {**made.environment, "POWER_DEFECT": defect}
        subprocess.run(words, env={**os.environ, **more}, timeout=300, check=True)
        return made

    return make


def total(made: Recorded, cuts: int, place: Path) -> Counter[str]:
    found: Counter[str] = Counter()
    for left, acknowledged in made.cuts(cuts, place):
        one = faults(left, acknowledged)
        found.update(one)
        found["cuts with faults"] += bool(one)
        found["acknowledged"] += len(acknowledged)
    return +found


@pytest.fixture
def served(site, tmp_path):
    """Record a whole ``kpa serve`` while two people send forms to it."""

    def make(count: int) -> Recorded:
        orders, code = site.fill(count)
        made = Recorded(tmp_path, site)
        site.environment = made.environment
        site.start()
        person, visitor = site.form().sign_in(code), site.form()

        def send(order: UUID) -> None:
            status, page, _ = person.send(f"/commandes/{order}/facture", str(order))
            assert status == 303, page
            made.acknowledge(order)
            number = orders.index(order)
            assert visitor.send("/probe/act", f"key-{number:05}", n=number)[0] == 303

        with ThreadPoolExecutor(2) as people:
            list(people.map(send, orders))
        site.stop()
        return made

    return make


@pytest.mark.parametrize(
    ("invoices", "cuts"), [(24, 6), pytest.param(400, 50, marks=pytest.mark.long)]
)
def test_no_acknowledged_invoice_is_lost_when_the_power_goes(
    invoices: int, cuts: int, served, tmp_path, record_property
) -> None:
    found = total(served(invoices), cuts, tmp_path)

    assert set(found) == {"acknowledged"}, found
    record_property("acknowledged", found["acknowledged"])
    print("cuts:", cuts, "acknowledged before them:", found["acknowledged"], "lost: 0")


@pytest.mark.parametrize(
    ("defect", "seen"),
    [("normal", "lost"), ("files", "lost files"), ("folders", "lost files")],
)
def test_the_trial_sees_what_is_not_synced(defect: str, seen: str, record, tmp_path) -> None:
    """``synchronous=NORMAL``; a store of files that syncs nothing; one that syncs no folder."""
    found = total(record(20, defect), 8, tmp_path)

    assert found[seen] > 0, found
    print(defect, dict(found))
