"""The database is set up so that what was acknowledged stays, and says in words what is wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import (
    DBAPIError,
    IntegrityError,
    OperationalError,
    ProgrammingError,
    StatementError,
)
from sqlalchemy.orm.exc import StaleDataError

from kpa_core import db
from kpa_core.errors import Conflict, Misuse, Refused, Unavailable
from kpa_core.outbox import JobRow

PRAGMAS = {"synchronous": 2, "foreign_keys": 1, "busy_timeout": 15_000, "secure_delete": 1}


@pytest.mark.parametrize(("pragma", "value"), PRAGMAS.items())
def test_every_sqlite_connection_is_set_up(pragma, value, tmp_path):
    engine = db.make_engine("sqlite:///kpa.sqlite3", tmp_path)
    with engine.connect() as one, engine.connect() as other:
        for connection in (one, other):
            assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value
    engine.dispose()


def test_the_journal_mode_is_set_once_and_stays(tmp_path):
    engine = db.make_engine("sqlite:///kpa.sqlite3", tmp_path)
    db.prepare_sqlite(engine)
    engine.dispose()
    again = db.make_engine("sqlite:///kpa.sqlite3", tmp_path)
    seen = []
    sa.event.listen(again, "before_cursor_execute", lambda _c, _cur, text, *_: seen.append(text))
    with again.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    again.dispose()
    # Setting it at each start would race with another process's recovery.
    assert not [text for text in seen if "journal_mode=" in text.replace(" ", "")]


def test_a_relative_path_starts_at_the_instance_and_an_absolute_one_does_not(tmp_path):
    near = db.make_engine("sqlite:///data/kpa.sqlite3", tmp_path)
    far = db.make_engine(f"sqlite:///{tmp_path}/elsewhere.sqlite3", tmp_path / "here")
    assert near.url.database == str(tmp_path / "data" / "kpa.sqlite3")
    assert far.url.database == str(tmp_path / "elsewhere.sqlite3")


WRONG_ADDRESSES = {
    "not an address": "kpa.sqlite3",
    "nothing": "",
    "two slashes name a machine": "sqlite://data/kpa.sqlite3",
    "kept nowhere": "sqlite://",
    "kept in memory": "sqlite:///:memory:",
    "a port in letters": "postgresql://kpa@localhost:north/kpa",
    "an unknown base": "mysql://localhost/kpa",
}


@pytest.mark.parametrize("url", WRONG_ADDRESSES.values(), ids=WRONG_ADDRESSES)
def test_a_wrong_address_is_a_misuse_with_a_sentence(url, tmp_path):
    with pytest.raises(Misuse) as caught:
        db.make_engine(url, tmp_path)
    assert "base" in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_address_does_not_show_its_password(tmp_path):
    with pytest.raises(Misuse) as caught:
        db.make_engine("postgresql://kpa:hunter2@localhost:north/kpa", tmp_path)
    assert "hunter2" not in str(caught.value)
    assert "***@localhost" in str(caught.value)


# --- what failures mean ---------------------------------------------------------------------------


def failure(kind, text):
    return kind("SELECT 1", {}, Exception(text))


MEANINGS = [
    (failure(OperationalError, "database or disk is full"), Unavailable, "disque est plein"),
    (failure(OperationalError, "could not extend: No space left on device"), Unavailable, "plein"),
    (failure(OperationalError, "disk I/O error"), Unavailable, "malade"),
    (failure(OperationalError, "attempt to write a readonly database"), Unavailable, "droits"),
    (failure(OperationalError, "database is locked"), Unavailable, "même temps"),
    (failure(OperationalError, "deadlock detected"), Unavailable, "même temps"),
    (failure(OperationalError, "no such table: job"), Unavailable, "kpa migrate"),
    (failure(ProgrammingError, 'relation "job" does not exist'), Unavailable, "kpa migrate"),
    (failure(OperationalError, "unable to open database file"), Unavailable, "adresse"),
    (failure(OperationalError, 'FATAL:  database "x" does not exist'), Unavailable, "adresse"),
    (failure(OperationalError, "connection refused"), Unavailable, "ne répond pas"),
    (failure(IntegrityError, "UNIQUE constraint failed"), Conflict, "existe déjà"),
    (failure(IntegrityError, "invoice is append-only"), Refused, "ne change plus"),
    (StaleDataError("0 rows matched"), Conflict, "Quelqu'un d'autre"),
]


@pytest.mark.parametrize(("error", "kind", "words"), MEANINGS, ids=lambda one: str(one)[:40])
def test_a_failure_has_a_meaning(error, kind, words):
    told = db.meaning_of(error)
    assert type(told) is kind
    assert words in str(told)


CODE_MISTAKES = [
    failure(ProgrammingError, "syntax error"),
    failure(ProgrammingError, 'relation "party" already exists'),
]


@pytest.mark.parametrize("error", [ValueError("no"), *CODE_MISTAKES])
def test_a_mistake_in_the_code_is_not_told_as_something_else(error):
    assert db.meaning_of(error) is None


# --- instants -------------------------------------------------------------------------------------


def test_instants_come_back_in_utc_whatever_the_zone_they_had(kpa):
    paris = datetime(2026, 7, 1, 12, 0, 0, 123_456, tzinfo=timezone(timedelta(hours=2)))
    with kpa.work() as work, work.transaction() as session:
        session.add(JobRow(kind="x", key="x", payload={}, due_at=paris))
    with kpa.work() as work:
        read = work.session.scalars(sa.select(JobRow).where(JobRow.key == "x")).one().due_at
    assert read == paris
    assert read.utcoffset() == timedelta(0)


def test_instants_are_compared_and_sorted_across_zones(kpa):
    late = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
    early = datetime(2026, 7, 1, 13, 0, tzinfo=timezone(timedelta(hours=5)))
    with kpa.work() as work, work.transaction() as session:
        for name, at in (("late", late), ("early", early)):
            session.add(JobRow(kind="x", key=name, payload={}, due_at=at))
        session.flush()
        mine = sa.select(JobRow.key).where(JobRow.kind == "x").order_by(JobRow.due_at)
        assert list(session.scalars(mine)) == ["early", "late"]
        assert list(session.scalars(mine.where(JobRow.due_at < late))) == ["early"]


def test_an_instant_without_a_zone_is_refused(kpa):
    naive = sa.select(JobRow).where(JobRow.due_at < datetime(2026, 7, 1))
    with kpa.work() as work, pytest.raises(StatementError, match="without time zone"):
        work.session.scalar(naive)


def test_an_error_of_the_database_shows_no_parameter(kpa):
    asked = sa.text("SELECT * FROM nowhere WHERE name = :name")
    with kpa.work() as work, pytest.raises(DBAPIError) as caught:
        work.session.execute(asked, {"name": "Amina"})
    assert "Amina" not in str(caught.value)
    assert "parameters hidden" in str(caught.value)
