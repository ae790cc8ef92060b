"""R40: nothing is changed by a request that did not come from a page of ours, nor by reading."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from world import World, asking, doing
from world.deeds import BY_SECRET, DEEDS

from kpa_core.db import Base

STALE = "Ce formulaire est trop vieux."
NOT_CHANGED_BY_READING = {"audit_entry", "audit_head", "stored_file", "document_file", "sign_in"}
"""Who opened a minor's file is noted; a PDF is kept when first asked for; a session was seen."""


def posts(world: World) -> list[tuple[str, str, str]]:
    """Return (page, who may, address) of every address that takes a POST."""
    found = []
    for name, rule in doing.posting(world).items():
        found.append((name, DEEDS[name].who, doing.address(world, rule, DEEDS[name])))
    paths = {"card": "/entrer/carte", "link": "/lien/x", "password": "/entrer/mot-de-passe"}
    return [*found, *((f"accounts.{name}", "visitor", path) for name, path in paths.items())]


def test_the_list_is_whole(whole_world: World) -> None:
    rules = {one.endpoint for one in asking.rules(whole_world.kpa.app) if "POST" in one.methods}
    assert {name for name, _, _ in posts(whole_world)} == rules == set(DEEDS) | BY_SECRET


def test_no_act_without_the_token_of_the_form(world: World) -> None:
    before = rows(world)
    for name, who, url in posts(world):
        for key in {who, "visitor"}:
            for token in ("", "0" * 80, token_of(world, "admin")):
                answer = asking.ask(world, key, "POST", url, {"csrf_token": token})
                assert answer.status_code == 400, (name, key, token)
                assert STALE in answer.text
    assert rows(world) == before


def test_no_act_from_a_header_or_an_address_instead_of_the_form(world: World) -> None:
    before = rows(world)
    token = token_of(world, "animator")
    url = f"/membres/nouveau?csrf_token={token}&idempotency_key={uuid4().hex}"
    fields = {"display_name": "Zoé", "phone": "0612121212"}
    assert asking.ask(world, "animator", "POST", url, fields).status_code == 400
    headers = {"Cookie": world.cookies["animator"], "Content-Type": "text/plain"}
    client = world.kpa.app.test_client(use_cookies=False)
    assert client.post(url, data="csrf_token=1", headers=headers).status_code == 400
    assert rows(world) == before


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
    before = rows(world)
    for _, who, url in posts(world):
        answer = asking.ask(world, who, method, url, {})
        assert answer.status_code == 404, (method, url)
        assert "Allow" not in answer.headers
    assert rows(world) == before


@pytest.mark.parametrize("who", ["animator", "participant_a", "host_a", "admin", "visitor"])
def test_reading_changes_nothing(world: World, who: str) -> None:
    actor = world.cast[who]
    before = rows(world)
    read = 0
    for rule in asking.rules(world.kpa.app):
        for one in asking.addresses(world, rule, actor):
            if one.method == "GET":
                read += asking.ask(world, who, "GET", one.url, {}).status_code == 200
    assert read > 5
    after = rows(world)
    changed = {name for name in after if after[name] != before[name]}
    assert changed <= NOT_CHANGED_BY_READING


def test_planted_a_form_without_its_token_is_seen(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(world.kpa.app.config, "WTF_CSRF_CHECK_DEFAULT", False)
    monkeypatch.setitem(world.kpa.app.config, "WTF_CSRF_ENABLED", False)
    before = rows(world)
    url = f"/activites/{world.a.activity}/etat"
    asking.ask(world, "participant_a", "POST", url, {"state": "review"})
    assert rows(world) != before


def token_of(world: World, key: str) -> str:
    """Return the token of somebody's own pages."""
    page = asking.ask(world, key, "GET", "/moi/fiche", {}).text
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found is not None
    return found[1]


def rows(world: World) -> dict[str, list[Any]]:
    """Return every row of every table."""
    with world.kpa.instance.engine.connect() as connection:
        return {
            table.name: sorted(map(str, connection.execute(sa.select(table))))
            for table in Base.metadata.sorted_tables
        }
