"""What schema 2 added is on the page and on the PDF alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from kpa_core.invoices.paper import printed
from kpa_core.invoices.paper.prices import net_price
from kpa_core.invoices.paper.snapshot import Discount, Line, Snapshot, Totals, VatGroup
from kpa_core.invoices.paper.words import Words, isolated

Make = Callable[..., Snapshot]
Reader = Any  # conftest.Reader, which a test module cannot import


def both(read: Reader, frozen: Snapshot) -> tuple[str, str]:
    return read.pdf_text(frozen), read.html_text(frozen)


def with_vat(quantity: str, cents: int, rate_bp: int, net_cents: int) -> Line:
    """Return a line whose price was said with its VAT."""
    return Line(
        label="x",
        quantity=quantity,
        unit_price_cents=cents,
        vat_rate_bp=rate_bp,
        net_cents=net_cents,
        price_basis="gross",
    )


@pytest.mark.parametrize(
    ("kind", "type_code", "heading"),
    [
        ("invoice", "380", "Facture n° KPA-2026-0001"),
        ("invoice", "386", "Facture d'acompte n° KPA-2026-0001"),
        ("invoice", "384", "Facture rectificative n° KPA-2026-0001"),
        ("credit_note", "381", "Avoir n° KPA-2026-0002"),
        ("credit_note", "503", "Avoir sur acompte n° KPA-2026-0002"),
        ("handover", "386", "Projet de facture d'acompte, à émettre par La Maison"),
    ],
)
def test_a_paper_bears_its_name(
    make_document: Make, read: Reader, kind: str, type_code: str, heading: str
) -> None:
    past = {"corrects_number": "KPA-2026-0000", "corrects_day": date(2026, 11, 2)}
    more = past if type_code in ("381", "384", "503") else {}
    for text in both(read, make_document(kind, type_code=type_code, **more)):
        assert read.squeezed(heading) in text


def test_it_says_discounts_what_was_paid_and_what_is_left(
    make_document: Make, read: Reader
) -> None:
    line = replace(make_document().lines[0], discount_cents=1_000, net_cents=59_000)
    frozen = make_document(
        lines=(line,),
        discounts=(Discount(net_cents=9_000, vat_rate_bp=1000, reason="Geste commercial"),),
        vat_groups=(VatGroup(rate_bp=1000, net_cents=50_000, vat_cents=5_000),),
        totals=Totals(
            net_cents=50_000,
            vat_cents=5_000,
            gross_cents=55_000,
            discount_cents=9_000,
            prepaid_cents=20_000,
        ),
        purchase_order="BC-77",
        quote_reference="D-2026-0007",
        seller=replace(make_document().seller, vat_regime="debits"),
    )
    asked = (
        "Remise : 10,00 € HT",
        "Total des lignes (HT) 590,00 €",
        "Geste commercial",
        "-90,00 €",
        "Déjà payé 200,00 €",
        "Reste à payer (TTC) 350,00 €",
        "BC-77",
        "D-2026-0007",
        "Option pour le paiement de la taxe d'après les débits",
    )
    for text in both(read, frozen):
        for said in asked:
            assert read.squeezed(said) in text, said


def test_what_was_paid_asks_for_no_transfer(make_document: Make, read: Reader) -> None:
    day = date(2026, 11, 29)
    sums = replace(make_document().totals, prepaid_cents=66_000)
    frozen = make_document(totals=sums, paid_day=day, paid_by="card", due_day=day)
    for text in both(read, frozen):
        assert read.squeezed("Payé le 29 novembre 2026") in text
        assert read.squeezed("Payé par Carte") in text
        assert read.squeezed("FR76 3000") not in text


@pytest.mark.parametrize(
    ("quantity", "cents", "rate", "net"),
    [
        ("3", 1100, 1000, 3000),
        ("3", 400, 2000, 1000),
        ("7", 899, 2000, 5244),
        ("1000000", 1, 2000, 833_333),
        ("999983", 7, 2000, 5_833_234),
        ("999999.999", 1_000, 550, 947_867_297),
    ],
)
def test_a_price_without_vat_gives_its_line_back(
    quantity: str, cents: int, rate: int, net: int
) -> None:
    line = with_vat(quantity, cents, rate, net)
    found = net_price(line)
    worth = found.amount * Decimal(quantity) / found.base
    assert abs(worth * 100 - net) <= Decimal("0.5")
    assert -found.amount.as_tuple().exponent <= 6  # type: ignore[operator]


def test_a_price_too_fine_for_six_decimals_is_said_for_the_whole() -> None:
    line = with_vat("300000.007", 7, 550, 1_990_522)
    found = net_price(line)
    assert found.base in (Decimal(1), Decimal("300000.007"))
    whole = found.amount * Decimal(line.quantity) / found.base
    assert round(whole * 100) == line.net_cents


def test_a_price_shows_the_decimals_it_has() -> None:
    words = Words("fr", str)
    assert words.price(Decimal("3.64")) == "3,64\u00a0€"
    assert words.price(Decimal("3.333333")) == "3,333333\u00a0€"
    assert words.price(Decimal("1234.5")) == "1\u202f234,50\u00a0€"


@pytest.mark.parametrize(
    ("cents", "rate", "net", "quantity", "told"),
    [
        (2930, 550, 27_773, "10", "soit environ 27,773\u00a0€ HT"),
        (3332, 2000, 83_300, "30", "soit environ 27,7667\u00a0€ HT"),
        (1100, 1000, 10_000, "10", "soit 10,00\u00a0€ HT"),
        (3, 2000, 25_000, "10000", "soit 0,025\u00a0€ HT"),  # exact, however fine
        (1, 550, 947, "1000", "soit environ 0,00947\u00a0€ HT"),
    ],
)
def test_a_price_that_was_rounded_says_so(
    cents: int, rate: int, net: int, quantity: str, told: str
) -> None:
    line = with_vat(quantity, cents, rate, net)
    assert printed._net_price(line, Words("fr", str)) == told


def test_only_what_runs_the_other_way_is_set_apart() -> None:
    assert isolated("Ville de Lille") == "Ville de Lille"
    assert isolated("مطعم SARL") == "\u2068مطعم SARL\u2069"
