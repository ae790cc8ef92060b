"""Whom to follow by recommendation: every promise of the rule, alone."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpa_federation.peers.choosing import VILLAGE
from kpa_federation.trust.saying import Vouch
from kpa_federation.trust.welcoming import MOST, Known, needed, welcome


def vouches(*pairs):
    return [Vouch(by, origin) for by, origin in (pair.split(">") for pair in pairs)]


def known(chosen="", closed="", paused="", welcomed=""):
    return Known(
        frozenset(chosen.split()),
        frozenset(closed.split()),
        frozenset(paused.split()),
        welcomed.split(),
    )


def town_of(count):
    return " ".join(f"n{number}" for number in range(count))


def test_in_a_village_one_recommendation_is_enough():
    found = welcome(known("a"), ["c"], vouches("a>c"))
    assert {origin: (one.step, one.by) for origin, one in found.items()} == {"c": (1, ("a",))}


@pytest.mark.parametrize(
    "case",
    [
        ("by nobody", known("a"), []),
        ("by a stranger", known("a"), ["x>c"]),
        ("by itself", known("a"), ["c>c"]),
        ("by one that is suspended or blocked", known("a", closed="x"), ["x>c"]),
        ("by one that a list stops", known("a", paused="x", welcomed="x"), ["a>x", "x>c"]),
        ("although it is suspended or blocked here", known("a", closed="c"), ["a>c"]),
        ("although a list stops it", known("a", paused="c"), ["a>c"]),
        ("in a ring of strangers", known("a"), ["x>c", "c>x"]),
        ("three steps away", known("a", welcomed="x y"), ["a>x", "x>y", "y>c"]),
    ],
    ids=lambda case: case[0],
)
def test_nobody_comes_in(case):
    _, before, said = case
    assert "c" not in welcome(before, ["c", "x", "y"], vouches(*said))


def test_a_choice_of_people_is_never_touched():
    assert welcome(known("a c", closed="x"), [], vouches("a>c", "a>x")) == {}


def test_nobody_is_said_to_recommend_itself():
    assert welcome(known("a"), ["c"], vouches("a>c", "c>c"))["c"].by == ("a",)


def test_two_steps_are_near_enough():
    found = welcome(known("a"), ["c", "b"], vouches("a>b", "b>c"))
    assert {origin: one.step for origin, one in found.items()} == {"b": 1, "c": 2}


def test_above_a_village_two_must_recommend():
    many = known(town_of(VILLAGE))
    assert welcome(many, ["c"], vouches("n0>c")) == {}
    assert welcome(many, ["c"], vouches("n0>c", "n0>c")) == {}  # twice the same is one
    assert set(welcome(many, ["c"], vouches("n0>c", "n7>c"))) == {"c"}
    assert set(welcome(known(town_of(VILLAGE - 1)), ["c"], vouches("n0>c"))) == {"c"}


def test_the_nearer_of_two_steps_count_above_a_village():
    """Both recommendations must come from within one step: two steps is where it ends."""
    many = known(town_of(VILLAGE), welcomed="x y")
    said = vouches("n0>x", "n1>x", "x>y", "n0>y", "y>c", "x>c")
    found = welcome(many, ["c"], said)
    assert {origin: one.step for origin, one in found.items()} == {"x": 1, "y": 1, "c": 2}


def test_who_came_in_stays_while_one_recommendation_is_left():
    many = known(town_of(VILLAGE), welcomed="c")
    assert set(welcome(many, [], vouches("n0>c"))) == {"c"}
    assert welcome(many, [], []) == {}


def test_whoever_came_in_through_one_who_went_goes_too():
    before = known("a", closed="b", welcomed="c d")
    assert welcome(before, [], vouches("a>b", "b>c", "c>d")) == {}


def test_two_that_recommend_each_other_do_not_hold_each_other():
    assert welcome(known("a", welcomed="c d"), [], vouches("c>d", "d>c")) == {}


def test_a_flood_of_recommendations_fills_a_village_and_no_more():
    many = [f"s{number:03d}" for number in range(1000)]
    said = [Vouch("a", one) for one in many] + [Vouch(one, f"t{one}") for one in many]
    found = welcome(known("a b"), [*many, *(f"t{one}" for one in many)], said)
    assert len(found) == VILLAGE - 2
    assert list(found) == many[: VILLAGE - 2]


def test_two_that_conspire_bring_a_bounded_number():
    puppets = [f"s{number:04d}" for number in range(1200)]
    said = [Vouch(by, one) for by in ("a", "b") for one in puppets]
    assert len(welcome(known("a b"), puppets, said)) == MOST
    after = known("a b", welcomed=" ".join(puppets[:MOST]))
    assert len(welcome(after, puppets[MOST:], said)) == MOST


def test_the_order_of_what_is_said_does_not_matter():
    said = vouches("a>b", "a>c", "b>d", "c>d")
    found = [welcome(known("a"), ["b", "c", "d"], one) for one in permutations(said)]
    assert all(one == found[0] for one in found)


def test_how_many_are_needed():
    assert [needed(count) for count in (1, VILLAGE, VILLAGE + 1, 5000)] == [1, 1, 2, 2]


NAMES = st.sampled_from([f"k{number}" for number in range(24)])
SAID = st.lists(st.builds(Vouch, NAMES, NAMES), max_size=80)


@given(st.frozensets(NAMES), st.frozensets(NAMES), st.frozensets(NAMES), st.lists(NAMES), SAID)
def test_whatever_is_said(chosen, closed, paused, welcomed, said):
    closed -= chosen
    before = Known(chosen, closed, paused, welcomed)
    found = welcome(before, [f"k{number}" for number in range(24)], said)
    assert not found.keys() & (chosen | closed | paused)
    pairs = {(one.by, one.origin) for one in said if one.by != one.origin}
    steps = dict.fromkeys(chosen, 0) | {origin: one.step for origin, one in found.items()}
    for origin, one in found.items():
        assert 1 <= one.step <= 2
        assert any(steps[by] == one.step - 1 or steps[by] < one.step for by in one.by)
        assert all((by, origin) in pairs and steps[by] < 2 for by in one.by)
    after = Known(chosen, closed, paused, list(found))
    assert set(found) <= set(welcome(after, [], said))  # whoever came in stays
