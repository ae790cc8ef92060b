"""A day without the co-op, and a worker killed again and again: nothing lost, nothing twice."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from kpa_coopcycle import connections, deliveries
from kpa_coopcycle.models import DeliveryRow
from kpa_coopcycle.wishes import Stop, Window, Wish
from kpa_core import clock
from kpa_core.activities.activities import NewActivity, propose_activity
from kpa_core.activities.asking import Wanted, add_order
from kpa_core.activities.customers import NewCustomer, add_customer
from kpa_core.config import read_settings
from kpa_core.features import FEATURES
from kpa_core.instance import Instance
from kpa_core.outbox import JobRow
from kpa_core.scaffold.newborn import Birth, make_instance
from kpa_core.work import KPA

ORDERS = 100
HERE = Stop("1 rue du Port", lat=46.5, lng=3.3)


def order_many(work, order_id, connection_id, count):
    """Order deliveries whose price is known already: nobody has to ask for it."""
    start = clock.now() + timedelta(days=2)
    window = Window(start, start + timedelta(hours=2))
    made = []
    for _ in range(count):
        row = deliveries.ask(work, order_id, connection_id, Wish(window, (HERE,)))
        with work.transaction():
            row.state, row.price_cents, row.price_tax_cents = "priced", 499, 83
        made.append(deliveries.order(work, row.id, 499).id)
    with work.transaction() as session:
        session.execute(sa.delete(JobRow).where(JobRow.kind == deliveries.PRICE))
    return made


def jobs_of(kpa, kind):
    with kpa.work() as work:
        return work.session.scalars(sa.select(JobRow).where(JobRow.kind == kind)).all()


@pytest.mark.parametrize("how", ["html", "cut", "502", "hang"])
def test_a_day_without_the_co_op_loses_nothing_doubles_nothing_and_alerts_once(moulins, how):
    count = ORDERS if how != "hang" else 5  # a hanging server takes its time each time
    with moulins.work() as work:
        made = order_many(work, moulins.order, moulins.connection, count)
    moulins.peer.down = how
    asked = 0
    for hour in range(24):
        with time_machine.travel(clock.now() + timedelta(hours=hour)):
            moulins.run()
            asked = len(moulins.peer.asked)
    alerts = jobs_of(moulins.kpa, "house.remote_away")
    assert len(alerts) == 1
    # A server that is down is left in peace: a hundred orders are not a hundred calls an hour.
    assert asked < 24 * 12
    with moulins.kpa.client_for(moulins.cook) as browser:
        for place in (
            f"/commandes/{moulins.order}",
            f"/coopcycle/livraisons/{made[0]}",
            f"/coopcycle/commandes/{moulins.order}/livraison",
            "/coopcycle/",
        ):
            assert browser.get(place).status == 200
    assert len(moulins.peer.asked) == asked  # no page asks another machine
    moulins.peer.down = ""
    for minutes in range(0, 24 * 60, 30):
        with time_machine.travel(clock.now() + timedelta(days=1, minutes=minutes)):
            moulins.run()
        if len(moulins.theirs()) == count and all(
            one.state == "sent" for one in jobs_of(moulins.kpa, "coopcycle.create")
        ):
            break
    refs = [one.tasks[-1].metadata["kpa_ref"] for one in moulins.theirs()]
    assert len(refs) == len(set(refs)) == count
    with moulins.kpa.work() as work:
        states = work.session.scalars(sa.select(DeliveryRow.state)).all()
    assert states == ["booked"] * count


# --- killed -----------------------------------------------------------------------------------

WORKER = """
import sys, threading
from datetime import timedelta
from pathlib import Path
from kpa_core import jobs
from kpa_core.config import read_settings
from kpa_core.features import FEATURES
from kpa_core.instance import Instance
from kpa_core.jobs import looking

# A minute is short enough for people and too long for a test.
looking.WAIT = timedelta(milliseconds=50)
instance = Instance(read_settings(Path(sys.argv[1])), features=FEATURES)
for kind in [one for one in instance.registered.jobs if one != "coopcycle.create"]:
    del instance.registered.jobs[kind]
if len(sys.argv) > 2:
    from kpa_coopcycle import sending
    sending._adopt = lambda *_: False
print("ready", flush=True)
jobs.work_until(instance, threading.Event(), pause=0.01, worker="the one")
"""


@pytest.fixture
def place(tmp_path, peer):
    """A whole instance with a co-op connected, and deliveries that wait to be ordered."""
    make_instance(tmp_path / "ici", Birth(name="La Cape", plugins=("coopcycle",)))
    settings = tmp_path / "ici" / "kpa.toml"
    settings.write_text(settings.read_text() + f'\n[network]\nallow = ["{peer.place}"]\n')
    return tmp_path / "ici"


def fill(place, peer, count):
    instance = Instance(read_settings(place), features=FEATURES)
    with instance.work(KPA) as work:
        activity = propose_activity(work, NewActivity("Traiteur")).id
        customer = add_customer(work, NewCustomer("Mairie", "public")).id
        order = add_order(work, activity, customer, Wanted(title="Buffet")).id
        new = connections.NewConnection(peer.address, "ak_acme")
        order_many(work, order, connections.connect(work, activity, new).id, count)
    instance.close()


def states(place):
    instance = Instance(read_settings(place), features=FEATURES)
    with instance.work(KPA) as work:
        query = sa.select(JobRow.state).where(JobRow.kind == "coopcycle.create")
        found = set(work.session.scalars(query))
    instance.close()
    return found


def start(place, *more):
    line = [sys.executable, "-c", WORKER, str(place), *more]
    worker = subprocess.Popen(line, stdout=subprocess.PIPE, text=True, env=os.environ)
    assert worker.stdout.readline() == "ready\n"
    return worker


def kill_at_each_commit(place, peer, kills, *more):
    """Kill the worker in the moment the co-op has made its delivery, and before it is told."""
    fill(place, peer, kills + 3)
    for _ in range(kills):
        with start(place, *more) as worker:
            before = len(peer.coop.books.deliveries)

            def kill(worker=worker, before=before):
                if len(peer.coop.books.deliveries) > before:
                    worker.kill()

            peer.on_commit = kill
            worker.wait(60)
            peer.on_commit = None
    with start(place, *more) as worker:
        deadline = time.monotonic() + 60
        while states(place) != {"sent"} and time.monotonic() < deadline:
            time.sleep(0.2)
        worker.kill()
    return [one.tasks[-1].metadata["kpa_ref"] for one in peer.coop.books.deliveries.values()]


@pytest.mark.parametrize("kills", [6, pytest.param(100, marks=pytest.mark.long)])
def test_a_worker_killed_after_each_commit_loses_nothing_and_doubles_nothing(place, peer, kills):
    refs = kill_at_each_commit(place, peer, kills)
    assert len(refs) == kills + 3, "something was lost or went twice"
    assert len(set(refs)) == kills + 3
    assert states(place) == {"sent"}


@pytest.mark.long
def test_without_searching_something_goes_twice(place, peer):
    """The test of the test: a search that finds nothing orders again what was there."""
    refs = kill_at_each_commit(place, peer, 3, "blind")
    assert len(set(refs)) < len(refs)
