"""Migrations: each step whole or not at all, each part its own history, and no data lost."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from kpa_core import db, health, migrate
from kpa_core.contracts import Migrations
from kpa_core.errors import KpaError, Misuse, PluginError
from kpa_core.features import FEATURES
from kpa_core.hookspecs import hookimpl
from kpa_core.instance import Instance
from kpa_core.plugins import API_VERSION, Plugin
from kpa_core.testing.kpa import TestKpa

HEAD = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = {revision!r}, {down!r}


def upgrade():
"""
FIRST = """
    op.create_table("toy_box", sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("label", sa.String, nullable=False))
    op.create_table("toy_toy", sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("box_id", sa.Integer, sa.ForeignKey("toy_box.id", ondelete="CASCADE")))
    op.execute("INSERT INTO toy_box (id, label) VALUES (1, 'blue')")
    op.execute("INSERT INTO toy_toy (id, box_id) VALUES (1, 1), (2, 1)")
"""
SECOND = """
    with op.batch_alter_table("toy_box", recreate="auto") as table:
        table.add_column(sa.Column("size", sa.Integer, nullable=False, server_default="3"))
        table.create_check_constraint("size_is_some", "size > 0")
"""
THIRD = """
    op.create_table("toy_shelf", sa.Column("id", sa.Integer, primary_key=True))
    op.execute("UPDATE toy_box SET size = 4")
"""
STEPS = {"toy_0001": FIRST, "toy_0002": SECOND, "toy_0003": THIRD}


@pytest.fixture
def toy(tmp_path):
    """A plugin class with its own history in ``toy.folder``, at first of one step."""
    folder = tmp_path / "history"
    (folder / "versions").mkdir(parents=True)

    class Toy(Plugin):
        """A toy."""

        name = "toy"
        api_version = API_VERSION

        @hookimpl
        def migrations(self):
            return Migrations(folder)

    Toy.folder = folder
    write_steps(Toy, "toy_0001")
    return Toy


def write_steps(toy, *names, **changed):
    """Write these steps, each after the one before, and forget the others."""
    for old in (toy.folder / "versions").glob("*.py"):
        old.unlink()
    down = None
    for name in names:
        body = changed.get(name) or STEPS[name]
        head = HEAD.format(revision=name, down=down)
        (toy.folder / "versions" / f"{name}.py").write_text(head + body)
        down = name


def again(kpa, *plugins):
    """Open the same KPA as another version of the software does."""
    return Instance(kpa.instance.settings, features=FEATURES, plugin_classes=plugins)


def tables(instance):
    return {one for one in sa.inspect(instance.engine).get_table_names() if one.startswith("toy")}


def standing(instance, name="toy"):
    return next(one for one in migrate.standings(instance) if one.part.name == name)


def rows(instance, text):
    with instance.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.text(text))]


def test_each_part_has_one_head_and_starts_from_nothing(make_kpa):
    kpa = make_kpa(plugins=["cape", "catering"])
    found = migrate.standings(kpa.instance)
    assert [one.part.name for one in found] == ["", "cape", "catering"]
    for one in found:
        assert len(one.part.script.get_heads()) == 1
        assert len(one.part.script.get_bases()) == 1
        assert one.current == one.head
        assert not one.pending


def test_a_step_that_fails_leaves_the_old_schema_and_a_second_try_goes_on(make_kpa, toy):
    kpa = make_kpa(plugins=[toy])
    broken = THIRD + "    raise RuntimeError('the cat pulled the plug')\n"
    write_steps(toy, *STEPS, toy_0003=broken)
    with pytest.raises(PluginError, match=r"toy_0003.*the cat") as caught:
        migrate.upgrade(kpa.instance)
    assert caught.value.plugin == "toy"
    assert "toy_shelf" not in tables(kpa.instance)
    assert rows(kpa.instance, "SELECT size FROM toy_box") == [(3,)]
    assert standing(kpa.instance).current == "toy_0002"
    write_steps(toy, *STEPS)
    assert migrate.upgrade(kpa.instance) == ["toy:toy_0003"]
    assert rows(kpa.instance, "SELECT size FROM toy_box") == [(4,)]
    assert migrate.upgrade(kpa.instance) == []


def test_an_upgrade_broken_off_at_any_statement_is_old_or_new_and_can_go_on(tmp_path, toy):
    """Every point of failure in turn, until one upgrade gets through."""
    kpa = TestKpa.make(tmp_path / "kpa", plugins=[toy])
    instance, path = kpa.instance, tmp_path / "kpa" / "data" / "kpa.sqlite3"
    schemas = {"toy_0001": schema(instance)}
    kpa.close()
    first = path.read_bytes()
    write_steps(toy, *STEPS)
    whole, point = False, 0
    while not whole:
        point += 1
        path.write_bytes(first)
        whole = upgrade_until(instance, point)
        assert schemas.setdefault(standing(instance).current, schema(instance)) == schema(instance)
        assert rows(instance, "SELECT id FROM toy_toy ORDER BY id") == [(1,), (2,)]
        migrate.upgrade(instance)
        assert standing(instance).current == "toy_0003"
        kpa.close()
    assert point > 30
    assert set(schemas) == set(STEPS)


class CutOffError(Exception):
    pass


