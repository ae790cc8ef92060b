"""The database: one declarative base, engines for SQLite and PostgreSQL, and few column types.

SQLite is set up so that an acknowledged commit survives a power cut (``synchronous=FULL``) and so
that writers queue instead of failing (``BEGIN IMMEDIATE``). Journal mode WAL is set once, when the
instance is made: setting it at each start races with another process's recovery.
"""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from errno import EDQUOT, EFBIG, ENOSPC
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa
import uuid_utils.compat
from sqlalchemy import event
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, object_session
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.pool import ConnectionPoolEntry

from kpa_core import clock
from kpa_core.errors import N_, Conflict, KpaError, Misuse, Refused, Unavailable
from kpa_core.turns import Turn

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql

WRITE, TURN = "kpa_write", "kpa_turn"
BUSY_TIMEOUT_MS = 15_000


class Utc(sa.types.TypeDecorator[datetime]):
    """An aware UTC instant; a naive one is refused before it is stored."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Return the instant in UTC, as the database keeps it."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"an instant without time zone: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Return the stored instant, aware."""
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    """The base of every table, the core's and the plugins'."""

    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it from the class
        datetime: Utc(),
        UUID: sa.Uuid(),
        int: sa.BigInteger(),
        dict[str, Any]: sa.JSON(),
        list[Any]: sa.JSON(),
    }


def new_id() -> UUID:
    """Return a new uuid7: sorted by time, safe to merge between instances."""
    return uuid_utils.compat.uuid7()


class Row:
    """What every row of a feature's table has."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    created_by: Mapped[UUID | None]


class Kept(Row):
    """A row that is only ever added: a correction is another row.

    The session refuses a change here; ``invoices/guards.py`` has the database refuse it too.
    """


@event.listens_for(Kept, "before_update", propagate=True)
@event.listens_for(Kept, "before_delete", propagate=True)
def _refuse_change(_mapper: object, _connection: object, row: Any) -> None:
    session = object_session(row)
    if session is None or row in session.deleted or session.is_modified(row):
        raise Refused(N_("Ce qui est écrit ici ne change plus. Ajoute une correction."))


class Versioned(Row):
    """A row people may edit; a lost update is refused instead of overwriting."""

    version: Mapped[int] = mapped_column(default=1)

    @sa.orm.declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        """Let SQLAlchemy compare and count the version at each update."""
        return {"version_id_col": cls.__table__.c.version}  # type: ignore[attr-defined]


def make_engine(url: str, root: Path) -> Engine:
    """Return an engine for ``url``; a relative SQLite path starts at ``root``.

    Raises:
        Misuse: the address is not one of SQLite or PostgreSQL.
    """
    try:
        parsed = sa.make_url(url)
    except (ArgumentError, ValueError) as error:
        raise _badly_written(url) from error
    if parsed.get_backend_name() == "sqlite":
        return _sqlite_engine(parsed, root)
    if parsed.get_backend_name() == "postgresql":
        return sa.create_engine(
            parsed.set(drivername="postgresql+psycopg"),
            pool_pre_ping=True,
            pool_size=8,
            connect_args={"connect_timeout": 10},
            hide_parameters=True,  # an error's text reaches logs; people's data must not
        )
    raise Misuse(
        N_("La base {name!r} n'est pas connue. Écris sqlite:///… ou postgresql://… dans kpa.toml."),
        name=parsed.get_backend_name(),
    )


def _badly_written(url: str) -> Misuse:
    return Misuse(
        N_("L'adresse de la base {url!r} est mal écrite. Exemple : sqlite:///data/kpa.sqlite3."),
        url=re.sub(r"[^/]*@", "***@", url),
    )


def sqlite_file(url: str, root: Path) -> Path | None:
    """Return the file of a SQLite address, or None for another database."""
    try:
        parsed = sa.make_url(url)
    except (ArgumentError, ValueError):
        return None  # said when the engine is made
    is_file = parsed.get_backend_name() == "sqlite" and parsed.database not in (
        None,
        "",
        ":memory:",
    )
    return root / str(parsed.database) if is_file and not parsed.host else None


def _sqlite_engine(url: sa.URL, root: Path) -> Engine:
    if url.host or url.database in (None, "", ":memory:"):  # two slashes name a machine
        raise _badly_written(url.render_as_string())
    file = root / str(url.database)
    engine = sa.create_engine(
        sa.URL.create("sqlite", database=str(file)),
        connect_args={"timeout": BUSY_TIMEOUT_MS / 1000, "factory": _InTurn},
        hide_parameters=True,
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, record: ConnectionPoolEntry) -> None:
        record.info[TURN] = Turn(file.parent)
        if isinstance(connection, _InTurn):
            connection.turn = record.info[TURN]
        connection.isolation_level = None  # SQLAlchemy's begin event below opens transactions
        for pragma in (
            "foreign_keys=ON",
            "synchronous=FULL",
            f"busy_timeout={BUSY_TIMEOUT_MS}",
            "secure_delete=ON",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if connection.get_execution_options().get(WRITE, False):
            _begin_in_turn(connection)
        else:
            connection.exec_driver_sql("BEGIN")

    @event.listens_for(engine, "checkin")
    def _leave(_connection: object, record: ConnectionPoolEntry) -> None:
        record.info[TURN].leave()

    @event.listens_for(engine, "close")
    def _close(_connection: object, record: ConnectionPoolEntry) -> None:
        record.info[TURN].close()

    return engine


class _InTurn(sqlite3.Connection):
    """A connection that lets the next writer in as soon as its transaction has ended."""

    turn: Turn | None = None

    def commit(self) -> None:
        """Commit, then leave; what could not be committed still holds the database."""
        super().commit()
        self._leave()

    def rollback(self) -> None:
        """Roll back, then leave."""
        super().rollback()
        self._leave()

    def _leave(self) -> None:
        if self.turn is not None:
            self.turn.leave()


def _begin_in_turn(connection: Connection) -> None:
    """Begin to write within one deadline: what the queue took is not waited for again."""
    start = time.monotonic()
    connection.info[TURN].wait(BUSY_TIMEOUT_MS / 1000)
    left = max(BUSY_TIMEOUT_MS - int((time.monotonic() - start) * 1000), 0)
    connection.exec_driver_sql(f"PRAGMA busy_timeout={left}")
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    except BaseException:
        connection.info[TURN].leave()
        raise
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")


def prepare_sqlite(engine: Engine) -> None:
    """Set the journal mode once, when the instance is made."""
    if engine.dialect.name != "sqlite":
        return
    raw = engine.raw_connection()
    try:
        raw.driver_connection.execute("PRAGMA journal_mode=WAL")  # type: ignore[union-attr]
    except sqlite3.Error as error:
        wrapped = OperationalError("PRAGMA journal_mode", {}, error)
        raise meaning_of(wrapped) or wrapped from error
    finally:
        raw.close()


def begin_write(session: Session) -> None:
    """Start the session's transaction as a writer: it waits its turn instead of failing later."""
    session.connection(execution_options={WRITE: True})


