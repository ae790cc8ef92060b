"""R32: a wrong clock changes no log; a request refused for its time says by how much."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from network_world import world
from peers import NOW, Node

from kpa_core import clock
from kpa_core.errors import Refused
from kpa_federation.own import head
from kpa_federation.peers import inviting, pinging, sending, service, signing
from kpa_federation.peers.over_http import BASE
from kpa_federation.peers.signing import Message

DAY = timedelta(days=1)
START = datetime(1970, 1, 1, tzinfo=UTC)
CLOCKS = {
    "a day behind": lambda _turn: NOW - DAY,
    "a day ahead": lambda _turn: NOW + DAY,
    "1970": lambda _turn: START,
    "2100": lambda _turn: datetime(2100, 1, 1, tzinfo=UTC),
    "jumping back": lambda turn: NOW - turn * 40 * DAY,
    "jumping about": lambda turn: NOW + (turn % 7 - 3) * 4000 * DAY,
}


def give_clock(kpa, clock_of):
    """Let an instance read and write by a clock of its own."""
    turns, pull, put = [0], kpa.node.pull, kpa.writer.put

    def now():
        turns[0] += 1
        return max(clock_of(turns[0]), START)

    kpa.node.pull = lambda peer, **more: pull(peer, **{"now": now(), **more})
    kpa.writer.put = lambda *said, **more: put(*said, **{"at": now().date(), **more})


@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(n, marks=pytest.mark.long) for n in range(1, 10))]
)
def test_instances_with_every_clock_end_with_the_same_logs(seed):
    with world(len(CLOCKS), 3200 + seed) as made:
        for kpa, clock_of in zip(made.kpas, CLOCKS.values(), strict=True):
            give_clock(kpa, clock_of)
        for _ in range(40):
            made.step()
        made.heal()
        for _ in range(3):
            made.meet(len(CLOCKS) - 1)
        made.check()
        assert sum(len(kpa.live) for kpa in made.kpas) > 5


@pytest.mark.parametrize("clock_of", CLOCKS.values(), ids=CLOCKS)
def test_the_order_is_that_of_the_log_whatever_its_days_say(clock_of):
    with world(2, 1) as made:
        writer, days = made.kpas[0], [date(2100, 1, 1), date(1970, 1, 1), date(2026, 11, 23)]
        for revision, day in enumerate(days, 1):
            writer.writer.put(f"le {day}", *([1, revision] if revision > 1 else []), at=day)
        writer.node.write(writer.writer)
        reader = Node("reader")
        reader.pull(writer.node, now=max(clock_of(1), START))
        (body,) = reader.bodies(writer.origin).values()
        assert b"le 2026-11-23" in body  # the last that was said, not the last day


# --- signed requests


def invite(town):
    with town.work() as work:
        return inviting.invite(work).link()


def join(town, link):
    with town.work() as work:
        return inviting.accept(work, inviting.read_link(link))


def trust(town):
    with town.work() as work:
        return {row.origin: (row.name, row.trust) for row in service.peers(work.session)}


@pytest.fixture
def pair(town):
    return town("Roubaix"), town("Lille")


OFF = [-DAY, DAY, START - NOW, datetime(2100, 1, 1, tzinfo=UTC) - NOW, -10 * 365 * DAY]


def test_whoever_has_another_clock_joins_and_tells_by_the_other_s(pair, monkeypatch):
    roubaix, lille = pair
    for off in OFF:
        link = invite(roubaix)
        with monkeypatch.context() as patch:
            patch.setattr(sending, "now", lambda off=off: clock.now() + off)
            join(lille, link)
            assert trust(roubaix) == {lille.origin: ("Lille", "followed")}
            roubaix.pull()
            with lille.work() as work:
                (row,) = service.peers(work.session)
                assert pinging._ping(work, row, head.read_key(work.instance.settings.root))


def test_whoever_is_a_little_off_is_heard_at_once(pair, monkeypatch):
    roubaix, lille = pair
    asked, once = [], sending._send_once
    monkeypatch.setattr(sending, "_send_once", lambda *told: asked.append(1) or once(*told))
    for seconds in (-290, -30, 30, 290):
        off = timedelta(seconds=seconds)
        monkeypatch.setattr(sending, "now", lambda off=off: clock.now() + off)
        join(lille, invite(roubaix))
    assert trust(roubaix) == {lille.origin: ("Lille", "followed")}
    assert len(asked) == 4


def test_a_refusal_says_how_far_the_clocks_are_apart(pair):
    roubaix, lille = pair
    join(lille, invite(roubaix))
    roubaix.pull()
    for off in OFF:
        with lille.work() as work:
            private = head.read_key(work.instance.settings.root)
            asked = Message("POST", roubaix.address + BASE + "/ping", b"", {})
            said = {"origin": lille.origin, "recipient": roubaix.origin, "private": private}
            signing.sign(asked, **said, now=clock.now() + off)
            answer = work.instance.http.fetch("POST", asked.url, headers=asked.headers, body=b"")
        assert answer.status == 401
        assert abs(sending.offset(answer)) < timedelta(seconds=30)
        seconds = int(answer.body.decode().partition(" : ")[2].partition(" ")[0])
        assert abs(seconds - off.total_seconds()) < 60


def test_a_clock_that_cannot_be_agreed_on_is_told_to_the_person(pair, monkeypatch):
    roubaix, lille = pair
    link, told = invite(roubaix), []
    monkeypatch.setattr(sending, "now", lambda: clock.now() + 3 * DAY)
    once = sending._send_once

    def stubborn(work, asked, recipient, private, at):
        told.append(at)
        return once(work, asked, recipient, private, clock.now() + 3 * DAY)

    monkeypatch.setattr(sending, "_send_once", stubborn)
    with pytest.raises(Refused, match="-4320 minutes d'écart"):
        join(lille, link)
    assert len(told) == 2  # once, and once more
    assert abs(told[1] - clock.now()) < timedelta(seconds=30)
    assert trust(roubaix) == {}


@pytest.mark.parametrize("date_said", ["", "hier", "Tue, 99 Nov 2026", "Mon, 23 Nov 9999999 1:1:1"])
def test_a_date_that_is_none_moves_nothing(date_said):
    answer = type("Answer", (), {"headers": {"date": date_said}})
    assert sending.offset(answer) == timedelta()