def upgrade_until(instance, point):
    """Upgrade, and break off before statement number ``point``; tell whether it got through."""
    seen = 0

    def count(*_):
        nonlocal seen
        seen += 1
        if seen == point:
            raise CutOffError

    sa.event.listen(instance.engine, "before_cursor_execute", count)
    try:
        migrate.upgrade(instance)
    except (PluginError, CutOffError):
        return False
    finally:
        sa.event.remove(instance.engine, "before_cursor_execute", count)
    return True


def schema(instance):
    return rows(
        instance, "SELECT name, sql FROM sqlite_master WHERE name LIKE 'toy%' ORDER BY name"
    )


def test_a_table_made_anew_keeps_its_children(make_kpa, toy):
    """SQLite changes a table by dropping it: with foreign keys on, the children would go too."""
    kpa = make_kpa(plugins=[toy])
    write_steps(toy, "toy_0001", "toy_0002")
    migrate.upgrade(kpa.instance)
    assert rows(kpa.instance, "SELECT id, box_id FROM toy_toy ORDER BY id") == [(1, 1), (2, 1)]
    with kpa.instance.engine.begin() as connection:  # and the link still holds
        connection.execute(sa.text("DELETE FROM toy_box"))
    assert rows(kpa.instance, "SELECT id FROM toy_toy") == []


def test_a_step_that_would_leave_orphans_is_undone(make_kpa, toy):
    kpa = make_kpa(plugins=[toy])
    orphan = "    op.execute('INSERT INTO toy_toy (id, box_id) VALUES (3, 99)')\n"
    write_steps(toy, "toy_0001", "toy_0002", toy_0002=orphan)
    with pytest.raises(KpaError):
        migrate.upgrade(kpa.instance)
    assert standing(kpa.instance).current == "toy_0001"
    assert len(rows(kpa.instance, "SELECT id FROM toy_toy")) == 2


def test_a_plugin_taken_away_and_brought_back_keeps_its_data_and_goes_on(make_kpa, toy):
    kpa = make_kpa(plugins=[toy])
    without = again(kpa)
    assert migrate.upgrade(without) == []
    health.require_ready(without)
    without.close()
    write_steps(toy, *STEPS)  # meanwhile the plugin has moved on
    back = again(kpa, toy)
    assert standing(back).pending
    with pytest.raises(Misuse, match="toy"):
        health.require_ready(back)
    assert migrate.upgrade(back) == ["toy:toy_0002", "toy:toy_0003"]
    assert rows(back, "SELECT label, size FROM toy_box") == [("blue", 4)]
    assert len(rows(back, "SELECT id FROM toy_toy")) == 2
    back.close()


@pytest.mark.parametrize("table", [migrate.CORE_TABLE, "alembic_version_toy"])
def test_a_database_newer_than_the_software_is_refused_before_anything_is_done(
    table, make_kpa, toy
):
    kpa = make_kpa(plugins=[toy])
    write_steps(toy, *STEPS)
    with kpa.instance.engine.begin() as connection:
        connection.execute(sa.text(f"UPDATE {table} SET version_num = 'from_2031'"))
    for attempt in (migrate.upgrade, health.require_ready):
        with pytest.raises(Misuse):
            attempt(kpa.instance)
    with pytest.raises(Misuse, match="from_2031"):
        migrate.upgrade(kpa.instance)
    assert "toy_shelf" not in tables(kpa.instance)


def test_two_heads_are_a_fault_of_the_plugin(make_kpa, toy):
    kpa = make_kpa(plugins=[toy])
    for name in ("toy_0002", "toy_0003"):
        text = HEAD.format(revision=name, down="toy_0001") + "    pass\n"
        (toy.folder / "versions" / f"{name}.py").write_text(text)
    with pytest.raises(PluginError, match="deux têtes"):
        migrate.upgrade(kpa.instance)


def test_models_and_migrations_are_compared_part_by_part(make_kpa, toy):
    kpa = make_kpa(plugins=[toy])
    core, mine = migrate.parts(kpa.instance)
    assert migrate.differences(kpa.instance, core) == []
    left = migrate.differences(kpa.instance, mine)
    assert {change[1].name for change in left if change[0] == "remove_table"} == {
        "toy_box",
        "toy_toy",
    }
    with kpa.instance.engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE job ADD COLUMN forgotten INTEGER"))
    assert migrate.differences(kpa.instance, core) != []


def test_upgrading_takes_its_turn_with_other_writers(kpa_on_sqlite, toy, monkeypatch):
    """A migration is a writer: it waits for the lock from its first statement."""
    begun = []
    instance = again(kpa_on_sqlite, toy)
    sa.event.listen(
        instance.engine, "before_cursor_execute", lambda _c, _k, text, *_: begun.append(text)
    )
    migrate.upgrade(instance)
    writing = [text for text in begun if text.startswith("BEGIN")]
    assert "BEGIN IMMEDIATE" in writing
    made = next(number for number, text in enumerate(begun) if "CREATE TABLE toy_box" in text)
    last = max(number for number in range(made) if begun[number].startswith("BEGIN"))
    assert begun[last] == "BEGIN IMMEDIATE"
    with instance.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    instance.close()
    assert db.WRITE == "kpa_write"
