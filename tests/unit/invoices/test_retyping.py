"""A paper to retype: enDI's fields in enDI's order, each value as it is typed there."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from kpa_core.invoices.exports import leaves, retyping, tables
from kpa_core.invoices.paper.snapshot import Line, Snapshot

Make = Callable[..., Snapshot]
ORDER = [
    "Nom du document",
    "Client",
    "Objet du document",
    "Adresse du client",
    "Date de début des prestations",
    "Date de fin de prestation",
    "Identifiant externe",
    "Notes complémentaires",
    "Conditions de paiement",
]
TWO_MINUTES = 40
"""Fields somebody can copy in two minutes, at three seconds each."""


def test_the_fields_come_in_the_order_of_the_form(make_document: Make) -> None:
    sheet = retyping.retyping(make_document("handover"))

    before = [one.label for part in sheet.before for one in part.fields]
    after = [one.label for part in sheet.after for one in part.fields]
    assert before + after == ORDER
    assert retyping.LINE_HEADS == (
        "Description",
        "Date d'exécution",
        "Prix unitaire HT",
        "Quantité",
        "Unité",
        "TVA",
    )


def test_our_reference_goes_where_it_comes_back_from(make_document: Make) -> None:
    sheet = retyping.retyping(make_document("handover"))
    told = {one.label: one.value for part in sheet.before for one in part.fields}
    assert told["Identifiant externe"] == "P-2026-0007"
    assert told["Nom du document"].startswith("P-2026-0007 ")


@pytest.mark.parametrize(
    ("type_code", "title"),
    [
        ("380", "Nouvelle facture"),
        ("381", "Avoir de la facture CAE-7"),
        ("384", "Facture corrective de la facture CAE-7"),
        ("386", "Nouvelle facture d'acompte"),
        ("503", "Avoir de l'acompte CAE-7"),
    ],
)
def test_the_sheet_says_what_to_make(make_document: Make, type_code: str, title: str) -> None:
    corrects = type_code in ("381", "384", "503")
    paper = replace(
        make_document("handover"),
        type_code=type_code,  # type: ignore[arg-type]
        corrects_number="CAE-7" if corrects else None,
        corrects_day=date(2026, 11, 3) if corrects else None,
    )
    sheet = retyping.retyping(paper)
    assert sheet.before[0].label == title
    assert f"<h2>{title} – P-2026-0007".replace("'", "&#x27;") in "".join(leaves.sheets([sheet]))
    assert next(retyping.rows_of(paper))[0] == title


def test_a_buffet_of_four_lines_is_typed_in_two_minutes(make_document: Make) -> None:
    line = make_document("handover").lines[0]
    paper = make_document("handover", lines=(line,) * 4)
    lines = paper.lines
    assert len(lines) == 4
    assert retyping.retyping(paper).typed <= TWO_MINUTES


@pytest.mark.parametrize(
    ("quantity", "price", "basis", "net", "told"),
    [
        ("40", 1500, "net", 60_000, "15,00"),
        ("3", 1100, "gross", 3_000, "10,00"),
        ("3", 333, "gross", 908, "3,02667"),
        ("2.5", 1000, "gross", 2_273, "9,092"),
    ],
)
def test_prices_are_typed_without_vat(
    quantity: str, price: int, basis: str, net: int, told: str
) -> None:
    line = Line(
        label="x",
        quantity=quantity,
        unit_price_cents=price,
        vat_rate_bp=1000,
        net_cents=net,
        price_basis=basis,  # type: ignore[arg-type]
    )
    assert retyping.retyped_price(line) == told
    again = Decimal(told.replace(",", ".")) * Decimal(quantity) * 100
    assert round(again) == net


def test_the_table_opens_in_a_french_spreadsheet_and_runs_nothing(make_document: Make) -> None:
    paper = make_document("handover")
    paper = replace(paper, customer=replace(paper.customer, name="=1+1"))
    data = tables.table(retyping.rows([paper]))

    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\r\n") == len(data.splitlines())
    heads, row = csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=";")
    told = dict(zip(heads, row, strict=True))
    assert told["Client"] == "'=1+1"
    assert (told["Prix unitaire HT"], told["Quantité"], told["TVA"]) == ("15,00", "40", "10 %")
    assert told["Total TTC du document"] == "660,00"


def test_a_page_that_stands_alone_escapes_what_people_typed(make_document: Make) -> None:
    paper = make_document("handover", title="<script>alert(1)</script>")
    page = b"".join(leaves.page("À recopier", leaves.sheets([retyping.retyping(paper)]))).decode()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert page.count('class="sheet"') == 1
