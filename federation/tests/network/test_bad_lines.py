"""Two real instances over a bad line: the pull completes, or fails cleanly and comes again."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from datetime import date
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from fault_proxy import proxy

from kpa_core.work import KPA
from kpa_federation.log import keeping
from kpa_federation.log.models import EntryRow, LogRow
from kpa_federation.own import writing
from kpa_federation.peers import service
from kpa_federation.peers.models import PeerRow
from kpa_federation.protocol.bodies import write_body
from kpa_federation.protocol.entries import put

FAULTS = {
    "late": {"latency": 0.02},
    "narrow": {"pace": 400_000},
    "in small slices": {"slice": 700},
    "cut before the head": {"limit": 0, "times": 2},
    "cut within the head": {"limit": 90, "times": 2},
    "cut within the body": {"limit": 9_000, "times": 2},
    "reset within the body": {"limit": 9_000, "reset": True, "times": 2},
    "silent for a while": {"limit": 9_000, "hang": 0.3, "times": 1},
    "down": {"down": True, "times": 2},
}


def publish(town, count):
    lines, bodies = [], {}
    for place in range(count):
        body = write_body({"title": "Une fiche " * 12 + str(place)})
        bodies[place] = body
        lines.append(put(body, at=date(2026, 11, 23), kind="kpa.example/note/1", licence="CC0-1.0"))
    with town.work(KPA) as work:
        writing.append(work, lines, bodies)


def held(town, origin):
    """Return size and root of a log, and how many of its entries have their body."""
    with town.work(KPA) as work:
        state = keeping.state_of(work.session, origin)
        mine = sa.select(sa.func.count(EntryRow.body)).join(LogRow, LogRow.id == EntryRow.log_id)
        count = work.session.scalar(mine.where(LogRow.origin == origin))
    return state.size, state.frontier.root(), count


def let_try_again(town):
    with town.work(KPA) as work, work.transaction() as session:
        session.execute(sa.update(PeerRow).values(next_try_at=None))


def port(address):
    return urlsplit(address).port


@pytest.fixture
def two(town):
    near, far = town("Lille"), town("Roubaix")
    publish(far, 120)
    return near, far


@pytest.mark.parametrize("fault", FAULTS)
def test_a_bad_line_delays_and_never_spoils(two, fault):
    near, far = two
    with proxy(port(far.address), **FAULTS[fault]) as line:
        with near.work() as work:
            service.add_peer(work, far.origin, line.address)
        tries = 0
        while held(near, far.origin) != held(far, far.origin):
            tries += 1
            assert tries <= 4
            (done,) = near.pull().values()
            if isinstance(done, str) or not done.is_whole:
                with near.work() as work:
                    row = work.session.get_one(PeerRow, far.origin)
                    assert row.cursor == ""
                    if isinstance(done, str):
                        assert row.next_try_at is not None
                        assert near.pull() == {} or row.next_try_at <= service.now()
                let_try_again(near)
        assert near.pull()[far.origin].entries == 0


PULL = """
import json, sys
from kpa_core.config import Settings
from kpa_core.features import FEATURES
from kpa_core.instance import Instance
from kpa_core.work import KPA
from kpa_federation.peers import visiting
instance = Instance(Settings.model_validate(json.loads(sys.argv[1])), features=FEATURES)
with instance.work(KPA) as work:
    print("ready", flush=True)
    sys.stdin.readline()
    visiting.pull_all(work)
"""


def pull_and_be_killed(town, line, after):
    """Pull in a process of its own on the same database, and end it after so many bytes."""
    until = line.carried + after
    settings = json.dumps(town.kpa.instance.settings.model_dump(mode="json"))
    with subprocess.Popen(
        [sys.executable, "-c", PULL, settings], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout.readline() == b"ready\n"
        child.stdin.write(b"\n")
        child.stdin.flush()
        while line.carried < until and child.poll() is None:
            time.sleep(0.002)
        child.send_signal(signal.SIGKILL)


@pytest.mark.parametrize("kills", [2, pytest.param(25, marks=pytest.mark.long)])
def test_a_puller_that_is_killed_goes_on(two, kills):
    near, far = two
    with proxy(port(far.address), pace=60_000, slice=2048) as line:
        with near.work() as work:
            service.add_peer(work, far.origin, line.address)
        for kill in range(kills):
            pull_and_be_killed(near, line, 100 + 4_000 * kill // kills)
            size, _, count = held(near, far.origin)
            assert count == max(size - 1, 0)
        assert line.connections >= kills
        near.pull()
    assert held(near, far.origin) == held(far, far.origin)
