"""R30: either side is killed at any moment of a sync; it goes on, nothing doubled, nothing anew."""

from __future__ import annotations

import random
import threading
import time
from contextlib import ExitStack, suppress
from datetime import date

import pytest
import sqlalchemy as sa
from fault_proxy import proxy
from killed import CHUNK, pull_once, started
from towns import free_port, served

from kpa_core.errors import KpaError
from kpa_core.testing import TestKpa
from kpa_core.work import KPA
from kpa_federation.log import keeping
from kpa_federation.log.models import EntryRow, LogRow, RecordRow, SightingRow
from kpa_federation.own import writing
from kpa_federation.protocol.bodies import write_body
from kpa_federation.protocol.entries import put
from kpa_federation.protocol.errors import ProtocolError

RECORDS, WORDS = 400, 4_000


@pytest.fixture
def two(tmp_path):
    """An instance with 1.6 MB that hardly pack, and one that has nothing yet."""
    dice, lines, bodies = random.Random(30), [], {}
    for place in range(RECORDS):
        body = bodies[place] = write_body({"title": "x", "text": dice.randbytes(WORDS // 2).hex()})
        lines.append(put(body, at=date(2026, 11, 23), kind="kpa.example/note/1", licence="CC0-1.0"))
    with ExitStack() as stack:
        made = []
        for name in ("Lille", "Roubaix"):
            kpa = TestKpa.make(
                tmp_path / name, plugins=["federation"], network={"allow": ["127.0.0.1"]}
            )
            stack.callback(kpa.close)
            with kpa.instance.work(KPA) as work:
                made.append((kpa, writing.open_log(work)))
        (near, _), (far, origin) = made
        with far.instance.work(KPA) as work:
            writing.append(work, lines, bodies)
        yield near, far, origin


def held(kpa, origin):
    """Return size and root of a log, its entries, and how many have their body."""
    counted = sa.select(sa.func.count(), sa.func.count(EntryRow.body)).join(
        LogRow, LogRow.id == EntryRow.log_id
    )
    with kpa.instance.work(KPA) as work:
        state = keeping.state_of(work.session, origin)
        entries, bodies = work.session.execute(counted.where(LogRow.origin == origin)).one()
    return state.size, state.frontier.root(), entries, bodies


def check(near, origin):
    """Check that what is held is a whole beginning of the log; return how long it is."""
    size, _, entries, bodies = held(near, origin)
    assert (entries, bodies) == (size, max(size - 1, 0))
    return size


def wait_for(line, carried, child):
    while line.carried < carried and child.poll() is None:
        time.sleep(0.001)


def kill_puller(near, line, origin, after):
    until = line.carried + after
    with started(near, "pull", line.address, origin) as child:
        child.stdin.write(b"\n")
        child.stdin.flush()
        wait_for(line, until, child)


def kill_server(near, far, line, origin, after, port):
    """Pull here while the other side is killed after so many bytes of its answers."""
    until = line.carried + after
    with started(far, "serve", str(port)) as server:

        def kill():
            wait_for(line, until, server)
            server.kill()

        killer = threading.Thread(target=kill)
        killer.start()
        with suppress(KpaError, ProtocolError):  # it fails cleanly
            pull_once(near.instance, line.address, origin)
        server.kill()
        killer.join(20)


@pytest.mark.long
@pytest.mark.parametrize("lives", [1, 25])
def test_a_side_that_is_killed_goes_on(two, lives):
    """Four kills a life; what is asked for then is the rest, and no more."""
    near, far, origin = two
    dice, port, sizes = random.Random(lives), free_port(), []
    with proxy(port, pace=3_000_000, slice=8192) as line:
        whole = one_life(near, far, line, port, origin)
        for _ in range(lives):
            forget(near, origin)
            for kill in range(2 if lives == 1 else 4):
                after = dice.randrange(CHUNK if lives == 1 else 0, 3 * CHUNK)
                if kill % 2:
                    kill_server(near, far, line, origin, after, port)
                else:
                    with served(far.app, port):
                        kill_puller(near, line, origin, after)
                sizes.append(check(near, origin))
            rest = 1 - sizes[-1] / (RECORDS + 1)
            cost = one_life(near, far, line, port, origin)
            assert cost <= whole * rest + 20_000
            assert held(near, origin) == held(far, origin)
    assert lives == 1 or len(set(sizes)) > 3  # what is kept ends where sections end


def one_life(near, far, line, port, origin):
    """Pull to the end with nobody killed; return what it cost, and leave nothing to pull."""
    before = line.carried
    with served(far.app, port):
        assert pull_once(near.instance, line.address, origin).is_whole
        cost = line.carried - before
        assert pull_once(near.instance, line.address, origin).entries == 0
    return cost


def forget(kpa, origin):
    """Begin again with nothing: the next kills have all of it before them."""
    with kpa.instance.work(KPA) as work, work.transaction() as session:
        row = keeping.log_row(session, origin)
        for table in (EntryRow, RecordRow, SightingRow):
            session.execute(sa.delete(table).where(table.log_id == row.id))
        session.delete(row)
