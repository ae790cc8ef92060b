"""Unknown is not absent, and the worst presence wins."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpa_catering.allergens import (
    NOTHING_SAID,
    Allergen,
    Finding,
    Presence,
    declare,
    questions,
    roll_up,
    worst,
)
from kpa_catering.recipes import (
    Component,
    Dish,
    Ingredient,
    Menu,
    Pack,
    Recipe,
    RecipeLine,
    Serving,
)
from kpa_catering.units import Quantity, Unit
from kpa_core.api import Refused

ABSENT, TRACES, UNKNOWN, CONTAINS = Presence
ALL_ABSENT = declare({}, rest=ABSENT)

presences = st.sampled_from(Presence)
sheets = st.fixed_dictionaries(dict.fromkeys(Allergen, presences))
named_sheets = st.lists(st.tuples(st.sampled_from("abcdef"), sheets), max_size=6)


def ingredient(name, sheet):
    return Ingredient(name, name, Pack(Quantity(1, Unit.KG)), allergens=sheet)


def recipe(name, *sheets_):
    lines = (
        RecipeLine(ingredient(f"{name} {n}", sheet), Quantity(1, Unit.G))
        for n, sheet in enumerate(sheets_)
    )
    return Recipe(name, name, 10, tuple(lines))


def dish(name, *recipes):
    return Dish(name, name, tuple(Component(recipe) for recipe in recipes))


def test_the_list_of_the_law_is_whole_in_its_order_and_has_words():
    assert ", ".join(allergen.value for allergen in Allergen) == (
        "gluten, crustaceans, eggs, fish, peanuts, soy, milk, nuts, celery, mustard, sesame,"
        " sulphites, lupin, molluscs"
    )
    assert len({allergen.label for allergen in Allergen}) == 14
    assert len({presence.label for presence in Presence}) == 4


ROLL_UPS = {
    "one contains": ((ABSENT, UNKNOWN, TRACES, CONTAINS), CONTAINS),
    "one unknown, none contains": ((ABSENT, TRACES, UNKNOWN), UNKNOWN),
    "traces and declared absent": ((TRACES, ABSENT), TRACES),
    "all declared absent": ((ABSENT, ABSENT), ABSENT),
    "nobody declared": ((), UNKNOWN),
}


@pytest.mark.parametrize(("said", "result"), ROLL_UPS.values(), ids=ROLL_UPS)
def test_the_worst_presence_wins_whatever_the_order(said, result):
    assert {worst(order) for order in permutations(said)} == {result}


@given(presences, presences, presences)
def test_worst_is_a_join(a, b, c):
    assert worst([a, a]) is a
    assert worst([a, b]) is worst([b, a])
    assert worst([worst([a, b]), c]) is worst([a, worst([b, c])])
    assert worst([a, CONTAINS]) is CONTAINS
    assert worst([a, ABSENT]) is a


@given(named_sheets)
def test_declared_absent_only_when_every_ingredient_declares_it(pairs):
    for allergen, finding in roll_up(pairs).items():
        said = [sheet[allergen] for _, sheet in pairs]
        assert (finding.presence is ABSENT) == (bool(said) and set(said) == {ABSENT})
        assert (finding.presence is CONTAINS) == (CONTAINS in said)
        if UNKNOWN in said:
            assert finding.presence in (UNKNOWN, CONTAINS)


@given(named_sheets, st.tuples(st.sampled_from("abcdef"), sheets))
def test_one_more_ingredient_never_makes_a_dish_safer(pairs, more):
    badness = list(Presence).index
    before, after = roll_up(pairs), roll_up([*pairs, more])
    if pairs:
        assert all(badness(after[a].presence) >= badness(before[a].presence) for a in Allergen)


@given(named_sheets, named_sheets)
def test_a_menu_is_as_bad_as_its_worst_dish(first, second):
    if first and second:
        whole = roll_up(first + second)
        parts = (roll_up(first), roll_up(second))
        for a in Allergen:
            assert whole[a].presence is worst(part[a].presence for part in parts)


@given(named_sheets)
def test_a_finding_names_the_ingredients_that_decide_it(pairs):
    for allergen, finding in roll_up(pairs).items():
        deciding = {name for name, sheet in pairs if sheet[allergen] is finding.presence}
        expected = set() if finding.presence is ABSENT else deciding
        assert set(finding.because_of) == expected
        assert list(finding.because_of) == sorted(expected)


def test_what_nobody_said_is_unknown():
    sheet = declare({CONTAINS: [Allergen.MILK], ABSENT: [Allergen.FISH]})
    assert sheet[Allergen.MILK] is CONTAINS
    assert sheet[Allergen.FISH] is ABSENT
    assert {sheet[a] for a in Allergen} - {CONTAINS, ABSENT} == {UNKNOWN}
    assert set(NOTHING_SAID.values()) == {UNKNOWN}


def test_the_rest_is_absent_only_when_somebody_says_so():
    sheet = declare({CONTAINS: [Allergen.MILK]}, rest=ABSENT)
    assert [a for a in Allergen if sheet[a] is not ABSENT] == [Allergen.MILK]


@pytest.mark.parametrize("rest", [CONTAINS, TRACES])
def test_nothing_is_spread_over_the_rest_by_mistake(rest):
    with pytest.raises(Refused, match="le reste"):
        declare({}, rest=rest, of="Tahin")


def test_two_answers_for_one_allergen_are_refused_by_name():
    with pytest.raises(Refused, match="Tahin : deux réponses pour « sesame »"):
        declare({CONTAINS: [Allergen.SESAME], ABSENT: [Allergen.SESAME]}, of="Tahin")


def test_a_sheet_cannot_be_changed_behind_a_dish():
    with pytest.raises(TypeError):
        ALL_ABSENT[Allergen.MILK] = CONTAINS


def test_a_dish_joins_its_recipes_and_a_menu_its_dishes():
    milk = declare({CONTAINS: [Allergen.MILK]}, rest=ABSENT)
    cake, tea = (
        dish("cake", recipe("cake", ALL_ABSENT, milk)),
        dish("tea", recipe("tea", ALL_ABSENT)),
    )
    menu = Menu("m", "m", (Serving(cake), Serving(tea)))
    assert tea.allergens()[Allergen.MILK] == Finding(ABSENT, ())
    assert menu.allergens()[Allergen.MILK] == Finding(CONTAINS, ("cake 1",))
    assert menu.allergens()[Allergen.FISH] == Finding(ABSENT, ())


HALF_WRITTEN = {
    "a dish without a recipe": dish("soup"),
    "a dish with an empty recipe": dish("soup", recipe("stock")),
    "a full recipe beside an empty one": dish("soup", recipe("stock"), recipe("bread", ALL_ABSENT)),
}


@pytest.mark.parametrize("half", HALF_WRITTEN.values(), ids=HALF_WRITTEN)
def test_what_is_half_written_is_never_declared_absent(half):
    menu = Menu("m", "m", (Serving(dish("tea", recipe("tea", ALL_ABSENT))), Serving(half)))
    assert {finding.presence for finding in half.allergens().values()} == {UNKNOWN}
    assert {finding.presence for finding in menu.allergens().values()} == {UNKNOWN}


def test_an_empty_menu_knows_nothing():
    assert {f.presence for f in Menu("m", "m").allergens().values()} == {UNKNOWN}


def test_questions_are_those_whose_answer_can_change_the_dish():
    dates = declare({UNKNOWN: [Allergen.SULPHITES, Allergen.MILK]}, rest=ABSENT)
    butter = declare({CONTAINS: [Allergen.MILK]}, rest=ABSENT)
    asked = questions(roll_up([("Dattes", dates), ("Beurre", butter)]))
    assert asked == {"Dattes": (Allergen.SULPHITES,)}
    assert questions(roll_up([("Beurre", butter)])) == {}
