"""What one process finds out about a plugin, every process knows; and a second chance."""

from __future__ import annotations

import json
import logging

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from kpa_core import cli
from kpa_core.contracts import MenuItem
from kpa_core.errors import PluginError
from kpa_core.features import FEATURES
from kpa_core.hookspecs import hookimpl
from kpa_core.instance import Instance, PluginStateRow
from kpa_core.plugins import API_VERSION, Plugin
from kpa_core.work import VISITOR, collect


class Moody(Plugin):
    """A plugin whose mood the tests set."""

    name = "moody"
    api_version = API_VERSION
    mood = "good"

    @hookimpl
    def menu_items(self, viewer):
        if self.mood == "exits":
            raise SystemExit(1)
        if self.mood == "fails":
            raise ValueError("bad day")
        return [MenuItem("Humeur", "/moody/", "home.read")]


@pytest.fixture
def two(make_kpa, monkeypatch):
    """The same KPA opened twice, as two processes do."""
    monkeypatch.setattr(Moody, "mood", "good")
    first = make_kpa(plugins=[Moody], strict=False).instance
    second = Instance(first.settings, features=FEATURES, plugin_classes=[Moody])
    yield first, second
    second.close()


def menu(instance):
    """Ask for the menu as one request does; return which plugins answered."""
    with instance.work(VISITOR) as work:
        instance.read_plugin_states(work.session)
        return [name for name, _ in instance.plugins.collect("menu_items", viewer=VISITOR)]


def state(instance):
    return instance.plugins.states["moody"].state


def test_a_stopped_plugin_is_skipped_by_every_process(two, monkeypatch):
    first, second = two
    assert menu(first) == menu(second) == ["moody"]
    monkeypatch.setattr(Moody, "mood", "exits")
    assert menu(first) == []
    monkeypatch.setattr(Moody, "mood", "good")
    assert menu(second) == []
    assert state(second) == "stopped"
    assert "SystemExit" in second.plugins.states["moody"].reason


def test_a_degraded_plugin_still_answers_and_is_named_by_every_process(two, monkeypatch):
    first, second = two
    monkeypatch.setattr(Moody, "mood", "fails")
    assert menu(first) == []
    monkeypatch.setattr(Moody, "mood", "good")
    assert menu(second) == ["moody"]
    assert (state(first), state(second)) == ("degraded", "degraded")
    assert "bad day" in second.plugins.states["moody"].reason


def test_a_second_chance_reaches_every_process(two, monkeypatch):
    first, second = two
    monkeypatch.setattr(Moody, "mood", "exits")
    menu(first)
    monkeypatch.setattr(Moody, "mood", "good")
    assert menu(second) == []
    with first.work() as work, work.transaction() as session:
        session.execute(sa.delete(PluginStateRow))
    assert menu(first) == menu(second) == ["moody"]


def test_a_plugin_repaired_and_started_again_is_not_held_back_by_an_old_refusal(two):
    """Whether a plugin loads is found out by each process when it opens, and kept nowhere."""
    first, second = two
    first.plugins.refuse("moody", PluginError("moody", "il est cassé."))
    with first.work():
        pass
    assert menu(second) == ["moody"]
    with second.work() as work:
        assert work.session.scalars(sa.select(PluginStateRow)).all() == []


def test_a_state_that_could_not_be_written_is_written_later(two, monkeypatch):
    first, second = two
    monkeypatch.setattr(Moody, "mood", "exits")
    broken = sa.event.listens_for(first.engine, "before_cursor_execute")

    @broken
    def fail(_c, _cursor, text, *_):
        if "plugin_state" in text and not text.startswith("SELECT"):
            raise sa.exc.OperationalError(text, {}, Exception("database is locked"))

    assert menu(first) == []
    sa.event.remove(first.engine, "before_cursor_execute", fail)
    monkeypatch.setattr(Moody, "mood", "good")
    assert menu(second) == ["moody"]
    assert menu(first) == []
    assert menu(second) == []


# --- the commands ---------------------------------------------------------------------------------


def kpa_command(kpa, monkeypatch, *arguments):
    """Run a command on this instance, opened with the moody plugin."""
    monkeypatch.setattr(
        "kpa_core.cli.session._open",
        lambda: Instance(kpa.settings, features=FEATURES, plugin_classes=[Moody]),
    )
    return CliRunner().invoke(cli.root, ["plugin", *arguments], catch_exceptions=False)


def listed(kpa, monkeypatch):
    rows = json.loads(kpa_command(kpa, monkeypatch, "list", "--json").output)
    return next(row for row in rows if row["name"] == "moody")


def test_kpa_plugin_list_and_retry(two, monkeypatch, caplog):
    first, _ = two
    assert listed(first, monkeypatch)["state"] == "loaded"
    monkeypatch.setattr(Moody, "mood", "exits")
    with caplog.at_level(logging.CRITICAL):
        menu(first)
    monkeypatch.setattr(Moody, "mood", "good")
    row = listed(first, monkeypatch)
    assert (row["state"], row["title"]) == ("stopped", "A plugin whose mood the tests set")
    assert "SystemExit" in row["reason"]
    done = kpa_command(first, monkeypatch, "retry", "moody")
    assert done.exit_code == 0, done.output
    assert listed(first, monkeypatch)["state"] == "loaded"
    assert menu(first) == ["moody"]


def test_a_hook_with_the_database_is_not_asked_of_a_stopped_plugin(two, monkeypatch):
    first, _ = two
    monkeypatch.setattr(Moody, "mood", "exits")
    menu(first)
    with first.work() as work:
        assert list(collect(work, "health_checks")) == []