def insert_once(
    session: Session, model: type[Base], unique: str, values: Mapping[str, Any]
) -> bool:
    """Insert a row unless one has the same ``unique`` column; tell whether it was inserted.

    A row that another transaction is inserting is waited for, instead of failing on it.
    """
    table = model.__table__
    assert isinstance(table, sa.Table)
    asked = (
        insert_into(session, table).values(**values).on_conflict_do_nothing(index_elements=[unique])
    )
    return session.execute(asked.returning(table.c[unique])).first() is not None


def insert_into(
    session: Session, table: type[Base] | sa.Table
) -> sqlite.Insert | postgresql.Insert:
    """Return an insert that can say what to do when the row is there, in the database's words."""
    if session.get_bind().dialect.name == "sqlite":
        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql  # dear to load for those who have SQLite

    return postgresql.insert(table)


def meaning_of(error: BaseException) -> KpaError | None:
    """Return what a database failure means for a person, or None when it is something else."""
    if isinstance(error, StaleDataError):
        return Conflict(N_("Quelqu'un d'autre a changé cette page. Rouvre-la, puis recommence."))
    if not isinstance(error, DBAPIError):
        return None
    text = str(error.orig).lower()
    if "append-only" in text:
        return Refused(N_("Ce qui est écrit ici ne change plus. Ajoute une correction."))
    if isinstance(error, IntegrityError):
        return Conflict(N_("Cela existe déjà, ou a changé entre-temps. Rouvre la page."))
    for signs, message in FAILURES:
        if any(sign in text for sign in signs):
            return Unavailable(message)
    return Unavailable(NO_ANSWER) if isinstance(error, OperationalError) else None


def is_disk_full(error: BaseException) -> bool:
    """Tell whether the system or SQLite says that there is no room left."""
    if isinstance(error, OSError) and error.errno in (ENOSPC, EDQUOT, EFBIG):
        return True
    return any(sign in str(error).lower() for sign in DISK_FULL_SIGNS)


DISK_FULL_SIGNS = ("disk is full", "no space left")
DISK_FULL = N_("Le disque est plein. Rien n'a été enregistré. Libère de la place, puis recommence.")
FAILURES = (
    (
        ("not a database", "malformed"),
        N_("Le fichier de la base est abîmé. Remets une sauvegarde : « kpa restore »."),
    ),
    (DISK_FULL_SIGNS, DISK_FULL),
    (
        ("disk i/o error",),
        N_("Le disque est plein ou malade. Rien n'a été enregistré. Regarde la place libre."),
    ),
    (
        ("readonly database", "read-only"),
        N_("La base ne peut pas être écrite. Vérifie les droits du dossier de données."),
    ),
    (
        ("is locked", "deadlock detected", "could not serialize", "lock timeout"),
        N_("Beaucoup de monde écrit en même temps. Recommence dans un instant."),
    ),
    (
        ("unable to open database file", 'fatal:  database "'),
        N_("La base n'est pas là. Vérifie son adresse dans kpa.toml, et le dossier de données."),
    ),
    (
        ("no such table", "no such column", '" does not exist'),
        N_("La base n'est pas prête. Lance « kpa migrate »."),
    ),
)
NO_ANSWER = N_("La base de données ne répond pas. Recommence, puis lance « kpa doctor ».")
