"""Triggers that refuse to change what was written for good, even in raw SQL.

They guard every table of :class:`kpa_core.db.Kept` rows, the core's and the plugins', and the audit
log. They are code, not history: installed again after every migration and compared before anything
is issued. Without them nothing is issued.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from kpa_core.audit import AuditEntry
from kpa_core.db import Base, Kept
from kpa_core.errors import N_, Unavailable

FUNCTION = "kpa_append_only"
CHANGE_BITS, TRUNCATE_BITS = 27, 34
"""``pg_trigger.tgtype``: before, each row, update and delete; before, each statement, truncate."""


@dataclass(frozen=True)
class Guard:
    """One trigger: its name, its table, how to make it, and PostgreSQL's word for when it fires."""

    name: str
    table: str
    statement: str
    bits: int = 0


def guarded_tables() -> list[sa.Table]:
    """Return every mapped table whose rows are only ever added, by name."""
    kept = [mapper for mapper in Base.registry.mappers if issubclass(mapper.class_, Kept)]
    tables = {mapper.local_table for mapper in kept} | {AuditEntry.__table__}
    return sorted(
        (table for table in tables if isinstance(table, sa.Table)), key=lambda one: one.name
    )


def expected(connection: sa.Connection) -> list[Guard]:
    """Return every trigger this database should have: those of the tables that are there."""
    there = set(sa.inspect(connection).get_table_names())
    make = _sqlite if connection.dialect.name == "sqlite" else _postgresql
    tables = (table for table in guarded_tables() if table.name in there)
    return [guard for table in tables for guard in make(table)]


def install(connection: sa.Connection) -> None:
    """Make the triggers anew; on PostgreSQL their one function too."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(_FUNCTION)
    for guard in expected(connection):
        on = "" if connection.dialect.name == "sqlite" else f" ON {guard.table}"
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {guard.name}{on}")
        connection.exec_driver_sql(guard.statement)


def missing(connection: sa.Connection) -> list[str]:
    """Return the triggers that are absent, switched off, or not as they should be."""
    wanted = expected(connection)
    if connection.dialect.name == "sqlite":
        found = _found_in_sqlite(connection)
        return [guard.name for guard in wanted if _told(guard.statement) not in found]
    body = connection.exec_driver_sql(_FUNCTION_BODY, (FUNCTION,)).scalar()
    if body is None or _told(body) != _told(_BODY):
        return [FUNCTION]
    in_place = _found_in_postgresql(connection)
    return [one.name for one in wanted if (one.table, one.name, one.bits) not in in_place]


def require(connection: sa.Connection) -> None:
    """Stop unless every trigger is in place.

    Raises:
        Unavailable: one is missing; nothing may be issued.
    """
    gone = missing(connection)
    if gone:
        raise Unavailable(
            N_(
                "La protection des factures manque ({name}). Rien n'est émis. "
                "Lance « kpa migrate », puis « kpa doctor »."
            ),
            name=gone[0],
        )


# --- SQLite ---------------------------------------------------------------------------------------


def _sqlite(table: sa.Table) -> Iterator[Guard]:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table.name} is append-only'); END"
    for act in ("update", "delete"):
        name = f"guard_{table.name}_{act}"
        yield Guard(
            name,
            table.name,
            f"CREATE TRIGGER {name} BEFORE {act.upper()} ON {table.name} {refuse}",
        )
    # INSERT OR REPLACE deletes the row it replaces without asking the delete trigger.
    name = f"guard_{table.name}_replace"
    same = " OR ".join(_same_row(table))
    yield Guard(
        name,
        table.name,
        f"CREATE TRIGGER {name} BEFORE INSERT ON {table.name} "
        f"WHEN EXISTS (SELECT 1 FROM {table.name} WHERE {same}) {refuse}",
    )


def _same_row(table: sa.Table) -> Iterator[str]:
    """Yield a condition for each key by which a new row could replace an old one."""
    keys: set[tuple[tuple[str, ...], str]] = {(_names(table.primary_key.columns), "")}
    for constraint in table.constraints:
        if isinstance(constraint, sa.UniqueConstraint):
            keys.add((_names(constraint.columns), ""))
    for index in table.indexes:
        if index.unique:
            where = index.dialect_options["sqlite"]["where"]
            keys.add((_names(index.columns), "" if where is None else str(where)))
    for columns, where in sorted(keys):
        equal = [f"{column} = NEW.{column}" for column in columns]
        yield "(" + " AND ".join([*equal, *([where] if where else [])]) + ")"
    # SQLite's hidden number of the row is a key too; it is -1 for a row that does not name it.
    yield "rowid = NEW.rowid"


def _found_in_sqlite(connection: sa.Connection) -> set[str]:
    rows = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE type = 'trigger'")
    return {_told(sql) for (sql,) in rows}


# --- PostgreSQL -----------------------------------------------------------------------------------


def _postgresql(table: sa.Table) -> Iterator[Guard]:
    name = f"guard_{table.name}_change"
    yield Guard(
        name,
        table.name,
        f"CREATE TRIGGER {name} BEFORE UPDATE OR DELETE ON {table.name} "
        f"FOR EACH ROW EXECUTE FUNCTION {FUNCTION}()",
        CHANGE_BITS,
    )
    name = f"guard_{table.name}_truncate"
    yield Guard(
        name,
        table.name,
        f"CREATE TRIGGER {name} BEFORE TRUNCATE ON {table.name} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {FUNCTION}()",
        TRUNCATE_BITS,
    )


def _found_in_postgresql(connection: sa.Connection) -> set[tuple[str, str, int]]:
    """Return the triggers that always fire and call our function: (table, name, when)."""
    # 'O' fires always but in replica mode: a trigger that was switched off has 'D'.
    rows = connection.exec_driver_sql(_TRIGGERS, (FUNCTION,))
    return {(table, name, bits) for table, name, bits in rows}


def _names(columns: object) -> tuple[str, ...]:
    return tuple(sorted(column.name for column in columns))  # type: ignore[attr-defined]


def _told(sql: str) -> str:
    """Return a statement with one space where it has several."""
    return " ".join(sql.split())


_FUNCTION_BODY = """
SELECT prosrc FROM pg_proc
WHERE proname = %s AND pronamespace = current_schema()::regnamespace
"""
_TRIGGERS = """
SELECT c.relname, t.tgname, t.tgtype
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
WHERE t.tgenabled IN ('O', 'A') AND t.tgqual IS NULL AND cardinality(t.tgattr::int2[]) = 0
  AND p.proname = %s AND c.relnamespace = current_schema()::regnamespace
"""
_BODY = """
BEGIN
  RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' is append-only';
END
"""
_FUNCTION = (
    f"CREATE OR REPLACE FUNCTION {FUNCTION}() RETURNS trigger "
    f"LANGUAGE plpgsql AS $body${_BODY}$body$"
)
