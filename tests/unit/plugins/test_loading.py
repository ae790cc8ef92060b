"""Whatever is wrong with a plugin refuses that plugin, with one sentence."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from kpa_core import plugins as manager
from kpa_core.contracts import ActivityType
from kpa_core.hookspecs import hookimpl
from kpa_core.plugins import API_VERSION, Plugin, Plugins


class Good(Plugin):
    """A good plugin."""

    name = "good"
    api_version = API_VERSION

    @hookimpl
    def register_activity_types(self):
        return [ActivityType("good", "Bien")]


@dataclass(frozen=True)
class Wishes:
    loud: bool = False


def offered(monkeypatch, **points):
    """Pretend that these entry points are installed, each name by one or several distributions."""
    table = {
        name: [EntryPoint(name, value, manager.GROUP) for value in values]
        for name, values in points.items()
    }
    monkeypatch.setattr(manager, "discover", lambda: table)


def write_module(folder: Path, name: str, code: str, monkeypatch) -> None:
    (folder / f"{name}.py").write_text(code)
    monkeypatch.syspath_prepend(folder)
    monkeypatch.delitem(sys.modules, name, raising=False)


def refused(plugins: Plugins, name: str) -> str:
    state = plugins.states[name]
    assert state.state == "refused"
    assert not plugins.is_active(name)
    assert "\n" not in state.reason
    return state.reason


def test_a_missing_plugin_is_named_with_a_near_name(monkeypatch):
    offered(monkeypatch, coopcycle=["somewhere:Plugin"])
    plugins = Plugins()
    plugins.load(["coopcycl"], {})
    assert "'coopcycl'" in refused(plugins, "coopcycl")
    assert "'coopcycle'" in refused(plugins, "coopcycl")


def test_a_plugin_offered_twice_is_refused(monkeypatch):
    offered(monkeypatch, catering=["ours:Plugin", "stranger:Plugin"])
    plugins = Plugins()
    plugins.load(["catering"], {})
    assert "deux paquets" in refused(plugins, "catering")


BROKEN_IMPORTS = {
    "raises": "raise RuntimeError('no kitchen')",
    "exits": "import sys; sys.exit(3)",
    "interrupts": "raise KeyboardInterrupt",
    "does not parse": "def (",
    "has no such class": "x = 1",
}


@pytest.mark.parametrize("code", BROKEN_IMPORTS.values(), ids=BROKEN_IMPORTS)
def test_a_broken_import_refuses_the_plugin_and_the_others_load(code, tmp_path, monkeypatch):
    write_module(tmp_path, "broken_kitchen", code, monkeypatch)
    offered(monkeypatch, broken=["broken_kitchen:Kitchen"], good=[f"{__name__}:Good"])
    monkeypatch.setitem(sys.modules, __name__, sys.modules[__name__])
    plugins = Plugins()
    plugins.load(["broken", "good"], {})
    assert "importé" in refused(plugins, "broken")
    assert plugins.names() == ["good"]


def test_another_api_is_refused_with_both_numbers():
    class Older(Good):
        name = "older"
        api_version = 0

    plugins = Plugins()
    with pytest.raises(manager.PluginError, match=rf"API 0.*API {API_VERSION}"):
        plugins.add(Older)


def test_an_unknown_hook_is_refused():
    class Curious(Plugin):
        """Curious."""

        name = "curious"
        api_version = API_VERSION

        @hookimpl
        def on_full_moon(self):
            return []

    plugins = Plugins()
    with pytest.raises(manager.PluginError, match="on_full_moon"):
        plugins.add(Curious)
    plugins.add(Good)
    assert plugins.names() == ["good"]


def test_an_unknown_argument_is_refused():
    class Greedy(Plugin):
        """Greedy."""

        name = "greedy"
        api_version = API_VERSION

        @hookimpl
        def menu_items(self, viewer, password):
            return []

    plugins = Plugins()
    with pytest.raises(manager.PluginError, match="password"):
        plugins.add(Greedy)


def test_wrong_settings_are_refused_with_the_key():
    class Loud(Good):
        name = "loud"
        Settings = Wishes

    for table, named in (({"lod": True}, "lod"), ({"loud": "perhaps"}, "loud")):
        with pytest.raises(manager.PluginError, match=named):
            Plugins().add(Loud, table)


def test_settings_arrive_typed():
    class Loud(Good):
        name = "loud"
        Settings = Wishes

    plugins = Plugins()
    plugins.add(Loud, {"loud": True})
    assert plugins.get("loud").settings == Wishes(loud=True)


def test_a_plugin_that_needs_another_is_refused_without_it():
    class Second(Good):
        name = "second"
        requires = ("good",)

    with pytest.raises(manager.PluginError, match="good"):
        Plugins().add(Second)
    plugins = Plugins()
    plugins.add(Good)
    plugins.add(Second)
    assert plugins.names() == ["good", "second"]


def test_two_instances_in_one_process_keep_their_own_plugins():
    one, other = Plugins(), Plugins()
    one.add(Good)
    assert [name for name, _ in one.collect("register_activity_types")] == ["good"]
    assert list(other.collect("register_activity_types")) == []
