"""What a node holds for a territory goes home with its credit and licence, by acts of people."""

from __future__ import annotations

import pytest
from speaking_to import run, words

from kpa_core.errors import Refused
from kpa_core.work import KPA
from kpa_federation.blobs import fetching
from kpa_federation.catalogue.kinds import INSTANCE, LEARNING, RESOURCE
from kpa_federation.network import held, profile
from kpa_federation.peers.models import PeerRow
from kpa_federation.protocol.bodies import read_body
from kpa_federation.records import drafts, publishing, reading, taking
from kpa_federation.records.kinds import kinds
from kpa_federation.trust import advising

BODY = {
    "title": "La friperie",
    "summary": "On trie, on lave, on vend au poids.",
    "text": "On trie. On lave. On vend.",
    "state": "tested",
    "lang": "fr",
}
PAGE = "/federation/gardees"


def publish(town, licence="CC-BY-SA-4.0", files=(), **said):
    with town.work(KPA) as work, work.transaction():
        row = drafts.write_draft(work, RESOURCE.key, {**BODY, **said}, licence)
        for name, data in files:
            drafts.add_file(work, row.id, name, data)
        return publishing.publish(work, row.id, row.version)


def live(town):
    with town.work(KPA) as work:
        found = reading.records(work, kinds(work))
        return {one.title: one for one in found if one.origin.is_own}


def take(town):
    with town.work(KPA) as work:
        return held.take_over(work)


def publish_drafts(town):
    with town.work(KPA) as work:
        for row in drafts.drafts(work):
            if row.state == "draft":
                publishing.publish(work, row.id, row.version)


def say_where(town):
    with town.work(KPA) as work:
        profile.publish(work, {"contact": "https://dentelles.example/"})


@pytest.fixture
def node(town):
    return town("Le nœud", kind="network")


@pytest.fixture
def maubeuge(town, node):
    made = town("Les Dentelles", territory="Maubeuge")
    made.follow(node)
    return made


def test_a_held_record_goes_home_by_pages(node, maubeuge):
    with node.kpa.client_for("animator") as browser:
        publish(node)
        with node.work(KPA) as work:
            draft = drafts.drafts(work)[0].id
        page = f"/federation/fiches/nos/{draft}"
        assert "La garder pour un territoire" in words(browser.get(page))
        browser.submit(f"{page}/garder", territory="  maubeuge ")
        shown = browser.submit(f"{page}/publier")
        assert "Gardée pour : maubeuge" in words(shown)
        assert "La friperie" in words(browser.get(PAGE))
    publish(node, title="Pour Denain", for_territory="Denain")
    maubeuge.pull()
    with maubeuge.kpa.client_for("animator") as browser:
        offered = words(browser.get(PAGE))
        assert "La friperie" in offered
        assert "Denain" not in offered
        done = browser.submit(f"{PAGE}/reprendre", page=PAGE)
        assert "Dans nos brouillons : 1." in words(done)
    assert live(maubeuge) == {}  # a person looks first
    publish_drafts(maubeuge)
    say_where(maubeuge)
    assert set(live(maubeuge)) == {"La friperie"}
    node.follow(maubeuge)
    node.pull()
    with node.kpa.client_for("animator") as browser:
        assert "repris par Les Dentelles" in words(browser.get(PAGE))
        done = browser.submit(f"{PAGE}/remises/{maubeuge.origin}", page=PAGE)
        assert "retirées d'ici : 1." in words(done)
    assert set(live(node)) == {"Pour Denain"}
    maubeuge.pull()
    assert set(live(maubeuge)) == {"La friperie"}


def test_provenance_credit_and_licence_stay(node, maubeuge):
    name = publish(node, licence="CC-BY-NC-SA-4.0", for_territory="Maubeuge")
    maubeuge.pull()
    take(maubeuge)
    publish_drafts(maubeuge)
    found = live(maubeuge)["La friperie"]
    assert (found.licence, found.sources) == ("CC-BY-NC-SA-4.0", ((name, 1),))
    assert held.FIELD not in found.content.body
    with node.work(KPA) as work:
        publishing.retract(work, name, "duplicate")
    maubeuge.pull()
    with maubeuge.work(KPA) as work:
        again = reading.record(work, kinds(work), found.name)
        assert "par Le nœud" in taking.credit_of(work, kinds(work), again)


def test_it_is_taken_once_and_only_for_this_territory(node, maubeuge, town):
    publish(node, for_territory="Maubeuge")
    maubeuge.pull()
    assert [one.why for one in take(maubeuge)] == [""]
    assert take(maubeuge) == []
    other = town("Denain")  # it never said where it is
    other.follow(node)
    other.pull()
    assert take(other) == []
    with maubeuge.work(KPA) as work:
        row = drafts.drafts(work)[0]
        with pytest.raises(Refused, match="nœud"):
            held.hold(work, row.id, row.version, "Denain")


