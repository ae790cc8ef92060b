"""R40: sessions rotate, stay private, die at once, and carry the rights of the moment."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from kpa_core import clock
from kpa_core.accounts import sessions
from kpa_core.accounts.models import SignIn
from kpa_core.errors import NotFound
from kpa_core.members import roles
from kpa_core.members.models import Party, Role


def cookie(answer, name="kpa"):
    found = [one for one in answer.headers.getlist("Set-Cookie") if one.startswith(f"{name}=")]
    return found[-1] if found else ""


def test_a_session_is_new_at_each_sign_in(kpa, door, card_of):
    code = card_of(kpa.person("Awa"))
    before = door.token()
    first = cookie(door.enter(code))
    after = door.token("/moi")
    second = cookie(door.enter(code))
    assert first
    assert second
    assert first.split(";")[0] != second.split(";")[0]
    assert before.split(".")[0] != after.split(".")[0]
    with kpa.work() as work:
        rows = list(work.session.scalars(sa.select(SignIn).order_by(SignIn.started_at)))
    assert len({row.token_hash for row in rows}) == 2
    assert rows[0].ended_at is not None  # signing in again ends what this browser had


def test_a_planted_cookie_does_not_become_a_session(kpa, door, another_door, card_of):
    attacker, victim = another_door(), door
    attacker.token()  # an anonymous visit gives a signed cookie with a CSRF token
    planted = attacker.client.get_cookie("kpa")
    assert planted is not None
    victim.client.set_cookie("kpa", planted.value)
    victim.enter(card_of(kpa.person("Awa")))
    assert victim.is_in()
    assert not attacker.is_in()


def test_the_cookie_is_kept_from_scripts_and_other_sites(make_kpa):
    kpa = make_kpa(instance={"base_url": "https://la-cape.example"})
    answer = kpa.app.test_client().get("/entrer", base_url="https://la-cape.example")
    found = cookie(answer, "__Host-kpa")
    for mark in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert mark in found
    assert "Domain" not in found


def test_a_page_makes_the_cookie_last_and_a_late_style_sheet_does_not(kpa, door, card_of):
    """It would put the former reader's session back on a phone somebody else has just taken."""
    door.enter(card_of(kpa.person("Awa")))
    assert "Expires" in cookie(door.client.get("/moi"))
    for asset in ("/theme.css", "/static/kpa.css"):
        with door.client.get(asset) as answer:
            assert (answer.status_code, cookie(answer)) == (200, ""), asset


def test_private_pages_are_kept_by_no_cache(kpa, door, card_of):
    door.enter(card_of(kpa.person("Awa")))
    answer = door.client.get("/moi")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Cookie" in answer.headers["Vary"]


def test_a_session_on_a_shared_phone_ends_after_20_minutes_without_a_click(kpa, door, card_of):
    code = card_of(kpa.person("Awa"))
    with time_machine.travel(clock.now(), tick=False) as now:
        answer = door.enter(code, shared="y")
        assert "Expires" not in cookie(answer)  # gone when the browser closes
        for _ in range(3):
            now.shift(timedelta(minutes=19))
            assert door.is_in()
        now.shift(timedelta(minutes=20, seconds=1))
        assert not door.is_in()


def test_a_session_on_ones_own_phone_lasts(kpa, door, card_of):
    code = card_of(kpa.person("Awa"))
    with time_machine.travel(clock.now(), tick=False) as now:
        assert "Expires" in cookie(door.enter(code))
        now.shift(timedelta(days=29))
        assert door.is_in()
        now.shift(timedelta(days=31))
        assert not door.is_in()


@pytest.mark.parametrize("path", ["/verrouiller", "/sortir"])
def test_locking_and_leaving_end_the_session_on_the_server(kpa, door, card_of, path):
    door.enter(card_of(kpa.person("Awa")))
    kept = door.client.get_cookie("kpa")
    assert door.post(path, page="/moi").status_code == 303
    door.client.set_cookie("kpa", kept.value)  # a copy of the cookie is worth nothing
    assert not door.is_in()


def test_locking_leads_to_the_card(kpa, door, card_of):
    door.enter(card_of(kpa.person("Awa")))
    assert door.post("/verrouiller", page="/moi").location == "/entrer/carte"


def test_a_revoked_role_is_dead_on_the_next_request(kpa, door, card_of):
    ali = kpa.person("Ali", "animator")
    door.enter(card_of(ali))
    assert door.client.get("/membres/nouveau").status_code == 200
    with kpa.work() as work, work.transaction():
        held = sa.select(Role).where(Role.party_id == ali.party_id, Role.kind == "animator")
        roles.end_role(work, work.session.scalars(held).one().id)
    assert door.client.get("/membres/nouveau").status_code == 404
    assert door.is_in()


