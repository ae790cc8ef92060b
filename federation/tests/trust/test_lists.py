"""Lists of warnings: written here, read there, and undone as easily."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from commanding import command
from log_writer import DAY, Writer
from peers import Node
from words_said import advised, said_vouch

from kpa_core import clock
from kpa_core.errors import Misuse, Refused
from kpa_core.work import KPA
from kpa_federation.log import keeping
from kpa_federation.peers import service as peers
from kpa_federation.protocol.entries import record_name
from kpa_federation.records import reading
from kpa_federation.records.kinds import kinds
from kpa_federation.trust import advising
from kpa_federation.trust import service as trust

WORDS = "Ce qui est écrit est faux."


class Scene:
    """Lille, chosen here, recommends Lens; Lille and Arras, also chosen, have lists."""

    def __init__(self, home):
        self.home, self.node = home, Node("lille")
        self.lille, self.lens, self.arras = Writer("lille"), Writer("lens"), Writer("arras")
        self.fiche = self.lens.put("Une recette")
        self.name = record_name(self.lens.origin, self.fiche, self.lens.entries[self.fiche].leaf)
        said_vouch(self.lille, self.lens.origin, "", "Lens")
        self.arras.put("Autre chose")
        home.follow(self.lille.origin, self.node, "Lille")
        home.follow(self.arras.origin, None, "Arras")
        self.sync()
        assert self.titles() == {"Une recette", "Autre chose"}

    def sync(self):
        for one in (self.lens, self.arras, self.lille):
            self.node.write(one)
        self.home.pull()
        self.home.pull()

    def titles(self):
        with self.home.work(KPA) as work:
            return {one.title for one in reading.records(work, kinds(work))}

    def size(self, writer):
        with self.home.work() as work:
            return keeping.state_of(work.session, writer.origin).size

    def hear(self, writer, **more):
        self.home.do(advising.read_list, writer.origin, **more)
        self.home.do(trust.refresh)

    def says(self, writer, about, *more):
        advised(writer, about, *more)
        self.sync()

    def shown(self, address):
        with self.home.kpa.client_for("member") as browser:
            return browser.get(address).sentence()


@pytest.fixture
def scene(home):
    return Scene(home)


def test_a_list_counts_only_while_it_is_heard(scene):
    scene.says(scene.lille, scene.name)
    assert "Une recette" in scene.titles()
    scene.hear(scene.lille)
    assert "Une recette" not in scene.titles()
    said = scene.shown(f"/federation/fiches/lire/{scene.name}")
    assert f"Lille conseille de le cacher : « {WORDS} »" in said
    scene.hear(scene.lille, read=False)
    assert "Une recette" in scene.titles()
    assert "Lille conseille" not in scene.shown(f"/federation/fiches/lire/{scene.name}")


def test_a_warning_is_shown_with_who_warns(scene):
    scene.hear(scene.lille)
    scene.says(scene.lille, scene.lens.origin, "warn")
    for page in ("/federation/fiches", f"/federation/fiches/lire/{scene.name}"):
        assert f"Lille prévient : « {WORDS} »" in scene.shown(page)
    assert f"Lille prévient : « {WORDS} »" in scene.shown("/federation/voisins")
    assert f"Lille prévient : « {WORDS} »" in scene.shown("/federation/listes")


def test_of_a_stopped_origin_nothing_new_is_kept_until_the_list_is_left(scene):
    scene.hear(scene.lille)
    scene.says(scene.lille, scene.lens.origin, "block")
    assert scene.home.trusts()[scene.lens.origin] == "suspended"
    scene.lens.put("Encore une")
    scene.sync()
    assert (scene.size(scene.lens), scene.titles()) == (2, {"Autre chose"})
    scene.hear(scene.lille, read=False)
    scene.sync()
    assert scene.home.trusts()[scene.lens.origin] == "followed"
    assert scene.titles() == {"Une recette", "Encore une", "Autre chose"}


def test_what_people_here_chose_is_not_stopped_by_a_list(scene):
    scene.hear(scene.lille)
    scene.says(scene.lille, scene.arras.origin, "block")
    scene.arras.put("Toujours là")
    scene.sync()
    assert "Toujours là" in scene.titles()
    assert "Lille prévient" in scene.shown("/federation/voisins")


def test_whoever_shows_it_all_the_same_sees_it(scene):
    scene.hear(scene.lille)
    scene.says(scene.lille, scene.name)
    scene.home.do(advising.show, scene.name)
    assert "Une recette" in scene.titles()
    scene.home.do(advising.show, scene.name, anyway=False)
    assert "Une recette" not in scene.titles()


def test_an_entry_ends_after_its_day(scene):
    scene.hear(scene.lille)
    scene.says(scene.lille, scene.name, "hide", clock.now().date() + timedelta(days=2))
    assert "Une recette" not in scene.titles()
    with time_machine.travel(clock.now() + timedelta(days=3), tick=True):
        assert "Une recette" in scene.titles()


def test_an_entry_that_is_taken_back_does_nothing_any_more(scene):
    scene.hear(scene.lille)
    index = advised(scene.lille, scene.name)
    scene.sync()
    assert "Une recette" not in scene.titles()
    scene.lille.withdraw(index, 2)
    scene.sync()
    assert "Une recette" in scene.titles()


def test_the_list_of_one_that_is_stopped_counts_no_more(scene):
    scene.hear(scene.lille)
    scene.says(scene.lille, f"{scene.arras.origin}/1/{scene.arras.entries[1].leaf[:8].hex()}")
    assert "Autre chose" not in scene.titles()
    scene.home.do(trust.decide, scene.lille.origin, "suspended")
    assert "Autre chose" in scene.titles()


def test_one_s_own_list_counts_here_and_travels(scene, home):
    home.do(advising.advise, scene.name, "hide", "wrong")
    assert "Une recette" not in scene.titles()
    home.do(advising.advise, scene.name, "warn", "wrong")  # changed: one entry, its second revision
    with home.work() as work:
        (said,) = advising.advised(work.session).values()
        assert (said.revision, dict(said.body)["action"]) == (2, "warn")
    assert f"Ici, on prévient : « {WORDS} »" in scene.shown("/federation/fiches")
    home.do(advising.take_back, scene.name)
    assert "Ici, on prévient" not in scene.shown("/federation/fiches")
    with pytest.raises(Refused):
        home.do(advising.take_back, scene.name)


@pytest.mark.parametrize(
    ("said", "error"),
    [
        (("Arras", "hide", "wrong"), Misuse),
        (("b" * 32, "erase", "wrong"), Misuse),
        (("b" * 32, "hide", "parce que"), Misuse),
        (("b" * 32, "hide", "wrong", DAY - timedelta(days=9000)), Refused),
    ],
)
def test_what_cannot_be_on_a_list(home, said, error):
    with pytest.raises(error):
        home.do(advising.advise, *said)


def test_nobody_warns_of_oneself_nor_hears_whom_one_does_not_follow(home):
    with pytest.raises(Refused, match="à nous"):
        home.do(advising.advise, home.origin, "hide", "wrong")
    with pytest.raises(Refused, match="Suis-le"):
        home.do(advising.read_list, "b" * 32)


def test_by_pages(scene):
    with scene.home.kpa.client_for("admin") as browser:
        page = f"/federation/listes/prevenir?sur={scene.name}"
        form = {"about": scene.name, "action": "hide", "reason": "unsafe", "until": ""}
        done = browser.submit("/federation/listes/prevenir", page=page, **form)
        assert "C'est dangereux." in done.sentence()
        assert "Une recette" not in scene.titles()
        browser.submit("/federation/listes/enlever", page="/federation/listes", about=scene.name)
        assert "Une recette" in scene.titles()
        advised(scene.lille, scene.name)
        scene.sync()
        assert "1 avertissement" in browser.get("/federation/listes").sentence()
        origin = scene.lille.origin
        browser.submit(f"/federation/listes/{origin}/suivre", page="/federation/listes")
        assert "Une recette" not in scene.titles()
        browser.submit("/federation/listes/montrer", page="/federation/listes", about=scene.name)
        assert "Une recette" in scene.titles()
    with scene.home.kpa.client_for("member") as browser:
        assert browser.get("/federation/listes").status == 200
        assert browser.get("/federation/listes/prevenir").status == 404


def test_by_commands(scene):
    home = scene.home
    assert "sur notre liste" in command(home, "warn", scene.name, "--action", "hide")
    assert "Une recette" not in scene.titles()
    assert "plus sur notre liste" in command(home, "warn", scene.name, "--undo")
    assert "suit maintenant" in command(home, "lists", scene.lille.origin)
    assert command(home, "lists").strip() == scene.lille.origin
    assert "suit plus" in command(home, "lists", scene.lille.origin, "--undo")
    assert "noté" in command(home, "show-anyway", scene.name)
    assert peers.MANAGE == advising.MANAGE
