"""A document for another program: nothing lost, nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable

import pytest

from kpa_core.invoices import exports
from kpa_core.invoices.models import Document
from kpa_core.invoices.paper.snapshot import Line, Snapshot
from kpa_core.money import apply_rate

Make = Callable[..., Snapshot]
NAUGHTY = ("=1+1", "+33 6", "-2", "@SUM(A1)", "=cmd|' /C calc'!A0", "\t=1", '"=1";"x"')


def stored(paper: Snapshot) -> Document:
    return Document(kind=paper.kind, snapshot=paper.to_json(), hash=b"\x01" * 32)


def table(document: Document) -> list[list[str]]:
    text = exports.as_csv(document).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";"))


def test_a_table_has_the_lines_then_the_sums(make_document: Make) -> None:
    rows = table(stored(make_document("handover")))

    heads, line, *sums = rows
    assert {len(row) for row in rows} == {len(heads)}
    told = dict(zip(heads, line, strict=True))
    assert told["Notre référence"] == "P-2026-0007"
    assert (told["Quantité"], told["Prix unitaire"], told["Montant HT"]) == (
        "40",
        "15,00",
        "600,00",
    )
    assert told["Taux de TVA (%)"] == "10,00"
    assert (told["Date"], told["Date de la prestation"]) == ("30/11/2026", "28/11/2026")
    assert told["Numéro"] == ""
    assert [row[-1] for row in sums] == ["600,00", "60,00", "0,00", "660,00"]


def test_a_table_opens_in_a_french_spreadsheet(make_document: Make) -> None:
    data = exports.as_csv(stored(make_document("handover")))

    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\r\n") == len(data.splitlines())


@pytest.mark.parametrize("text", NAUGHTY)
def test_no_cell_is_a_formula(make_document: Make, text: str) -> None:
    shown = text.replace("\t", " ").strip()
    line = Line(
        label=shown,
        details=f"x\n{shown}",
        quantity="1",
        unit=f" {shown}",
        unit_price_cents=100,
        vat_rate_bp=1000,
        net_cents=100,
    )
    paper = make_document("handover", lines=(line,))
    assert apply_rate(100, 1000) == paper.totals.vat_cents

    cells = [cell for row in table(stored(paper)) for cell in row]
    risky = [cell for cell in cells if cell.lstrip().startswith(("=", "+", "-", "@"))]
    assert [cell for cell in risky if not exports.NUMBER.fullmatch(cell)] == []
    assert any(shown in cell for cell in cells)


def test_a_rounding_below_zero_stays_a_number(make_document: Make) -> None:
    line = Line(
        label="Menu",
        quantity="3",
        unit_price_cents=1_000,
        vat_rate_bp=550,
        net_cents=2_844,
        price_basis="gross",
    )
    paper = make_document("handover", lines=(line,), rounding=3_000 - 2_844 - 156)

    assert paper.totals.to_pay_cents == 3_000
    assert table(stored(paper))[-1][-1] == "30,00"


def test_json_says_what_the_paper_says_and_nothing_absent(make_document: Make) -> None:
    paper = make_document("handover")
    told = json.loads(exports.as_json(stored(paper)))

    assert told["reference"] == "P-2026-0007"
    assert told["totals"]["gross_cents"] == 66_000
    assert told["seller"]["name"] == "La Maison qui Facture"
    assert told["sha256"] == "01" * 32
    assert not {"number", "series", "corrects_number"} & set(told)


def test_json_of_an_invoice_has_its_number(make_document: Make) -> None:
    assert json.loads(exports.as_json(stored(make_document())))["number"] == "KPA-2026-0001"
