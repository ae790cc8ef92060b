"""A link works once, for a person who presses its button, whoever asked."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import sqlalchemy as sa
import time_machine

from kpa_core import clock
from kpa_core.accounts import cards, links, messages
from kpa_core.accounts.models import Credential, Message
from kpa_core.errors import KpaError
from kpa_core.work import VISITOR

PHONE = "06 12 34 56 78"


def test_a_link_lets_its_person_in(kpa, door, link_for):
    awa = kpa.person("Awa", phone=PHONE)
    asked = door.post("/entrer", who="+33 6 12 34 56 78")
    assert (asked.status_code, asked.location) == (303, "/entrer/envoye")
    opened = door.post(link_for(awa))
    assert (opened.status_code, opened.location) == (303, "/aujourdhui")
    assert "Awa" in door.client.get("/moi").text


def test_known_and_unknown_get_the_same_answer(kpa, door, texts_for):
    awa = kpa.person("Awa", phone=PHONE)
    known = door.post("/entrer", who=PHONE)
    unknown = door.post("/entrer", who="06 99 99 99 99")
    assert (known.status_code, known.location) == (unknown.status_code, unknown.location)
    assert known.data == unknown.data
    assert len(texts_for(awa)) == 1


def test_opening_the_page_uses_nothing_up(kpa, door, another_door, link_for):
    awa = kpa.person("Awa", phone=PHONE)
    door.post("/entrer", who=PHONE)
    path, scanner = link_for(awa), another_door()
    for _ in range(5):
        assert scanner.client.get(path).status_code == 200
        assert scanner.client.head(path).status_code == 200
    assert not scanner.is_in()
    door.post(path)
    assert door.is_in()


def test_a_link_used_once_opens_nothing_more(kpa, door, another_door, link_for):
    awa = kpa.person("Awa", phone=PHONE)
    door.post("/entrer", who=PHONE)
    path = link_for(awa)
    door.post(path)
    replay = another_door()
    refused = replay.post(path)
    assert refused.status_code == 422
    assert "déjà servi" in refused.text
    assert not replay.is_in()


def test_a_link_pressed_twice_at_once_opens_once(kpa, door, link_for):
    awa = kpa.person("Awa", phone=PHONE)
    for n in range(4):
        with time_machine.travel(clock.now() + timedelta(hours=n)):
            door.post("/entrer", who=PHONE)
            token, together = link_for(awa).removeprefix("/lien/"), Barrier(2)

            def press(place, token=token, together=together):
                with kpa.work(VISITOR) as work:
                    together.wait()
                    try:
                        links.open_link(work, token, address=place)
                    except KpaError:
                        return False
                    return True

            with ThreadPoolExecutor(2) as threads:
                assert sorted(threads.map(press, ("here", "there"))) == [False, True]


def test_a_link_is_too_old_after_half_an_hour(kpa, door, link_for):
    awa = kpa.person("Awa", phone=PHONE)
    with time_machine.travel(clock.now(), tick=False) as now:
        door.post("/entrer", who=PHONE)
        path = link_for(awa)
        now.shift(timedelta(minutes=30, seconds=1))
        assert door.post(path).status_code == 422
        assert not door.is_in()


def test_using_one_link_ends_the_others(kpa, door, another_door, link_for):
    awa = kpa.person("Awa", phone=PHONE)
    door.post("/entrer", who=PHONE)
    first = link_for(awa)
    door.post("/entrer", who=PHONE)
    door.post(link_for(awa))
    assert another_door().post(first).status_code == 422


def test_the_link_ignores_what_the_request_calls_itself(make_kpa):
    base = "https://la-cape.example"
    kpa = make_kpa(instance={"base_url": base})
    kpa.person("Awa", phone=PHONE)
    client = kpa.app.test_client()
    page = client.get("/entrer", base_url="https://evil.example").text
    token = page.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    client.post(
        "/entrer",
        data={"csrf_token": token, "who": PHONE},
        base_url="https://evil.example",
        headers={"X-Forwarded-Host": "evil.example", "Referer": "https://evil.example/entrer"},
    )
    with kpa.work() as work:
        sent = work.session.scalars(sa.select(Message)).one()
        text = messages.opened(work, sent)[1]
    assert f"{base}/lien/" in text
    assert "evil" not in text


def test_the_database_keeps_no_link(kpa, door, link_for):
    awa = kpa.person("Awa", phone=PHONE)
    door.post("/entrer", who=PHONE)
    token = link_for(awa).removeprefix("/lien/")
    with kpa.work() as work:
        kept = work.session.scalars(sa.select(Credential)).one()
        assert token not in kept.hash
        database = work.instance.settings.root / "data"
        if work.instance.engine.dialect.name == "sqlite":
            everything = b"".join(path.read_bytes() for path in database.glob("kpa.sqlite3*"))
            assert token.encode() not in everything


def test_a_page_asked_for_is_reached_after_the_link(kpa, door, link_for):
    awa = kpa.person("Awa", phone=PHONE)
    door.post("/entrer", who=PHONE, suite="/membres")
    path, _, onward = link_for(awa).partition("?suite=")
    assert onward == "/membres"
    assert door.post(path, suite=onward).location == "/membres"


def test_what_is_neither_a_number_nor_a_mail_is_told_beside_the_field(door):
    answer = door.post("/entrer", who="bonjour")
    assert answer.status_code == 422
    assert "n&#39;est pas un numéro de téléphone" in answer.text


def test_a_person_who_left_for_good_gets_no_link(kpa, door, texts_for):
    awa = kpa.person("Awa", phone=PHONE)
    with kpa.work() as work:
        cards.set_active(work, awa.party_id, False)
    door.post("/entrer", who=PHONE)
    assert texts_for(awa) == []
