"""Cookbooks are read exactly, and a mistake is told with its place."""

from contextlib import suppress
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpa_catering.allergens import Allergen, Presence
from kpa_catering.cookbook import read_cookbook
from kpa_catering.scaling import purchase_list
from kpa_catering.toml_table import MAX_BYTES
from kpa_catering.units import Quantity, Unit
from kpa_core.api import Refused

SMALL = """
format = "kpa-catering-cookbook/1"
lang = "fr"
licence = "CC0-1.0"
[[ingredient]]
key = "the"
name = "Thé vert"
size = 0.25
unit = "kg"
allergens = { contains = [], traces = ["celery"], absent = ["milk"] }
[[ingredient]]
key = "citron"
name = "Citron"
pack = "filet"
size = 8
unit = "piece"
price_cents = 289
same = ["1 piece = 40 ml"]
allergens = { rest = "absent" }
[[recipe]]
key = "infusion"
name = "Infusion"
portions = 20
lines = [
  { ingredient = "the", quantity = 40, unit = "g" },
  { ingredient = "citron", quantity = 0.1, unit = "l", yield_percent = 50 },
]
steps = ["Verse l'eau."]
[[dish]]
key = "verre"
name = "Un verre"
recipes = [{ recipe = "infusion", portions = 0.5 }]
[[menu]]
key = "pause"
name = "Pause"
dishes = [{ dish = "verre", per_guest = 1.5 }]
minutes = { fixed = [10, 20], per_guest = [1, 2] }
"""


def test_a_cookbook_is_read_without_losing_a_gram():
    book = read_cookbook(SMALL)
    tea, lemon = book.ingredients["the"], book.ingredients["citron"]
    assert (book.lang, book.licence) == ("fr", "CC0-1.0")
    assert tea.pack.size == Quantity(Fraction(1, 4), Unit.KG)
    assert (tea.pack.price_cents, lemon.pack.price_cents) == (None, 289)
    assert (tea.pack.label, lemon.pack.label) == ("", "filet")
    assert book.recipes["infusion"].steps == ("Verse l'eau.",)
    assert book.recipes["infusion"].lines[1].to_buy() == Quantity(Fraction(5), Unit.PIECE)
    (serving,) = book.menus["pause"].servings
    assert (serving.per_guest, serving.dish.components[0].portions) == (
        Fraction(3, 2),
        Fraction(1, 2),
    )
    assert purchase_list(book.menus["pause"], 40).cost.missing == ("Thé vert",)


def test_an_allergen_nobody_wrote_about_is_unknown():
    tea = read_cookbook(SMALL).ingredients["the"].allergens
    assert tea[Allergen.CELERY] is Presence.TRACES
    assert tea[Allergen.MILK] is Presence.ABSENT
    assert tea[Allergen.GLUTEN] is Presence.UNKNOWN


def test_an_ingredient_without_an_allergen_line_is_all_unknown():
    bare = SMALL.replace('allergens = { rest = "absent" }', "")
    assert set(read_cookbook(bare).ingredients["citron"].allergens.values()) == {Presence.UNKNOWN}