def test_a_role_of_tomorrow_gives_nothing_today(kpa, door, card_of):
    awa = kpa.person("Awa")
    with kpa.work() as work:
        tomorrow = work.today + timedelta(days=1)
        roles.give_role(work, awa.party_id, "animator", starts_on=tomorrow)
    door.enter(card_of(awa))
    assert door.client.get("/membres/nouveau").status_code == 404


def test_one_ends_all_ones_other_sessions(kpa, door, another_door, card_of):
    code = card_of(kpa.person("Awa"))
    other = another_door()
    for visitor in (door, other):
        visitor.enter(code)
    shown = door.client.get("/moi/connexions").text
    assert "ici" in shown
    door.post("/moi/connexions/fin", page="/moi/connexions")
    assert door.is_in()
    assert not other.is_in()


def test_one_ends_one_session_and_never_somebody_elses(kpa, door, another_door, card_of):
    awa, ali = kpa.person("Awa"), kpa.person("Ali", "animator")
    stranger = another_door()
    stranger.enter(card_of(ali))
    door.enter(card_of(awa))
    with kpa.work() as work:
        (theirs,) = sessions.open_sessions(work, ali.party_id)
    refused = door.post(f"/moi/connexions/{theirs.id}/fin", page="/moi/connexions")
    assert refused.status_code == 404
    with kpa.work(awa) as work, pytest.raises(NotFound):
        sessions.end_one(work, theirs.id)  # whatever door leads to it
    assert stranger.is_in()


def test_a_lost_phone_is_signed_out_by_the_animator(kpa, door, another_door, card_of):
    awa, ali = kpa.person("Awa"), kpa.person("Ali", "animator")
    lost = another_door()
    lost.enter(card_of(awa))
    door.enter(card_of(ali))
    place = f"/membres/{awa.party_id}"
    door.post(f"{place}/connexions/fin", page=f"{place}/carte")
    assert not lost.is_in()


def test_a_closed_account_is_out_at_once(kpa, door, another_door, card_of):
    awa, ali = kpa.person("Awa"), kpa.person("Ali", "animator")
    code = card_of(awa)
    inside = another_door()
    inside.enter(code)
    door.enter(card_of(ali))
    place = f"/membres/{awa.party_id}"
    door.post(f"{place}/acces", page=f"{place}/carte", open="no")
    assert not inside.is_in()
    assert another_door().enter(code).status_code == 422
    door.post(f"{place}/acces", page=f"{place}/carte", open="yes")
    assert another_door().enter(code).status_code == 303


@pytest.mark.parametrize(
    "path",
    ["/entrer", "/entrer/carte", "/entrer/mot-de-passe", "/verrouiller", "/sortir", "/lien/x"],
)
def test_nothing_is_posted_without_the_forms_own_token(kpa, path):
    client = kpa.app.test_client()
    fields = {"who": "06 12 34 56 78", "code": "0" * 16, "idempotency_key": "x" * 12}
    assert client.post(path, data=fields).status_code == 400
    client.get("/entrer")  # a first anonymous visit must not open a gap
    assert client.post(path, data=fields).status_code == 400
    wrong = {**fields, "csrf_token": "made-up"}
    assert client.post(path, data=wrong).status_code == 400


def test_a_person_is_answered_in_their_own_language_until_another_is_chosen(kpa, door, card_of):
    awa = kpa.person("Awa")
    with kpa.work() as work, work.transaction() as session:
        session.get_one(Party, awa.party_id).language = "en"
    french = {"Accept-Language": "fr"}
    assert '<html lang="fr"' in door.client.get("/entrer", headers=french).text
    door.enter(card_of(awa))
    assert '<html lang="en"' in door.client.get("/moi", headers=french).text
    door.client.get("/langue/fr")
    assert '<html lang="fr"' in door.client.get("/moi").text


def test_the_language_is_remembered_and_leads_back_here(kpa):
    client = kpa.app.test_client()
    answer = client.get("/langue/en", headers={"Referer": "http://localhost/entrer"})
    assert (answer.status_code, answer.location) == (303, "/entrer")
    assert "kpa_lang=en" in cookie(answer, "kpa_lang")
    assert client.get("/langue/xx").status_code == 404
    away = client.get("/langue/fr", headers={"Referer": "http://evil.example/entrer"})
    assert away.location == "/"
