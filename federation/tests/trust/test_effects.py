"""What lists do: the rules alone."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from kpa_federation.trust.effects import Word, effects
from kpa_federation.trust.saying import Advice, read_advice, read_vouch

TODAY = date(2026, 11, 23)
LILLE, ARRAS, LENS, US = (letter * 32 for letter in "abcd")
FICHE = f"{LENS}/4/0123456789abcdef"


def says(by, about, action="hide", reason="wrong", until=None):
    return Advice(by, about, action, reason, until)


def on(advice, *abouts, **word):
    found = effects(advice, Word(US, **word), TODAY)
    return [(one.by, one.action) for one in found.on(*abouts)]


@pytest.mark.parametrize(
    ("action", "hidden", "blocked"),
    [("warn", False, False), ("hide", True, False), ("block", True, True)],
)
def test_what_each_action_does(action, hidden, blocked):
    found = effects([says(LILLE, LENS, action)], Word(US), TODAY)
    assert (LENS in found.hidden(), LENS in found.blocked()) == (hidden, blocked)
    assert [one.action for one in found.on(LENS)] == [action]


def test_the_strongest_is_said_first_and_all_are_said():
    advice = [says(LILLE, LENS, "warn"), says(ARRAS, FICHE, "hide")]
    assert on(advice, FICHE, LENS) == [(ARRAS, "hide"), (LILLE, "warn")]


@pytest.mark.parametrize(("days", "counts"), [(-1, False), (0, True), (1, True)])
def test_the_last_day_is_one(days, counts):
    until = TODAY + timedelta(days=days)
    assert bool(on([says(LILLE, LENS, until=until)], LENS)) == counts


def test_one_s_own_list_counts_before_all_others():
    advice = [says(LILLE, LENS, "block"), says(US, LENS, "warn")]
    assert on(advice, LENS) == [(US, "warn")]
    assert on([says(US, LENS, "hide")], LENS, chosen=frozenset({LENS})) == [(US, "hide")]


@pytest.mark.parametrize("action", ["hide", "block"])
def test_what_people_chose_is_only_warned_of(action):
    chosen = frozenset({LENS})
    assert on([says(LILLE, LENS, action)], LENS, chosen=chosen) == [(LILLE, "warn")]
    assert on([says(LILLE, FICHE, "hide")], FICHE, chosen=chosen) == [(LILLE, "hide")]


def test_what_people_show_is_not_even_warned_of():
    assert on([says(LILLE, FICHE)], FICHE, shown=frozenset({FICHE})) == []


def test_nobody_hides_a_kpa_from_itself():
    assert on([says(LILLE, US, "block"), says(LILLE, f"{US}/3/{'0' * 16}")], US) == []


def test_the_order_of_lists_does_not_matter():
    advice = [says(one, LENS, action) for one in (LILLE, ARRAS) for action in ("warn", "block")]
    assert on(advice, LENS) == on(advice[::-1], LENS)


GOOD = {"about": LENS, "action": "block", "reason": "spam", "until": "2026-12-01"}


def test_an_entry_is_read():
    assert read_advice(LILLE, GOOD) == says(LILLE, LENS, "block", "spam", date(2026, 12, 1))
    assert read_advice(LILLE, {**GOOD, "more": 1}).about == LENS
    assert read_advice(LILLE, {**GOOD, "about": FICHE}).action == "hide"  # there is no such block


@pytest.mark.parametrize(
    "wrong",
    [
        {"about": LENS.upper()},
        {"about": f"{LENS}/04/0123456789abcdef"},
        {"about": [LENS]},
        {"action": "erase"},
        {"action": ["hide"]},
        {"action": {}},
        {"reason": "because"},
        {"reason": {"a": "b"}},
        {"until": "2026-02-30"},
        {"until": "tomorrow"},
        {"until": 20261201},
        {"until": "0000-01-01"},
    ],
)
def test_an_entry_that_makes_no_sense_says_nothing(wrong):
    assert read_advice(LILLE, {**GOOD, **wrong}) is None


@pytest.mark.parametrize(
    "body", [{}, {"origin": 3}, {"origin": LILLE}, {"origin": "A" * 32}, {"origin": LENS + "a"}]
)
def test_a_vouch_that_makes_no_sense_says_nothing(body):
    assert read_vouch(LILLE, body) is None


@pytest.mark.parametrize("address", [3, "ftp://a", "http://" + "a" * 400, "http://é", "", None])
def test_a_hint_that_cannot_be_one_is_left_out(address):
    assert read_vouch(LILLE, {"origin": LENS, "address": address, "name": 3}).address == ""
