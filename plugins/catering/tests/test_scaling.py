"""Menus scale exactly, purchases round up once, and an unknown price is not 0."""

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kpa_catering.recipes import (
    Component,
    Dish,
    Ingredient,
    Menu,
    Pack,
    Recipe,
    RecipeLine,
    Serving,
    Span,
    WorkTime,
)
from kpa_catering.scaling import MAX_GUESTS, batches, needs, purchase_list, usual_time
from kpa_catering.units import Equivalence, Quantity, Unit
from kpa_core.api import Refused


def quantity(text):
    amount, unit = text.split()
    return Quantity(Fraction(amount), Unit(unit))


def bought_in(name, pack, cents=100, *equivalences):
    return Ingredient(name, name, Pack(quantity(pack), price_cents=cents), equivalences)


def recipe(name, portions, *lines):
    return Recipe(name, name, portions, tuple(RecipeLine(*line) for line in lines))


def menu(*recipes, per_guest=Fraction(1), work_time=None):
    servings = (
        Serving(Dish(f"{n}", r.name, (Component(r),)), per_guest) for n, r in enumerate(recipes)
    )
    return Menu("menu", "Menu", tuple(servings), work_time)


SEMOLINA = bought_in("Semoule", "5 kg", 865)
COUSCOUS = recipe("Couscous", 20, (SEMOLINA, quantity("1200 g")))
TABBOULEH = recipe("Taboulé", 20, (SEMOLINA, quantity("4/5 kg")))

stated = st.integers(1, 5_000_000).map(lambda thousandths: Fraction(thousandths, 1000))
masses = st.builds(Quantity, stated, st.sampled_from([Unit.G, Unit.KG]))
prices = st.none() | st.integers(0, 100_000)
shelf = st.lists(st.builds(Pack, masses, price_cents=prices), min_size=1, max_size=4).map(
    lambda packs: [Ingredient(f"i{n}", f"i{n}", pack) for n, pack in enumerate(packs)]
)
shares = st.integers(1, 4_000).map(lambda thousandths: Fraction(thousandths, 1000))


@st.composite
def menus(draw):
    """Draw a menu whose recipes share the ingredients of one shelf."""
    ingredients = st.sampled_from(draw(shelf))
    lines = st.builds(RecipeLine, ingredients, masses, st.integers(1, 500))
    recipes = [
        Recipe(f"r{n}", f"r{n}", portions, tuple(content))
        for n, (portions, content) in enumerate(
            draw(
                st.lists(
                    st.tuples(st.integers(1, 60), st.lists(lines, min_size=1, max_size=4)),
                    min_size=1,
                    max_size=4,
                )
            )
        )
    ]
    components = st.builds(Component, st.sampled_from(recipes), shares)
    dishes = draw(st.lists(st.lists(components, min_size=1, max_size=3), min_size=1, max_size=4))
    servings = (
        Serving(Dish(f"d{n}", f"d{n}", tuple(parts)), draw(shares))
        for n, parts in enumerate(dishes)
    )
    return Menu("menu", "Menu", tuple(servings))


guests = st.integers(1, 500)


@given(menus(), guests)
def test_a_list_never_buys_too_little_nor_one_pack_too_many(menu, n):
    for purchase in purchase_list(menu, n).purchases:
        pack = purchase.ingredient.pack.size.amount
        assert purchase.packs * pack >= purchase.needed.amount
        assert (purchase.packs - 1) * pack < purchase.needed.amount
        assert 0 <= purchase.left_over.amount < pack


@given(menus(), guests, guests)
def test_more_guests_never_need_or_cost_less(menu, a, b):
    fewer, more = sorted((a, b))
    few, many = purchase_list(menu, fewer), purchase_list(menu, more)
    for small, big in zip(few.purchases, many.purchases, strict=True):
        assert small.needed.amount <= big.needed.amount
        assert small.packs <= big.packs
    assert few.cost.at_least_cents <= many.cost.at_least_cents
    assert few.cost.missing == many.cost.missing


@given(menus(), guests, guests)
def test_before_packs_the_needs_of_two_parties_are_the_needs_of_one(menu, a, b):
    together, first, second = needs(menu, a + b), needs(menu, a), needs(menu, b)
    for ingredient, need in together.items():
        assert need.amount == first[ingredient].amount + second[ingredient].amount


@given(menus(), guests)
def test_dishes_are_summed_before_packs(menu, n):
    alone = [purchase_list(Menu("m", "m", (s,)), n) for s in menu.servings]
    for purchase in purchase_list(menu, n).purchases:
        own = [p for one in alone for p in one.purchases if p.ingredient == purchase.ingredient]
        assert purchase.needed.amount == sum(p.needed.amount for p in own)
        assert purchase.packs <= sum(p.packs for p in own)


