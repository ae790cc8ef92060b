"""R38: a form changes what it shows and nothing else, whatever names are sent with it."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from stored import changed, difference, known_ids, stored
from world import World, asking, calling, doing
from world.deeds import DEEDS

from kpa_core import clock
from kpa_core.accounts.tokens import actor_of_token
from kpa_core.commands import Session
from kpa_core.db import Base
from kpa_federation.peers import service as peers
from kpa_federation.protocol import bodies, keys
from kpa_federation.trust import service as trust

VERSIONS = ("0", "-1", "999", "abc", "1e3", "1.0", "", " ", "9" * 40)
SPECIAL = {
    "role": "admin",
    "roles": "admin",
    "kind": "admin",
    "is_admin": "1",
    "admin": "1",
    "owner": "$",
    "user_id": "$",
    "actor_id": "$",
    "via": "cli",
    "balance": "999999",
    "_method": "DELETE",
    "grants": "admin",
}
PARTS = 300
"""How many fields go in one request beside a file: it may have 400 parts."""

HOSTILE = {
    sa.Boolean: "1",
    sa.Uuid: "$",
    sa.Date: "2001-01-01",
    sa.Time: "03:33",
    sa.JSON: '{"pirate": true}',
    sa.LargeBinary: "pirate",
}
WITH_VERSION = sorted(
    name
    for name in DEEDS
    if name in ("members.own", "members.change", "federation.change", "federation.publish")
    or (
        name.partition(".")[2].startswith(("change_", "rename_", "price_"))
        and not name.startswith("sharing.")  # a rule is never changed: another one follows it
        and name
        not in ("invoices.change_identity", "invoices.change_accounts", "federation.change_key")
    )
)


def test_columns_of_every_table_are_tried(whole_world: World) -> None:
    sent = hostile(whole_world)
    assert {"activity_id", "number", "state", "created_by", "birth_sealed", "hash"} <= set(sent)
    assert len(sent) > 150


@pytest.fixture(scope="module")
def known(whole_world: World) -> set[UUID]:
    """Every id there is before anything is done."""
    return known_ids(whole_world)


@pytest.fixture(scope="module")
def forced(whole_world: World) -> dict[str, str]:
    """A value for every column there is."""
    return hostile(whole_world)


@pytest.fixture
def without_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let salts and keys of the network be the same each time, and no two visits be one."""
    seconds = itertools.count()
    for module in (peers, trust):
        monkeypatch.setattr(module, "now", lambda: clock.now() + timedelta(seconds=next(seconds)))
    monkeypatch.setattr(bodies, "secrets", SimpleNamespace(token_bytes=bytes))
    monkeypatch.setattr(keys, "new_private_key", lambda: b"k" * 32)


@pytest.mark.usefixtures("without_chance")
@pytest.mark.parametrize("endpoint", sorted(DEEDS))
def test_names_a_form_does_not_show_change_nothing(
    without_csrf: World, known: set[UUID], forced: dict[str, str], endpoint: str
) -> None:
    world = without_csrf
    rule, deed = doing.posting(world)[endpoint], DEEDS[endpoint]
    if deed.before is not None:
        deed.before(world)
    url = doing.address(world, rule, deed)
    form = doing.form_of(world, rule, deed, url)
    fields = doing.typed(world, deed, form)
    honest = after(world, deed.who, url, fields, known)
    more = {name: value for name, value in forced.items() if name not in {*form.controls, *fields}}
    sends_files = any(
        hasattr(value, "read") or isinstance(value, tuple) for value in fields.values()
    )
    at_once = PARTS if sends_files else len(more)
    for start in range(0, len(more), at_once):
        world.rewind()
        if deed.before is not None:
            deed.before(world)
            url = doing.address(world, rule, deed)
        fields = doing.typed(world, deed, form)  # a file is read once
        assert (
            after(
                world,
                deed.who,
                url,
                {**dict([*more.items()][start : start + at_once]), **fields},
                known,
            )
            == honest
        )


@pytest.mark.parametrize("endpoint", WITH_VERSION)
def test_a_version_that_was_not_read_on_the_page_changes_nothing(
    without_csrf: World, endpoint: str
) -> None:
    world = without_csrf
    rule, deed = doing.posting(world)[endpoint], DEEDS[endpoint]
    url = doing.address(world, rule, deed)
    fields = doing.fields_of(world, rule, deed, url)
    assert "version" in fields
    before = stored(world)
    for version in VERSIONS:
        sent = {**fields, "version": version, "idempotency_key": uuid4().hex}
        answer = asking.ask(world, deed.who, "POST", url, sent)
        assert answer.status_code in (409, 422), (version, answer.status_code)
    assert not changed(before, stored(world))


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "multipart/form-data"])
def test_a_body_that_is_no_form_does_nothing(without_csrf: World, kind: str) -> None:
    world = without_csrf
    before = stored(world)
    headers = {"Cookie": world.cookies["animator"], "Content-Type": kind}
    client = world.kpa.app.test_client(use_cookies=False)
    body = json.dumps({"display_name": "Pirate", "phone": "0612121212", "idempotency_key": "k" * 9})
    answer = client.post("/membres/nouveau", data=body, headers=headers)
    assert answer.status_code in (400, 422)
    assert not changed(before, stored(world))


def test_a_command_refuses_an_option_it_does_not_know(world: World) -> None:
    known = calling.commands(world)
    session = Session(lambda: world.kpa.instance, actor_of_token)
    for name, command in known.items():
        result = CliRunner().invoke(command, ["--owner=pirate"], obj=session)
        assert result.exit_code == 2, name


def test_planted_a_service_that_takes_all_it_is_given_is_seen(
    without_csrf: World, known: set[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    from flask import request

    from kpa_core.activities import activities

    change = activities.change_activity

    def greedy(work: Any, activity_id: UUID, version: int, changes: Mapping[str, Any]) -> Any:
        found = change(work, activity_id, version, changes)
        found.state = request.form.get("state", found.state)
        return found

    monkeypatch.setattr(activities, "change_activity", greedy)
    world = without_csrf
    rule, deed = (
        doing.posting(world)["activities.change_activity"],
        DEEDS["activities.change_activity"],
    )
    url = doing.address(world, rule, deed)
    fields = doing.fields_of(world, rule, deed, url)
    honest = after(world, deed.who, url, fields, known)
    world.rewind()
    assert after(world, deed.who, url, {**fields, "state": "archived"}, known) != honest


def hostile(world: World) -> dict[str, str]:
    """Return a value to force into every column there is."""
    sent = dict(SPECIAL)
    for table in Base.metadata.tables.values():
        for column in table.columns:
            sent.setdefault(column.name, _forced(column))
    pirate = str(world.cast["member"].person)
    return {name: pirate if value == "$" else value for name, value in sent.items()}


def _forced(column: sa.Column[Any]) -> str:
    for kind, value in HOSTILE.items():
        if isinstance(column.type, kind):
            return value
    if isinstance(column.type, sa.Integer):
        return "999999"
    return "2001-01-01T00:00:00+00:00" if "_at" in column.name else "pirate"


def after(
    world: World, who: str, url: str, fields: Mapping[str, Any], known: set[UUID]
) -> dict[str, list[str]]:
    """Return what a request changed."""
    before = stored(world)
    answer = asking.ask(world, who, "POST", url, fields)
    assert answer.status_code in (200, 303), (answer.status_code, answer.text)
    return difference(world, before, stored(world), known)
