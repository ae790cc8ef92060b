"""R10 through the service: long and odd papers add up, and a credit note takes back every cent."""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO
from random import Random
from typing import Any
from uuid import UUID

import pytest
from pypdf import PdfReader

from kpa_core.activities import asking
from kpa_core.activities.lines import NewLine, row_of
from kpa_core.errors import KpaError
from kpa_core.invoices import documents
from kpa_core.invoices.making import issuing
from kpa_core.invoices.models import Document
from kpa_core.invoices.sealing import printing
from kpa_core.money import MAX_CENTS

RATES = (0, 550, 1000, 2000)
ODD = "Buffet 🥗 d’Aïcha — بوفيه لأربعين شخصا"


def order_of(house: Any, lines: list[NewLine]) -> UUID:
    with house.work("one") as work, work.transaction() as session:
        wanted = asking.Wanted(title="Buffet pour 40 personnes", day=work.today)
        order = asking.add_order(work, house.activity_id, house.customer_id, wanted)
        session.add_all(row_of(line, order, at, None) for at, line in enumerate(lines, start=1))
        order.state = "done"
        return UUID(str(order.id))


def drawn(count: int, seed: int) -> list[NewLine]:
    draw = Random(seed)
    return [
        NewLine(
            f"{ODD} {number}",
            Decimal(draw.randint(1, 20_000)).scaleb(-3),
            draw.randint(1, 50_000),
            draw.choice(RATES[1:]),
            price_basis=draw.choice(["net", "gross"]),
        )
        for number in range(count)
    ]


def figures(document: Document) -> tuple[object, ...]:
    paper = documents.snapshot_of(document)
    assert sum(one.net_cents for one in paper.lines) == paper.totals.net_cents
    assert paper.totals.net_cents + paper.totals.vat_cents == paper.totals.gross_cents
    assert sum(one.vat_cents for one in paper.vat_groups) == paper.totals.vat_cents
    return paper.lines, paper.vat_groups, paper.totals, document.to_pay_cents


@pytest.mark.parametrize("count", [1, 7, 500])
def test_an_invoice_less_its_credit_note_is_nothing(house: Any, count: int) -> None:
    order_id = order_of(house, drawn(count, seed=count))
    with house.work() as work:
        invoice = issuing.issue(work, order_id)
        note = issuing.credit(work, invoice.id, "mauvais client")
        pages = PdfReader(BytesIO(printing.pdf_of(work, invoice))).pages

    assert len(documents.snapshot_of(invoice).lines) == count
    assert figures(note) == figures(invoice)
    assert (len(pages) > 10) == (count == 500)
    text = "".join(page.extract_text() for page in pages)
    assert invoice.number is not None
    assert invoice.number in text
    assert f"{count - 1}" in text


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [NewLine("Offert", Decimal(1), 0, 1000)],
        [NewLine("Trop", Decimal(2), MAX_CENTS // 2, 1000)] * 2,
    ],
    ids=["no line", "nothing to pay", "more than kpa counts"],
)
def test_what_cannot_be_an_invoice_says_why_and_keeps_the_order(
    house: Any, lines: list[NewLine]
) -> None:
    order_id = order_of(house, lines)
    with house.work() as work, pytest.raises(KpaError) as told:
        issuing.issue(work, order_id)
    assert len(str(told.value)) > 20
    assert house.state(order_id) == "done"
    assert house.issued().number == "KPA-2026-0001"
