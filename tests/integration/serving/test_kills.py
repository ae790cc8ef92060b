"""R1 and R4: ``kpa serve`` is killed again and again while people issue invoices.

Each form is sent by several at once, and again with its key until it is acknowledged.
"""

from __future__ import annotations

import collections
import itertools
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from kpa_core import audit
from kpa_core.activities.models import Order
from kpa_core.features import open_instance
from kpa_core.invoices.models import Document
from kpa_core.invoices.proof import verification
from kpa_core.once import OnceRow
from kpa_core.outbox import JobRow
from kpa_core.work import KPA

from .conftest import lost_files

TEN = ["web worker"] * 6 + ["worker"] * 2 + ["web", "parent"]
"""What is killed in every ten kills."""


def dose(config):
    """Return how many kills, how many keys, and at most how many send a key at once."""
    return (200, 500, 20) if config.getoption("--long") else (10, 50, 4)


class Story:
    """What people sent and were told while processes died."""

    def __init__(self, site, kills, keys, at_once):
        self.site, self.kills, self.at_once = site, kills, at_once
        self.chance = random.Random(20)
        self.orders, code = site.fill(keys)
        site.start()
        self.person, self.visitor = site.form().sign_in(code), site.form()
        self.told = collections.defaultdict(list)
        self.acts, self.sent, self.failed, self.done = [], 0, [], threading.Event()
        self.killed, self.longest = collections.Counter(), 0.0

    def run(self):
        waiting = iter(self.orders)
        self.lock = threading.Lock()
        people = [threading.Thread(target=self._issue, args=(waiting,)) for _ in range(2)]
        people.append(threading.Thread(target=self._act))
        for person in people:
            person.start()
        try:
            self._kill()
        finally:
            people[0].join(120)
            people[1].join(120)
            self.done.set()
            people[2].join(120)
        return self

    # --- people -----------------------------------------------------------------------------------

    def _issue(self, waiting):
        with ThreadPoolExecutor(self.at_once) as crowd:
            while True:
                with self.lock:
                    order = next(waiting, None)
                    senders = self.chance.randint(2, self.at_once)
                if order is None or self.failed:
                    return
                self.told[order] += crowd.map(self.send_invoice, [order] * senders)

    def send_invoice(self, order, **more):
        return self._until_acknowledged(self.person, f"/commandes/{order}/facture", order, more)

    def _act(self):
        for number in itertools.count(1):
            if self.done.is_set():
                return
            self._until_acknowledged(self.visitor, "/probe/act", f"key-{number:05}", {"n": number})
            self.acts.append(number)
            time.sleep(0.05)

    def _until_acknowledged(self, form, path, key, fields):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            self.sent += 1
            try:
                status, page, headers = form.send(path, str(key), **fields)
            except OSError:
                time.sleep(0.2)
                continue
            if status not in (500, 503):
                return status, headers.get("Location", ""), page
        self.failed.append((path, key))
        return 0, "", "never acknowledged"

    # --- kills ------------------------------------------------------------------------------------

    def _kill(self):
        """Kill one process after the other, each while people are being answered."""
        rounds = [self.chance.sample(TEN, 10) for _ in range(self.kills // 10)]
        for kind in itertools.chain(*rounds):
            told = len(self.acts) + len(self.told)
            self.site.wait_for(lambda told=told: len(self.acts) + len(self.told) > told + 2, 60)
            time.sleep(self.chance.uniform(0, 0.1))
            if kind == "parent":
                self._kill_all()
                continue
            self.site.wait_for(lambda kind=kind: self._kill_oldest(kind))
            self.killed[kind] += 1

    def _kill_oldest(self, kind):
        """Kill the oldest of a kind; False when it ended by itself before, as its server's do."""
        oldest = sorted(self.site.processes()[kind])[:1]
        try:
            for pid in oldest:
                self.site.kill(pid)
        except ProcessLookupError:
            return False
        return bool(oldest)

    def _kill_all(self):
        """Kill the parent: its whole family ends with it, and the next one opens."""
        begun, site = time.monotonic(), self.site
        site.processes()
        site.kill(site.parent.pid)
        site.parent.wait()
        site.wait_for(lambda: site.is_gone(*site.known), 10)
        site.start()  # the port and the worker's lock are free again
        assert len(site.processes()["worker"]) == 1
        self.killed["parent"] += 1
        self.longest = max(self.longest, time.monotonic() - begun)


@pytest.fixture(scope="module")
def story(new_site, pytestconfig):
    return Story(new_site(), *dose(pytestconfig)).run()


@pytest.fixture
def opened(story):
    instance = open_instance(story.site.folder)
    yield instance
    instance.close()


def count(instance, query):
    with instance.work(KPA) as work:
        return work.session.scalar(sa.select(sa.func.count()).select_from(query.subquery()))


def tell(record_property, **figures):
    for name, value in figures.items():
        record_property(name, value)
        print(f"{name}: {value}")


# --- what must hold -------------------------------------------------------------------------------


def test_invoices_are_numbered_without_gap_and_none_acknowledged_is_lost(
    story, opened, record_property
):
    with opened.work(KPA) as work:
        papers = list(work.session.scalars(sa.select(Document).order_by(Document.chain_position)))
        assert [one.bad for one in verification.verify(work.session) if not one.holds] == []
        assert lost_files(opened, work.session) == []
        invoiced = sa.select(Order.id).where(Order.state == "invoiced")
        assert set(work.session.scalars(invoiced)) == set(story.orders)
    numbers = [int(paper.number.rpartition("-")[2]) for paper in papers]
    of_orders = {paper.order_id: paper.id for paper in papers}

    assert story.failed == []
    assert sum(story.killed.values()) == story.kills
    assert set(story.killed) == set(TEN)
    assert numbers == list(range(1, len(story.orders) + 1))  # 0 gaps, 0 duplicates
    for order in story.orders:
        assert {told[1] for told in story.told[order]} == {f"/documents/{of_orders[order]}"}
    tell(
        record_property,
        kills=dict(story.killed),
        invoices=len(papers),
        posts=story.sent,
        longest_away_s=round(story.longest, 1),
    )


def test_a_key_sent_at_once_and_after_a_restart_answers_as_at_first(story, opened):
    with ThreadPoolExecutor(story.at_once) as crowd:
        again = list(crowd.map(story.send_invoice, story.orders))
    for order, answer in zip(story.orders, again, strict=True):
        assert {*story.told[order]} == {answer}
        assert answer[0] == 303
    assert count(opened, sa.select(Document.id)) == len(story.orders)
    keys = sa.select(OnceRow.key).where(OnceRow.route.endswith("/facture"))
    assert count(opened, keys) == len(story.orders)


def test_a_key_is_refused_with_other_answers_and_for_another_order(story, opened):
    for order in story.orders[:20]:
        assert story.send_invoice(order, surprise="yes")[0] == 409
    first, second = story.orders[:2]
    form = f"/commandes/{second}/facture"
    assert story.person.send(form, str(first))[0] == 409
    assert count(opened, sa.select(Document.id)) == len(story.orders)


def test_what_was_asked_of_the_worker_is_done_once(story, opened, record_property):
    def left():
        kinds = JobRow.kind.startswith("probe.")
        return count(opened, sa.select(JobRow.id).where(kinds, JobRow.state != "sent"))

    drained = story.site.wait_for(lambda: not left(), 60)
    with opened.engine.connect() as connection:
        acts, effects = (
            collections.Counter(connection.execute(sa.text(f"SELECT n FROM {table}")).scalars())
            for table in ("probe_act", "probe_effect")
        )
    outside = collections.Counter(map(int, (story.site.folder / "outside.txt").read_text().split()))
    doubled = sum(outside.values()) - len(outside)

    assert set(acts) == set(story.acts)  # 0 acknowledged lost
    assert set(acts.values()) == {1}  # 0 doubled, whatever was sent again
    assert effects == acts  # the same in the database,
    assert set(outside) == set(acts)  # and outside 0 lost:
    assert doubled <= story.kills  # each kill may double the one that was under way
    with opened.work(KPA) as work:
        assert audit.verify(work.session).broken is None
    tell(record_property, acts=len(acts), outside_doubled=doubled, drained_s=round(drained, 1))
