"""What is written out is read back, to the gram and to the answer."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpa_catering.allergens import Allergen, Presence, declare
from kpa_catering.cookbook import example, read_cookbook
from kpa_catering.cookbook_text import LICENCES, cookbook_text
from kpa_catering.plan import cooking_sheet, plan_for
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

BUFFET = example().menus["buffet-oriental"]


def read_back(menu):
    (found,) = read_cookbook(cookbook_text(menu, LICENCES[0])).menus.values()
    return found


def test_the_example_goes_out_and_comes_back_the_same():
    again = read_back(BUFFET)
    for guests in (1, 40, 41):
        assert plan_for(again, guests) == plan_for(BUFFET, guests)
        assert cooking_sheet(again, guests) == cooking_sheet(BUFFET, guests)


amounts = st.integers(1, 10**9).map(lambda thousandths: Fraction(thousandths, 1000))
shares = st.integers(1, 100_000).map(lambda thousandths: Fraction(thousandths, 1000))
names = st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=120).filter(
    lambda text: text == text.strip()
)
sheets = st.dictionaries(st.sampled_from(Allergen), st.sampled_from(Presence)).map(
    lambda said: declare({p: [a for a in said if said[a] is p] for p in Presence})
)
packs = st.builds(
    Pack,
    st.builds(Quantity, amounts, st.just(Unit.G)),
    st.just("") | names,
    st.none() | st.integers(0, 1_000_000),
)


@given(names, names, packs, sheets, amounts, shares, shares, st.integers(1, 500))
def test_any_menu_is_read_back_as_it_was(name, label, pack, sheet, amount, part, share, kept):
    ingredient = Ingredient("a", name, pack, (), sheet)
    line = RecipeLine(ingredient, Quantity(amount, Unit.KG), kept)
    recipe = Recipe("b", label, 20, (line,), (name,))
    menu = Menu("c", label, (Serving(Dish("d", name, (Component(recipe, part),)), share),))
    again = read_back(menu)
    assert plan_for(again, 7) == plan_for(menu, 7)
    assert cooking_sheet(again, 7) == cooking_sheet(menu, 7)


def test_names_that_look_alike_keep_their_own_record():
    twins = [Ingredient(f"{n}", "سكر", Pack(Quantity(Fraction(1), Unit.KG))) for n in range(3)]
    lines = tuple(RecipeLine(one, Quantity(Fraction(1), Unit.KG)) for one in twins)
    recipe = Recipe("r", "Sucres", 1, lines)
    menu = Menu("m", "Sucres", (Serving(Dish("d", "Sucres", (Component(recipe),))),))
    assert len(plan_for(read_back(menu), 1).bought) == 3


def test_a_licence_others_cannot_build_on_is_refused():
    with pytest.raises(Refused, match="Choisis une licence"):
        cookbook_text(BUFFET, "CC-BY-NC-ND-4.0")
