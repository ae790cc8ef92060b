"""The same story on a phone: a file is brought, looked into, and neighbours are welcomed."""

from __future__ import annotations

import io
import os
import time
from html import unescape

import pytest
from speaking_to import words

from kpa_core.demo.browser import PlainBrowser
from kpa_core.work import KPA
from kpa_federation.carrying import leftovers, looking, views
from kpa_federation.catalogue.kinds import RESOURCE
from kpa_federation.network import profile
from kpa_federation.own import leaving
from kpa_federation.peers import service
from kpa_federation.protocol.words import words_of
from kpa_federation.records import drafts, publishing, reading
from kpa_federation.records.kinds import kinds

PAGE, CONTENT = "/federation/cle-usb", "/federation/cle-usb/contenu"
BODY = {"summary": "Un sac.", "text": "On coud.", "state": "draft", "lang": "fr"}
HOSTILE = "<script>alert(1)</script>"


def publish(town, title):
    with town.work(KPA) as work, work.transaction():
        row = drafts.write_draft(work, RESOURCE.key, {**BODY, "title": title})
        return publishing.publish(work, row.id, row.version)


def introduce(town, name):
    with town.work(KPA) as work:
        profile.publish(work, {"title": name})


def titles(town):
    with town.work(KPA) as work:
        return {one.title for one in reading.records(work, kinds(work))}


def bring(browser, data):
    return browser.submit(PAGE, file=(io.BytesIO(data), "réseau.kpa"))


@pytest.fixture
def cape(alone):
    made = alone("La Cape")
    introduce(made, "La Cape")
    publish(made, "Sac imprimé")
    return made


def given(town):
    """Return the file that the page gives."""
    with town.kpa.client_for("admin") as browser:
        assert "La clé USB" in words(browser.get("/federation/voisins"))
        assert "Prendre le fichier" in words(browser.get(PAGE))
        answer = browser.client.get(f"{PAGE}/fichier")
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    data = answer.data
    answer.close()
    return data


def test_a_file_is_given_brought_and_read(alone, cape):
    moulins, arras = alone("Moulins"), alone("Arras")
    introduce(moulins, HOSTILE)
    publish(moulins, "Buffet")
    with moulins.kpa.client_for("admin") as browser:
        bring(browser, given(cape))
        browser.submit(f"{PAGE}/accueillir/{cape.origin}", page=CONTENT)
    with arras.kpa.client_for("admin") as browser:
        shown = bring(browser, given(moulins))
        assert shown.url == CONTENT
        assert "Voisins à accueillir" in words(shown)
        for town in (cape, moulins):
            assert words_of(town.origin) in words(shown)
        assert HOSTILE not in shown.text
        assert HOSTILE in unescape(shown.text)
        assert titles(arras) == set()
        one = browser.submit(f"{PAGE}/accueillir/{cape.origin}", page=CONTENT)
        assert "Arrivé : La Cape" in words(one)
        assert titles(arras) == {"Sac imprimé"}
        everyone = browser.submit(f"{PAGE}/accueillir/tous", page=CONTENT)
        assert f"Arrivé : {HOSTILE}" in unescape(everyone.text)
        assert HOSTILE not in everyone.text
        assert titles(arras) == {"Sac imprimé", "Buffet"}
        assert "Voisins à accueillir" not in words(browser.get(CONTENT))
        done = browser.submit(f"{PAGE}/fini", page=CONTENT)
        assert done.url == "/federation/voisins"
        assert browser.get(CONTENT).status == 404


def test_news_of_neighbours_are_taken_without_another_yes(alone, cape):
    arras = alone("Arras")
    with arras.kpa.client_for("admin") as browser:
        bring(browser, given(cape))
        browser.submit(f"{PAGE}/accueillir/tous", page=CONTENT)
        publish(cape, "Sac cousu")
        shown = bring(browser, given(cape))
        assert "du nouveau" in words(shown)
        assert "Arrivé" not in words(shown)
        browser.submit(f"{PAGE}/accueillir/personne", page=CONTENT)
    assert titles(arras) == {"Sac imprimé", "Sac cousu"}