def test_it_waits_as_a_draft_or_says_why_not(node, maubeuge):
    publish(node, for_territory="Maubeuge", text="On trie chez Nadia Benali.")
    publish(node, title="Sans suite", licence="CC-BY-ND-4.0", for_territory="Maubeuge")
    maubeuge.pull()
    maubeuge.kpa.person("Nadia Benali", "member")
    found = {one.title: one for one in take(maubeuge)}
    assert found["La friperie"].page.startswith(taking.OURS)
    assert "licence" in found["Sans suite"].why
    with pytest.raises(publishing.NotReady):
        publish_drafts(maubeuge)
    assert {one.title for one in take(maubeuge)} == {"Sans suite"}  # no second draft


def offered(town):
    with town.work(KPA) as work:
        return [one.title for one in held.held_for_us(work)]


def test_a_profile_is_never_held_for_anybody(node, maubeuge):
    say_where(maubeuge)
    with node.work(KPA) as work, work.transaction():
        said = {"title": "Affiche", "contact": "https://evil.example/", "lang": "fr"}
        said[held.FIELD] = "Maubeuge"
        row = drafts.write_draft(work, INSTANCE.key, said, "CC0-1.0")
        publishing.publish(work, row.id, row.version)
    maubeuge.pull()
    assert (offered(maubeuge), take(maubeuge)) == ([], [])


def test_only_what_people_chose_and_no_list_hides_is_offered(node, maubeuge):
    name = publish(node, for_territory="Maubeuge")
    maubeuge.pull()
    assert offered(maubeuge) == ["La friperie"]
    with maubeuge.work(KPA) as work, work.transaction() as session:
        session.get(PeerRow, node.origin).step = 1  # its neighbours recommend it, nobody chose it
    assert offered(maubeuge) == []
    with maubeuge.work(KPA) as work, work.transaction() as session:
        session.get(PeerRow, node.origin).step = 0
    for about in (name, node.origin):
        with maubeuge.work() as work:
            advising.advise(work, about, "hide", "hateful")
            assert held.held_for_us(work) == []
            advising.take_back(work, about)


def test_who_is_of_elsewhere_or_makes_something_else_took_nothing(node, maubeuge):
    name = publish(node, for_territory="Maubeuge")
    source = {"record": name, "revision": 1, "licence": "CC-BY-SA-4.0", "credit": "x"}

    def make(kind, title):
        with maubeuge.work(KPA) as work, work.transaction():
            row = drafts.write_draft(
                work, kind.key, {**kind.example, "title": title}, "CC-BY-SA-4.0", [source]
            )
            return publishing.publish(work, row.id, row.version)

    node.follow(maubeuge)
    make(RESOURCE, "Autre chose")
    node.pull()
    assert handed_over(node, maubeuge) == 0  # it never said where it is
    with maubeuge.work(KPA) as work:
        publishing.retract(work, live(maubeuge)["Autre chose"].name, "error")
    say_where(maubeuge)
    make(LEARNING, "Une leçon")
    node.pull()
    assert handed_over(node, maubeuge) == 0
    make(RESOURCE, "La même")
    node.pull()
    assert handed_over(node, maubeuge) == 1


def handed_over(node, taker):
    with node.work(KPA) as work:
        return held.hand_over(work, taker.origin)


def test_its_files_come_along_once_they_are_here(node, maubeuge):
    publish(node, for_territory="Maubeuge", files=[("prix.csv", b"taille,prix\nM,3\n")])
    maubeuge.pull()
    (waits,) = take(maubeuge)
    assert "fichiers" in waits.why
    with maubeuge.work(KPA) as work:
        (one,) = [file for found in held.held_for_us(work) for file in found.content.files]
        fetching.fetch(work, one.sha256)
    take(maubeuge)
    publish_drafts(maubeuge)
    found = live(maubeuge)["La friperie"]
    assert [file.sha256 for file in found.content.files] == [one.sha256]


def test_the_node_withdraws_only_what_that_kpa_took(node, maubeuge, town):
    publish(node, for_territory="Maubeuge")
    publish(node, title="Autre", for_territory="Denain")
    maubeuge.pull()
    take(maubeuge)
    publish_drafts(maubeuge)
    say_where(maubeuge)
    lille = town("Lille")
    for one in (maubeuge, lille):
        node.follow(one)
    node.pull()
    with node.work(KPA) as work:
        assert held.hand_over(work, lille.origin) == 0
        assert held.hand_over(work, maubeuge.origin) == 1
    assert set(live(node)) == {"Autre"}


def test_the_commands(node, maubeuge):
    name = publish(node, for_territory="Maubeuge")
    assert run(node, "held").startswith(f"Maubeuge: La friperie · {name}")
    maubeuge.pull()
    assert f"Gardé pour nous : La friperie · {name}" in run(maubeuge, "held")
    assert f"La friperie: {taking.OURS}/" in run(maubeuge, "held", "--take")
    publish_drafts(maubeuge)
    say_where(maubeuge)
    node.follow(maubeuge)
    node.pull()
    assert "repris par Les Dentelles" in run(node, "held")
    assert "d'ici : 1." in run(node, "held", "--handed-over", maubeuge.origin)
    assert run(node, "held") == ""


def test_a_held_body_says_its_territory_on_the_wire(node):
    publish(node, for_territory="Maubeuge")
    with node.work(KPA) as work:
        row = drafts.drafts(work)[0]
        content, _ = read_body(drafts.wire_body(work, row))
    assert content[held.FIELD] == "Maubeuge"
