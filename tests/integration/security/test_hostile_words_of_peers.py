"""R43: what another KPA calls itself and writes stays text, on every page that shows it.

The peer is a bad one: it publishes what no linter of ours would let out.
"""

from __future__ import annotations

import pytest
from foreign import Foreign
from planting import BOMB, MARKUP, NAUGHTY, PRODUCT
from playwright.sync_api import Browser
from test_scripts_in_chromium import Seen, Window
from test_scripts_in_chromium import chromium as chromium
from world import World, asking

from kpa_core.clock import today
from kpa_core.work import KPA
from kpa_federation.catalogue.kinds.resource import RESOURCE
from kpa_federation.own import writing
from kpa_federation.peers import service as peers
from kpa_federation.peers import visiting
from kpa_federation.peers.models import PeerRow
from kpa_federation.protocol.bodies import Attachment, write_body
from kpa_federation.protocol.entries import put
from kpa_federation.protocol.errors import ProtocolError
from kpa_federation.records import reading
from kpa_federation.records.kinds import kinds

READERS = ("participant_a", "admin")
ROOM = 110
STEP = 24
"""Texts in one record."""
KINDS = (RESOURCE.key, "pirate.example/loot/1")


@pytest.fixture
def flooded(without_csrf: World) -> World:
    """The world after its neighbour published everything naughty, under naughty names."""
    world = without_csrf
    assert world.neighbour is not None
    with world.neighbour.work(KPA) as work:
        for at, line in enumerate(bodies()):
            kind = KINDS[at % 4 == 0]
            entry = put(line, at=today("Europe/Paris"), kind=kind, licence="CC0-1.0")
            writing.append(work, [entry], {0: line})
    with world.kpa.work(KPA) as work:
        (done,) = visiting.pull_all(work).values()
        assert not isinstance(done, str), done
    with world.kpa.work(KPA) as work, work.transaction() as session:
        session.get_one(PeerRow, world.texts["their origin"]).name = MARKUP[0][:80]
        names = [*MARKUP, *(one for one in NAUGHTY if "<" in one or "{" in one)]
        for nth, words in enumerate(names[:60]):
            row = peers.meet(work, f"{'a' * 29}{letters(nth)}", "", "")
            row.name, row.address = words[:80], words[:300]
            row.trouble = words[:300]
    return world


def bodies() -> list[bytes]:
    """Return records with naughty words in every field that a peer may fill."""
    words, made = [BOMB, *MARKUP, *packed()], []
    for at in range(0, len(words), STEP):
        some = (words[at : at + STEP] * STEP)[:STEP]
        said = {
            "title": some[0],
            "summary": some[1],
            "text": "\n".join([some[2], *some[14:]]),
            "place": some[3],
            "needs": some[4:14],
            "tags": [one[:40] for one in some[:4]],
            "state": "tested",
            "lang": "fr",
        }
        try:
            made.append(write_body(said, (Attachment("0" * 64, 7, some[0][:60]),)))
        except ProtocolError:  # no peer can send it with such a name of a file
            made.append(write_body(said))
    return made


def packed() -> list[str]:
    """Return the naughty strings that can travel, several at a time, as long as a title is."""
    found, pack = [], ""
    for one in NAUGHTY:
        try:
            write_body({"title": one[:ROOM]})
        except ProtocolError:
            continue
        if len(pack) + len(one) + 1 > ROOM:
            found.append(pack)
            pack = ""
        pack = f"{pack} {one[:ROOM]}".strip()
    return [*found, pack]


def letters(number: int) -> str:
    """Return three letters for a number, as an identity has them."""
    return "".join(chr(ord("a") + number // 26**at % 26) for at in (2, 1, 0))


def pages(world: World) -> list[str]:
    """Return the pages that show what peers say."""
    with world.kpa.work(KPA) as work:
        known = kinds(work)
        found = [*reading.records(work, known, most=None), *reading.quarantine(work, known)]
    lists = ["/federation/voisins", "/federation/fiches/a-verifier", "/federation/fiches/reprises"]
    lists += [f"/federation/fiches?depuis={start}" for start in range(0, len(found), reading.PAGE)]
    return [*lists, *(f"/federation/fiches/lire/{one.name}" for one in found)]


def test_nearly_all_naughty_strings_travel() -> None:
    told = " ".join(packed())
    assert sum(one[:ROOM] in told for one in NAUGHTY) > 480


def test_no_page_shows_a_peer_s_words_as_markup(flooded: World) -> None:
    shown = 0
    for url in pages(flooded):
        for who in READERS:
            answer = asking.ask(flooded, who, "GET", url, {})
            if who == "admin" and answer.status_code == 404:
                continue  # who runs the machine reads no records
            assert answer.status_code == 200, (who, url)
            assert not Foreign(answer.text).faults, (who, url)
            assert PRODUCT not in answer.text, (who, url)
            shown += "&lt;svg" in answer.text or "&lt;img" in answer.text
    assert shown > 5


def test_a_record_taken_over_stays_text(flooded: World) -> None:
    taken = 0
    for url in pages(flooded):
        if "/lire/" not in url:
            continue
        answer = asking.ask(flooded, "participant_a", "POST", f"{url}/reprendre", {})
        if answer.status_code == 303:
            taken += 1
            place = answer.headers["Location"]
            page = asking.ask(flooded, "participant_a", "GET", place, {}).text
            assert not Foreign(page).faults, url
            form = asking.ask(flooded, "participant_a", "GET", f"{place}/changer", {}).text
            assert not Foreign(form).faults, url
    assert taken >= 3


def test_chromium_runs_nothing_that_a_peer_wrote(chromium: Browser, flooded: World) -> None:
    window = Window(chromium, flooded)
    opened = pages(flooded)
    assert len(opened) > 8
    for url in opened:
        assert window.open("participant_a", url) == Seen(), url
    assert window.open("admin", "/federation/voisins") == Seen()
    window.close()


def test_planted_a_template_that_trusts_peers_is_seen(
    chromium: Browser, flooded: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    templates = flooded.kpa.app.jinja_env
    for name, value in (("autoescape", False), ("bytecode_cache", None), ("cache", None)):
        monkeypatch.setattr(templates, name, value)
    window = Window(chromium, flooded)
    seen = window.open("participant_a", "/federation/voisins")
    assert seen.injected
    assert seen.stopped
    window.close()
