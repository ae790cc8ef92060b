"""The arithmetic under every price, invoice and share."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from random import Random
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpa_core.money import (
    MAX_CENTS,
    MoneyError,
    apply_rate,
    round_half_away,
    split,
)

calm = settings(deadline=None, max_examples=300, database=None)


# Rounding

ROUNDED = {
    "half goes up": (Decimal("0.5"), 1),
    "half goes up even when that gives an odd number": (Decimal("2.5"), 3),
    "half of a loss goes away from zero": (Decimal("-0.5"), -1),
    "just under a half": (Decimal("0.4999999999999999999999999999999999"), 0),
    "just over minus a half": (Decimal("-0.4999999999999999999999999999999999"), 0),
    "thirty decimals": (Decimal("1.500000000000000000000000000001"), 2),
    "minus zero is zero": (Decimal("-0"), 0),
    "a fraction with no decimal form": (Fraction(5, 3), 2),
    "a negative fraction": (Fraction(-5, 2), -3),
    "the largest that fits": (Decimal("999999999999999999"), 999999999999999999),
    "very small": (Decimal("1e-999999"), 0),
}


@pytest.mark.parametrize(("value", "expected"), ROUNDED.values(), ids=ROUNDED)
def test_a_half_is_rounded_away_from_zero(value: Decimal | Fraction, expected: int) -> None:
    assert round_half_away(value) == expected


@pytest.mark.parametrize("text", ["NaN", "sNaN", "Infinity", "-Infinity", "1e18", "1e400", "-1e99"])
def test_what_is_no_storable_number_is_not_rounded(text: str) -> None:
    with pytest.raises(MoneyError):
        round_half_away(Decimal(text))


def test_a_huge_exponent_is_refused_without_being_expanded() -> None:
    with pytest.raises(MoneyError, match="trop grand"):
        round_half_away(Decimal("1e999999999"))


def test_a_float_cannot_be_rounded() -> None:
    with pytest.raises(AttributeError):
        round_half_away(0.5)  # type: ignore[arg-type]


@calm
@given(st.fractions(min_value=-(10**9), max_value=10**9, max_denominator=10_000))
def test_rounding_is_never_more_than_a_half_away_and_treats_both_signs_alike(
    value: Fraction,
) -> None:
    rounded = round_half_away(value)
    assert abs(rounded - value) <= Fraction(1, 2)
    assert round_half_away(-value) == -rounded
    if abs(rounded - value) == Fraction(1, 2):
        assert abs(rounded) > abs(value)


RATES = {
    "ten per cent": (60_000, 1000, 6_000),
    "the carrier's fee of the story": (40_200, 1150, 4_623),
    "the pot of the story": (35_577, 1500, 5_337),
    "half a cent goes up": (5, 1000, 1),
    "half a cent of a credit goes down": (-5, 1000, -1),
    "five and a half per cent": (1_010, 550, 56),
    "nothing": (0, 2000, 0),
}


@pytest.mark.parametrize(("cents", "rate", "expected"), RATES.values(), ids=RATES)
def test_a_rate_is_applied_half_away(cents: int, rate: int, expected: int) -> None:
    assert apply_rate(cents, rate) == expected


# Splitting

A, B, C, D = (UUID(int=number) for number in (1, 2, 3, 4))


def test_the_cents_left_go_to_the_largest_remainders() -> None:
    assert split(100, {A: 1, B: 2, C: 4}) == {A: 14, B: 29, C: 57}


def test_equal_remainders_are_served_in_the_order_of_the_keys() -> None:
    assert split(11, {C: 1, A: 1, B: 1}) == {A: 4, B: 4, C: 3}
    assert list(split(11, {C: 1, A: 1, B: 1})) == [A, B, C]


def test_a_tie_that_floats_would_miss_is_a_tie() -> None:
    # 2.4, 1.2 and 0.4: the cent left goes to the first of two equal remainders.
    assert split(4, {A: 360, B: 180, C: 60}) == {A: 3, B: 1, C: 0}


def test_a_weight_of_zero_gets_nothing() -> None:
    assert split(10, {A: 0, B: 1, C: 1, D: 1}) == {A: 0, B: 4, C: 3, D: 3}


def test_weights_may_be_fractions() -> None:
    assert split(100, {"cuisine": Fraction(6, 5), "livraison": 1}) == {
        "cuisine": 55,
        "livraison": 45,
    }


def test_a_negative_total_mirrors_the_positive_one() -> None:
    assert split(-11, {A: 1, B: 1, C: 1}) == {A: -4, B: -4, C: -3}


@pytest.mark.parametrize("weights", [{}, {A: 0}, {A: 0, B: 0}], ids=str)
@pytest.mark.parametrize("total", [0, 100])
def test_a_split_between_nobody_is_refused(total: int, weights: dict[UUID, int | Fraction]) -> None:
    with pytest.raises(MoneyError, match="personne à qui donner"):
        split(total, weights)


def test_a_negative_weight_is_refused() -> None:
    with pytest.raises(MoneyError, match="plus petite que zéro"):
        split(100, {A: 3, B: -1})


def test_a_float_weight_is_refused() -> None:
    with pytest.raises(TypeError, match=r"0\.5"):
        split(100, {A: 1, B: 0.5})  # type: ignore[dict-item]


weights_of_people = st.dictionaries(
    st.uuids(),
    st.one_of(st.integers(0, 10_000), st.fractions(0, 100, max_denominator=60)),
    min_size=1,
    max_size=12,
).filter(lambda weights: sum(weights.values()) > 0)


@calm
@given(st.integers(-MAX_CENTS, MAX_CENTS), weights_of_people, st.randoms())
def test_a_split_is_exact_fair_and_blind_to_order(
    total: int, weights: dict[UUID, int | Fraction], random: Random
) -> None:
    parts = split(total, weights)
    assert sum(parts.values()) == total
    whole = sum(weights.values())
    for key, part in parts.items():
        assert type(part) is int
        assert abs(part - Fraction(total) * weights[key] / whole) < 1
    rows = list(weights.items())
    random.shuffle(rows)
    assert list(split(total, dict(rows)).items()) == list(parts.items())
    assert split(-total, weights) == {key: -part for key, part in parts.items()}
