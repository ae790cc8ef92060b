"""R18: a KPA is its origin: no spelling makes two of one, and who looks like another is told."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
import sqlalchemy as sa
from log_writer import Writer

from kpa_core.errors import KpaError
from kpa_federation.peers import appearance, inviting, service
from kpa_federation.peers.appearance import Seen, one_spelling, skeleton, tidy_name, warnings

NAMES = json.loads(
    (Path(__file__).parents[1] / "data" / "international_names.json").read_text("utf-8")
)


def spelled(host):
    """Return the one spelling of a name of a machine; nothing when it is refused."""
    try:
        return one_spelling(f"https://{host}/").removeprefix("https://")
    except KpaError:
        return None


def test_no_spelling_makes_two_machines_and_no_two_machines_become_one():
    cases = [tuple(one) for rows in NAMES.values() for one in rows]
    assert len(cases) == 2671 + 87
    wrong = {host: spelled(host) for host, meant in cases if spelled(host) not in (None, meant)}
    assert wrong == {}
    taken = [spelled(host) for host, _ in cases if spelled(host)]
    assert len(taken) > 400
    assert all(spelled(one) == one and one.isascii() for one in taken)
    assert not any(spelled(host) for host, meant in cases if meant is None)


SPELLINGS = {
    "capitals": "HTTPS://KPA.Exemple.FR",
    "the usual port": "https://kpa.exemple.fr:443/",
    "full width": "https://ｋｐａ.ｅｘｅｍｐｌｅ.ｆｒ/",
    "another full stop": "https://kpa。exemple。fr",
    "a soft hyphen": "https://kpa.exem\xadple.fr",
}
REFUSED = {
    "a user name": "https://kpa.exemple.fr@autre.example/",
    "a user name and a port": "https://kpa.exemple.fr:443@autre.example/",
    "a last dot": "https://kpa.exemple.fr./",
    "a back slash": "https://autre.example\\.kpa.exemple.fr/",
    "a fragment": "https://autre.example/#kpa.exemple.fr",
    "a number in octal": "http://0177.0.0.1/",
    "digits in circles": "http://①②⑦.0.0.1:8000.",
    "a script": "javascript:alert(1)//https://kpa.exemple.fr",
    "half a character": "https://kpa.\ud800.fr/",
    "a line": "https://kpa.exemple.fr/\r\nHost: autre.example",
    "a direction": "https://kpa.\u202eelpmexe.fr/",
}


@pytest.mark.parametrize("address", SPELLINGS.values(), ids=SPELLINGS)
def test_every_spelling_of_one_address_is_kept_as_one(home, address):
    origin = Writer("lille").origin
    with home.work() as work:
        service.add_peer(work, origin, "https://kpa.exemple.fr", "Lille")
        service.add_peer(work, origin, address, "Lille")
        (row,) = [one for one in service.peers(work.session) if one.origin == origin]
        assert row.address == "https://kpa.exemple.fr"
    link = f"{address.rstrip('/')}/federation/invitation/{'a' * 22}?kpa={origin}"
    assert inviting.read_link(link).address == "https://kpa.exemple.fr"


@pytest.mark.parametrize("address", REFUSED.values(), ids=REFUSED)
def test_an_address_that_leads_elsewhere_than_it_looks_is_refused(home, address):
    with home.work() as work, pytest.raises(KpaError):
        service.add_peer(work, Writer("lille").origin, address, "Lille")
    with home.work() as work:
        assert service.peers(work.session) == []


def test_two_origins_at_one_address_under_one_name_stay_two(home):
    first, second = Writer("un").origin, Writer("deux").origin
    with home.work() as work:
        for origin in (first, second):
            service.add_peer(work, origin, "https://kpa.exemple.fr", "Lille")
        service.set_trust(work, second, "blocked")
        found = {row.origin: row.trust for row in service.peers(work.session)}
    assert found == {first: "followed", second: "blocked"}


CAPE = Seen("c" * 32, "La Cape", "https://lacape.fr")
MOULINS = Seen("m" * 32, "Moulins Coop", "https://kpa.moulins-coop.fr")
KNOWN = [CAPE, MOULINS, Seen("r" * 32, "Atelier", "http://192.168.1.20:8000")]

LIKE_PLACE = {
    "a Cyrillic letter": "https://lасаре.fr",
    "a digit": "https://1acape.fr",
    "two letters for one": "https://kpa.rnoulins-coop.fr",
    "a letter more": "https://kpa.moulins-coops.fr",
    "a letter less": "https://kpa.moulins-cop.fr",
    "two letters swapped": "https://kpa.moulisn-coop.fr",
    "an accent": "https://kpa.moulins-coóp.fr",
    "no hyphen": "https://kpa.moulinscoop.fr",
    "another country": "https://kpa.moulins-coop.fm",
    "another port": "https://lacape.fr:8443",
}


@pytest.mark.parametrize("address", LIKE_PLACE.values(), ids=LIKE_PLACE)
def test_an_address_that_looks_like_a_known_one_is_told(address):
    said = [one.sentence for one in warnings(Seen("x" * 32, "", address), KNOWN)]
    letters = [] if address.isascii() else [appearance.LETTERS]
    assert said == [*letters, appearance.LIKE_PLACE]


def test_the_same_letters_in_another_alphabet_are_told_however_they_are_sent():
    address = one_spelling("https://lасаре.fr")
    assert address.isascii()
    said = warnings(Seen("x" * 32, "", address), KNOWN)
    assert [(one.sentence, one.about) for one in said] == [
        (appearance.LETTERS, address),
        (appearance.LIKE_PLACE, "La Cape"),
    ]


def test_thousands_of_neighbours_are_compared_at_once():
    known = appearance.Known()
    began = time.monotonic()
    for number in range(5000):
        one = Seen(f"{number}", f"KPA {number}", f"https://kpa{number:05}.ville-{number % 97}.fr")
        known.warnings(one)
        known.add(one)
    assert time.monotonic() - began < 4
    assert known.warnings(Seen("x", "kpa 4O99", ""))[0].about == "KPA 4099"


LIKE_NAME = ("LA CAPE", "La  Cape", "La Сape", "Lа Cаре", "La Capé", "1a Cape")


@pytest.mark.parametrize("name", LIKE_NAME)
def test_a_name_that_looks_like_a_known_one_is_told(name):
    said = warnings(Seen("x" * 32, name, "https://ailleurs.example"), KNOWN)
    assert [(one.sentence, one.about) for one in said] == [(appearance.LIKE_NAME, "La Cape")]


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("Illicoop", "https://illicoop.fr"),
        ("La Cafetière", "https://lacafetiere.fr"),
        ("Atelier de Lens", "http://192.168.1.21:8000"),
        ("Lens", "http://192.168.1.20:8001"),
        ("", ""),
    ],
)
def test_an_ordinary_neighbour_is_told_nothing(name, address):
    assert warnings(Seen("x" * 32, name, address), KNOWN) == []
    assert warnings(Seen(CAPE.origin, "La Cape", "https://lacape.fr"), KNOWN) == []


def test_another_identity_at_a_known_address_is_told():
    (said,) = warnings(Seen("x" * 32, "", "HTTPS://LaCape.fr:443/"), KNOWN)
    assert (said.sentence, said.about) == (appearance.SAME_PLACE, "La Cape")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("  La\r\nCape ", "La Cape"),
        ("La \u202eepaC\u202c", "La epaC"),
        ("\x1b[31mLa Cape\0", "[31mLa Cape"),
        ("x" * 5000, "x" * 80),
        ("\ud800La Cape\u200b", "La Cape"),
        ("\u2028\u3164 ", "\u3164"),
        ("É\u0301tude", "É\u0301tude"),
    ],
)
def test_a_name_is_one_line_that_reads_in_one_direction(text, kept):
    assert tidy_name(text) == kept


def test_a_skeleton_is_never_nothing():
    assert skeleton("***") == "***"
    assert skeleton("") == ""


# --- the pages


def link_to(address, origin):
    return f"{address}/federation/invitation/{'s' * 22}?kpa={origin}"


def test_the_page_of_the_one_yes_shows_plain_letters_and_whom_it_looks_like(home):
    lille, thief = Writer("lille").origin, Writer("voleur").origin
    with home.work() as work:
        service.add_peer(work, lille, "https://kpa.lille.example", "KPA de Lille")
    with home.kpa.client_for("admin") as browser:
        false = "https://kpa.lіlle.example"  # a Ukrainian letter
        link = link_to(false, thief)
        shown = browser.submit("/federation/voisins/rejoindre", link=link).sentence()
        assert one_spelling(false).isascii()
        assert one_spelling(false) in shown
        assert "lіlle" not in shown
        assert "des lettres qui peuvent tromper" in shown
        assert "ressemble à celle de KPA de Lille" in shown
        honest = link_to("https://kpa.roubaix.example", thief)
        shown = browser.submit("/federation/voisins/rejoindre", link=honest).sentence()
        assert "https://kpa.roubaix.example" in shown
        assert "Attention" not in shown


def test_the_page_of_neighbours_warns_of_the_one_that_came_later(home):
    with home.work() as work:
        own = work.instance.settings.instance.name
        service.add_peer(work, Writer("lille").origin, "https://kpa.lille.example", "KPA de Lille")
        first = work.session.scalar(sa.select(service.PeerRow.added_at))
    with home.work() as work:
        service.add_peer(work, Writer("faux").origin, "https://kpa.autre.example", "KPA de LiIIe")
        service.add_peer(work, Writer("moi").origin, "https://kpa.moi.example", own.upper())
        assert first < work.session.scalar(sa.select(sa.func.max(service.PeerRow.added_at)))
    with home.kpa.client_for("member") as browser:
        shown = browser.get("/federation/voisins").sentence()
        assert shown.count("Attention") == 2
        assert "ressemble à « KPA de Lille »" in shown
        assert f"ressemble à « {own} »" in shown
