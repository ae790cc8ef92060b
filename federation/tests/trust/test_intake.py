"""Who floods is slowed down: nothing is lost, nobody else waits, and rows stay few."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from log_writer import Writer, guardians
from peers import Node
from words_said import said_vouch

from kpa_core import clock
from kpa_federation.log import keeping, quotas
from kpa_federation.log.models import EntryRow, IntakeRow, LogRow
from kpa_federation.log.quotas import Quota, weight
from kpa_federation.trust import service as trust

FEW = (
    Quota(entries=500, size=10**6, files=100),
    Quota(entries=40, size=10**6, files=50),
    Quota(entries=20, size=10**6, files=20),
)


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(quotas, "BY_STEP", FEW)


class Scene:
    """Lille, chosen here, recommends Lens; both come from one node, in small sections."""

    def __init__(self, home, many=300):
        self.home, self.node = home, Node("lille")
        self.lille, self.lens = Writer("lille"), Writer("lens", guardians("a", "b", "c"))
        for number in range(many):
            self.lens.put(f"Fiche {number}")
        said_vouch(self.lille, self.lens.origin)
        home.follow(self.lille.origin, self.node, "Lille")
        self.write()
        home.pull()

    def write(self):
        self.node.write(self.lens)
        self.node.write(self.lille)

    def size(self, writer):
        with self.home.work() as work:
            return keeping.state_of(work.session, writer.origin).size

    def rows(self, writer):
        with self.home.work() as work:
            mine = (
                sa.select(sa.func.count())
                .select_from(EntryRow)
                .join(LogRow, LogRow.id == EntryRow.log_id)
            )
            return work.session.scalar(mine.where(LogRow.origin == writer.origin))


@pytest.fixture
def scene(home, few):
    return Scene(home)


def days_later(days):
    return time_machine.travel(clock.now() + timedelta(days=days), tick=True)


def test_a_recommended_peer_that_floods_leaves_a_bounded_number_of_rows(scene):
    for _ in range(5):
        scene.home.pull()
        scene.lens.put("Encore")
        scene.write()
    assert (scene.size(scene.lens), scene.rows(scene.lens)) == (40, 40)


def test_others_of_the_same_peer_go_on(scene):
    scene.home.pull()
    for number in range(30):
        scene.lille.put(f"Nouvelle {number}")
    scene.write()
    scene.home.pull()
    assert scene.size(scene.lille) == len(scene.lille.entries)


def test_nothing_is_lost_it_comes_day_by_day(scene):
    sizes = []
    for days in range(10):
        with days_later(days):
            scene.home.pull()
            scene.home.pull()
            sizes.append(scene.size(scene.lens))
    assert sizes == [40, 80, 120, 160, 200, 240, 280, 301, 301, 301]
    with scene.home.work() as work:
        state = keeping.state_of(work.session, scene.lens.origin)
        assert state.frontier.root() == scene.lens.root()
        assert work.session.get(IntakeRow, scene.lens.origin).is_held is False


def test_a_person_who_chooses_it_gives_it_more_at_once(scene):
    scene.home.pull()
    assert scene.size(scene.lens) == 40
    scene.home.do(trust.decide, scene.lens.origin, "followed")
    scene.home.pull()
    assert scene.size(scene.lens) == 301


def test_bytes_count_as_well(home, monkeypatch):
    made = Scene(home)
    most = sum(weight(one) for one in made.lens.entries[:25])
    monkeypatch.setattr(quotas, "BY_STEP", (FEW[0], Quota(1000, most, 1)))
    home.pull()
    assert made.size(made.lens) == 25


def test_a_key_inside_what_waits_still_counts_tomorrow(home, few):
    made = Scene(home, many=30)
    made.lens.rotate("lens 2", ("a", "b"), guardians("a", "b", "c"))
    for number in range(30):
        made.lens.put(f"Après {number}")
    made.write()
    for days in range(3):
        with days_later(days):
            home.pull()
    assert made.size(made.lens) == 62
    with home.work() as work:
        assert len(keeping.state_of(work.session, made.lens.origin).identity.keys) == 2


def test_a_log_that_waits_is_not_passed_on_half(scene):
    scene.home.pull()
    with scene.home.kpa.client_for("member") as browser:
        heads = browser.get("/federation/v1/heads").text
        assert scene.lens.origin not in heads
        assert scene.lille.origin in heads
        said = browser.get("/federation/voisins").sentence()
        assert "La suite viendra demain." in said


def test_an_error_after_counting_counts_nothing(scene, monkeypatch):
    real = keeping.keep

    def broken(session, found, now):
        real(session, found, now)
        if any(one.state.origin == scene.lens.origin for one in found):
            raise OSError("disk full")

    monkeypatch.setattr(keeping, "keep", broken)
    scene.home.pull()
    with scene.home.work() as work:
        assert work.session.get(IntakeRow, scene.lens.origin) is None
    monkeypatch.undo()