MISTAKES = {
    "not TOML": ("[[menu]]", "[[menu", "mal écrit"),
    "another format": ("cookbook/1", "cookbook/2", "n'est pas un carnet"),
    "no format": ('format = "kpa-catering-cookbook/1"', "", "manque « format »"),
    "a mistyped word": (
        "allergens = { rest",
        "alergens = { rest",
        "alergens.*Peut-être : allergens",
    ),
    "a mistyped top word": ("[[menu]]", "[[menue]]", "« menue ».*Peut-être : menu"),
    "a mistyped line word": ("yield_percent", "yeild", "« yeild ».*yield_percent"),
    "an unknown allergen": ('["celery"]', '["cellery"]', "ingredient the → « cellery »"),
    "an allergen said twice": ('["celery"]', '["milk"]', "Thé vert : deux réponses"),
    "rest that spreads": ('rest = "absent"', 'rest = "contains"', "« contains » n'est pas"),
    "an unknown ingredient": ('ingredient = "the"', 'ingredient = "cafe"', "« cafe » n'est pas"),
    "a near ingredient": ('ingredient = "citron"', 'ingredient = "citrons"', "Peut-être : citron"),
    "an unknown recipe": ('recipe = "infusion"', 'recipe = "soupe"', "dish verre → « soupe »"),
    "an unknown dish": ('dish = "verre"', 'dish = "bol"', "menu pause → « bol »"),
    "a key taken twice": ('key = "citron"', 'key = "the"', "« the » est déjà prise"),
    "a key with capitals": ('key = "citron"', 'key = "Citron"', "mal écrite"),
    "an empty name": ('name = "Citron"', 'name = " "', "« name » doit être"),
    "a long name": ('name = "Citron"', f'name = "{"a" * 121}"', "1 à 120"),
    "a control character": ('name = "Citron"', r'name = "Ci\u0007tron"', "« name »"),
    "a step that is a number": ('["Verse l\'eau."]', "[1]", "« steps »"),
    "a price with decimals": ("price_cents = 289", "price_cents = 2.89", "bonne sorte"),
    "a negative price": ("price_cents = 289", "price_cents = -1", "ingredient citron"),
    "a price of 2^63": ("price_cents = 289", f"price_cents = {2**63}", "ingredient citron"),
    "a price that is true": ("price_cents = 289", "price_cents = true", "bonne sorte"),
    "a quantity in quotes": ("quantity = 40,", 'quantity = "40",', "bonne sorte"),
    "a quantity that is NaN": ("quantity = 40,", "quantity = nan,", "recipe infusion"),
    "an infinite quantity": ("quantity = 40,", "quantity = inf,", "recipe infusion"),
    "a quantity that fills memory": ("quantity = 40,", "quantity = 1e999999999,", "infusion"),
    "a quantity beyond decimals": (
        "quantity = 40,",
        "quantity = 1e99999999999999999999,",
        "mal écrit",
    ),
    "a whole number of 5000 digits": ("quantity = 40,", f"quantity = {'9' * 5000},", "mal écrit"),
    "four decimals": ("quantity = 40,", "quantity = 0.0001,", "3 chiffres"),
    "nothing of something": ("quantity = 40,", "quantity = 0,", "entre 0,001"),
    "an unknown unit": ('unit = "kg"', 'unit = "livre"', "« livre »"),
    "units that do not meet": (
        'quantity = 40, unit = "g"',
        'quantity = 1, unit = "cl"',
        "Thé vert",
    ),
    "an equivalence of one side": ('"1 piece = 40 ml"', '"1 piece"', "n'est pas une égalité"),
    "an equivalence with a sum": ('"1 piece = 40 ml"', '"1 piece = 40 ml + 1 g"', "égalité"),
    "minutes in one number": ("fixed = [10, 20]", "fixed = [10]", "« fixed ="),
    "minutes with decimals": ("fixed = [10, 20]", "fixed = [10, 20.5]", "« fixed ="),
    "minutes reversed": ("fixed = [10, 20]", "fixed = [20, 10]", "menu pause"),
    "a list instead of a table": ("minutes = {", "allergens = [1] #", "menu pause"),
    "portions as text": ("portions = 20", 'portions = "20"', "bonne sorte"),
    "a table too deep": ("steps = [", "steps = " + "[" * 20_000, "mal écrit"),
    "too many items": ('["Verse l\'eau."]', str(["Verse"] * 501), "trop de « steps »"),
}


@pytest.mark.parametrize(("right", "wrong", "why"), MISTAKES.values(), ids=MISTAKES)
def test_refused_cookbooks(right, wrong, why):
    assert right in SMALL
    with pytest.raises(Refused, match=why):
        read_cookbook(SMALL.replace(right, wrong, 1))


def test_a_cookbook_too_large_is_refused_before_it_is_parsed():
    with pytest.raises(Refused, match="trop gros"):
        read_cookbook("#" * (MAX_BYTES + 1))


def test_a_refusal_names_the_record_once():
    with pytest.raises(Refused) as refusal:
        read_cookbook(SMALL.replace("yield_percent", "yeild"))
    assert str(refusal.value).startswith("recipe infusion, lines 2 : ")


@given(st.integers(0, len(SMALL) - 1), st.characters())
def test_one_wrong_letter_never_breaks_out_of_a_refusal(place, letter):
    """A damaged file is read or refused; nothing else ever comes out."""
    with suppress(Refused):
        read_cookbook(SMALL[:place] + letter + SMALL[place + 1 :])
