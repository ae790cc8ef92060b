"""The keys by pages only: letters out, answers in, and what is said when something is wrong."""

from __future__ import annotations

import re
from html import unescape

import pytest
from halls import NAMES, SHEETS, sheet

from kpa_federation.ceremonies import service
from kpa_federation.guardians import exchange

HOME = "/federation/cles"


@pytest.fixture
def admin(hall):
    with hall.here.kpa.client_for("admin") as browser:
        yield browser


def act(browser, name, page=HOME):
    return browser.submit(f"{HOME}/{name}", page=page)


def answer(shown, name):
    """Return what a guardian answers to the letter that a page shows."""
    asked = exchange.read_request(unescape(re.sub(r"<[^>]+>", " ", shown.text)))
    return exchange.answer(asked, SHEETS[name].private).text()


def named_guardians(browser):
    """Hold the first ceremony by pages; return the last page."""
    browser.submit(f"{HOME}/gardiens", names="\n".join(NAMES), threshold="2")
    for nth, name in enumerate(NAMES):
        browser.submit(f"{HOME}/ligne/{nth}", text=SHEETS[name].line)
        page = f"{HOME}/exercice/{nth}"
        assert browser.get(page).sentence().count("<") == 0  # nothing but words
        shown = browser.submit(page, text=f"Bonjour,\n{answer(browser.get(page), name)}\nAnis")
        assert "Sa feuille marche" in shown.sentence()
    assert "Tout est prêt. Fais la demande." in shown.sentence()
    act(browser, "demande")
    assert "Écris-le dans le journal" in browser.get(HOME).sentence()
    return act(browser, "ecrire")


def test_the_first_guardians_then_another_key(admin, hall):
    assert "pas encore de gardiens" in admin.get(HOME).sentence()
    assert "Tout est en ordre" in named_guardians(admin).sentence()
    before = hall.state().identity
    refused = admin.submit(f"{HOME}/changer/rotation")
    assert "coche la case" in refused.sentence()
    admin.submit(f"{HOME}/changer/rotation", sure="y")
    letter = act(admin, "demande")
    assert "<svg" in letter.text
    assert "Réponses qui manquent : 2" in letter.sentence()
    one = admin.submit(f"{HOME}/reponse", text=answer(letter, "La CAE"))
    assert "manquent : 1. On attend : La structure porteuse, Le lieu" in one.sentence()
    admin.submit(f"{HOME}/reponse", text=answer(letter, "Le lieu"))
    done = act(admin, "ecrire")
    assert "C'est écrit" in done.sentence()
    after = hall.state().identity
    assert (after.key == before.key, after.commitment == before.commitment) == (False, True)
    hall.tell()
    hall.pull()
    assert hall.both_agree()


def test_after_a_theft_one_line_is_chosen(admin, hall):
    hall.first()
    hall.publish("Une étagère")
    hall.publish("Donnez-moi de l'argent")
    shown = admin.get(f"{HOME}/vol")
    assert "Ligne 4, du 23/11/2026 : publié : Donnez-moi de l'argent" in shown.sentence()
    admin.submit(f"{HOME}/vol", cut="3")
    letter = act(admin, "demande")
    for name in NAMES[:2]:
        admin.submit(f"{HOME}/reponse", text=answer(letter, name))
    act(admin, "ecrire")
    assert [hall.state().size, len(hall.titles())] == [4, 1]


@pytest.mark.parametrize(
    ("pasted", "said"),
    [
        ("bonjour", "Il manque la ligne « KPA-REPONSE-1 »"),
        (SHEETS["La CAE"].code, "Ne l'envoie à personne"),
        (SHEETS["La CAE"].line, "Il manque la ligne"),
    ],
    ids=["nothing", "a secret", "a sheet's line"],
)
def test_what_is_no_answer_is_told_and_not_shown_again(admin, hall, pasted, said):
    hall.first()
    hall.do(service.begin, "rotation")
    hall.do(service.ask)
    shown = admin.submit(f"{HOME}/reponse", text=pasted)
    assert (shown.status >= 400, said in shown.sentence()) == (True, True)
    assert pasted not in shown.text.partition('name="text"')[2]


def test_a_stranger_s_answer_and_one_given_twice_do_not_count(admin, hall):
    hall.first()
    hall.do(service.begin, "rotation")
    asked = hall.do(service.ask)
    theirs = exchange.answer(asked, sheet("someone").private).text()
    assert (
        "pas celle d'un gardien d'aujourd'hui"
        in admin.submit(f"{HOME}/reponse", text=theirs).sentence()
    )
    mine = exchange.answer(asked, SHEETS["La CAE"].private).text()
    admin.submit(f"{HOME}/reponse", text=mine)
    assert "compte une fois" in admin.submit(f"{HOME}/reponse", text=mine).sentence()
    assert "manquent : 1" in act(admin, "ecrire").sentence()


@pytest.mark.parametrize("role", ["member", "animator", "treasurer"])
def test_others_see_nothing_of_it(hall, role):
    with hall.here.kpa.client_for(role) as browser:
        assert browser.get(HOME).status == 404
        assert browser.get(f"{HOME}/vol").status == 404


def test_a_lost_server_comes_home_by_pages(hall, town):
    hall.first()
    hall.publish("Une étagère")
    hall.pull()
    new = town("Neuf")
    home = f"{HOME}/reprendre"
    with new.kpa.client_for("admin") as browser:
        assert "ordinateur est perdu" in browser.get(HOME).sentence()
        wrong = browser.submit(home, origin="bonjour", address=hall.there.address)
        assert "32 lettres et chiffres" in wrong.sentence()
        nobody = browser.submit(home, origin="b" * 32, address=hall.there.address)
        assert "Aucun de ces voisins" in nobody.sentence()
        shown = browser.submit(home, origin=hall.here.origin, address=hall.there.address)
        assert "Demande-en une autre" in shown.sentence()
        browser.submit(f"{HOME}/changer/lost_server", sure="y")
        letter = act(browser, "demande")
        for name in NAMES[1:]:
            browser.submit(f"{HOME}/reponse", text=answer(letter, name))
        assert "C'est écrit" in act(browser, "ecrire").sentence()
    assert hall.state(new).size == hall.state(hall.there).size + 1


def test_an_address_that_cannot_be_one_is_told(hall, town):
    with town("Neuf").kpa.client_for("admin") as browser:
        shown = browser.submit(f"{HOME}/reprendre", origin="b" * 32, address="pas une adresse")
    assert 400 <= shown.status < 500
