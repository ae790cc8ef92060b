"""R8: an upgrade killed at any of its statements leaves the database between two of its steps.

Each step (a revision) is there whole or not at all. The process is gone at once, as by ``kill -9``:
nothing is rolled back by anybody but SQLite. Run again, the same upgrade goes to its end.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from kpa_core import audit, db, migrate
from kpa_core.config import Settings
from kpa_core.features import FEATURES
from kpa_core.instance import Instance
from kpa_core.invoices import guards
from kpa_core.work import KPA

from .test_every_release_upgrades import counts
from .test_every_release_upgrades import old as old

KILLED = 9


def opened(folder: Path) -> Instance:
    facts = {"root": folder, "instance": {"name": "Moulins"}, "plugins": ["cape", "catering"]}
    return Instance(Settings.model_validate(facts), features=FEATURES, strict=True)


def schema(folder: Path) -> list[Any]:
    engine = db.make_engine("sqlite:///data/kpa.sqlite3", folder)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        found = connection.exec_driver_sql("SELECT type, name, sql FROM sqlite_master ORDER BY 2")
        told = [tuple(row) for row in found]
    engine.dispose()
    return told


def upgrade(folder: Path, killed_at: int | None = None) -> int:
    """Upgrade in a process of its own, killed at one statement; return its exit code."""
    child = os.fork()
    if child == 0:
        try:
            seen = 0

            def count(*_: object) -> None:
                nonlocal seen
                seen += 1
                if seen == killed_at:
                    os._exit(KILLED)

            sa.event.listen(sa.Engine, "before_cursor_execute", count)
            instance = opened(folder)
            migrate.upgrade(instance, guards=guards.install)
            os._exit(0)
        except BaseException:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def watched(folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[int, list[list[Any]]]:
    """Upgrade; return how many statements it took, and the schema after each of its steps."""
    seen, steps, really = [], [schema(folder)], migrate._writing

    def count(*_: object) -> None:
        seen.append(1)

    @contextmanager
    def writing(instance: Instance) -> Iterator[sa.Connection]:
        with really(instance) as connection:
            yield connection
        before = len(seen)
        steps.append(schema(folder))
        del seen[before:]

    monkeypatch.setattr(migrate, "_writing", writing)
    instance = opened(folder)
    sa.event.listen(sa.Engine, "before_cursor_execute", count)
    try:
        migrate.upgrade(instance, guards=guards.install)
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", count)
        monkeypatch.undo()
        instance.close()
    return len(seen), steps


@pytest.mark.parametrize("points", [8, pytest.param(10**6, marks=pytest.mark.long)])
def test_an_upgrade_killed_anywhere_is_done_again(
    old: Any, points: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old.instance.close()
    base = tmp_path / "base"
    shutil.copytree(old.folder, base)
    last, steps = watched(old.folder, monkeypatch)
    assert len(steps) > 3

    tried = range(1, last + 1, max(1, last // points))
    for number in tried:
        folder = tmp_path / f"killed-{number}"
        shutil.copytree(base, folder)
        assert upgrade(folder, killed_at=number) == KILLED
        assert schema(folder) in steps, f"half of a step at statement {number}"
        assert upgrade(folder) == 0
        assert schema(folder) == steps[-1]
        shutil.rmtree(folder)
    print("statements:", last, "steps:", len(steps) - 1, "kills:", len(tried))


def test_what_was_upgraded_after_a_kill_is_whole(old: Any) -> None:
    old.instance.close()
    with opened(old.folder).engine.connect() as connection:
        kept = counts(connection)
    assert upgrade(old.folder, killed_at=40) == KILLED
    assert upgrade(old.folder) == 0
    instance = opened(old.folder)
    with instance.engine.connect() as connection:
        assert counts(connection) == kept
        assert guards.missing(connection) == []
    with instance.work(KPA) as work:
        assert audit.verify(work.session).broken is None
    instance.close()


def test_the_trial_sees_half_a_step(
    old: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A step that commits in its middle, as a tool that changes tables one by one would."""
    really = migrate._apply

    def in_two(connection: sa.Connection, *of: Any) -> None:
        sa.event.listen(
            connection,
            "after_cursor_execute",
            lambda one, *_: one.connection.driver_connection.execute("COMMIT"),
            once=True,
        )
        really(connection, *of)

    old.instance.close()
    base = tmp_path / "base"
    shutil.copytree(old.folder, base)
    last, steps = watched(old.folder, monkeypatch)
    monkeypatch.setattr(migrate, "_apply", in_two)
    found = []
    for number in range(1, last, max(1, last // 8)):
        folder = tmp_path / f"killed-{number}"
        shutil.copytree(base, folder)
        upgrade(folder, killed_at=number)
        found.append(schema(folder) in steps)
    assert not all(found)