@given(menus(), guests)
def test_an_unknown_price_is_missing_and_never_zero(menu, n):
    shopping = purchase_list(menu, n)
    unknown = {i.name for i in needs(menu, n) if i.pack.price_cents is None}
    assert set(shopping.cost.missing) == unknown
    assert (shopping.cost.total_cents is None) == bool(unknown)
    known = [p for p in shopping.purchases if p.ingredient.name not in unknown]
    assert shopping.cost.at_least_cents == sum(
        p.packs * p.ingredient.pack.price_cents for p in known
    )


@given(menus(), guests)
def test_what_is_cooked_is_what_was_bought_less_the_waste(menu, n):
    ready = {}
    for batch in batches(menu, n):
        for line, (ingredient, quantity_) in zip(batch.recipe.lines, batch.lines, strict=True):
            used = ingredient.convert(quantity_, ingredient.pack.size.unit).amount
            gross = used * Fraction(100, line.yield_percent)
            ready[ingredient] = ready.get(ingredient, 0) + gross
    assert ready == {i: need.amount for i, need in needs(menu, n).items()}


def test_two_dishes_share_an_opened_pack():
    both = purchase_list(menu(COUSCOUS, TABBOULEH), 40)
    apart = [purchase_list(menu(r), 40).purchases[0].packs for r in (COUSCOUS, TABBOULEH)]
    assert [p.packs for p in both.purchases] == [1]
    assert sum(apart) == 2
    assert both.purchases[0].needed == quantity("4 kg")
    assert both.purchases[0].left_over == quantity("1 kg")


def test_one_guest_more_can_open_a_pack():
    bread = recipe("Pain", 2, (bought_in("Pain", "6 piece", 145), quantity("3 piece")))
    costs = {n: purchase_list(menu(bread), n).cost.total_cents for n in (39, 40, 41, 44, 45)}
    assert costs == {39: 1450, 40: 1450, 41: 1595, 44: 1595, 45: 1740}


def test_a_recipe_used_by_two_dishes_is_cooked_once():
    both = Menu(
        "m",
        "m",
        (
            Serving(Dish("a", "a", (Component(COUSCOUS),))),
            Serving(Dish("b", "b", (Component(COUSCOUS, Fraction(1, 2)),)), Fraction(3, 4)),
        ),
    )
    (batch,) = batches(both, 40)
    assert batch.portions == 40 + Fraction(3, 4) * Fraction(1, 2) * 40
    assert batch.lines[0][1] == quantity("3300 g")


YIELDS = {
    "peeled carrots: 80 left of 100": (80, "2 kg", "5/2 kg"),
    "chickpeas that swell": (220, "2200 g", "1 kg"),
    "nothing lost": (100, "1 kg", "1 kg"),
}


@pytest.mark.parametrize(("percent", "ready", "to_buy"), YIELDS.values(), ids=YIELDS)
def test_waste_is_bought_too(percent, ready, to_buy):
    line = RecipeLine(bought_in("x", "1 kg"), quantity(ready), percent)
    assert line.to_buy() == quantity(to_buy)


def test_recipes_and_packs_may_speak_different_units():
    lemon = bought_in("Citrons", "8 piece", 289, Equivalence(quantity("1 piece"), quantity("4 cl")))
    (purchase,) = purchase_list(menu(recipe("Jus", 10, (lemon, quantity("1/2 l")))), 20).purchases
    assert purchase.needed == quantity("25 piece")
    assert (purchase.packs, purchase.cost_cents) == (4, 1156)


def test_a_line_whose_unit_cannot_meet_the_pack_is_refused_when_it_is_written():
    with pytest.raises(Refused, match="Menthe : on ne sait pas passer de « g » à « piece »"):
        RecipeLine(bought_in("Menthe", "1 piece"), quantity("60 g"))


def test_the_cost_is_at_least_while_prices_miss():
    mint, salt = bought_in("Menthe", "1 kg", None), bought_in("Épices", "1 kg", None)
    tea = recipe("Thé", 1, (mint, quantity("1 g")), (salt, quantity("1 g")))
    cost = purchase_list(menu(COUSCOUS, tea), 40).cost
    assert cost.total_cents is None
    assert cost.at_least_cents == 865
    assert cost.missing == ("Épices", "Menthe")
    message, values = cost.sentence("8,65 €")
    said = message.format(**values)
    assert said == "Achats : au moins 8,65 €. Prix qui manquent : 2."


