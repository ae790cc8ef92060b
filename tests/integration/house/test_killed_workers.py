"""The worker is killed (SIGKILL) again and again: the other machine gets each effect once."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections import Counter

import pytest
import sqlalchemy as sa

from kpa_core.config import read_settings
from kpa_core.features import FEATURES
from kpa_core.instance import Instance
from kpa_core.outbox import JobRow
from kpa_core.scaffold.newborn import Birth, make_instance
from kpa_core.work import KPA

WORKER = """
import os, sys, threading, time
from datetime import timedelta
from pathlib import Path
from kpa_core import jobs
from kpa_core.config import read_settings
from kpa_core.contracts import Job
from kpa_core.errors import TryAgain
from kpa_core.features import FEATURES
from kpa_core.instance import Instance
from kpa_core.jobs import looking, taking

# A minute is short enough for people and too long for a test.
looking.WAIT = timedelta(milliseconds=50)
instance = Instance(read_settings(Path(sys.argv[1])), features=FEATURES)
peer, blind = sys.argv[2], len(sys.argv) > 3

def leave(work, payload):
    time.sleep(0.002)
    with open(peer, "a") as other:  # one short line: it is there whole, or not at all
        other.write(f"{payload['n']}\\n")
    time.sleep(0.002)

def find(work, payload):
    return not blind and f"{payload['n']}" in Path(peer).read_text().split()

known = instance.registered.jobs
known.clear()
known["x"] = Job("x", leave, outside=True, idempotent=False, find=find)
print("ready", flush=True)
jobs.work_until(instance, threading.Event(), pause=0.01, worker="the one")
"""
EFFECTS = 400


@pytest.fixture
def place(tmp_path):
    make_instance(tmp_path / "ici", Birth(name="La Cape", plugins=()))
    return tmp_path / "ici"


def states(place):
    instance = Instance(read_settings(place), features=FEATURES)
    with instance.work(KPA) as work:
        query = sa.select(JobRow.state, sa.func.count()).where(JobRow.kind == "x")
        found = {row[0]: row[1] for row in work.session.execute(query.group_by(JobRow.state))}
    instance.close()
    return found


def kill_again_and_again(place, peer, kills, *more):
    instance = Instance(read_settings(place), features=FEATURES)
    with instance.work(KPA) as work, work.transaction():
        for number in range(EFFECTS):
            work.ask("x", {"n": number}, key=str(number), remote="peer")
    instance.close()
    peer.touch()
    chance = random.Random(20261124)
    for _ in range(kills):
        with start(place, peer, *more) as worker:
            time.sleep(chance.uniform(0.0, 0.12))
            worker.kill()
    with start(place, peer, *more) as worker:
        deadline = time.monotonic() + 120
        while states(place) != {"sent": EFFECTS} and time.monotonic() < deadline:
            time.sleep(0.2)
        worker.kill()
    return Counter(peer.read_text().split())


def start(place, peer, *more):
    line = [sys.executable, "-c", WORKER, str(place), str(peer), *more]
    worker = subprocess.Popen(line, stdout=subprocess.PIPE, text=True, env=os.environ)
    assert worker.stdout.readline() == "ready\n"
    return worker


@pytest.mark.parametrize("kills", [8, pytest.param(100, marks=pytest.mark.long)])
def test_a_killed_worker_loses_nothing_and_doubles_nothing(kills, place, tmp_path):
    arrived = kill_again_and_again(place, tmp_path / "peer", kills)
    assert states(place) == {"sent": EFFECTS}
    assert sorted(map(int, arrived)) == list(range(EFFECTS)), "something was lost"
    assert set(arrived.values()) == {1}, "something went twice"


@pytest.mark.long
def test_without_looking_something_goes_twice(place, tmp_path):
    """The test of the test: a look that sees nothing sends again what had arrived."""
    arrived = kill_again_and_again(place, tmp_path / "peer", 40, "blind")
    assert max(arrived.values()) > 1
