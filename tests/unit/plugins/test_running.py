"""A plugin that misbehaves while it runs is named; the others' answers are kept."""

from __future__ import annotations

import logging
import threading
import time

import pytest

from kpa_core import watch
from kpa_core.contracts import Actor, MenuItem
from kpa_core.errors import PluginError, Refused
from kpa_core.hookspecs import hookimpl
from kpa_core.plugins import API_VERSION, Plugin, Plugins

VIEWER = Actor("person", "Amina")


def plugin_that(name, behave, hook="menu_items"):
    """Return a plugin class whose one hook does ``behave``."""

    def answer(self, viewer):
        return behave()

    def price(self, work, request):
        return behave()

    function = answer if hook == "menu_items" else price
    function.__name__ = hook
    body = {
        "name": name,
        "api_version": API_VERSION,
        "__doc__": f"{name}.",
        hook: hookimpl(function),
    }
    return type(name.capitalize(), (Plugin,), body)


def good():
    return [MenuItem("Bien", "/", "home.read")]


def raise_(error):
    raise error


def broken_generator():
    yield MenuItem("Un", "/", "home.read")
    raise ValueError("half way")


class Odd(BaseException):
    pass


MISBEHAVE = {
    "raises": (lambda: 1 / 0, "degraded"),
    "returns garbage": (lambda: ["not a menu item"], "degraded"),
    "returns something else": (lambda: 42, "degraded"),
    "breaks off its generator": (broken_generator, "degraded"),
    "exits": (lambda: raise_(SystemExit(1)), "stopped"),
    "raises a BaseException": (lambda: raise_(Odd()), "stopped"),
}


@pytest.mark.parametrize(("behave", "state"), MISBEHAVE.values(), ids=MISBEHAVE)
def test_the_bad_one_is_named_and_the_others_answer(behave, state):
    plugins = Plugins()
    for name, what in (("first", good), ("bad", behave), ("last", good)):
        plugins.add(plugin_that(name, what))
    answers = dict(plugins.collect("menu_items", viewer=VIEWER))
    assert set(answers) == {"first", "last"}
    assert plugins.states["bad"].state == state
    assert "menu_items" in plugins.states["bad"].reason or state == "stopped"
    assert plugins.changed["bad"].state == state


def test_a_computing_hook_stops_the_act_and_names_the_plugin():
    plugins = Plugins()
    plugins.add(plugin_that("pricey", lambda: 1 / 0, hook="quote_lines"))
    with pytest.raises(PluginError, match="pricey") as caught:
        list(plugins.collect("quote_lines", work=None, request=None))
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


def test_a_plugins_own_sentence_reaches_the_person():
    plugins = Plugins()
    plugins.add(plugin_that("kitchen", lambda: raise_(Refused("Pas de four.")), hook="quote_lines"))
    with pytest.raises(Refused, match="Pas de four"):
        list(plugins.collect("quote_lines", work=None, request=None))


def test_a_stopped_plugin_is_not_asked_again():
    asked = []
    plugins = Plugins()
    plugins.add(plugin_that("gone", lambda: asked.append(1) or raise_(SystemExit())))
    list(plugins.collect("menu_items", viewer=VIEWER))
    list(plugins.collect("menu_items", viewer=VIEWER))
    assert asked == [1]


def test_a_hanging_plugin_is_named_while_it_hangs(caplog):
    let_go = threading.Event()
    plugins = Plugins()
    plugins._watch.seconds = 0.2
    plugins.add(plugin_that("slow", lambda: let_go.wait(20) and None))
    caller = threading.Thread(target=lambda: list(plugins.collect("menu_items", viewer=VIEWER)))
    with caplog.at_level(logging.ERROR, "kpa.plugins"):
        caller.start()
        deadline = time.monotonic() + 10
        while plugins.states["slow"].state == "loaded" and time.monotonic() < deadline:
            time.sleep(0.01)
        hung_when_named = caller.is_alive()
        let_go.set()
        caller.join()
    assert hung_when_named
    assert plugins.states["slow"].state == "stopped"
    assert "let_go.wait" in caplog.text  # the stack shows where
    assert plugins.names() == []


def test_a_plugin_is_named_and_not_stopped_for_memory_another_may_have_taken(monkeypatch):
    grown = iter((100, 100 + watch.GREEDY_MIB + 1))
    monkeypatch.setattr(watch, "resident_mib", lambda: next(grown))
    plugins = Plugins()
    plugins.add(plugin_that("greedy", lambda: None))
    list(plugins.collect("menu_items", viewer=VIEWER))
    assert plugins.states["greedy"].state == "degraded"
    assert "Mio" in plugins.states["greedy"].reason
    assert plugins.names() == ["greedy"]


def test_in_tests_nothing_is_hidden():
    plugins = Plugins(strict=True)
    plugins.add(plugin_that("bad", lambda: 1 / 0))
    with pytest.raises(PluginError):
        list(plugins.collect("menu_items", viewer=VIEWER))
