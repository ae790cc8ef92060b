"""A network node: no activities and no money, every KPA it hears of, a public list."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest
import sqlalchemy as sa
from speaking_to import words

from kpa_core.demo.browser import PlainBrowser
from kpa_core.work import KPA
from kpa_federation import jobs
from kpa_federation.log import keeping, serving
from kpa_federation.log.models import CosignatureRow, LogRow
from kpa_federation.network import directory, profile
from kpa_federation.own import leaving
from kpa_federation.peers import gathering, inviting, service, witnessing
from kpa_federation.peers.models import PeerRow
from kpa_federation.trust import advising

TERRITORIES = (
    "Roubaix",
    "Lille, quartier de Moulins",
    "Mons-en-Barœul",
    "La Rochelle",
    "Boulogne",
    "Grande-Synthe",
    "Valenciennes",
    "Arras",
    "Marcq-en-Barœul",
    "Coudekerque-Branche",
    "Nogent-sur-Oise",
    "Lille, Faubourg de Béthune",
    "Lille, quartier de Fives",
)
LIST = "/federation/reseau"


@pytest.fixture
def node(town):
    return town("Le nœud", kind="network")


def publish(town, **said):
    with town.work(KPA) as work:
        return profile.publish(work, said)


def trust(town):
    with town.work(KPA) as work:
        return {row.origin: row.trust for row in service.peers(work.session)}


def visit(town, path):
    return PlainBrowser(town.kpa.app.test_client()).get(path)


def told(town):
    return json.loads(visit(town, "/federation/v1/instances").text)["instances"]


def heads(town):
    with town.work(KPA) as work:
        return {
            row.origin: (row.size, row.frontier) for row in work.session.scalars(sa.select(LogRow))
        }


def test_thirteen_instances_are_gathered_kept_and_listed(town, node):
    towns = [town(f"KPA {at}", territory=place) for at, place in enumerate(TERRITORIES)]
    for at, one in enumerate(towns):
        publish(one, contact=f"https://kpa{at}.example/")
    for host, guests in ((towns[0], towns[2:8]), (towns[1], towns[8:])):
        for guest in guests:
            host.follow(guest)
        host.pull()
    node.follow(towns[0])  # its peer, and another that comes by invitation
    with node.work() as work:
        link = inviting.invite(work).link()
    with towns[1].work() as work:
        inviting.accept(work, inviting.read_link(link))
    node.pull()
    assert trust(node) == {one.origin: "followed" for one in towns}
    at_home = {one.origin: heads(one)[one.origin] for one in towns}
    assert {key: one for key, one in heads(node).items() if key != node.origin} == at_home
    listed = told(node)
    assert [one["territory"] for one in listed if one["territory"]] == sorted(
        TERRITORIES, key=directory.fold_text
    )
    assert {one["contact"] for one in listed if one["name"]} == {
        f"https://kpa{at}.example/" for at in range(13)
    }
    assert {one["version"] for one in listed if one["name"]} == {profile.kpa_version()}
    page = visit(node, LIST)
    for place in TERRITORIES:
        assert place in unescape(page.text)
    assert page.text.count("vu le") == 13
    # Whoever follows the node alone has everybody's records from it.
    last = town("Maubeuge")
    last.follow(node)
    for one in towns[5:7]:
        with last.work() as work:
            service.add_peer(work, one.origin, "")
    last.pull()
    assert {one.origin: at_home[one.origin] for one in towns[5:7]}.items() <= heads(last).items()


def test_an_ordinary_kpa_follows_nobody_by_itself_and_lists_nobody(town):
    roubaix, lille, arras = town("Roubaix"), town("Lille"), town("Arras")
    lille.follow(arras)
    lille.pull()
    roubaix.follow(lille)
    roubaix.pull()
    assert trust(roubaix) == {lille.origin: "followed", arras.origin: "waiting"}
    assert visit(roubaix, LIST).status == 404
    assert visit(roubaix, "/federation/v1/instances").status == 404
    assert "Les KPA du réseau" not in words(visit(roubaix, "/"))


def test_whom_a_person_blocked_stays_so_and_is_not_listed(town, node):
    lille, arras = town("Lille"), town("Arras")
    publish(arras, place="Arras")
    lille.follow(arras)
    lille.pull()
    with node.work() as work:
        service.add_peer(work, arras.origin, "")
        service.set_trust(work, arras.origin, "blocked")
    node.follow(lille)
    node.pull()
    assert trust(node)[arras.origin] == "blocked"
    assert arras.origin not in heads(node)
    with node.work() as work:
        service.set_trust(work, arras.origin, "followed")
    node.pull()
    assert "Arras" in [one["territory"] for one in told(node)]
    with node.work() as work:
        service.set_trust(work, arras.origin, "suspended")
    node.pull()
    assert "Arras" not in [one["territory"] for one in told(node)]


@pytest.mark.parametrize(
    ("action", "is_listed"), [("warn", True), ("hide", False), ("block", False)]
)
def test_whom_our_own_list_hides_is_not_listed_and_the_page_is_true(town, node, action, is_listed):
    lille = town("Lille")
    node.follow(lille)
    node.pull()
    with node.work() as work:
        advising.advise(work, lille.origin, action, "hateful")
    assert (lille.origin in [one["origin"] for one in told(node)]) == is_listed
    assert (directory.words_of(lille.origin) in words(visit(node, LIST))) == is_listed
    with node.kpa.client_for("admin") as browser:
        shown = words(browser.get("/federation/voisins"))
    assert "plus rien :" not in shown
    assert ("On le suit encore" in shown) == (action == "block")


def test_invented_names_take_no_place_and_there_is_a_cap(town, node, monkeypatch):
    lille, arras = town("Lille"), town("Arras")
    lille.follow(arras)
    lille.pull()
    heads_of = serving.heads

    def with_inventions(session, since):
        cursor, found = heads_of(session, since)
        made = {f"{letter}{'2' * 31}": (3, b"x" * 32) for letter in "bcdefghijk"}
        return cursor, {**made, **found}

    monkeypatch.setattr(serving, "heads", with_inventions)
    node.follow(lille)
    node.pull()
    followed = {one for one, said in trust(node).items() if said == "followed"}
    assert followed == {lille.origin, arras.origin}
    monkeypatch.setattr(serving, "heads", heads_of)
    maubeuge = town("Maubeuge")
    lille.follow(maubeuge)
    lille.pull()
    monkeypatch.setattr(gathering, "MOST", 2)
    node.pull()
    assert trust(node)[maubeuge.origin] == "waiting"
    monkeypatch.setattr(gathering, "MOST", 3)
    with node.work() as work, work.transaction() as session:
        session.execute(sa.update(PeerRow).values(cursor=""))
    node.pull()
    assert trust(node)[maubeuge.origin] == "followed"


def test_it_cosigns_what_it_heard_of_when_it_is_asked(town, node):
    lille, arras = town("Lille"), town("Arras")
    lille.follow(arras)
    lille.pull()
    node.follow(lille)
    node.pull()
    arras.follow(node)  # the node never decided about Arras: it heard of it
    arras.pull()
    with arras.work(KPA) as work:
        assert witnessing.collect(work) == 1
        row = keeping.log_row(work.session, arras.origin)
        lines = work.session.scalars(sa.select(CosignatureRow))
        assert [(one.witness, one.size) for one in lines] == [(node.origin, row.size)]


HOSTILE = "<script>alert(1)</script>"


def test_what_an_instance_says_is_text_for_people_and_machines(town, node):
    lille = town("Lille")
    publish(lille, title=HOSTILE, place=HOSTILE)
    node.follow(lille)
    node.pull()
    page = visit(node, LIST)
    assert HOSTILE not in page.text
    assert HOSTILE in unescape(page.text)
    answer = node.kpa.app.test_client().get("/federation/v1/instances")
    assert answer.mimetype == "application/json"


def test_a_contact_that_is_no_page_is_no_link(town, node, monkeypatch):
    lille = town("Lille")
    monkeypatch.setattr("kpa_federation.records.checking._of_plugin", lambda *_: iter(()))
    publish(lille, contact="javascript:alert(1)")
    node.follow(lille)
    node.pull()
    assert "javascript:" not in visit(node, LIST).text
    assert [one["contact"] for one in told(node) if one["name"]] == [""]


CLOSED = (
    "/offres",
    "/demander",
    "/commandes",
    "/planning",
    "/activites",
    "/papiers",
    "/cagnottes",
    "/regles",
)


NO_PAGES = ("/static", "/langue", "/theme", "/federation/cle-usb/fichier")


def links(shown):
    found = re.findall(r'href="(/[^"#]*)"', shown.text)
    return {unescape(one) for one in found if not one.startswith(NO_PAGES)}


@pytest.mark.parametrize("role", ["visitor", "animator", "admin"])
def test_no_page_of_a_node_leads_to_what_it_has_not(node, role):
    browser = PlainBrowser(node.kpa.app.test_client()) if role == "visitor" else entered(node, role)
    seen, todo = set(), {"/"}
    while todo and len(seen) < 60:
        path = todo.pop()
        seen.add(path)
        shown = browser.get(path)
        assert shown.status == 200, path
        todo |= links(shown) - seen
    assert LIST in seen
    assert not [path for path in seen if path.startswith(CLOSED)]


def entered(node, role):
    with node.kpa.client_for(role) as browser:
        return browser


def test_pages_and_acts_of_features_it_has_not_are_not_found(node):
    app = node.kpa.app
    closed = {"activities", "invoices", "sharing"}
    with node.kpa.client_for("animator") as browser:
        tried = 0
        for rule in app.url_map.iter_rules():
            if rule.endpoint.partition(".")[0] in closed and not rule.arguments:
                if "GET" in rule.methods:
                    assert browser.get(rule.rule).status == 404, rule
                tried += 1
    assert tried > 10
    assert not {one for one in node.kpa.instance.registered.jobs if one.startswith("invoices.")}


def test_who_left_lists_nobody(town, node):
    node.follow(town("Lille"))
    node.pull()
    with node.work() as work:
        leaving.leave(work)
    assert visit(node, LIST).status == 404
    assert visit(node, "/federation/v1/instances").status == 404


def test_the_job_names_those_it_gathered(town, node):
    lille, arras = town("Lille"), town("Arras")
    publish(arras, title="Les Atrébates")
    lille.follow(arras)
    lille.pull()
    node.follow(lille)
    with node.work(KPA) as work:
        jobs.pull(work, {})
    with node.work(KPA) as work:
        names = {row.origin: row.name for row in service.peers(work.session)}
    assert names == {lille.origin: "Lille", arras.origin: "Les Atrébates"}
