"""Two processes write at the same time: nobody fails, nothing is done twice."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
import sqlalchemy as sa

from kpa_core import audit
from kpa_core.audit import AuditEntry
from kpa_core.work import KPA

TIMES = 200
"""Increments per process. The number is the largest so far plus one, as an invoice's is."""

INCREMENTS = """
import json, multiprocessing, sys, time
import sqlalchemy as sa
from kpa_core.config import find_root
from kpa_core.features import open_instance
from kpa_core.work import KPA

way, times = sys.argv[1], int(sys.argv[2])
LAST = sa.text("SELECT coalesce(max(value), 0) FROM tally")
ADD = sa.text("INSERT INTO tally (value) VALUES (:value)")


def by_the_house(instance):
    with instance.work(KPA) as work, work.transaction() as session:
        work.record("house.operate", "tally")
        session.execute(ADD, {"value": session.scalar(LAST) + 1})


def by_the_default(instance):
    # What SQLAlchemy does by itself: a transaction that begins as a reader.
    with sa.orm.Session(instance.engine) as session, session.begin():
        last = session.scalar(LAST)
        time.sleep(0.002)  # on a busy machine the other would not come in between by itself
        session.execute(ADD, {"value": last + 1})


def run(_number):
    instance, failed = open_instance(find_root()), []
    gate.wait()
    for _ in range(times):
        try:
            by_the_house(instance) if way == "house" else by_the_default(instance)
        except Exception as error:
            failed.append(type(error).__name__)
    return failed


alike = multiprocessing.get_context("fork")  # loaded once; nothing is open yet
gate = alike.Barrier(2)
with alike.Pool(2) as both:
    print(json.dumps(sum(both.map(run, range(2), chunksize=1), [])))
"""


def run_two(instance, way):
    """Let two processes add at the same moment; return the errors and the numbers written."""
    with instance.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE tally (value INTEGER)")
    environment = {**os.environ, "KPA_DIR": str(instance.settings.root)}
    command = [sys.executable, "-c", INCREMENTS, way, str(TIMES)]
    told = subprocess.run(
        command, env=environment, stdout=subprocess.PIPE, text=True, timeout=120, check=True
    )
    with instance.engine.connect() as connection:
        numbers = connection.execute(sa.text("SELECT value FROM tally ORDER BY value")).scalars()
        return json.loads(told.stdout), list(numbers)


def test_work_lets_every_writer_through_in_turn(house):
    instance = house()
    errors, numbers = run_two(instance, "house")
    assert errors == []
    assert numbers == list(range(1, 2 * TIMES + 1))
    with instance.work(KPA) as work:
        found = audit.verify(work.session)
        asked = sa.select(sa.func.count()).where(AuditEntry.subject == "tally")
        assert found.broken is None
        assert work.session.scalar(asked) == 2 * TIMES


def test_the_default_transaction_would_fail_or_give_a_number_twice(newborn):
    """The test above can fail: with an ordinary transaction the same load does go wrong."""
    errors, numbers = run_two(newborn(), "default")
    assert errors or numbers != list(range(1, 2 * TIMES + 1))
    assert len(numbers) + len(errors) == 2 * TIMES


@pytest.mark.parametrize("held", [0.5])
def test_a_writer_waits_for_a_slow_one(held, newborn):
    """A waiting writer is not a failing one, as long as the wait is less than the limit."""
    import threading
    import time

    instance = newborn()
    begun, waited = threading.Event(), []

    def slow():
        with instance.work(KPA) as work, work.transaction():
            begun.set()
            time.sleep(held)

    other = threading.Thread(target=slow)
    other.start()
    begun.wait(5)
    started = time.monotonic()
    with instance.work(KPA) as work, work.transaction():
        waited.append(time.monotonic() - started)
    other.join()
    assert waited[0] >= held * 0.8
