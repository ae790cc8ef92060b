"""R31: eight ways a line can be bad, in both directions: the pull completes, or fails and waits."""

from __future__ import annotations

import random
from datetime import date
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from toxic_proxy import TOXICS, toxic_proxy

from kpa_core import clock
from kpa_core.safehttp.backoff import backoff
from kpa_core.work import KPA
from kpa_federation.log import keeping
from kpa_federation.log.models import EntryRow, LogRow
from kpa_federation.own import writing
from kpa_federation.peers import service
from kpa_federation.peers.models import PeerRow
from kpa_federation.protocol.bodies import write_body
from kpa_federation.protocol.entries import put

SHORT = {("latency", "down", 0), ("limit_data", "down", 1), ("reset_peer", "up", 2)}
SHORT |= {("slicer", "up", 3), ("down", "up", 4), ("bandwidth", "down", 5)}
SHORT |= {("slow_close", "down", 6), ("timeout", "down", 7), ("limit_data", "up", 8)}
CASES = [
    pytest.param(
        *case, id="-".join(map(str, case)), marks=() if case in SHORT else pytest.mark.long
    )
    for case in ((one, way, seed) for one in TOXICS for way in ("up", "down") for seed in range(10))
]


def publish(town, count):
    lines, bodies = [], {}
    for place in range(count):
        bodies[place] = write_body({"title": "Une fiche " * 12 + str(place)})
        lines.append(
            put(bodies[place], at=date(2026, 11, 23), kind="kpa.example/note/1", licence="CC0-1.0")
        )
    with town.work(KPA) as work:
        writing.append(work, lines, bodies)


def held(town, origin):
    """Return size and root of a log, its entries and how many have their body."""
    counted = sa.select(sa.func.count(), sa.func.count(EntryRow.body)).join(
        LogRow, LogRow.id == EntryRow.log_id
    )
    with town.work(KPA) as work:
        state = keeping.state_of(work.session, origin)
        entries, bodies = work.session.execute(counted.where(LogRow.origin == origin)).one()
    return state.size, state.frontier.root(), entries, bodies


def let_try_again(town):
    with town.work(KPA) as work, work.transaction() as session:
        session.execute(sa.update(PeerRow).values(next_try_at=None))


def test_all_are_there():
    assert len(CASES) == 8 * 2 * 10
    assert {case[0] for case in SHORT} == set(TOXICS)


@pytest.fixture
def two(town):
    near, far = town("Lille"), town("Roubaix")
    publish(far, 60)
    return near, far


@pytest.mark.parametrize(("toxic", "way", "seed"), CASES)
def test_a_toxic_line_delays_and_never_spoils(two, toxic, way, seed):
    near, far = two
    with toxic_proxy(urlsplit(far.address).port, toxic, way, random.Random(seed)) as line:
        with near.work() as work:
            service.add_peer(work, far.origin, line.address)
        for _ in range(8):
            (done,) = near.pull().values()
            size, _, entries, bodies = held(near, far.origin)
            assert (entries, bodies) == (size, max(size - 1, 0))  # whole sections only
            with near.work() as work:
                row = work.session.get_one(PeerRow, far.origin)
                if isinstance(done, str):
                    assert row.failures >= 1
                    assert row.trouble
                    wait = (row.next_try_at - clock.now()).total_seconds()
                    assert 0 < wait <= 24 * 3600
                else:
                    assert row.next_try_at is None
            if held(near, far.origin) == held(far, far.origin):
                break
            let_try_again(near)
        assert held(near, far.origin) == held(far, far.origin)
        assert line.connections <= 32


def test_the_waits_grow_are_spread_and_end_at_a_day():
    chance = random.Random(31)
    waits = [[backoff(failures, chance) for _ in range(200)] for failures in range(1, 40)]
    means = [sum(one) / len(one) for one in waits]
    assert means[:6] == sorted(means[:6])
    assert all(len({round(one, 3) for one in some}) > 100 for some in waits)
    assert max(map(max, waits)) <= 24 * 3600
    assert min(map(min, waits)) > 0
