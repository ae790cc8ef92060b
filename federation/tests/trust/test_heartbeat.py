"""An origin that is silent for more than a week is seen to be, whoever answers in its place."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
import time_machine
from log_writer import Writer, private_of
from peers import Node

from kpa_core import clock
from kpa_core.work import KPA
from kpa_federation import jobs
from kpa_federation.log import signs
from kpa_federation.log.models import LogRow, SignRow
from kpa_federation.own import head
from kpa_federation.peers import service
from kpa_federation.peers.over_http import HttpPeer
from kpa_federation.protocol import notes
from kpa_federation.protocol.errors import ProtocolError
from kpa_federation.protocol.notes import Checkpoint, read_checkpoint
from kpa_federation.trust import heartbeat


class Alive(Node):
    """A peer that also passes signs of life on: lines that writers signed."""

    def __init__(self):
        super().__init__()
        self.days, self.lines, self.asked, self.rounds = {}, {}, [], 0

    def beat(self, writer, at=None, by=None, size=None):
        """Have a writer cosign its own head at an instant."""
        at = at or clock.now()
        shown = writer.checkpoint(size)
        key = private_of(by) if by else writer.private
        line = notes.cosign(shown, writer.origin, key, int(at.timestamp()))
        self.days[writer.origin] = signs.day_number(at)
        self.lines[writer.origin] = replace(shown, signatures=(*shown.signatures, line))

    def alive(self, _since):
        self.rounds += 1
        return self.days

    def checkpoint(self, origin, *, cosigned=False):
        self.asked.append((origin, cosigned))
        return self.lines.get(origin) if cosigned else super().checkpoint(origin)


class Scene:
    """Lille and Arras, chosen here; both come from one mirror."""

    def __init__(self, home):
        self.home, self.mirror = home, Alive()
        self.lille, self.arras = Writer("lille"), Writer("arras")
        self.fiche = self.lille.put("Une recette")
        for one in (self.lille, self.arras):
            self.mirror.write(one)
        home.follow(self.lille.origin, self.mirror, "Lille")
        home.follow(self.arras.origin, None, "Arras")
        self.hour()

    def hour(self):
        with self.home.work(KPA) as work:
            jobs.pull(work, {})

    def listen(self):
        return self.home.do(heartbeat.listen)

    def silent(self):
        return set(self.home.do(heartbeat.silent_since))

    def sign(self, writer):
        with self.home.work() as work:
            return work.session.get(SignRow, writer.origin)

    def shown(self, address="/federation/voisins"):
        with self.home.kpa.client_for("member") as browser:
            return browser.get(address).sentence()


@pytest.fixture
def scene(home):
    return Scene(home)


def later(days):
    return time_machine.travel(clock.now() + timedelta(days=days), tick=True)


def test_a_mirror_that_freezes_one_origin_is_noticed(scene):
    """It answers, and all else is new: only Lille stands still, and that is said of Lille."""
    began = clock.now()
    for day in range(1, 10):
        with time_machine.travel(began + timedelta(days=day, hours=-1), tick=True):
            scene.arras.put(f"Jour {day}")
            scene.mirror.write(scene.arras)
            scene.hour()
            silent = scene.silent()
            assert silent == ({scene.lille.origin} if day > 7 else set())
    with time_machine.travel(began + timedelta(days=9), tick=True):
        assert "On n'a plus de nouvelles depuis le" in scene.shown()
        assert "ne répond plus" not in scene.shown()
        name = f"{scene.lille.origin}/1/{scene.lille.entries[1].leaf[:8].hex()}"
        page = scene.shown(f"/federation/fiches/lire/{name}")
        assert "On n'a plus de nouvelles de Lille depuis le" in page
        assert "Une recette" in page  # nothing expires


def test_a_sign_of_life_is_news(scene):
    with later(6):
        scene.mirror.beat(scene.lille)
        assert scene.listen() == 1
    with later(12):
        assert scene.silent() == {scene.arras.origin}
    with later(14):
        assert scene.silent() == {scene.lille.origin, scene.arras.origin}


@pytest.mark.parametrize(
    "wrong",
    [
        {"by": "arras"},
        {"size": 1},
        {"days": 3},
        {"days": 4000},
    ],
    ids=["another key", "an old head", "from the future", "from a far future"],
)
def test_a_sign_that_proves_nothing_is_not_believed(scene, wrong):
    more = {name: value for name, value in wrong.items() if name != "days"}
    with later(9):
        at = clock.now() + timedelta(days=wrong.get("days", 0))
        scene.mirror.beat(scene.lille, at, **more)
        scene.mirror.days[scene.lille.origin] = signs.day_number(clock.now())
        assert scene.listen() == 0
        assert scene.lille.origin in scene.silent()
    assert scene.sign(scene.lille) is None


def test_the_line_of_another_log_is_no_sign(scene):
    with later(9):
        scene.mirror.beat(scene.arras)
        scene.mirror.days = {scene.lille.origin: signs.day_number(clock.now())}
        scene.mirror.lines[scene.lille.origin] = scene.mirror.lines[scene.arras.origin]
        assert scene.listen() == 0


def test_an_older_sign_never_replaces_a_newer(scene):
    with later(5):
        scene.mirror.beat(scene.lille)
        assert scene.listen() == 1
    first = scene.sign(scene.lille).at
    with later(6):
        scene.mirror.beat(scene.lille, clock.now() - timedelta(days=3))
        scene.mirror.days[scene.lille.origin] = signs.day_number(clock.now())  # it says so
        assert scene.listen() == 0
    assert scene.sign(scene.lille).at == first


def test_a_peer_is_asked_once_a_day_and_not_for_what_is_known(scene):
    with later(3):
        scene.mirror.beat(scene.lille)
        scene.mirror.asked.clear()
        before = scene.mirror.rounds
        scene.listen()
        assert scene.mirror.asked == [(scene.lille.origin, True)]
        scene.listen()
        assert (len(scene.mirror.asked), scene.mirror.rounds) == (1, before + 1)
    with later(4):
        scene.listen()
        assert len(scene.mirror.asked) == 1


def test_a_peer_that_lies_about_thousands_costs_few_questions(scene, monkeypatch):
    monkeypatch.setattr(heartbeat, "AT_ONCE", 1)
    with later(3):
        today = signs.day_number(clock.now())
        many = {
            f"{number:032d}".translate(str.maketrans("0123456789", "abcdefghij")): today
            for number in range(5000)
        }
        scene.mirror.days = {**many, scene.lille.origin: today, scene.arras.origin: today}
        scene.mirror.asked.clear()
        assert scene.listen() == 0
        assert len(scene.mirror.asked) == 1


def test_a_peer_that_fails_stops_nothing(scene):
    def broken(*_args, **_more):
        raise ProtocolError("bad_bundle", "none")

    scene.mirror.alive = broken
    with later(1):
        scene.hour()
        assert scene.listen() == 0


# --- its own sign, and over HTTP


def beat(town):
    return with_work(town, heartbeat.beat)


def with_work(town, act, *more):
    with town.work(KPA) as work:
        return act(work, *more)


def test_one_signs_once_a_day_and_the_counter_stays(home):
    with home.work() as work:
        before = [row.arrival for row in work.session.query(LogRow)]
    assert [beat(home), beat(home)] == [True, False]
    with later(1):
        assert [beat(home), beat(home)] == [True, False]
    with home.work() as work:
        assert [row.arrival for row in work.session.query(LogRow)] == before


def test_no_sign_is_given_by_an_old_database_or_without_the_key(home):
    root = home.kpa.instance.settings.root
    published = head.last_head(root)
    head.write_file(root / head.HEAD, head._written(replace(published, size=published.size + 3)))
    assert beat(home) is False
    head.write_file(root / head.HEAD, head._written(published))
    kept = (root / head.KEY).read_bytes()
    (root / head.KEY).unlink()
    assert beat(home) is False
    (root / head.KEY).write_bytes(kept)
    assert beat(home) is True


def test_a_sign_travels_through_a_third_kpa(town):
    """Arras never asks Lille itself: Roubaix passes on what Lille signed."""
    lille, roubaix, arras = town("Lille"), town("Roubaix"), town("Arras")
    roubaix.follow(lille)
    arras.follow(roubaix)
    with_work(arras, partial(service.meet, origin=lille.origin, address="", name="Lille"))
    for one in (roubaix, arras):
        one.pull()
    with later(5):
        assert with_work(lille, heartbeat.beat)
        assert with_work(roubaix, heartbeat.listen) == 1
        assert with_work(arras, heartbeat.listen) == 1
    with later(11):
        assert lille.origin not in with_work(arras, heartbeat.silent_since)
        assert roubaix.origin in with_work(arras, heartbeat.silent_since)
    peer = HttpPeer(arras.kpa.instance.http, arras.address)
    shown = peer.checkpoint(lille.origin, cosigned=True)
    assert isinstance(shown, Checkpoint)
    assert len(shown.signatures) == 2
    assert len(peer.checkpoint(lille.origin).signatures) == 1
    cursor, _ = peer.heads("")
    assert peer.heads(cursor)[1] == {}
    assert set(peer.alive(cursor)) == {lille.origin}
    assert read_checkpoint(shown.note()) == shown
