"""R40: nothing is changed by a request that did not come from a page of ours."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from stored import changed, stored
from world import World, asking, doing
from world.deeds import AT_NODES, BY_MACHINES, BY_SECRET, DEEDS

STALE = "Ce formulaire est trop vieux."


def posts(world: World) -> list[tuple[str, str, str]]:
    """Return (page, who may, address) of every address that takes a POST."""
    found = []
    for name, rule in doing.posting(world).items():
        found.append((name, DEEDS[name].who, doing.address(world, rule, DEEDS[name])))
    paths = {"card": "/entrer/carte", "link": "/lien/x", "password": "/entrer/mot-de-passe"}
    return [*found, *((f"accounts.{name}", "visitor", path) for name, path in paths.items())]


def test_the_list_is_whole(whole_world: World) -> None:
    rules = {one.endpoint for one in asking.rules(whole_world.kpa.app) if "POST" in one.methods}
    told = {name for name, _, _ in posts(whole_world)}
    assert told == set(DEEDS) | BY_SECRET
    assert rules == told | BY_MACHINES | AT_NODES


def test_no_act_without_the_token_of_the_form(world: World) -> None:
    before, tokens = stored(world), ("", "0" * 80, token_of(world, "admin"))
    for name, who, url in posts(world):
        for key in {who, "visitor"}:
            for token in tokens:
                answer = asking.ask(world, key, "POST", url, {"csrf_token": token})
                assert answer.status_code == 400, (name, key, token)
                assert STALE in answer.text
    assert not changed(before, stored(world))


def test_no_act_from_a_header_or_an_address_instead_of_the_form(world: World) -> None:
    before = stored(world)
    token = token_of(world, "animator")
    url = f"/membres/nouveau?csrf_token={token}&idempotency_key={uuid4().hex}"
    fields = {"display_name": "Zoé", "phone": "0612121212"}
    assert asking.ask(world, "animator", "POST", url, fields).status_code == 400
    headers = {"Cookie": world.cookies["animator"], "Content-Type": "text/plain"}
    client = world.kpa.app.test_client(use_cookies=False)
    assert client.post(url, data="csrf_token=1", headers=headers).status_code == 400
    assert not changed(before, stored(world))


def test_a_first_anonymous_visit_primes_nothing(world: World) -> None:
    with world.kpa.app.test_client() as client:
        client.get("/")
        answer = client.post("/demande", data={"name": "Mairie", "phone": "0612121212"})
        assert answer.status_code == 400
        fields = {
            "idempotency_key": uuid4().hex,
            "kind": "public",
            "name": "x",
            "phone": "0612121212",
        }
        mine = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/demande").text)
        assert mine is not None
        assert client.post("/demande", data={**fields, "csrf_token": mine[1]}).status_code == 303
    with world.kpa.app.test_client() as other:
        assert other.post("/demande", data={**fields, "csrf_token": mine[1]}).status_code == 400


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "PROPFIND", "TRACE"])
def test_other_methods_find_nothing(without_csrf: World, method: str) -> None:
    world = without_csrf
    before = stored(world)
    for _, who, url in posts(world):
        answer = asking.ask(world, who, method, url, {})
        assert answer.status_code == 404, (method, url)
        assert "Allow" not in answer.headers
    assert not changed(before, stored(world))


def test_planted_a_form_without_its_token_is_seen(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(world.kpa.app.config, "WTF_CSRF_CHECK_DEFAULT", False)
    monkeypatch.setitem(world.kpa.app.config, "WTF_CSRF_ENABLED", False)
    before = stored(world)
    url = f"/activites/{world.a.activity}/etat"
    asking.ask(world, "participant_a", "POST", url, {"state": "review"})
    assert changed(before, stored(world))


def token_of(world: World, key: str) -> str:
    """Return the token of somebody's own pages."""
    page = asking.ask(world, key, "GET", "/moi/fiche", {}).text
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found is not None
    return found[1]
