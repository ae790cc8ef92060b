"""Patterns of invoice numbers: what is refused, and numbers that never meet."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpa_core.errors import Refused
from kpa_core.invoices.carrier.numbers import LONGEST, check_pattern, number_of, same_numbers
from kpa_core.invoices.paper.checks import NUMBER

GOOD = ("KPA-{year}-{number:04}", "{year}/{number}", "F{number:06}-{year}", "A+{year}_{number}")
REFUSED = {
    "no number": "KPA-{year}",
    "two numbers": "{year}-{number}-{number}",
    "two years": "{year}-{year}-{number}",
    "no year though yearly": "KPA-{number}",
    "an unknown place": "KPA-{year}-{number}-{month}",
    "a place left open": "KPA-{year}-{number",
    "a space": "KPA {year}-{number}",
    "an accent": "É-{year}-{number}",
    "another form of padding": "KPA-{year}-{number:>4}",
    "a padding of nothing": "KPA-{year}-{number:00}",
    "a colon outside": "KPA:{year}-{number}",
    "too long": "K" * 24 + "-{year}-{number}",
    "nothing": "",
    "code": "{year.__class__}-{number}",
}


@pytest.mark.parametrize("pattern", GOOD)
def test_good_patterns(pattern: str) -> None:
    check_pattern(pattern, yearly=True)


@pytest.mark.parametrize("pattern", REFUSED.values(), ids=REFUSED)
def test_refused_patterns(pattern: str) -> None:
    with pytest.raises(Refused) as refused:
        check_pattern(pattern, yearly=True)
    assert refused.value.field == "pattern"
    assert str(refused.value)


def test_a_continuous_series_needs_no_year() -> None:
    check_pattern("KPA-{number}", yearly=False)


def test_a_number_is_written_out() -> None:
    assert number_of("KPA-{year}-{number:04}", 2026, 7) == "KPA-2026-0007"
    assert number_of("KPA-{year}-{number:04}", 2026, 12_345) == "KPA-2026-12345"
    assert number_of("{number}", 2026, 1) == "1"


@settings(deadline=None, database=None)  # a busy machine is no defect
@given(
    st.sampled_from(GOOD),
    st.tuples(st.integers(2000, 2999), st.integers(1, 9_999_999)),
    st.tuples(st.integers(2000, 2999), st.integers(1, 9_999_999)),
)
def test_two_places_never_get_one_number(
    pattern: str, one: tuple[int, int], other: tuple[int, int]
) -> None:
    numbers = {number_of(pattern, *place) for place in (one, other)}

    assert len(numbers) == len({one, other})
    assert all(NUMBER.fullmatch(number) and len(number) <= LONGEST for number in numbers)


def test_patterns_that_differ_in_zeros_would_meet() -> None:
    assert same_numbers("F-{year}-{number}", "F-{year}-{number:04}")
    assert not same_numbers("F-{year}-{number}", "G-{year}-{number}")
