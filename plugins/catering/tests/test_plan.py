"""A plan is the same after it was kept, and never says more than is known."""

import json
from dataclasses import replace

from kpa_catering.allergens import Allergen
from kpa_catering.cookbook import example
from kpa_catering.plan import Plan, allergen_sheet, cooking_sheet, plan_for
from kpa_catering.recipes import Dish, Menu, Serving
from kpa_catering.scaling import needs

BUFFET = example().menus["buffet-oriental"]


def test_a_kept_plan_is_read_back_whole():
    for menu in (BUFFET, replace(BUFFET, work_time=None)):
        plan = plan_for(menu, 40)
        assert Plan.kept(json.loads(json.dumps(plan.to_keep()))) == plan


def test_what_is_needed_and_what_is_left_add_up_to_what_is_bought():
    for line in plan_for(BUFFET, 41).bought:
        assert line.needed + line.left_over == line.packs * line.size
        assert 0 <= line.left_over < line.size


def test_what_is_needed_is_never_rounded_down():
    exact = {i.name: quantity.amount * 1000 for i, quantity in needs(BUFFET, 41).items()}
    for line in plan_for(BUFFET, 41).bought:
        assert 0 <= line.needed - exact[line.name] < 1


def test_the_plan_of_40_says_what_the_market_costs():
    plan = plan_for(BUFFET, 40)
    assert (plan.cost.total_cents, plan.minutes) == (19_800, (27 * 60, 33 * 60))
    assert plan.allergens.questions == {"Dattes en vrac": ("sulphites",)}


def test_a_menu_that_is_not_finished_says_nothing_is_absent():
    sheet = allergen_sheet(Menu("m", "Demain", (Serving(Dish("d", "Surprise")),)))
    assert {answer.presence for answer in sheet.whole.answers.values()} == {"unknown"}
    assert set(sheet.questions["Surprise"]) == {allergen.value for allergen in Allergen}
    assert {one.presence for one in allergen_sheet(Menu("m", "Rien")).whole.answers.values()} == {
        "unknown"
    }


def test_the_kitchen_cooks_each_recipe_once():
    cooked = {one.name: one for one in cooking_sheet(BUFFET, 40)}
    assert len(cooked) == 11
    assert cooked["Pain"].portions == 40_000
    assert cooked["Pain"].lines == (("Pain rond", 60_000, "piece"),)
    assert cooked["Poulet rôti au citron"].portions == 30_000
