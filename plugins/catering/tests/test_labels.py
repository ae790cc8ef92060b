"""The allergen sheet and the labels of an order: today's truth, and what the customer must hear."""

from __future__ import annotations

import pytest

from kpa_catering import labels, orders, pantry
from kpa_catering.allergens import Allergen, Presence
from kpa_catering.settings import Settings
from kpa_core.api import NotFound


@pytest.fixture
def order(moulins):
    menu_id, order_id = moulins.buffet(), moulins.order()
    with moulins.work() as work:
        orders.choose(work, order_id, menu_id, 1500, Settings())
    return order_id


def say(moulins, name, allergen, presence):
    with moulins.work() as work:
        row = next(one for one in pantry.ingredients(work) if one.name == name)
        pantry.declare(work, row.id, allergen, presence, "étiquette")


def sheet(moulins, order_id):
    with moulins.work() as work:
        return labels.sheet_of(work, order_id)


def test_nothing_changed_nothing_is_worse(moulins, order):
    found = sheet(moulins, order)
    assert found.worse == {}
    assert len(found.allergens.dishes) == 8
    with moulins.work() as work:
        assert labels.sheet_of(work, moulins.order()) is None


def test_what_got_worse_since_the_choice_is_named(moulins, order):
    say(moulins, "Dattes en vrac", Allergen.SULPHITES, Presence.CONTAINS)
    worse = sheet(moulins, order).worse
    assert worse
    assert all(keys == ("sulphites",) for keys in worse.values())


def test_an_answer_that_is_better_now_alarms_nobody(moulins, order):
    say(moulins, "Dattes en vrac", Allergen.SULPHITES, Presence.ABSENT)
    found = sheet(moulins, order)
    assert found.worse == {}
    assert found.allergens.whole.answers["sulphites"].presence != "unknown"


def test_a_dish_nobody_was_told_of_is_news():
    from kpa_catering.plan import AllergenSheet, Answer, DishSheet

    answers = {one.value: Answer("absent") for one in Allergen} | {"milk": Answer("contains")}
    new = DishSheet("Flan", answers)
    nothing = AllergenSheet((), new, {})
    assert labels.worse_than(nothing, AllergenSheet((new,), new, {})) == {"Flan": ("milk",)}


def test_the_sheets_are_for_who_may_see_the_order(moulins, order):
    for actor in (moulins.rider, moulins.member):
        with moulins.work(actor) as work, pytest.raises(NotFound):
            labels.sheet_of(work, order)


def test_labels_and_sheet_on_paper(moulins, order):
    here = f"/catering/commandes/{order}"
    with moulins.kpa.client_for(moulins.cook) as cook:
        assert f"{here}/etiquettes" in cook.get(f"/commandes/{order}").text
        shown = cook.get(f"{here}/allergenes").text
        assert shown.count('<th scope="row">') == 14
        assert "a changé depuis" not in shown
        said = cook.get(f"{here}/etiquettes").text
        assert said.count('<li class="card">') == 8
        assert "Contient :" in said
        assert "On ne sait pas pour :" in said
        # Nobody said where anything comes from: no diet is promised.
        assert "Végétarien" not in said
        assert "Sans porc" not in said
        say(moulins, "Dattes en vrac", Allergen.SULPHITES, Presence.CONTAINS)
        assert "a changé depuis" in cook.get(f"{here}/allergenes").text
        assert "a changé depuis" in cook.get(f"{here}/etiquettes").text
