"""Ingredients, recipes and dishes as people write them, one question at a time."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from uuid import uuid4

import pytest
from sqlalchemy import select

from kpa_catering import kitchen, pantry, stored
from kpa_catering.allergens import Allergen, Presence
from kpa_catering.models import DeclarationRow, IngredientRow
from kpa_catering.recipes import Pack
from kpa_catering.settings import Settings
from kpa_catering.units import Quantity, Unit
from kpa_core.api import Conflict, KpaError, NotFound, Refused


def of(amount, unit):
    return Quantity(Fraction(amount), Unit(unit))


BOX = Pack(of(1, "kg"), "boîte", 279)


def add(work, name="Pois chiches", pack=BOX):
    return pantry.add_ingredient(work, name, pack)


def test_an_ingredient_keeps_its_pack_its_price_and_the_day(moulins):
    with moulins.work() as work:
        row = add(work, "Thé vert", Pack(of(Decimal("0.25"), "kg"), "sachet", 310))
        assert stored.ingredient(row).pack == Pack(of(Decimal("0.25"), "kg"), "sachet", 310)
        assert (row.priced_on, row.created_by) == (work.today, moulins.cook.party_id)
        free = add(work, "Menthe du jardin", Pack(of(1, "piece"), "botte", 0))
        unknown = add(work, "Dattes", Pack(of(1, "kg")))
        assert (free.price_cents, unknown.price_cents, unknown.priced_on) == (0, None, None)


@pytest.mark.parametrize("other", ["pois  chiches", "POIS CHICHES", "Pois-chiches"])
def test_one_ingredient_has_one_card(moulins, other):
    with moulins.work() as work:
        add(work)
        with pytest.raises(Conflict, match="« Pois chiches » existe déjà"):
            add(work, other)
        assert len(pantry.ingredients(work)) == 1


def test_a_name_can_be_written_better(moulins):
    with moulins.work() as work:
        row = add(work, "pois chiche")
        pantry.rename_ingredient(work, row.id, row.version, "Pois chiche")
        assert row.name == "Pois chiche"
        with pytest.raises(Conflict, match="Quelqu'un d'autre"):
            pantry.rename_ingredient(work, row.id, 1, "Pois")


def test_a_price_seen_today_is_dated_today(moulins):
    with moulins.work() as work:
        row = add(work, "Ail", Pack(of(250, "g")))
        pantry.price_ingredient(work, row.id, row.version, Pack(of(250, "g"), "tresse", 185))
        assert (row.price_cents, row.priced_on) == (185, work.today)
        pantry.price_ingredient(work, row.id, row.version, Pack(of(250, "g"), "tresse"))
        assert (row.price_cents, row.priced_on) == (None, None)


def test_a_price_is_old_only_past_the_days_of_the_settings(moulins):
    with moulins.work() as work:
        row = add(work)
        on_the_day = row.priced_on + timedelta(days=180)
        assert not pantry.is_old(row, on_the_day, Settings())
        assert pantry.is_old(row, on_the_day + timedelta(days=1), Settings())


def test_the_database_holds_a_price_to_its_day(moulins):
    with moulins.work() as work:
        row_id = add(work).id
        with pytest.raises(Conflict) as refusal, work.transaction() as session:
            session.get_one(IngredientRow, row_id).priced_on = None
    assert "price_has_a_day" in str(refusal.value.__cause__)


def test_a_recipe_measures_in_the_units_its_ingredient_knows(moulins):
    with moulins.work() as work:
        lemons = add(work, "Citrons", Pack(of(8, "piece"), "filet", 289))
        recipe = kitchen.add_recipe(work, "Citronnade", 20)
        with pytest.raises(Refused, match="Écris une égalité") as refusal:
            kitchen.add_line(work, recipe.id, lemons.id, of(1, "l"))
        assert refusal.value.field == "unit"
        pantry.add_equivalence(work, lemons.id, of(1, "piece"), of(4, "cl"))
        kitchen.add_line(work, recipe.id, lemons.id, of(1, "l"), 50)
        (line,) = stored.recipe(recipe).lines
    assert line.to_buy() == of(50, "piece")


def test_what_a_recipe_counts_on_cannot_be_taken_away(moulins):
    with moulins.work() as work:
        lemons = add(work, "Citrons", Pack(of(8, "piece"), "filet", 289)).id
        same = pantry.add_equivalence(work, lemons, of(1, "piece"), of(4, "cl")).equivalences[0].id
        recipe = kitchen.add_recipe(work, "Citronnade", 20).id
        line = kitchen.add_line(work, recipe, lemons, of(1, "l")).id
        with pytest.raises(Refused, match="« Citronnade » ne pourrait plus être comptée"):
            pantry.remove_equivalence(work, same)
        with pytest.raises(Refused, match="« Citronnade » ne pourrait plus"):
            pantry.price_ingredient(work, lemons, 1, Pack(of(1, "kg")))
    with moulins.work() as work:
        assert pantry.find_ingredient(work, lemons).pack_unit == "piece"
        kitchen.remove_line(work, line)
        assert pantry.remove_equivalence(work, same).equivalences == []


REFUSED_EQUIVALENCES = {
    "one sort of unit": (of(1, "kg"), of(1000, "g")),
    "nothing": (of(0, "piece"), of(120, "g")),
    "finer than a thousandth": (of(Fraction(1, 10_000), "piece"), of(120, "g")),
    "a tonne too much": (of(1, "piece"), of(1_000_001, "g")),
}


@pytest.mark.parametrize("sides", REFUSED_EQUIVALENCES.values(), ids=REFUSED_EQUIVALENCES)
def test_refused_equivalences(moulins, sides):
    with moulins.work() as work:
        row_id = add(work, "Concombres", Pack(of(1, "piece"))).id
        with pytest.raises(Refused):
            pantry.add_equivalence(work, row_id, *sides)
    with moulins.work() as work:
        assert pantry.find_ingredient(work, row_id).equivalences == []


def test_two_equivalences_of_the_same_units_would_contradict(moulins):
    with moulins.work() as work:
        row = add(work, "Concombres", Pack(of(1, "piece")))
        pantry.add_equivalence(work, row.id, of(1, "piece"), of(400, "g"))
        with pytest.raises(Refused, match="trop d'égalités"):
            pantry.add_equivalence(work, row.id, of(300, "g"), of(1, "piece"))


def test_an_answer_says_who_when_and_from_what(moulins):
    with moulins.work() as work:
        row = add(work)
        assert pantry.next_question(row) is Allergen.GLUTEN
        pantry.declare(work, row.id, Allergen.GLUTEN, Presence.TRACES, "étiquette")
        (said,) = row.declarations
        assert (said.said_by, said.said_on, said.source) == (
            moulins.cook.party_id,
            work.today,
            "étiquette",
        )
        sheet = stored.sheet(row)
        assert sheet[Allergen.GLUTEN] is Presence.TRACES
        assert sheet[Allergen.MILK] is Presence.UNKNOWN
        assert pantry.next_question(row) is Allergen.CRUSTACEANS
        assert pantry.next_question(row, after=Allergen.MOLLUSCS) is None


def test_an_answer_can_be_changed_and_taken_back(moulins):
    with moulins.work() as work:
        row = add(work)
        for presence in (Presence.ABSENT, Presence.CONTAINS):
            pantry.declare(work, row.id, Allergen.NUTS, presence, "vendeur")
        assert [one.presence for one in row.declarations] == ["contains"]
        pantry.declare(work, row.id, Allergen.NUTS, Presence.UNKNOWN, "")
        assert list(work.session.scalars(select(DeclarationRow))) == []


@pytest.mark.parametrize("source", ["", "  ", "a" * 121])
def test_nothing_is_known_without_a_source(moulins, source):
    with moulins.work() as work:
        row_id = add(work).id
        with pytest.raises(Refused, match="comment on le sait"):
            pantry.declare(work, row_id, Allergen.NUTS, Presence.ABSENT, source)
    with moulins.work() as work:
        assert pantry.find_ingredient(work, row_id).declarations == []


def test_a_recipe_is_written_one_question_at_a_time(moulins):
    with moulins.work() as work:
        row = kitchen.add_recipe(work, "Houmous", 20)
        kitchen.add_line(work, row.id, add(work).id, of(1, "kg"), 220)
        kitchen.add_line(work, row.id, add(work, "Sésame").id, of(300, "g"))
        kitchen.change_recipe(work, row.id, row.version, "Houmous", 24, [" Mixe. ", "", "Sers."])
        recipe = stored.recipe(row)
    assert (recipe.portions, recipe.steps) == (24, ("Mixe.", "Sers."))
    assert [line.ingredient.name for line in recipe.lines] == ["Pois chiches", "Sésame"]
    assert recipe.lines[0].yield_percent == 220


REFUSED_LINES = {
    "nothing": (of(0, "kg"), 100),
    "finer than a thousandth": (of(Fraction(1, 3), "kg"), 100),
    "more than a tonne": (of(1_000_001, "kg"), 100),
    "no yield": (of(1, "kg"), 0),
    "yield of 501": (of(1, "kg"), 501),
    "yield of 2^63": (of(1, "kg"), 2**63),
}


@pytest.mark.parametrize(("quantity", "kept"), REFUSED_LINES.values(), ids=REFUSED_LINES)
def test_refused_lines(moulins, quantity, kept):
    with moulins.work() as work:
        row_id, ingredient_id = kitchen.add_recipe(work, "Houmous", 20).id, add(work).id
        with pytest.raises(Refused):
            kitchen.add_line(work, row_id, ingredient_id, quantity, kept)
    with moulins.work() as work:
        assert kitchen.find_recipe(work, row_id).lines == []


REFUSED_RECIPES = {
    "no portion": ("Houmous", 0, []),
    "portions of 2^63": ("Houmous", 2**63, []),
    "half a portion": ("Houmous", 0.5, []),
    "no name": (" ", 20, []),
    "too many steps": ("Houmous", 20, ["Mixe."] * 61),
    "a step too long": ("Houmous", 20, ["a" * 501]),
}


@pytest.mark.parametrize("facts", REFUSED_RECIPES.values(), ids=REFUSED_RECIPES)
def test_refused_recipes(moulins, facts):
    with moulins.work() as work:
        row_id = kitchen.add_recipe(work, "Houmous", 20).id
        with pytest.raises(Refused):
            kitchen.change_recipe(work, row_id, 1, *facts)
    with moulins.work() as work:
        kept = kitchen.find_recipe(work, row_id)
        assert (kept.name, kept.portions, kept.steps) == ("Houmous", 20, [])


def test_a_dish_is_made_of_recipes(moulins):
    with moulins.work() as work:
        bread, hummus = (kitchen.add_recipe(work, name, 20) for name in ("Pain", "Houmous"))
        row = kitchen.add_dish(work, "Houmous et pain")
        part = kitchen.add_component(work, row.id, hummus.id)
        kitchen.add_component(work, row.id, bread.id, Fraction(1, 2))
        dish = stored.dish(row)
        assert [(one.recipe.name, one.portions) for one in dish.components] == [
            ("Houmous", 1),
            ("Pain", Fraction(1, 2)),
        ]
        kitchen.rename_dish(work, row.id, row.version, "Pain")
        assert kitchen.remove_component(work, part.id).components[0].recipe.name == "Pain"
        with pytest.raises(Refused):
            kitchen.add_component(work, row.id, bread.id, Fraction(101))


ACTS = {
    "add an ingredient": lambda work: add(work),
    "rename an ingredient": lambda work: pantry.rename_ingredient(work, uuid4(), 1, "Ail"),
    "price an ingredient": lambda work: pantry.price_ingredient(work, uuid4(), 1, BOX),
    "answer": lambda work: pantry.declare(
        work, uuid4(), Allergen.NUTS, Presence.ABSENT, "étiquette"
    ),
    "take an equivalence away": lambda work: pantry.remove_equivalence(work, uuid4()),
    "add a recipe": lambda work: kitchen.add_recipe(work, "Houmous", 20),
    "change a recipe": lambda work: kitchen.change_recipe(work, uuid4(), 1, "Houmous", 20, []),
    "take a line away": lambda work: kitchen.remove_line(work, uuid4()),
    "add a dish": lambda work: kitchen.add_dish(work, "Houmous"),
    "take a recipe away": lambda work: kitchen.remove_component(work, uuid4()),
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_a_member_who_does_not_cook_reads_and_changes_nothing(moulins, act):
    with moulins.work(moulins.member) as work:
        assert pantry.ingredients(work) == []
        with pytest.raises(NotFound):
            act(work)


def test_a_visitor_sees_nothing_of_the_kitchen(moulins):
    from kpa_core.work import VISITOR

    with moulins.work() as work:
        row = add(work)
    with moulins.kpa.work(VISITOR) as work:
        for act in (pantry.ingredients, kitchen.recipes, kitchen.dishes):
            with pytest.raises(KpaError):
                act(work)
        with pytest.raises(NotFound):
            pantry.find_ingredient(work, row.id)
