"""Units convert exactly, or refuse with a sentence."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpa_catering.units import (
    Dimension,
    Equivalence,
    Quantity,
    Unit,
    check_equivalences,
    convert,
    exact,
    in_handy_unit,
    parse_amount,
    parse_unit,
    stated,
)
from kpa_core.api import Refused


def of(text: str) -> Quantity:
    amount, unit = text.split()
    return Quantity(Fraction(amount), Unit(unit))


def same(text: str) -> Equivalence:
    left, right = text.split(" = ")
    return Equivalence(of(left), of(right))


LEMON = (same("1 piece = 120 g"), same("1 piece = 40 ml"))
EXACT_CONVERSIONS = {
    "kilograms to grams": ("1.5 kg", "1500 g", ()),
    "grams to kilograms": ("1 g", "1/1000 kg", ()),
    "centilitres to litres": ("75 cl", "3/4 l", ()),
    "litres to millilitres": ("2 l", "2000 ml", ()),
    "pieces to grams": ("3 piece", "360 g", LEMON),
    "grams to pieces": ("1 kg", "25/3 piece", LEMON),
    "litres of oil to grams": ("1 cl", "183/20 g", (same("1 l = 915 g"),)),
    "volume to mass through pieces": ("1 l", "3 kg", LEMON),
}


@pytest.mark.parametrize(
    ("given_", "wanted", "links"), EXACT_CONVERSIONS.values(), ids=EXACT_CONVERSIONS
)
def test_conversions_are_exact(given_, wanted, links):
    assert convert(of(given_), of(wanted).unit, of="citron", equivalences=links) == of(wanted)


amounts = st.integers(1, 10**9).map(lambda thousandths: Fraction(thousandths, 1000))
units = st.sampled_from(Unit)


@given(amounts, units, units)
def test_there_and_back_is_the_same_quantity(amount, unit, other):
    start = Quantity(amount, unit)
    there = convert(start, other, of="citron", equivalences=LEMON)
    assert convert(there, unit, of="citron", equivalences=LEMON) == start


@given(amounts, units, units, units)
def test_a_detour_changes_nothing(amount, unit, middle, last):
    start = Quantity(amount, unit)
    detour = convert(start, middle, of="citron", equivalences=LEMON)
    straight = convert(start, last, of="citron", equivalences=LEMON)
    assert convert(detour, last, of="citron", equivalences=LEMON) == straight


@pytest.mark.parametrize("wanted", [Unit.ML, Unit.PIECE])
def test_units_that_do_not_meet_are_refused_with_the_ingredient_and_what_to_do(wanted):
    with pytest.raises(Refused) as refusal:
        convert(of("1 kg"), wanted, of="Menthe")
    assert "Menthe" in str(refusal.value)
    assert "« kg »" in str(refusal.value)
    assert f"« {wanted.value} »" in str(refusal.value)
    assert "Écris une égalité" in str(refusal.value)


def test_a_link_to_another_dimension_does_not_help():
    with pytest.raises(Refused, match="« g » à « ml »"):
        convert(of("5 g"), Unit.ML, of="Menthe", equivalences=(same("1 piece = 60 g"),))


REFUSED_EQUIVALENCES = {
    "same dimension": (["1 kg = 900 g"], "deux sortes"),
    "zero on the left": (["0 piece = 120 g"], "entre 0,001"),
    "zero on the right": (["1 piece = 0 g"], "entre 0,001"),
    "the same pair twice": (["1 piece = 120 g", "1 kg = 9 piece"], "contredire"),
    "a third opinion": (["1 piece = 120 g", "1 piece = 40 ml", "1 l = 1 kg"], "contredire"),
}


@pytest.mark.parametrize(("texts", "why"), REFUSED_EQUIVALENCES.values(), ids=REFUSED_EQUIVALENCES)
def test_refused_equivalences(texts, why):
    with pytest.raises(Refused, match=why):
        check_equivalences([same(text) for text in texts], of="Citron")


NOT_EXACT = {
    "a float": 0.1,
    "true": True,
    "text": "2",
    "nothing": None,
    "not a number": Decimal("NaN"),
    "infinite": Decimal("Infinity"),
    "negative": -1,
    "negative zero point one": Decimal("-0.1"),
    "a number that fills memory": Decimal("1e999999999"),
    "a number too fine": Decimal("1e-999999999"),
}


@pytest.mark.parametrize("number", NOT_EXACT.values(), ids=NOT_EXACT)
def test_only_exact_numbers_from_zero_up_make_a_quantity(number):
    with pytest.raises(Refused):
        Quantity(number, Unit.G)


def test_a_decimal_is_kept_exactly():
    assert exact(Decimal("0.1")) == Fraction(1, 10)


@pytest.mark.parametrize(
    ("typed", "amount"),
    [("2", 2), (" 1,5 ", Fraction(3, 2)), ("0.125", Fraction(1, 8)), ("1000000", 1_000_000)],
)
def test_a_person_types_a_comma_or_a_dot(typed, amount):
    assert parse_amount(typed) == amount


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "-1",
        "0",
        "0,000",
        "1,2345",
        "1000000,001",
        "9223372036854775808",
        "1e3",
        "NaN",
        "inf",
        "1 000",
        "1,2,3",
        ",5",
        "٣",
        "½",
        "2 kg",
        "{0}",
    ],
)
def test_refused_amounts_name_their_field(typed):
    with pytest.raises(Refused) as refusal:
        parse_amount(typed, field="quantity")
    assert refusal.value.field == "quantity"
    assert str(refusal.value)


@pytest.mark.parametrize("amount", [0, Fraction(1, 3), Fraction(1, 10_000), 1_000_001])
def test_what_cannot_be_written_with_three_decimals_is_not_stated(amount):
    with pytest.raises(Refused, match="3 chiffres"):
        stated(amount)


@pytest.mark.parametrize("text", ["", "KG", "gramme", "pièce", "kg ", "oz"])
def test_an_unknown_unit_is_answered_with_the_list(text):
    with pytest.raises(Refused, match="g, kg, ml, cl, l, piece"):
        parse_unit(text)


@pytest.mark.parametrize("unit", Unit)
def test_each_unit_is_read_as_it_is_written(unit):
    assert parse_unit(unit.value) is unit
    assert unit.label


@pytest.mark.parametrize(
    ("plain", "handy"),
    [
        ("1500 g", "3/2 kg"),
        ("1/4 kg", "250 g"),
        ("1/5 l", "20 cl"),
        ("5 ml", "5 ml"),
        ("2500 ml", "5/2 l"),
        ("12 piece", "12 piece"),
        ("1/2 piece", "1/2 piece"),
        ("0 kg", "0 g"),
    ],
)
def test_the_unit_a_cook_would_say(plain, handy):
    assert in_handy_unit(of(plain)) == of(handy)


@given(amounts, units)
def test_a_handy_unit_is_the_same_quantity(amount, unit):
    start = Quantity(amount, unit)
    assert convert(in_handy_unit(start), unit, of="") == start


def test_every_unit_belongs_to_a_dimension_with_a_smallest_unit_of_one():
    smallest = {unit.dimension for unit in Unit if unit.size == 1}
    assert smallest == set(Dimension)
