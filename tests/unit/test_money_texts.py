"""Amounts, rates and quantities as people type and read them."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kpa_core.errors import Refused
from kpa_core.money import (
    MAX_CENTS,
    MAX_QUANTITY,
    MoneyError,
    format_cents,
    format_rate,
    parse_cents,
    parse_quantity,
    parse_rate,
)

calm = settings(deadline=None, max_examples=300, database=None)

AMOUNTS = {
    "0": 0,
    "15": 1500,
    " 15 ": 1500,
    "15,5": 1550,
    "15,50": 1550,
    "1,50": 150,
    "15.50": 1550,
    "015": 1500,
    "15 €": 1500,
    "15€": 1500,
    "15  euros": 1500,
    "1 euro": 100,
    "15,50 EUR": 1550,
    "€15.50": 1550,
    "€ 15.50": 1550,
    "1250,00": 125_000,
    "1 250,00 €": 125_000,
    "1\u00a0250,00\u00a0€": 125_000,
    "1\u202f250,00\u00a0€": 125_000,
    "1\u2009250": 125_000,
    "1,250.00": 125_000,
    "€1,250,000.5": 125_000_050,
    "100 000 000 000,00": MAX_CENTS,
}


@pytest.mark.parametrize(("text", "cents"), AMOUNTS.items())
def test_amounts_are_read_in_french_and_in_english(text: str, cents: int) -> None:
    assert parse_cents(text) == cents


NO_AMOUNT = "n'est pas un montant"
BAD_AMOUNTS = {
    "empty": ("", "manque"),
    "only spaces": (" \u00a0\u202f", "manque"),
    "only a sign": ("€", "manque"),
    "not a number": ("NaN", NO_AMOUNT),
    "infinite": ("Infinity", NO_AMOUNT),
    "an exponent": ("1e400", NO_AMOUNT),
    "a small exponent": ("1e2", NO_AMOUNT),
    "hexadecimal": ("0x10", NO_AMOUNT),
    "an underscore": ("1_000", NO_AMOUNT),
    "words": ("quinze", NO_AMOUNT),
    "two commas": ("1,5,0", NO_AMOUNT),
    "two points": ("1.5.0", NO_AMOUNT),
    "german": ("1.250,00", NO_AMOUNT),
    "a wrong group": ("12 50", NO_AMOUNT),
    "a wrong english group": ("12,50.00", NO_AMOUNT),
    "nothing after the comma": ("15,", NO_AMOUNT),
    "nothing before the comma": (",50", NO_AMOUNT),
    "two currencies": ("€15€", NO_AMOUNT),
    "another currency": ("15 $", NO_AMOUNT),
    "a plus": ("+15", NO_AMOUNT),
    "a minus at the end": ("15-", NO_AMOUNT),
    "a sum": ("10+5", NO_AMOUNT),
    "arabic digits": ("١٥", NO_AMOUNT),
    "full-width digits": ("１５", NO_AMOUNT),
    "a superscript": ("15²", NO_AMOUNT),
    "a null byte": ("15\x00", NO_AMOUNT),
    "braces": ("{text}", NO_AMOUNT),
    "a minus": ("-15", "signe moins"),
    "minus zero": ("-0", "signe moins"),
    "a real minus sign": ("\u221215,00 €", "signe moins"),
    "a dash": ("\u201315", "signe moins"),
    "a minus after the currency": ("€-15", "signe moins"),
    "three decimals": ("1,250", "trop de chiffres"),
    "thirty decimals": ("0." + "3" * 30, "trop de chiffres"),
    "a cent too much": ("100 000 000 000,01", "trop grand"),
    "2**63": (str(2**63), "trop grand"),
    "2**63 in cents": ("92233720368547758.08", "trop grand"),
    "ten thousand digits": ("9" * 10_000, "trop grand"),
}


@pytest.mark.parametrize(("text", "reason"), BAD_AMOUNTS.values(), ids=BAD_AMOUNTS)
def test_a_bad_amount_is_refused_with_a_sentence(text: str, reason: str) -> None:
    with pytest.raises(MoneyError, match=reason) as caught:
        parse_cents(text, field="price")
    sentence = str(caught.value)
    assert caught.value.field == "price"
    assert isinstance(caught.value, Refused)
    assert sentence.endswith(".")
    assert len(sentence) < 160, "a refusal must not echo a page of digits"
    if text.strip(" €\u00a0\u202f"):
        assert text[:30] in sentence


def test_a_refusal_says_what_which_and_what_to_do() -> None:
    with pytest.raises(MoneyError) as caught:
        parse_cents("quinze")
    assert str(caught.value) == (
        "« quinze » n'est pas un montant. Écris des chiffres, par exemple 15,50."
    )
    with pytest.raises(MoneyError) as caught:
        parse_cents("100000000001")
    assert str(caught.value) == (
        "« 100000000001 » est trop grand. Le plus grand montant possible est"
        " 100\u202f000\u202f000\u202f000,00\u00a0€. Vérifie les zéros."
    )


@calm
@given(st.text(max_size=40))
@example("1" * 40)
@example("\ud800")
def test_any_text_is_an_amount_in_bounds_or_a_refusal(text: str) -> None:
    for read in (parse_cents, parse_rate):
        with suppress(MoneyError):
            assert 0 <= read(text) <= MAX_CENTS


RATES_TYPED = {
    "11,5 %": 1150,
    "11.5": 1150,
    "10 %": 1000,
    "10%": 1000,
    "5,5\u202f%": 550,
    "2,1": 210,
    "0": 0,
    "100 %": 10_000,
}


@pytest.mark.parametrize(("text", "rate"), RATES_TYPED.items())
def test_rates_are_read_as_basis_points(text: str, rate: int) -> None:
    assert parse_rate(text) == rate


BAD_RATES = {
    "empty": ("", "manque le taux"),
    "only the sign": ("%", "manque le taux"),
    "words": ("dix", "n'est pas un taux"),
    "two signs": ("10 %%", "n'est pas un taux"),
    "an amount": ("10 €", "n'est pas un taux"),
    "a minus": ("-10 %", "signe moins"),
    "three decimals": ("11,525 %", "trop de chiffres"),
    "over the whole": ("100,01 %", "Un taux va de 0 à 100 %"),
}


@pytest.mark.parametrize(("text", "reason"), BAD_RATES.values(), ids=BAD_RATES)
def test_a_bad_rate_is_refused(text: str, reason: str) -> None:
    with pytest.raises(MoneyError, match=reason):
        parse_rate(text)


QUANTITIES = {
    "40": "40.000",
    "2,5": "2.500",
    "0.001": "0.001",
    "1 000": "1000.000",
    "1000000": "1000000.000",
}


@pytest.mark.parametrize(("text", "written"), QUANTITIES.items())
def test_a_quantity_is_read_with_three_decimals(text: str, written: str) -> None:
    assert str(parse_quantity(text)) == written


BAD_QUANTITIES = {
    "empty": ("", "manque la quantité"),
    "words": ("beaucoup", "n'est pas une quantité"),
    "with a unit": ("2 kg", "n'est pas une quantité"),
    "a minus": ("-1", "signe moins"),
    "zero": ("0,000", "est zéro"),
    "four decimals": ("0,0001", "trop de chiffres"),
    "too many": ("1000000,001", "La plus grande quantité est 1000000"),
}


@pytest.mark.parametrize(("text", "reason"), BAD_QUANTITIES.values(), ids=BAD_QUANTITIES)
def test_a_bad_quantity_is_refused(text: str, reason: str) -> None:
    with pytest.raises(MoneyError, match=reason) as caught:
        parse_quantity(text, field="quantity")
    assert caught.value.field == "quantity"


def test_the_largest_quantity_is_the_one_announced() -> None:
    assert parse_quantity("1 000 000") == MAX_QUANTITY


# Writing for people

WRITTEN = {
    "french": (125_000, "fr", "1\u202f250,00\u00a0€"),
    "english": (125_000, "en", "€1,250.00"),
    "simple french": (5, "fr@simple", "0,05\u00a0€"),
    "a debt": (-5, "fr", "-0,05\u00a0€"),
    "an unknown language": (1550, "zz", "15,50\u00a0€"),
    "a locale that is none": (1550, "fr-x-simple", "15,50\u00a0€"),
    "the largest": (2**63 - 1, "en", "€92,233,720,368,547,758.07"),
}


@pytest.mark.parametrize(("cents", "locale", "text"), WRITTEN.values(), ids=WRITTEN)
def test_amounts_are_written_as_the_reader_writes_them(cents: int, locale: str, text: str) -> None:
    assert format_cents(cents, locale) == text


@pytest.mark.parametrize(
    ("rate", "locale", "text"),
    [(1150, "fr", "11,5\u00a0%"), (1000, "en", "10%"), (5, "zz", "0,05\u00a0%")],
)
def test_rates_are_written_as_the_reader_writes_them(rate: int, locale: str, text: str) -> None:
    assert format_rate(rate, locale).replace("\u202f", "\u00a0") == text


@calm
@given(st.integers(0, MAX_CENTS), st.sampled_from(["fr", "en"]))
def test_an_amount_written_for_people_reads_back_the_same(cents: int, locale: str) -> None:
    assert parse_cents(format_cents(cents, locale)) == cents


@pytest.mark.parametrize("locale", ["fr", "en"])
def test_every_rate_written_for_people_reads_back_the_same(locale: str) -> None:
    for rate in range(0, 10_001, 7):
        assert parse_rate(format_rate(rate, locale)) == rate
