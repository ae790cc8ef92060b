"""Joining takes one link and one yes."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from kpa_core import clock
from kpa_core.errors import Misuse, Refused
from kpa_core.outbox import JobRow
from kpa_core.work import KPA
from kpa_federation.own import head
from kpa_federation.peers import inviting, service, signing
from kpa_federation.peers.models import PeerRow
from kpa_federation.peers.over_http import BASE
from kpa_federation.peers.signing import Message


@pytest.fixture
def roubaix(town):
    return town("Roubaix")


@pytest.fixture
def lille(town):
    return town("Lille")


def invite(town):
    with town.work() as work:
        return inviting.invite(work).link()


def join(town, link):
    with town.work() as work:
        return inviting.accept(work, inviting.read_link(link))


def trust(town):
    with town.work() as work:
        return {row.origin: (row.name, row.trust) for row in service.peers(work.session)}


def test_both_follow_each_other_after_one_link(roubaix, lille):
    join(lille, invite(roubaix))
    assert trust(lille) == {roubaix.origin: ("Roubaix", "followed")}
    assert trust(roubaix) == {lille.origin: ("Lille", "followed")}
    assert roubaix.pull()[lille.origin].entries == 1


def test_a_link_serves_one_kpa_and_may_be_repeated_by_it(town, roubaix, lille):
    link = invite(roubaix)
    join(lille, link)
    join(lille, link)
    with pytest.raises(Refused, match="déjà servi"):
        join(town("Arras"), link)
    assert set(trust(roubaix)) == {lille.origin}


def decide(town, other, said):
    with town.work() as work:
        service.set_trust(work, other.origin, said)


def row_of(town, other):
    with town.work() as work:
        return work.session.get(PeerRow, other.origin)


@pytest.mark.parametrize("said", ["suspended", "blocked"])
def test_no_hello_undoes_what_people_decided(roubaix, lille, said):
    link = invite(roubaix)
    join(lille, link)
    decide(roubaix, lille, said)
    join(lille, link)  # the same link is only answered
    assert row_of(roubaix, lille).trust == said
    fresh = invite(roubaix)
    with pytest.raises(Refused):
        join(lille, fresh)
    assert row_of(roubaix, lille).trust == said
    decide(roubaix, lille, "followed")
    join(lille, fresh)  # it was not used up
    assert row_of(roubaix, lille).trust == "followed"


def test_a_repeated_hello_asks_nobody_for_everything(roubaix, lille):
    link = invite(roubaix)
    join(lille, link)
    with roubaix.work(KPA) as work, work.transaction() as session:
        session.get(PeerRow, lille.origin).cursor = "kept"
    join(lille, link)
    assert row_of(roubaix, lille).cursor == "kept"


def test_an_address_that_is_known_is_not_wiped(roubaix, lille):
    roubaix.follow(lille)
    with roubaix.work() as work:
        service.add_peer(work, lille.origin, "", "Lille")
    assert row_of(roubaix, lille).address == lille.address


def test_a_link_is_good_for_thirty_days(roubaix, lille):
    link = invite(roubaix)
    with (
        time_machine.travel(clock.now() + timedelta(days=31), tick=True),
        pytest.raises(Refused, match="30 jours"),
    ):
        join(lille, link)


@pytest.mark.parametrize(
    "link",
    [
        "",
        "https://kpa.example/",
        "http://127.0.0.1:1/federation/invitation/abc?kpa=" + "a" * 32,
        "http://127.0.0.1:1/federation/invitation/" + "a" * 22,
        "http://127.0.0.1:1/federation/invitation/" + "a" * 22 + "?kpa=ROUBAIX",
        "javascript:/federation/invitation/" + "a" * 22 + "?kpa=" + "a" * 32,
    ],
)
def test_a_link_that_is_none_is_a_sentence(lille, link):
    with pytest.raises((Misuse, Refused)):
        join(lille, link)


def ping(sender, receiver, **more):
    with sender.work() as work:
        private = head.read_key(work.instance.settings.root)
        asked = Message("POST", receiver.address + BASE + "/ping", b"")
        said = {"origin": sender.origin, "recipient": receiver.origin, "private": private}
        signing.sign(asked, **{**said, "now": clock.now(), **more})
        return send(sender, asked)


def send(sender, asked):
    http = sender.kpa.instance.http
    return http.fetch("POST", asked.url, headers=asked.headers, body=asked.body).status


def visits(town):
    with town.work(KPA) as work:
        pinged = sa.and_(JobRow.kind == "federation.visit", ~JobRow.key.contains(":met:"))
        return work.session.scalar(sa.select(sa.func.count()).where(pinged))


def test_a_ping_of_a_peer_asks_for_a_visit(roubaix, lille):
    join(lille, invite(roubaix))
    lille.pull()
    assert ping(roubaix, lille) == 204
    assert visits(lille) == 1


def test_a_ping_is_heard_once_from_whom_it_says_for_whom_it_says(roubaix, lille):
    join(lille, invite(roubaix))
    lille.pull()
    now = clock.now()
    wrong = {
        "another recipient": {"recipient": roubaix.origin},
        "another key": {"private": b"x" * 32},
        "another sender": {"origin": lille.origin},
        "too old": {"now": now - timedelta(minutes=6)},
        "from the future": {"now": now + timedelta(minutes=6)},
    }
    assert {why: ping(roubaix, lille, **more) for why, more in wrong.items()} == dict.fromkeys(
        wrong, 401
    )
    with roubaix.work() as work:
        private = head.read_key(work.instance.settings.root)
        asked = Message("POST", lille.address + BASE + "/ping", b"")
        signing.sign(
            asked, origin=roubaix.origin, recipient=lille.origin, private=private, now=clock.now()
        )
        assert [send(roubaix, asked) for _ in range(4)] == [204, 401, 401, 401]
        asked.url = lille.address + BASE + "/hello"
        assert send(roubaix, asked) >= 400
    assert visits(lille) == 1


def test_a_stranger_s_ping_is_not_heard(roubaix, lille):
    assert ping(roubaix, lille) == 401
    with lille.work() as work:
        assert work.session.scalar(sa.select(sa.func.count(PeerRow.origin))) == 0