def test_a_free_ingredient_costs_nothing_and_nothing_is_missing():
    mint = bought_in("Menthe du jardin", "1 kg", 0)
    cost = purchase_list(menu(recipe("Thé", 1, (mint, quantity("1 g")))), 40).cost
    assert (cost.total_cents, cost.missing) == (0, ())
    message, values = cost.sentence("0,00 €")
    assert message.format(**values) == "Achats : 0,00 €."


@pytest.mark.parametrize("n", [0, -1, MAX_GUESTS + 1, 2**63, 40.0, True, "40", None])
def test_refused_numbers_of_guests(n):
    for ask in (batches, needs, purchase_list, usual_time):
        with pytest.raises(Refused) as refusal:
            ask(menu(COUSCOUS), n)
        assert refusal.value.field == "guests"


HALF_WRITTEN = {
    "no dish": (Menu("m", "Fête"), "menu « Fête »"),
    "a dish without recipe": (Menu("m", "m", (Serving(Dish("d", "Soupe")),)), "plat « Soupe »"),
    "an empty recipe": (menu(COUSCOUS, Recipe("r", "Bouillon", 4)), "recette « Bouillon »"),
}


@pytest.mark.parametrize(("half", "name"), HALF_WRITTEN.values(), ids=HALF_WRITTEN)
def test_a_half_written_menu_gives_no_list_rather_than_a_short_one(half, name):
    with pytest.raises(Refused, match=name):
        purchase_list(half, 40)


@pytest.mark.parametrize("n", [1, 40, 41, 500])
def test_usual_time_has_a_fixed_part_and_a_part_per_guest(n):
    timed = menu(COUSCOUS, work_time=WorkTime(Span(300, 420), Span(33, 39)))
    assert usual_time(timed, n) == Span(300 + 33 * n, 420 + 39 * n)


def test_an_unsaid_time_is_unknown_and_not_zero():
    assert usual_time(menu(COUSCOUS), 40) is None


REFUSED_RECORDS = {
    "no portion": lambda: Recipe("r", "r", 0),
    "half a portion": lambda: Recipe("r", "r", Fraction(1, 2)),
    "true portions": lambda: Recipe("r", "r", True),
    "a line of nothing": lambda: RecipeLine(SEMOLINA, quantity("0 g")),
    "a yield of nothing": lambda: RecipeLine(SEMOLINA, quantity("1 g"), 0),
    "a yield beyond belief": lambda: RecipeLine(SEMOLINA, quantity("1 g"), 501),
    "an empty pack": lambda: Pack(quantity("0 kg")),
    "a negative price": lambda: Pack(quantity("1 kg"), price_cents=-1),
    "a price in euros": lambda: Pack(quantity("1 kg"), price_cents=1.5),
    "a price of 2^63": lambda: Pack(quantity("1 kg"), price_cents=2**63),
    "no portion per guest": lambda: Serving(Dish("d", "d"), Fraction(0)),
    "75 typed for 0.75 twice": lambda: Serving(Dish("d", "d"), Fraction(7575)),
    "a third of a portion": lambda: Component(COUSCOUS, Fraction(1, 3)),
    "a float of portions": lambda: Component(COUSCOUS, 0.5),
    "minutes the wrong way round": lambda: Span(40, 39),
    "negative minutes": lambda: WorkTime(Span(-1, 2), Span(0, 0)),
    "a year per guest": lambda: WorkTime(Span(0, 0), Span(0, 500_000)),
}


@pytest.mark.parametrize("make", REFUSED_RECORDS.values(), ids=REFUSED_RECORDS)
def test_refused_records(make):
    with pytest.raises(Refused):
        make()


@given(menus(), guests)
def test_the_order_of_dishes_changes_nothing(menu, n):
    assume(len(menu.servings) > 1)
    backwards = Menu("m", "m", menu.servings[::-1])
    assert purchase_list(backwards, n).purchases == purchase_list(menu, n).purchases


def test_the_list_is_in_the_order_a_french_reader_expects():
    names = ["Yaourt", "Petits pois", "Épinards", "Dattes", "Œufs", "Pêches"]
    lines = [(bought_in(name, "1 kg"), quantity("1 g")) for name in names]
    found = purchase_list(menu(recipe("r", 1, *lines)), 1)
    assert [p.ingredient.name for p in found.purchases] == [
        "Dattes",
        "Épinards",
        "Œufs",
        "Pêches",
        "Petits pois",
        "Yaourt",
    ]
