"""A person with the keys of the machine joins, and says what they think of a neighbour."""

from __future__ import annotations

import re
from html import unescape

import pytest

from kpa_core import accounts
from kpa_core.demo.browser import PlainBrowser
from kpa_core.members import roles
from kpa_core.members import service as members
from kpa_core.work import KPA, OPERATOR
from kpa_federation.peers import service


def person(town, role):
    """Return the browser of somebody with a role."""
    with town.work(KPA) as work:
        someone = members.add_person(work, members.NewPerson("Sacha", phone="0612345678"))
        code = accounts.new_card(work, someone.id)
    with town.work(OPERATOR) as work:
        roles.give_role(work, someone.id, role, starts_on=work.today)
    browser = PlainBrowser(town.kpa.app.test_client())
    browser.enter(code)
    return browser


@pytest.fixture
def roubaix(town):
    return town("Roubaix")


@pytest.fixture
def lille(town):
    return town("Lille")


def test_joining_by_pages(roubaix, lille):
    here, there = person(roubaix, "admin"), person(lille, "admin")
    made = here.submit("/federation/voisins/inviter", page="/federation/voisins")
    link = unescape(re.search(r"<code>([^<]+)</code>", made.text)[1])
    words = re.search(r"Nos six mots : ([^.]+)\.", made.text)[1]
    asked = there.submit("/federation/voisins/rejoindre", link=link)
    assert words in asked.text
    page = f"/federation/voisins/confirmer?link={link}"
    refused = there.submit("/federation/voisins/confirmer", page=page, link=link)
    assert "coche la case" in refused.sentence()
    done = there.submit("/federation/voisins/confirmer", page=page, link=link, sure="y")
    assert "Vous êtes voisins" in done.sentence()
    assert "Roubaix" in done.sentence()
    assert "Lille" in here.get("/federation/voisins").sentence()


def test_a_visitor_of_an_invitation_reads_what_to_do(roubaix):
    shown = PlainBrowser(roubaix.kpa.app.test_client()).get("/federation/invitation/abc")
    assert (shown.status, "Copie le lien" in shown.sentence()) == (200, True)


def test_a_member_reads_and_decides_nothing(roubaix, lille):
    roubaix.follow(lille)
    browser = person(roubaix, "member")
    shown = browser.get("/federation/voisins")
    assert "Lille" in shown.sentence()
    assert "Bloquer" not in shown.text
    address = f"/federation/voisins/{lille.origin}/avis/blocked"
    assert browser.submit(address, page="/federation/voisins").status == 404
    assert browser.get("/federation/alertes").status == 404


def test_a_blocked_neighbour_says_nothing_any_more(roubaix, lille):
    roubaix.follow(lille)
    browser = person(roubaix, "admin")
    address = f"/federation/voisins/{lille.origin}/avis/blocked"
    assert "bloqué" in browser.submit(address, page="/federation/voisins").sentence()
    assert roubaix.pull() == {}
    with roubaix.work() as work:
        assert [row.trust for row in service.peers(work.session)] == ["blocked"]
