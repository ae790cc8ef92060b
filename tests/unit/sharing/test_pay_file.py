"""The file of pay requests: readable by a French spreadsheet, harmless in any."""

from __future__ import annotations

import csv
import io

import pytest

from kpa_core.invoices.cells import harmless
from kpa_core.sharing.payfile import Line, pay_file

LINE = Line("2026-11", "Cuisine", "Amina B.", "C-2026-0001", 60_48, "ref")


def rows(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=";"))


def test_amounts_and_accents() -> None:
    data = pay_file(["Mois", "Activité"], [LINE])
    assert data.startswith(b"\xef\xbb\xbfMois;Activit\xc3\xa9\r\n")
    assert rows(data)[1] == ["2026-11", "Cuisine", "Amina B.", "C-2026-0001", "60,48", "ref"]


DANGEROUS = ["=1+1", "+33", "-2", "@SUM(A1)", " =1", "\t=1", "\rx", "\nx", "\t"]


@pytest.mark.parametrize("cell", DANGEROUS)
def test_no_cell_is_a_formula(cell: str) -> None:
    assert harmless(cell) == "'" + cell
    person = Line("2026-11", cell, cell, cell, 1, cell)
    assert all(
        found[:1] == "'" or found in ("2026-11", "0,01")
        for found in rows(pay_file([], [person]))[1]
    )


@pytest.mark.parametrize(
    "cell", ["Amina", "Jean-Luc", "a=b", "O'Neil", "", "5 rue; bis", 'dit "Jo"']
)
def test_plain_names_stay(cell: str) -> None:
    assert harmless(cell) == cell
    assert rows(pay_file([], [Line("m", "a", cell, "c", 5, "r")]))[1][2] == cell