def test_a_wrong_file_is_told_beside_the_field(alone):
    arras = alone("Arras")
    with arras.kpa.client_for("admin") as browser:
        for data, said in ((b"Coucou", "ne vient pas du réseau"), (b"%PDF-1.7", "PDF")):
            shown = bring(browser, data)
            assert shown.status == 400
            assert said in words(shown)
        assert "Choisis un fichier" in words(browser.submit(PAGE))
        assert browser.get(CONTENT).status == 404


def test_a_copy_that_was_cut_is_told_and_kept(alone, cape):
    arras = alone("Arras")
    whole = given(cape)
    with arras.kpa.client_for("admin") as browser:
        assert "coupé" in words(bring(browser, whole[:-10]))
        assert "coupé" in words(browser.submit(f"{PAGE}/accueillir/tous", page=CONTENT))
        bring(browser, whole)
        assert "coupé" not in words(browser.get(CONTENT))
    assert titles(arras) == {"Sac imprimé"}


def test_an_invented_name_is_not_welcomed(alone, cape):
    arras = alone("Arras")
    with arras.kpa.client_for("admin") as browser:
        bring(browser, given(cape))
        assert browser.submit(f"{PAGE}/accueillir/{'b' * 32}", page=CONTENT).status == 404


def test_who_left_may_still_take_everything_along(cape, monkeypatch):
    small = given(cape)
    with cape.work() as work:
        leaving.leave(work)
    monkeypatch.setattr(views, "AT_ONCE", 0)  # a large one comes from the disk
    assert given(cape) == small


@pytest.mark.parametrize("path", [PAGE, CONTENT, f"{PAGE}/fichier"])
def test_it_is_for_those_who_look_after_the_neighbours(cape, path):
    visitor = PlainBrowser(cape.kpa.app.test_client())
    assert visitor.get(path).status != 200 or visitor.get(path).url != path
    with cape.kpa.client_for("animator") as browser:
        assert browser.get(path).status == 404


def carried(town):
    return town.kpa.instance.settings.root / leftovers.FOLDER


def test_nothing_that_was_written_stays_on_the_disk(cape, monkeypatch):
    given(cape)
    monkeypatch.setattr(views, "AT_ONCE", 0)
    given(cape)
    assert list(carried(cape).iterdir()) == []


def test_what_was_brought_is_removed_after_a_day(alone, cape):
    arras = alone("Arras")
    with arras.kpa.client_for("admin") as browser:
        bring(browser, given(cape))
        for age, status in ((leftovers.OLD - 60, 200), (leftovers.OLD + 60, 404)):
            for path in carried(arras).iterdir():
                os.utime(path, (time.time() - age, time.time() - age))
            with arras.work(KPA) as work:
                leftovers.remove_old(work)
            assert browser.get(CONTENT).status == status
    assert list(carried(arras).iterdir()) == []


def test_nobody_waits_while_a_file_is_looked_into(alone, cape, monkeypatch):
    arras, looks, look = alone("Arras"), [], looking.look

    def looked(work, file, *rest):
        with arras.work() as other:  # this person writes meanwhile
            service.add_peer(other, cape.origin, "", f"La Cape {len(looks)}")
        looks.append(work)
        return look(work, file, *rest)

    with arras.kpa.client_for("admin") as browser:
        monkeypatch.setattr(looking, "look", looked)
        bring(browser, given(cape))
        assert browser.submit(f"{PAGE}/accueillir/personne", page=CONTENT).url == CONTENT
        assert titles(arras) == {"Sac imprimé"}
        before = len(looks)
        browser.get(CONTENT)
        browser.get(CONTENT)
        assert len(looks) <= before + 1  # what was seen is kept beside the file
