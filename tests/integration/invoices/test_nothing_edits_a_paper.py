"""R5 from outside: no page and no command changes what was issued, nor the lines it was made of.

Addresses, commands, options and columns come from the software itself: a new one is tried too.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import click
import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from werkzeug.routing import Rule

from kpa_core import cli
from kpa_core.activities.models import OrderLine
from kpa_core.cli.listing import CORE
from kpa_core.commands import Session
from kpa_core.errors import KpaError
from kpa_core.invoices import guards
from kpa_core.invoices.models import Document
from kpa_core.jobs import run_due

LINE: sa.Table = OrderLine.__table__  # type: ignore[assignment]
OTHER_ROOMS = {"serve", "worker", "restore", "new", "demo", "migrate", "backup", "sign-in"}
"""Commands that open no instance, or that write files: none of them is given a document."""


@pytest.fixture
def issued(sqlite_house: Any) -> Any:
    """A house with an invoice, its quote, its PDF and its order; triggers are tried elsewhere."""
    sqlite_house.document = sqlite_house.issued()
    run_due(sqlite_house.kpa.instance)
    return sqlite_house


def frozen(house: Any) -> dict[tuple[str, object], tuple[object, ...]]:
    """Return every row that is kept for good, and the order's lines, by table and key."""
    found = {}
    with house.kpa.instance.engine.connect() as connection:
        there = set(sa.inspect(connection).get_table_names())
        for table in (*guards.guarded_tables(), LINE):
            if table.name in there:
                key = [column.name for column in table.primary_key]
                for row in connection.execute(sa.select(table)):
                    found[table.name, tuple(row._mapping[name] for name in key)] = tuple(row)
    return found


def changed(before: dict[Any, Any], house: Any) -> list[object]:
    """Return the keys of what is no more as it was; what was added does not count."""
    now = frozen(house)
    return [key for key, row in before.items() if now.get(key) != row]


def things(house: Any) -> dict[str, UUID]:
    with house.work("kpa") as work:
        line = work.session.scalars(sa.select(LINE.c.id)).first()
    return {
        "document_id": house.document.id,
        "order_id": house.document.order_id,
        "line_id": line,
        "activity_id": house.activity_id,
        "customer_id": house.customer_id,
        "carrier_id": house.carrier_id,
    }


# --- pages ----------------------------------------------------------------------------------------


def posts(house: Any) -> Iterator[tuple[str, Rule]]:
    """Yield each address that takes a form, about this invoice wherever it can be."""
    known = things(house)
    adapter = house.kpa.app.url_map.bind("localhost")
    for rule in house.kpa.app.url_map.iter_rules():
        if "POST" in (rule.methods or ()) and rule.endpoint != "static":
            values = {name: known.get(name) or uuid4() for name in rule.arguments}
            yield adapter.build(rule.endpoint, values, method="POST"), rule


def hostile(house: Any, other: Any) -> dict[str, str]:
    """Return another value for every column of a document and of its lines."""
    fields = {}
    with house.kpa.instance.engine.connect() as connection:
        for table in (LINE, Document.__table__):
            row = connection.execute(sa.select(table)).first()
            assert row is not None
            for column in table.columns:
                fields[column.name] = str(other(row._mapping[column.name], column))
    return fields


def test_no_page_changes_a_paper_or_its_lines(issued: Any, other: Any) -> None:
    app = issued.kpa.app
    app.config["WTF_CSRF_ENABLED"] = False
    fields, before = hostile(issued, other), frozen(issued)
    answered = 0
    for who in ("treasurer", "host"):
        with issued.kpa.client_for(issued.people[who]) as browser:
            for url, rule in posts(issued):
                if rule.endpoint.startswith("accounts."):
                    continue  # it would sign us out, and names no paper
                key = {"Idempotency-Key": uuid4().hex}
                answer = browser.client.post(url, data=fields, headers=key)
                answered += 1
                assert answer.status_code < 500, (url, answer.text)
            for method in ("PUT", "PATCH", "DELETE"):
                url = f"/documents/{issued.document.id}"
                assert browser.client.open(url, method=method).status_code in (404, 405)
        assert changed(before, issued) == [], who
    assert answered > 60
    assert set(fields) >= {column.name for column in (*Document.__table__.columns, *LINE.columns)}


# --- commands -------------------------------------------------------------------------------------


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        made = group.get_command(context, name)
        if isinstance(made, click.Group):
            yield from commands(made, (*path, name))
        elif path or name not in OTHER_ROOMS:
            yield (*path, name)


def words_for(command: click.Command, thing: UUID) -> list[str]:
    """Return words for all its arguments and options, about this thing."""
    words = []
    for parameter in command.params:
        if isinstance(parameter, click.Argument):
            words += [str(thing)] * max(1, parameter.nargs)
        elif isinstance(parameter, click.Option) and not parameter.is_flag:
            words += [parameter.opts[-1], _typed(parameter.type)]
    return words


def _typed(kind: click.ParamType) -> str:
    if isinstance(kind, click.Choice):
        return str(next(iter(kind.choices)))
    if isinstance(kind, click.Path):
        return "/dev/null"
    return "1"


def test_no_command_changes_a_paper_or_its_lines(issued: Any) -> None:
    before, known, reached = frozen(issued), things(issued), set()
    group = click.Group(commands={name: _loaded(name) for name in CORE})
    for who in ("treasurer", "host"):
        session = Session(lambda: issued.kpa.instance, lambda _work, _token: issued.people[who])  # noqa: B023
        for path in commands(group):
            command: click.Command = group
            for name in path:
                assert isinstance(command, click.Group)
                command = command.commands[name]
            for thing in (known["document_id"], known["order_id"], known["line_id"]):
                words = words_for(command, thing)
                done = CliRunner().invoke(command, words, obj=session)
                assert isinstance(done.exception, SystemExit | KpaError | None), (path, words)
                reached |= {path} if not isinstance(done.exception, SystemExit) else set()
        assert changed(before, issued) == [], who
    assert len(reached) > 25  # past the reading of their words


def _loaded(name: str) -> click.Command:
    command = cli.root.get_command(click.Context(cli.root), name)
    assert command is not None
    return command
