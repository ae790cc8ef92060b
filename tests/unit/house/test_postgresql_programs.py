"""Backups of PostgreSQL use its own programs: a missing or old one is a sentence."""

from __future__ import annotations

import json
import sys

import pytest
import sqlalchemy as sa

from kpa_core.cli import postgresql
from kpa_core.errors import Misuse, Unavailable

URL = sa.make_url("postgresql+psycopg://kpa:hunter2@localhost/kpa")
PROGRAM = """#!{python}
import json, os, sys
if "--version" in sys.argv:
    print("{name} (PostgreSQL) {version}.4")
    raise SystemExit
with open({told!r}, "w") as out:
    json.dump([sys.argv, os.environ.get("PGPASSWORD")], out)
{more}
"""


@pytest.fixture
def programs(tmp_path, monkeypatch):
    """Return a function that installs a program of some version; the server's is 18."""
    places = []
    monkeypatch.setattr(postgresql, "_places", lambda _name: iter(places))
    monkeypatch.setattr(postgresql, "_server_version", lambda _url: 18)

    def install(version, more=""):
        path = tmp_path / f"pg_dump-{version}"
        told = str(tmp_path / "told.json")
        values = {"python": sys.executable, "name": "pg_dump", "told": told, "more": more}
        path.write_text(PROGRAM.format(version=version, **values))
        path.chmod(0o755)
        places.append(str(path))
        return path

    return install


def test_a_missing_program_is_a_sentence(programs, tmp_path):
    with pytest.raises(Unavailable, match="pg_dump manque"):
        postgresql.dump(URL, tmp_path / "out.sql")


def test_a_program_older_than_the_server_is_a_sentence(programs, tmp_path):
    for version in (15, 17):
        programs(version)
    with pytest.raises(Unavailable, match=r"trop vieux \(17\).*\(18\)"):
        postgresql.dump(URL, tmp_path / "out.sql")
    assert not (tmp_path / "told.json").exists()


def test_the_first_that_is_new_enough_is_taken_and_the_password_is_not_in_the_command(
    programs, tmp_path
):
    programs(15)
    right = programs(18)
    postgresql.dump(URL, tmp_path / "out.sql")
    arguments, password = json.loads((tmp_path / "told.json").read_text())
    assert arguments[0] == str(right)
    assert "postgresql://kpa@localhost/kpa" in arguments
    assert "hunter2" not in " ".join(arguments)
    assert password == "hunter2"


def test_a_program_that_fails_says_why(programs, tmp_path):
    programs(18, more="print('no space', file=sys.stderr); raise SystemExit(1)")
    with pytest.raises(Unavailable, match="pg_dump a échoué : no space"):
        postgresql.dump(URL, tmp_path / "out.sql")


def test_only_an_empty_database_is_filled(kpa_server, tmp_path):
    url = sa.make_url(kpa_server.new_database())
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE mine (id int)")
    engine.dispose()
    (tmp_path / "in.sql").write_text("CREATE TABLE theirs (id int);")
    with pytest.raises(Misuse, match="pas vide"):
        postgresql.load(url, tmp_path / "in.sql")


def test_a_dump_that_breaks_off_leaves_the_database_empty(kpa_server, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", kpa_server.programs)
    url = sa.make_url(kpa_server.new_database())
    (tmp_path / "in.sql").write_text("CREATE TABLE theirs (id int);\nCREATE TABLE broken (")
    with pytest.raises(Unavailable, match="psql a échoué"):
        postgresql.load(url, tmp_path / "in.sql")
    engine = sa.create_engine(url)
    assert sa.inspect(engine).get_table_names() == []
    engine.dispose()
