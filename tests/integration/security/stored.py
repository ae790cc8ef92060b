"""What the database holds, to see what a request changed in it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from world import World

from kpa_core.db import Base

MARKS = {"once", "throttle", "audit_head"}
"""Tables that count requests: they differ each time."""
MOMENT = re.compile(r"'\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[.\d]*'")
MOMENTS = re.compile(r"\d{9,14}")
"""In the keys of jobs: what is asked twice within some seconds is done once."""
TYPED = {"hash", "previous", "head", "code", "token_hash"}

Stored = dict[str, dict[int, tuple[Any, ...]]]


def stored(world: World) -> Stored:
    """Return every row of every table as the database keeps it, by its place there."""
    with world.kpa.instance.engine.connect() as connection:
        raw: Any = connection.connection.driver_connection
        return {
            name: {row[0]: row for row in raw.execute(f'SELECT rowid, * FROM "{name}"').fetchall()}
            for name in Base.metadata.tables
        }


def changed(before: Stored, after: Stored) -> set[str]:
    """Return the tables in which something differs."""
    return {name for name in after if after[name] != before[name]}


def known_ids(world: World) -> set[UUID]:
    """Return every id there is."""
    return {
        value
        for name, found in stored(world).items()
        for row in _read(world, name, found)
        for value in row.values()
        if isinstance(value, UUID)
    }


def difference(
    world: World, before: Stored, after: Stored, known: set[UUID]
) -> dict[str, list[str]]:
    """Return what was changed, table by table, all that is new looking the same."""
    found = {}
    for name in changed(before, after) - MARKS:
        there, here = before[name], after[name]
        new = [place for place, row in here.items() if there.get(place) != row]
        gone = [MOMENT.sub("?", str(row)) for place, row in there.items() if place not in here]
        found[name] = sorted([*gone, *(str(_plain(row, known)) for row in _read(world, name, new))])
    return found


def _read(world: World, name: str, places: Iterable[int]) -> list[dict[str, Any]]:
    table = Base.metadata.tables[name]
    query = sa.select(table).where(sa.literal_column("rowid").in_(list(places)))
    with world.kpa.instance.engine.connect() as connection:
        return [dict(row._mapping) for row in connection.execute(query)]


def _plain(value: Any, known: set[UUID]) -> Any:
    if isinstance(value, dict):
        return {
            str(name): "?" if name in TYPED else _plain(one, known) for name, one in value.items()
        }
    if isinstance(value, list):
        return [_plain(one, known) for one in value]
    if isinstance(value, UUID):
        return str(value) if value in known else "new"
    if isinstance(value, datetime | bytes):
        return type(value).__name__
    if isinstance(value, str):
        return _without_new(value, known)
    return str(value) if isinstance(value, date | time) else value


def _without_new(text: str, known: set[UUID]) -> str:
    if len(text) in (32, 43, 64):
        return "?"  # an id of a request, a digest, a token
    return "".join(_same(part, known) for part in re.split("([:/])", text))


def _same(text: str, known: set[UUID]) -> str:
    if MOMENTS.fullmatch(text):
        return "?"
    try:
        return text if UUID(text) in known else "new"
    except ValueError:
        return text
