"""Triggers that refuse to change what was written for good, even in raw SQL.

They are code, not history: installed again after every migration and compared before anything is
issued. Without them nothing is issued.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from kpa_core.db import Base
from kpa_core.errors import N_, Unavailable

APPEND_ONLY = (
    "audit_entry",
    "carrier_answer",
    "carrier_identity",
    "charter_rule",
    "contribution",
    "document",
    "document_event",
    "document_file",
    "fee_scale",
    "ledger_entry",
    "ledger_move",
    "order_event",
    "payment",
    "payment_confirmation",
    "share_rule",
)
"""Tables whose rows are written once. Changing or deleting one is refused by the database."""


@dataclass(frozen=True)
class Guard:
    """One trigger: its name and how to make it."""

    name: str
    table: str
    statement: str


def expected(dialect: str) -> list[Guard]:
    """Return every trigger this kpa wants, in the words of the database."""
    make = _sqlite if dialect == "sqlite" else _postgresql
    return [guard for table in APPEND_ONLY for guard in make(table)]


def install(connection: sa.Connection) -> None:
    """Make the triggers anew; on PostgreSQL their one function too."""
    dialect = connection.dialect.name
    if dialect == "postgresql":
        connection.exec_driver_sql(_FUNCTION)
    for guard in expected(dialect):
        on = "" if dialect == "sqlite" else f" ON {guard.table}"
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {guard.name}{on}")
        connection.exec_driver_sql(guard.statement)


def missing(connection: sa.Connection) -> list[str]:
    """Return the triggers that are absent or not as they should be."""
    dialect = connection.dialect.name
    if dialect == "sqlite":
        rows = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        found = {name: " ".join(sql.split()) for name, sql in rows}
        return [
            guard.name
            for guard in expected(dialect)
            if found.get(guard.name) != " ".join(guard.statement.split())
        ]
    # 'O' is "fires always but in replica mode": a disabled trigger has 'D'.
    query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'O'"
    enabled = {row[0] for row in connection.exec_driver_sql(query)}
    body = connection.exec_driver_sql(
        "SELECT prosrc FROM pg_proc WHERE proname = 'kpa_append_only'"
    ).scalar()
    if body is None or body.strip() != _BODY.strip():
        return ["kpa_append_only"]
    return [guard.name for guard in expected(dialect) if guard.name not in enabled]


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


def _sqlite(table: str) -> Iterator[Guard]:
    for act in ("update", "delete"):
        name = f"guard_{table}_{act}"
        yield Guard(
            name,
            table,
            f"CREATE TRIGGER {name} BEFORE {act.upper()} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END",
        )
    # INSERT OR REPLACE deletes the old row without asking the delete trigger.
    name = f"guard_{table}_replace"
    same = " OR ".join(
        "(" + " AND ".join(f"{column} = NEW.{column}" for column in key) + ")" for key in _keys(table)
    )
    yield Guard(
        name,
        table,
        f"CREATE TRIGGER {name} BEFORE INSERT ON {table} "
        f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END",
    )


def _postgresql(table: str) -> Iterator[Guard]:
    name = f"guard_{table}_change"
    yield Guard(
        name,
        table,
        f"CREATE TRIGGER {name} BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION kpa_append_only()",
    )
    name = f"guard_{table}_truncate"
    yield Guard(
        name,
        table,
        f"CREATE TRIGGER {name} BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION kpa_append_only()",
    )


def _keys(table: str) -> Iterator[tuple[str, ...]]:
    made = Base.metadata.tables[table]
    yield tuple(sorted(column.name for column in made.primary_key))
    unique = [
        tuple(sorted(column.name for column in constraint.columns))
        for constraint in made.constraints
        if isinstance(constraint, sa.UniqueConstraint)
    ]
    yield from sorted(unique)


_BODY = """
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END
"""
_FUNCTION = (
    "CREATE OR REPLACE FUNCTION kpa_append_only() RETURNS trigger "
    f"LANGUAGE plpgsql AS $body${_BODY}$body$"
)
