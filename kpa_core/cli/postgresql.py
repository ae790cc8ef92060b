"""PostgreSQL's own programs, for backups: the ones that are not older than the server."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

from kpa_core import db
from kpa_core.errors import N_, Misuse, Unavailable


def dump(url: sa.URL, target: Path) -> None:
    """Write the whole database as SQL in ``target``.

    Raises:
        Unavailable: ``pg_dump`` is missing, is older than the server, or failed.
    """
    options = ["--no-owner", "--no-privileges", "--format=plain", "--file", str(target)]
    _run("pg_dump", url, options)


def load(url: sa.URL, source: Path) -> None:
    """Fill an empty database with a dump, whole or not at all.

    Raises:
        Misuse: the database holds something already.
        Unavailable: ``psql`` is missing, is older than the server, or failed.
    """
    engine = _engine(url)
    try:
        if sa.inspect(engine).get_table_names():
            raise Misuse(N_("La base n'est pas vide. Choisis-en une autre."))
    finally:
        engine.dispose()
    options = ["--quiet", "--no-psqlrc", "--single-transaction", "--set", "ON_ERROR_STOP=1"]
    _run("psql", url, [*options, "--file", str(source)])


def _run(name: str, url: sa.URL, options: list[str]) -> None:
    address = url._replace(drivername="postgresql", password=None).render_as_string()
    program = _program(name, _server_version(url))
    # The password goes by the environment: other users can read a command line.
    secret = {"PGPASSWORD": str(url.password)} if url.password else {}
    done = subprocess.run(
        [program, *options, "--dbname", address],
        env={**os.environ, **secret},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        detail = " ".join(done.stderr.split())[:300]
        raise Unavailable(N_("{name} a échoué : {detail}"), name=name, detail=detail)


def _server_version(url: sa.URL) -> int:
    engine = _engine(url)
    try:
        with engine.connect() as connection:
            found = connection.dialect.server_version_info or (0,)
            return int(found[0])
    except sa.exc.DBAPIError as error:
        raise db.meaning_of(error) or error from error
    finally:
        engine.dispose()


def _engine(url: sa.URL) -> sa.Engine:
    return db.make_engine(url.render_as_string(hide_password=False), Path())


def _program(name: str, server: int) -> str:
    found = {path: _version(path) for path in _places(name)}
    if not found:
        raise Unavailable(
            N_("Le programme {name} manque. Installe le client de PostgreSQL."), name=name
        )
    new_enough = [path for path, version in found.items() if version >= server]
    if not new_enough:
        raise Unavailable(
            N_("{name} est trop vieux ({have}) pour ce serveur ({wanted}). Installe le nouveau."),
            name=name,
            have=max(found.values()),
            wanted=server,
        )
    return new_enough[0]


def _places(name: str) -> Iterator[str]:
    first = shutil.which(name)
    if first:
        yield first
    for path in sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True):
        yield str(path)


def _version(program: str) -> int:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    number = re.search(r"\d+", said.stdout)
    return int(number[0]) if number else 0
