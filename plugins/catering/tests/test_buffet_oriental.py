"""The example that the plugin ships, with the figures the main scenario relies on."""

from pathlib import Path

import pytest

from kpa_catering.allergens import Allergen, Presence, questions
from kpa_catering.cookbook import example
from kpa_catering.recipes import Span
from kpa_catering.scaling import batches, purchase_list, usual_time
from kpa_catering.units import Quantity, Unit


@pytest.fixture(scope="module")
def book():
    return example()


@pytest.fixture(scope="module")
def buffet(book):
    return book.menus["buffet-oriental"]


def test_purchases_for_40_cost_198_euros(buffet):
    cost = purchase_list(buffet, 40).cost
    assert (cost.total_cents, cost.missing) == (19800, ())


def test_the_41st_guest_opens_three_packs(buffet):
    at_40 = {p.ingredient.key: p.packs for p in purchase_list(buffet, 40).purchases}
    at_41 = {p.ingredient.key: p.packs for p in purchase_list(buffet, 41).purchases}
    opened = {key: packs - at_40[key] for key, packs in at_41.items() if packs != at_40[key]}
    assert opened == {"pain": 1, "feuilles-brick": 1, "menthe": 1}
    assert purchase_list(buffet, 41).cost.total_cents == 19800 + 145 + 175 + 95


def test_the_cost_per_guest_stays_that_of_a_real_buffet(buffet):
    for guests in (20, 40, 80, 120):
        assert 400 <= purchase_list(buffet, guests).cost.total_cents // guests <= 700


def test_semolina_and_chickpeas_are_shared_between_dishes(buffet):
    by_key = {p.ingredient.key: p for p in purchase_list(buffet, 40).purchases}
    assert by_key["semoule"].packs == 1
    assert by_key["pois-chiches"].packs == 2


def test_one_guest_in_four_eats_no_chicken(buffet):
    by_key = {batch.recipe.key: batch for batch in batches(buffet, 40)}
    assert by_key["poulet-citron"].portions == 30
    assert by_key["pain-rond"].lines[0][1] == Quantity(60, Unit.PIECE)


def test_usual_work_for_40_is_27_to_33_hours(buffet):
    assert usual_time(buffet, 40) == Span(27 * 60, 33 * 60)


def test_allergens_of_the_buffet_and_the_one_question_left(buffet):
    said = {allergen: finding.presence for allergen, finding in buffet.allergens().items()}
    by_presence = {p: {a.value for a in Allergen if said[a] is p} for p in Presence}
    assert by_presence == {
        Presence.CONTAINS: {"gluten", "eggs", "milk", "nuts", "sesame"},
        Presence.TRACES: {"peanuts", "soy", "celery", "mustard"},
        Presence.UNKNOWN: {"sulphites"},
        Presence.ABSENT: {"crustaceans", "fish", "lupin", "molluscs"},
    }
    assert questions(buffet.allergens()) == {"Dattes en vrac": (Allergen.SULPHITES,)}


def test_each_dish_answers_for_itself(book):
    tea, bread = book.dishes["the-menthe"], book.dishes["houmous-pain"]
    assert {f.presence for f in tea.allergens().values()} == {Presence.ABSENT}
    assert bread.allergens()[Allergen.GLUTEN].because_of == ("Pain rond",)


def test_every_record_is_used_and_every_recipe_says_how(book, buffet):
    cooked = {batch.recipe.key for batch in batches(buffet, 1)}
    bought = {purchase.ingredient.key for purchase in purchase_list(buffet, 1).purchases}
    assert cooked == set(book.recipes)
    assert bought == set(book.ingredients)
    assert all(recipe.steps for recipe in book.recipes.values())


def test_steps_are_short_sentences(book):
    steps = [step for recipe in book.recipes.values() for step in recipe.steps]
    sentences = [s for step in steps for s in step.split(". ")]
    assert max(len(sentence.split()) for sentence in sentences) <= 16


def test_the_readme_tells_the_figures_of_this_example(book, buffet):
    readme = (Path(__file__).parent.parent / "README.md").read_text("utf-8")
    at_40, at_41 = (purchase_list(buffet, guests).cost.total_cents for guests in (40, 41))
    assert f"{at_40 / 100:.2f} € for 40 guests and {at_41 / 100:.2f} € for 41" in readme
    counts = (len(book.ingredients), len(book.recipes), len(book.dishes))
    assert "{} ingredients, {} recipes, {} dishes".format(*counts) in readme
