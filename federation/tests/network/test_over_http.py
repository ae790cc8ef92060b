"""Instances bring each other's logs home over HTTP."""

from __future__ import annotations

from datetime import date

from kpa_core.work import KPA
from kpa_federation.log import keeping
from kpa_federation.own import writing
from kpa_federation.peers import service
from kpa_federation.protocol.bodies import write_body
from kpa_federation.protocol.entries import put


def publish(town, words):
    body = write_body({"title": words})
    line = put(body, at=date(2026, 11, 23), kind="kpa.example/note/1", licence="CC0-1.0")
    with town.work(KPA) as work:
        return writing.append(work, [line], {0: body})


def size(town, origin):
    with town.work(KPA) as work:
        return keeping.state_of(work.session, origin).size


def test_a_record_arrives_at_a_third_kpa_by_way_of_the_second(town):
    roubaix, lille, arras = town("Roubaix"), town("Lille"), town("Arras")
    publish(roubaix, "Sérigraphie")
    lille.follow(roubaix)
    lille.pull()
    arras.follow(lille)
    with arras.work() as work:
        service.add_peer(work, roubaix.origin, "", "Roubaix")
    done = arras.pull()
    assert done[lille.origin].entries == 3
    assert size(arras, roubaix.origin) == 2
    assert arras.pull()[lille.origin].entries == 0


def test_a_peer_that_is_away_is_a_trouble_and_waits(town):
    roubaix, lille = town("Roubaix"), town("Lille")
    lille.follow(roubaix)
    with lille.work() as work:
        service.add_peer(work, roubaix.origin, "http://127.0.0.1:9", "Roubaix")
    assert isinstance(lille.pull()[roubaix.origin], str)
    assert lille.pull() == {}  # not its turn yet
