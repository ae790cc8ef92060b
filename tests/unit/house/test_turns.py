"""Writers wait at the door, one after the other."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from kpa_core import db, turns
from kpa_core.turns import Turn


def is_first(folder: Path) -> bool:
    """Tell whether a newcomer finds nobody before it, and leave again."""
    newcomer = Turn(folder)
    newcomer.wait(0)
    try:
        return newcomer.is_first
    finally:
        newcomer.close()


def test_nobody_comes_in_before_the_first_has_left(tmp_path: Path) -> None:
    first = Turn(tmp_path)
    first.wait(1)
    assert not is_first(tmp_path)
    first.leave()
    assert is_first(tmp_path)


def test_who_gives_up_leaves_the_first_in_its_place(tmp_path: Path) -> None:
    first, second = Turn(tmp_path), Turn(tmp_path)
    first.wait(1)
    second.wait(0.01)
    second.leave()
    assert first.is_first
    assert not is_first(tmp_path)


def test_who_waits_comes_in_as_soon_as_the_first_leaves(tmp_path: Path) -> None:
    first, second = Turn(tmp_path), Turn(tmp_path)
    first.wait(1)
    waiting = threading.Thread(target=second.wait, args=(60,))
    waiting.start()
    first.leave()
    waiting.join(timeout=30)
    assert second.is_first


def test_who_has_just_left_does_not_come_back_before_who_waited(tmp_path: Path) -> None:
    entered: list[str] = []

    def come_and_go(name: str) -> None:
        turn = Turn(tmp_path / "data")
        for _ in range(30):
            turn.wait(5)
            entered.append(name)
            time.sleep(0.003)
            turn.leave()
        turn.close()

    (tmp_path / "data").mkdir()
    crew = [threading.Thread(target=come_and_go, args=(name,)) for name in "ab"]
    for one in crew:
        one.start()
    for one in crew:
        one.join(timeout=30)
    runs = [len(list(group)) for _, group in groupby(entered[2:40])]
    assert len(entered) == 60
    assert max(runs) <= 3, entered


def test_a_dead_connection_gives_its_place_back(tmp_path: Path) -> None:
    first = Turn(tmp_path)
    first.wait(1)
    first.close()
    first.close()
    assert is_first(tmp_path)


def test_without_a_folder_the_database_alone_decides(tmp_path: Path) -> None:
    lost = Turn(tmp_path / "gone")
    lost.wait(1)
    lost.leave()
    lost.close()
    assert not lost.is_first


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[sa.Engine]:
    monkeypatch.setattr(db, "BUSY_TIMEOUT_MS", 1_000)
    engine = db.make_engine("sqlite:///one.sqlite3", tmp_path)
    db.prepare_sqlite(engine)
    yield engine
    engine.dispose()


def writer(engine: sa.Engine) -> sa.Connection:
    return engine.connect().execution_options(**{db.WRITE: True})


def test_a_busy_database_is_waited_for_once(engine: sa.Engine) -> None:
    with writer(engine) as first, first.begin(), writer(engine) as second:
        start = time.monotonic()
        with pytest.raises(OperationalError, match="locked"):
            second.begin()
        assert 0.9 < time.monotonic() - start < 1.6


@pytest.mark.parametrize("end", ["commit", "rollback"])
def test_who_has_ended_lets_the_next_in_though_it_stays_connected(
    engine: sa.Engine, tmp_path: Path, end: str
) -> None:
    with writer(engine) as first:
        began = first.begin()
        assert not is_first(tmp_path)
        getattr(began, end)()
        assert is_first(tmp_path)


def test_a_stranger_who_holds_the_door_stops_nobody(
    engine: sa.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "LONGEST_WAIT_SECONDS", 0.1)
    stranger = Turn(tmp_path)
    stranger.wait(1)
    start = time.monotonic()
    with writer(engine) as one, one.begin():
        one.exec_driver_sql("CREATE TABLE t (a INTEGER)")
    assert time.monotonic() - start < 0.8
    stranger.close()
