"""Killing any process of ``kpa serve``, under load, loses and doubles nothing."""

from __future__ import annotations

import collections
import itertools
import random
import threading
import time

import sqlalchemy as sa

from kpa_core import audit
from kpa_core.outbox import JobRow
from kpa_core.work import KPA

KILLS = ["worker", "web worker", "web"] * 6 + ["parent"] * 2
CLIENTS = 2


class Client(threading.Thread):
    """Sends acts one after the other, each again with the same key until it is acknowledged."""

    def __init__(self, site, numbers, stop):
        super().__init__()
        self.site, self.numbers, self.stop = site, numbers, stop
        self.form = site.form()
        self.acknowledged, self.sent = [], 0

    def run(self):
        while not self.stop.is_set():
            number = next(self.numbers)
            if self.send_until_acknowledged(number):
                self.acknowledged.append(number)

    def send_until_acknowledged(self, number):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            self.sent += 1
            try:
                status, page, _ = self.form.send("/probe/act", f"key-{number:08d}", n=number)
            except OSError:
                time.sleep(0.1)
                continue
            assert status in (303, 500, 503), (status, page)
            if status == 303:
                return True
        return False


def counted(instance, table):
    with instance.engine.connect() as connection:
        rows = connection.execute(sa.text(f"SELECT n FROM {table}")).scalars()
        return collections.Counter(rows)


def states(instance):
    with instance.work(KPA) as work:
        query = sa.select(JobRow.state, sa.func.count()).where(JobRow.kind.startswith("probe."))
        return dict(iter(work.session.execute(query.group_by(JobRow.state))))


def kill_one(site, kind, chance):
    """Kill a process of this kind; return how long it took until the next one can be killed."""
    begun = time.monotonic()
    site.wait_for(lambda: site.processes()[kind])  # it may be coming back from the last kill
    site.kill(chance.choice(site.processes()[kind]))
    if kind == "parent":
        site.parent.wait()
        family = site.known - {site.parent.pid}
        site.wait_for(lambda: site.is_gone(*family))
        site.start()
    return time.monotonic() - begun


def test_twenty_kills_under_load_lose_and_double_nothing(new_site, look, record_property):
    site, chance = new_site(), random.Random(20)
    site.start()
    stop, numbers = threading.Event(), itertools.count(1)
    clients = [Client(site, numbers, stop) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    kinds = chance.sample(KILLS, len(KILLS))
    away = []
    for kind in kinds:
        time.sleep(chance.uniform(0.05, 0.5))
        away.append(kill_one(site, kind, chance))
    site.wait_open()
    stop.set()
    for client in clients:
        client.join()
    instance = look(site)
    drained = site.wait_for(lambda: set(states(instance)) <= {"sent"}, 30)
    acknowledged = {number for client in clients for number in client.acknowledged}
    acts, effects = counted(instance, "probe_act"), counted(instance, "probe_effect")
    outside = collections.Counter(map(int, (site.folder / "outside.txt").read_text().split()))

    assert len(kinds) == 20
    assert len(acknowledged) >= len(kinds)  # people did work all along
    assert acknowledged <= set(acts)  # 0 acknowledged lost
    assert set(acts.values()) == {1}  # 0 acts doubled, whatever was sent again
    assert effects == acts  # 0 effects in the database lost or doubled
    assert set(outside) == set(acts)  # 0 effects outside lost
    doubled = sum(outside.values()) - len(outside)
    assert doubled <= len(kinds)  # each kill may double the one that was under way
    with instance.work(KPA) as work:
        assert audit.verify(work.session).broken is None
    for name, value in {
        "kills": len(kinds),
        "acknowledged": len(acknowledged),
        "sent again": sum(client.sent for client in clients) - len(acknowledged),
        "outside doubled": doubled,
        "longest away s": round(max(away), 1),
        "drained in s": round(drained, 2),
    }.items():
        record_property(name, value)
        print(f"{name}: {value}")
