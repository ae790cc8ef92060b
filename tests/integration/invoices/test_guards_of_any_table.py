"""R5 without a story: a row made up for every guarded table, then each of its columns.

A table or a column that is new is tried the day it exists, before anybody writes a story of it.
Rows are made up from the types of their columns; the database is told not to look at them closely,
so only the triggers answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from kpa_core.audit import AuditEntry
from kpa_core.db import Base, Kept
from kpa_core.invoices import guards


@contextmanager
def carelessly(house: Any) -> Iterator[sa.Connection]:
    """Write without foreign keys or checks; nothing stays."""
    with house.kpa.instance.engine.connect() as connection:
        connection.commit()
        raw = connection.connection.driver_connection
        raw.execute("PRAGMA foreign_keys=OFF")
        raw.execute("PRAGMA ignore_check_constraints=ON")
        try:
            yield connection
        finally:
            connection.rollback()
            raw.execute("PRAGMA ignore_check_constraints=OFF")
            raw.execute("PRAGMA foreign_keys=ON")


def made_up(table: sa.Table) -> dict[str, Any]:
    """Return a value for every column, by its type alone."""
    values: dict[type, Any] = {
        str: "made up",
        int: 10**9 + 7,  # nobody has it
        bool: True,
        bytes: b"x",
        date: date(2026, 11, 23),
        datetime: datetime(2026, 11, 23, tzinfo=UTC),
        Decimal: Decimal(1),
    }
    made = {}
    for column in table.columns:
        kind = column.type
        kind = kind.impl_instance if isinstance(kind, sa.types.TypeDecorator) else kind
        given = values.get(kind.python_type, {"x": 1})
        made[column.name] = uuid4() if isinstance(kind, sa.Uuid) else given
    return made


def tables(house: Any) -> list[sa.Table]:
    with house.kpa.instance.engine.connect() as connection:
        there = set(sa.inspect(connection).get_table_names())
    return [table for table in guards.guarded_tables() if table.name in there]


def refused(connection: sa.Connection, statement: Any) -> bool:
    point = connection.begin_nested()
    try:
        connection.execute(statement)
    except DBAPIError as error:
        return "is append-only" in str(error.orig)
    finally:
        point.rollback()
    return False


def changes(table: sa.Table, row: dict[str, Any], other: Any) -> Iterator[tuple[str, Any]]:
    key = sa.and_(*(column == row[column.name] for column in table.primary_key))
    for column in table.columns:
        changed = {column: other(row[column.name], column)}
        yield f"{table.name}.{column.name}", sa.update(table).where(key).values(changed)
        same = {column: row[column.name]}
        yield f"{table.name}.{column.name}, the same", sa.update(table).where(key).values(same)
    yield f"{table.name}, gone", sa.delete(table).where(key)
    yield f"{table.name}, all gone", sa.delete(table)
    yield f"{table.name}, replaced", sa.insert(table).prefix_with("OR REPLACE").values(row)


def accepted(house: Any, other: Any) -> tuple[list[str], int]:
    """Return what was let through, and how much was tried."""
    through, tried = [], 0
    with carelessly(house) as connection:
        for table in tables(house):
            row = made_up(table)
            connection.execute(sa.insert(table).values(row))
            for name, statement in changes(table, row, other):
                tried += 1
                if not refused(connection, statement):
                    through.append(name)
    return through, tried


def test_no_column_of_any_guarded_table_changes(sqlite_house: Any, other: Any) -> None:
    through, tried = accepted(sqlite_house, other)

    assert through == []
    columns = sum(len(table.columns) for table in tables(sqlite_house))
    assert tried == 2 * columns + 3 * len(tables(sqlite_house))
    print("tables:", len(tables(sqlite_house)), "columns:", columns, "tried:", tried)


def test_every_kept_table_is_among_them(sqlite_house: Any) -> None:
    kept = {
        mapper.local_table for mapper in Base.registry.mappers if issubclass(mapper.class_, Kept)
    }
    assert set(guards.guarded_tables()) == {*kept, AuditEntry.__table__}
    assert len(tables(sqlite_house)) >= 20


@pytest.mark.parametrize("act", ["update", "delete", "replace"])
def test_the_trial_sees_a_trigger_that_is_gone(sqlite_house: Any, other: Any, act: str) -> None:
    with sqlite_house.kpa.instance.engine.begin() as connection:
        connection.exec_driver_sql(f"DROP TRIGGER guard_payment_{act}")

    through, _ = accepted(sqlite_house, other)

    assert through
    assert {name.partition(",")[0].partition(".")[0] for name in through} == {"payment"}
