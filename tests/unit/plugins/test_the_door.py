"""What plugins rely on stays while the API number stays, and what goes away says so first."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

from kpa_core import api

ROOT = Path(__file__).resolve().parents[3]
KEPT = json.loads((Path(__file__).parent / "door.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def door():
    spec = importlib.util.spec_from_file_location("door", ROOT / "tools" / "door.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_number_is_the_one_that_was_kept():
    assert KEPT["api"] == api.API_VERSION, "a new API number: write its door with tools/door.py"


def test_every_name_and_hook_of_this_number_is_there_and_takes_what_it_took(door):
    assert door.broken(KEPT["names"], door.names()) == []
    assert door.broken(KEPT["hooks"], door.hooks()) == []


def test_every_name_of_today_is_kept_from_now_on(door):
    new = [*(door.names().keys() - KEPT["names"]), *(door.hooks().keys() - KEPT["hooks"])]
    assert not new, f"python tools/door.py keeps: {sorted(new)}"
    assert len(KEPT["names"]) > 100
    assert len(KEPT["hooks"]) >= 20


PARAMETERS = [["work", "POSITIONAL_OR_KEYWORD", "must"], ["key", "KEYWORD_ONLY", "may"]]
PLANTED = {
    "gone": None,
    "a parameter gone": [PARAMETERS[0]],
    "a parameter renamed": [["job", *PARAMETERS[0][1:]], PARAMETERS[1]],
    "a parameter more that must be given": [*PARAMETERS, ["day", "KEYWORD_ONLY", "must"]],
    "a parameter that may no longer be left out": [PARAMETERS[0], ["key", "KEYWORD_ONLY", "must"]],
    "another first parameter": [["day", "POSITIONAL_OR_KEYWORD", "may"], *PARAMETERS],
    "by name only": [["work", "KEYWORD_ONLY", "must"], PARAMETERS[1]],
}
FINE = {
    "the same": PARAMETERS,
    "one more that may be given": [*PARAMETERS, ["day", "KEYWORD_ONLY", "may"]],
    "one that may be left out now": [["work", PARAMETERS[0][1], "may"], PARAMETERS[1]],
}


@pytest.mark.parametrize("planted", PLANTED.values(), ids=PLANTED)
def test_a_planted_break_is_seen(door, planted):
    today = {} if planted is None else {"ask": planted}
    (told,) = door.broken({"ask": PARAMETERS}, today)
    assert told.startswith("ask ")


@pytest.mark.parametrize("after", FINE.values(), ids=FINE)
def test_what_breaks_nobody_is_let_be(door, after):
    assert door.broken({"ask": PARAMETERS}, {"ask": after}) == []


def test_a_name_that_is_going_away_works_and_says_what_to_write(monkeypatch):
    monkeypatch.setitem(api.RENAMED, "post_message", "send_message")
    with pytest.warns(DeprecationWarning, match="is now send_message; the old name goes away"):
        assert api.post_message is api.send_message
    with pytest.raises(AttributeError, match="post_massage"):
        api.post_massage  # noqa: B018


def test_what_goes_away_has_something_in_its_place():
    for old, new in api.RENAMED.items():
        assert hasattr(api, new), old
