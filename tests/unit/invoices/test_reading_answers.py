"""A carrier's file, read: the ways people write it, and what is wrong in it said plainly."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpa_core.errors import KpaError, Refused
from kpa_core.invoices.imports import values
from kpa_core.invoices.imports.columns import columns
from kpa_core.invoices.imports.reading import MAX_BYTES, MAX_ROWS, Broken, Said, read

HEADS = "Notre référence;Numéro de facture;Date de facture;Total TTC"
LINE = "p-2026-0001;OPT 7;3/12/2026;1 234,50 €"
SAID = Said(2, "P-2026-0001", "OPT 7", date(2026, 12, 3), 123_450)


@pytest.mark.parametrize(
    "data",
    [
        f"{HEADS}\r\n{LINE}\r\n".encode(),
        f"\ufeff{HEADS}\n{LINE}\n".encode(),
        f"{HEADS}\n{LINE}\n".encode("cp1252"),
        f"{HEADS}\n{LINE}\n".replace(";", "\t").encode(),
        f"{HEADS}\n".replace(";", ",").encode() + b'P-2026-0001,OPT 7,2026-12-03,"1234,50"\n',
        f"{HEADS}\n\n{LINE}\n;;;\n".replace("\n\n", "\n").encode(),
    ],
)
def test_the_ways_people_write_a_table_say_the_same(data: bytes) -> None:
    assert read(data) == [SAID]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("660", 66_000),
        ("660,5", 66_050),
        ("660.50", 66_050),
        ("1 234,56", 123_456),
        ("1\u00a0234,56\u202f€", 123_456),
        ("1.234,56", 123_456),
        ("1,234.56", 123_456),
        ("-12,00", -1_200),
        ("\u2212 1\u202f234,50 €", -123_450),  # the minus sign of typographers
        ("600.00000", 60_000),
        ("", None),
    ],
)
def test_amounts(text: str, told: int | None) -> None:
    assert values.cents(text, "Total TTC") == told


@pytest.mark.parametrize(
    "text",
    ["abc", "1,234", "12,345", "1.200", "1e5", "--1", "\u2212\u22121", "-\u22121", "1\u22122"],
)
def test_what_is_no_amount_names_its_column(text: str) -> None:
    with pytest.raises(Refused, match="Total TTC"):
        values.cents(text, "Total TTC")


@pytest.mark.parametrize(
    "text", ["100000000000,01", "10000000000000000", "9223372036854775808", "-" + "9" * 400]
)
def test_an_amount_no_invoice_has_is_said_too_large(text: str) -> None:
    with pytest.raises(Refused, match=r"Total TTC.* est trop grand") as told:
        values.cents(text, "Total TTC")
    assert len(str(told.value)) < 120


@pytest.mark.parametrize("text", ["31/02/2026", "demain", "2026-13-01", "12/2026", "99/99/9999"])
def test_what_is_no_day_names_its_column(text: str) -> None:
    with pytest.raises(Refused, match="Date de facture"):
        values.day(text, "Date de facture")


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("Virement", "transfer"),
        ("CHÈQUE", "cheque"),
        ("CB", "card"),
        ("", "transfer"),
        ("SEPA", "other"),
    ],
)
def test_means_of_payment(word: str, told: str) -> None:
    assert values.method(word) == told


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "vide"),
        (b"\xef\xbb\xbf\r\n", "vide"),
        (b"a;b\n1;2\n", "colonnes"),
        (f"{HEADS.split(';')[0]}\nP-1\n".encode(), "colonnes"),
        (b"PK\x03\x04....", "pas un tableau"),
        (b"%PDF-1.7", "pas un tableau"),
        (b"a\x00b", "pas un tableau"),
        (HEADS.encode() + b'\nP-1;"x;1;2\n', "guillemets"),
        (b"x" * (MAX_BYTES + 1), "trop lourd"),
        ((HEADS + "\n" + f"{LINE}\n" * (MAX_ROWS + 1)).encode(), "lignes"),
    ],
)
def test_what_is_no_table_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(Refused, match=why) as told:
        read(data)
    assert told.value.field == "file"


def test_a_broken_line_is_said_with_its_number_and_the_others_are_read() -> None:
    text = f"{HEADS}\n;;1/1/2026;3\n{LINE}\nP-2;;hier;\n"
    first, second, third = read(text.encode())
    assert isinstance(first, Broken)
    assert first.line == 2
    assert isinstance(second, Said)
    assert isinstance(third, Broken)
    assert (third.line, "hier" in str(third.why)) == (4, True)


def test_sales_in_the_columns_of_payments_are_refused() -> None:
    heads = ["N° compte général", "Date de pièce", "Montant débit", "Montant crédit"]
    with pytest.raises(Refused, match="colonnes"):
        columns([*heads, "Numéro de facture"])
    assert columns([*heads, "Numéro de facture", "Mode de règlement"])


@given(st.binary(max_size=400))
def test_whatever_the_bytes_it_is_read_or_refused_with_a_sentence(data: bytes) -> None:
    for start in (b"", HEADS.encode() + b"\n"):
        try:
            found = read(start + data)
        except KpaError:
            continue
        assert all(isinstance(one, Said | Broken) for one in found)
