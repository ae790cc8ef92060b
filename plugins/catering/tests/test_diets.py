"""Diets are derived or declared, and never claimed when one thing is unknown."""

from __future__ import annotations

from fractions import Fraction

import pytest

from kpa_catering import menus, pantry, people
from kpa_catering.allergens import NOTHING_SAID, Allergen, Presence, declare
from kpa_catering.diets import Diet, Origin, suits, verdict
from kpa_catering.recipes import Component, Dish, Ingredient, Pack, Recipe, RecipeLine
from kpa_catering.units import Quantity, Unit

G = Quantity(Fraction(100), Unit.G)
P, A, F, K = Origin.PLANT, Origin.ANIMAL, Origin.FLESH, Origin.PORK
TABLE = [
    (Diet.NO_PORK, {P: True, A: True, F: True, K: False, None: None}),
    (Diet.VEGETARIAN, {P: True, A: True, F: False, K: False, None: None}),
    (Diet.VEGAN, {P: True, A: False, F: False, K: False, None: None}),
    (Diet.NO_GLUTEN, dict.fromkeys((P, A, F, K, None), None)),
]


@pytest.mark.parametrize(("diet", "said"), TABLE)
def test_what_an_origin_says(diet, said):
    assert {one: suits(diet, one, NOTHING_SAID) for one in said} == said


def sheet(allergen, presence):
    return declare({presence: [allergen]})


@pytest.mark.parametrize(
    ("allergen", "vegetarian", "vegan"),
    [
        (Allergen.MILK, True, False),
        (Allergen.EGGS, True, False),
        (Allergen.FISH, False, False),
        (Allergen.CRUSTACEANS, False, False),
        (Allergen.MOLLUSCS, False, False),
        (Allergen.SOY, True, True),
    ],
)
def test_a_declared_allergen_wins_over_an_origin(allergen, vegetarian, vegan):
    label = sheet(allergen, Presence.CONTAINS)
    assert suits(Diet.VEGETARIAN, P, label) is vegetarian
    assert suits(Diet.VEGAN, P, label) is vegan


@pytest.mark.parametrize(
    ("presence", "said"),
    [
        (Presence.ABSENT, True),
        (Presence.CONTAINS, False),
        (Presence.TRACES, None),
        (Presence.UNKNOWN, None),
    ],
)
def test_without_gluten_is_verified_or_not_said(presence, said):
    assert suits(Diet.NO_GLUTEN, P, sheet(Allergen.GLUTEN, presence)) is said


def dish(*origins):
    lines = tuple(
        RecipeLine(Ingredient(f"i{n}", f"I{n}", Pack(G), origin=one), G)
        for n, one in enumerate(origins)
    )
    return Dish("d", "Plat", (Component(Recipe("r", "R", 1, lines)),))


def test_one_no_is_no_and_one_unknown_is_unknown():
    assert verdict(Diet.VEGAN, [dish(P, P)]).suits is True
    found = verdict(Diet.VEGAN, [dish(P, None)])
    assert (found.suits, found.because_of) == (None, ("I1",))
    found = verdict(Diet.VEGAN, [dish(None, A)])
    assert (found.suits, found.because_of) == (False, ("I1",))
    assert verdict(Diet.VEGAN, []).suits is None
    assert verdict(Diet.VEGAN, [Dish("d", "Vide")]).suits is None
    assert verdict(Diet.VEGAN, [dish(P), Dish("e", "Vide")]).suits is None
    assert verdict(Diet.VEGAN, [dish()]).suits is None


def test_said_on_a_page_kept_shown_and_taken_back(moulins):
    menu_id = moulins.buffet()
    with moulins.work() as work:
        garlic = next(one.id for one in pantry.ingredients(work) if one.name == "Ail")
        for one in pantry.ingredients(work):
            pantry.say_origin(work, one.id, Origin.PLANT)
    with moulins.work() as work:
        said = menus.diets_of(menus.find_menu(work, menu_id))
        assert all(one["Sans porc"].suits for _, one in said)
        assert any(one["Végan"].suits is False for _, one in said)
    page = f"/catering/ingredients/{garlic}"
    with moulins.kpa.client_for(moulins.cook) as cook:
        assert "Porc, ou avec" in cook.submit(f"{page}/origine", origin="pork").text
        assert "Ail" in cook.get(f"/catering/menus/{menu_id}/regimes").text
        assert "Aucun régime" in cook.submit(f"{page}/origine", origin="unknown").text
    with moulins.work() as work:
        said = menus.diets_of(menus.find_menu(work, menu_id))
        assert any(one["Sans porc"].because_of == ("Ail",) for _, one in said)


def test_who_said_it_is_told_and_forgotten(moulins):
    moulins.buffet()
    with moulins.work() as work:
        row = pantry.ingredients(work)[0]
        pantry.say_origin(work, row.id, Origin.PLANT)
    with moulins.kpa.work() as work, work.transaction() as session:
        assert any(
            "Plante" in one.value for one in people.answers_of(session, moulins.cook.party_id)
        )
        people.forget_person(session, moulins.cook.party_id)
        assert not list(people.answers_of(session, moulins.cook.party_id))
