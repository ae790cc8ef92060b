"""Cookbooks come in whole, twice changes nothing, and what is ours stays ours."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from sqlalchemy import func, select

from kpa_catering import kitchen, menus, pantry
from kpa_catering.allergens import Allergen, Presence
from kpa_catering.books import import_cookbook
from kpa_catering.cookbook import example, read_cookbook
from kpa_catering.models import TABLES, IngredientRow, MenuRow
from kpa_catering.plan import plan_for
from kpa_catering.recipes import Pack
from kpa_catering.units import Quantity, Unit
from kpa_core.api import NotFound, Refused

BOOK = example()


def take_in(moulins, book=BOOK, activity=..., actor=None):
    here = moulins.catering if activity is ... else activity
    with moulins.work(actor) as work:
        return import_cookbook(work, book, here, vat_rate_bp=1000)


def rows(moulins):
    with moulins.kpa.work() as work:
        return {
            model.__tablename__: work.session.scalar(select(func.count()).select_from(model))
            for model in TABLES
        }


def test_the_example_comes_in_whole(moulins):
    done = take_in(moulins)
    assert (done.new, done.kept, len(done.menus)) == (32 + 11 + 8 + 1, [], 1)
    with moulins.work() as work:
        row = menus.find_menu(work, done.menus[0].id)
        for guests in (40, 41):
            assert menus.plan_of(row, guests) == plan_for(BOOK.menus["buffet-oriental"], guests)
        assert menus.plan_of(row, 40).cost.total_cents == 19_800
        assert (row.price_per_guest_cents, row.vat_rate_bp) == (None, 1000)


def test_importing_twice_changes_nothing(moulins):
    first = take_in(moulins)
    counts = rows(moulins)
    second = take_in(moulins)
    assert rows(moulins) == counts
    assert (second.new, len(second.kept)) == (0, 52)
    assert second.menus[0].id == first.menus[0].id


def test_answers_that_came_in_a_file_are_nobody_s_word(moulins):
    take_in(moulins)
    with moulins.work() as work:
        dates = next(one for one in pantry.ingredients(work) if one.name == "Dattes en vrac")
        assert {one.said_by for one in dates.declarations} == {None}
        assert {one.source for one in dates.declarations} == {"carnet de recettes"}
        assert Allergen.SULPHITES.value not in {one.allergen for one in dates.declarations}


def test_our_price_and_our_answers_win(moulins):
    with moulins.work() as work:
        ours = pantry.add_ingredient(work, "AIL", Pack(Quantity(Fraction(100), Unit.G), "tête", 90))
        pantry.declare(work, ours.id, Allergen.SULPHITES, Presence.CONTAINS, "vendeur")
    done = take_in(moulins)
    with moulins.work() as work:
        plan = menus.plan_of(menus.find_menu(work, done.menus[0].id), 40)
    assert done.kept == ["AIL"]
    assert next(line for line in plan.bought if line.name == "AIL").cost_cents == 180
    assert plan.allergens.whole.answers["sulphites"].presence == "contains"


def test_our_pack_must_fit_their_recipe_or_nothing_comes_in(moulins):
    with moulins.work() as work:
        pantry.add_ingredient(work, "Ail", Pack(Quantity(Fraction(1), Unit.PIECE), "tête", 90))
    counts = rows(moulins)
    with pytest.raises(Refused, match=r"Ail : on ne sait pas passer de « g » à « piece »"):
        take_in(moulins)
    assert rows(moulins) == counts


def test_menus_need_an_activity_of_ours(moulins):
    counts = rows(moulins)
    with pytest.raises(Refused) as refusal:
        take_in(moulins, activity=None)
    assert refusal.value.field == "activity_id"
    with pytest.raises(NotFound):
        take_in(moulins, activity=moulins.bikes)
    with pytest.raises(NotFound):
        take_in(moulins, actor=moulins.member)
    assert rows(moulins) == counts


def test_those_who_make_menus_and_do_not_cook_take_no_book_in(moulins):
    counts = rows(moulins)
    treasurer = moulins.kpa.person("Ali", ("treasurer", {"activity_id": moulins.catering}))
    for actor in (treasurer, moulins.member):
        with pytest.raises(NotFound):
            take_in(moulins, replace(BOOK, menus={}), activity=None, actor=actor)
    with pytest.raises(NotFound):
        take_in(moulins, actor=treasurer)
    assert rows(moulins) == counts


def test_a_book_without_menus_needs_no_activity(moulins):
    text = """
        format = "kpa-catering-cookbook/1"
        lang = "fr"
        licence = "CC0-1.0"
        [[ingredient]]
        key = "the"
        name = "Thé vert"
        size = 0.25
        unit = "kg"
    """
    assert take_in(moulins, read_cookbook(text), activity=None).new == 1
    with moulins.work() as work:
        (tea,) = pantry.ingredients(work)
        assert (tea.price_cents, tea.priced_on, tea.declarations) == (None, None, [])
        assert kitchen.recipes(work) == []


def test_prices_that_come_in_count_as_today_s(moulins):
    take_in(moulins)
    with moulins.work() as work:
        assert set(work.session.scalars(select(IngredientRow.priced_on))) == {work.today}
        assert work.session.scalar(select(func.count()).select_from(MenuRow)) == 1
