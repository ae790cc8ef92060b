"""Suspended and blocked origins have no effect, whoever brings them; nobody stops the others."""

from __future__ import annotations

import socket
import threading
import time

import pytest
import sqlalchemy as sa
from log_writer import Writer
from peers import Node

from kpa_core.api import now
from kpa_core.testing import TestKpa
from kpa_core.work import KPA, OPERATOR
from kpa_federation.jobs import pull
from kpa_federation.log import keeping
from kpa_federation.log.models import EntryRow, LogRow
from kpa_federation.peers import service, visiting
from kpa_federation.peers.models import PeerRow
from kpa_federation.protocol.entries import ORIGIN


def size(home, origin):
    with home.work() as work:
        return keeping.state_of(work.session, origin).size


def writer_of(name, count=3):
    made = Writer(name)
    for place in range(count):
        made.put(f"Fiche {place}")
    return made


@pytest.fixture
def lille():
    return writer_of("lille")


@pytest.fixture
def near(home, lille):
    """Lille itself, and a carrier who also has its log; both are followed."""
    own, carrier, arras = Node("lille"), Node("carrier"), writer_of("arras")
    own.write(lille)
    carrier.write(lille)
    carrier.write(arras)
    home.follow(lille.origin, own)
    home.follow(arras.origin, carrier)
    home.pull()
    assert size(home, lille.origin) == 4
    return own, carrier


@pytest.mark.parametrize("trust", ["suspended", "blocked"])
def test_nothing_new_of_a_suspended_origin_comes_directly_or_by_others(home, lille, near, trust):
    own, carrier = near
    home.trust(lille.origin, trust)
    asked = own.sent
    lille.put("Pendant la pause")
    own.write(lille)
    carrier.write(lille)
    home.pull()
    assert size(home, lille.origin) == 4
    assert own.sent == asked  # it was not even asked
    home.trust(lille.origin, "followed")
    home.pull()
    assert size(home, lille.origin) == 5  # nothing of the time between is missing


def test_what_was_told_while_nobody_listened_comes_by_a_carrier_alone(home, lille, near):
    _, carrier = near
    home.trust(lille.origin, "suspended")
    lille.put("Pendant la pause")
    carrier.write(lille)
    home.pull()
    home.pull()  # the carrier's cursor is past it now
    with home.work() as work, work.transaction() as session:
        session.get(PeerRow, lille.origin).address = ""  # Lille itself is gone
    home.trust(lille.origin, "followed")
    home.pull()
    assert size(home, lille.origin) == 5


def test_an_origin_that_is_followed_later_comes_by_a_carrier_that_told_of_it_before(home, near):
    _, carrier = near
    lens = writer_of("lens")
    carrier.write(lens)
    home.pull()
    assert size(home, lens.origin) == 0
    home.follow(lens.origin)
    home.pull()
    assert size(home, lens.origin) == 4


def test_what_is_on_its_way_when_an_origin_is_suspended_is_not_kept(home, lille, near):
    _, carrier = near
    lille.put("En route")
    carrier.write(lille)
    whole = carrier.sync

    def suspended_meanwhile(asked):
        yield from whole(asked)
        with home.work() as work:  # another process of the same instance
            service.set_trust(work, lille.origin, "suspended")

    carrier.sync = suspended_meanwhile
    home.pull()
    assert size(home, lille.origin) == 4


@pytest.mark.parametrize(
    "trouble", [RuntimeError("odd"), RecursionError(), UnicodeEncodeError("utf-8", "x", 0, 1, "")]
)
def test_a_peer_that_breaks_something_does_not_stop_the_others(home, lille, near, trouble, caplog):
    own, carrier = near

    def broken(_since):
        raise trouble

    own.heads = broken
    lille.put("Nouvelle")
    carrier.write(lille)
    done = home.pull()
    assert isinstance(done[lille.origin], str)
    assert size(home, lille.origin) == 5
    assert home.peer(lille.origin).next_try_at is not None
    assert "asking" in caplog.text


def verified(writer):
    after, entries = writer.state(), writer.entries
    return keeping.Verified(after, 0, entries, writer.bodies, writer.checkpoint())


def test_two_processes_that_keep_at_once_tell_of_both_logs(home):
    """Whoever polled between the two commits must hear of the second log, too."""
    kept = threading.Event()

    def keep(name, before_commit):
        with home.work() as work, work.transaction() as session:
            keeping.keep(session, [verified(writer_of(name))], now())
            before_commit()

    def hold():
        kept.set()
        time.sleep(0.3)

    first = threading.Thread(target=keep, args=("lens", hold))
    first.start()
    assert kept.wait(10)
    keep("lille", lambda: None)
    first.join()
    with home.work() as work:
        arrivals = list(work.session.scalars(sa.select(LogRow.arrival)))
    assert len(set(arrivals)) == len(arrivals) == 3


def test_strangers_fill_a_bounded_number_of_rows(home, near):
    _, carrier = near
    names = [
        f"{number:032d}".translate(str.maketrans("0123456789", "abcdefghij"))
        for number in range(10_000)
    ]
    assert all(ORIGIN.fullmatch(one) for one in names)
    carrier.heads = lambda since: ("x.2", dict.fromkeys(names, (5, b"r" * 32)))
    for _ in range(2):
        home.pull()
    with home.work() as work:
        count = work.session.scalar(sa.select(sa.func.count()).select_from(PeerRow))
        logs = work.session.scalar(sa.select(sa.func.count()).select_from(LogRow))
    assert count <= visiting.STRANGERS
    assert logs == 3  # its own, Lille's and Arras's


def test_a_flood_of_records_from_one_origin_leaves_the_others_alone(home, lille, near):
    _, carrier = near
    flood = writer_of("flood", 2000)
    carrier.write(flood)
    home.follow(flood.origin)
    lille.put("Encore là")
    carrier.write(lille)
    home.pull()
    assert size(home, lille.origin) == 5
    assert size(home, flood.origin) == 2001


def test_an_instance_without_federation_answers_nothing_and_asks_nobody(tmp_path, monkeypatch):
    kpa = TestKpa.make(tmp_path / "off")
    dialled = []
    monkeypatch.setattr(socket.socket, "connect", lambda _self, place: dialled.append(place))
    try:
        client = kpa.app.test_client()
        for path in ("heads", "checkpoint/" + "a" * 32, "proof/" + "a" * 32):
            assert client.get(f"/federation/v1/{path}").status_code == 404
        for path in ("sync", "hello", "ping", "cosign"):
            assert client.post(f"/federation/v1/{path}", json={}).status_code == 404
        assert "federation.pull" not in kpa.instance.registered.jobs
    finally:
        kpa.close()
    assert dialled == []


def test_switched_on_the_job_dials_only_whom_it_follows(tmp_path, monkeypatch):
    kpa = TestKpa.make(tmp_path / "on", plugins=["federation"], network={"allow": ["127.0.0.1"]})
    dialled = []

    def refuse(_self, place):
        dialled.append(place)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", refuse)
    try:
        with kpa.instance.work(KPA) as work:
            pull(work, {})
        assert dialled == []
        with kpa.instance.work(OPERATOR) as work:
            service.add_peer(work, "a" * 32, "http://127.0.0.1:9")
            service.add_peer(work, "b" * 32, "http://127.0.0.1:10")
            service.set_trust(work, "b" * 32, "blocked")
        with kpa.instance.work(KPA) as work:
            pull(work, {})
        assert {place[1] for place in dialled} == {9}
        with kpa.instance.work(KPA) as work:
            assert work.session.scalar(sa.select(sa.func.count()).select_from(EntryRow)) == 1
    finally:
        kpa.close()
