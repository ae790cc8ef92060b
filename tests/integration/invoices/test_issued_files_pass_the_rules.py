"""What the product itself issues, kind by kind, is judged by the official rules as it is kept."""

from __future__ import annotations

import importlib.util
import sys
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from kpa_core.activities import lines
from kpa_core.activities import service as orders
from kpa_core.invoices import documents
from kpa_core.invoices.drafts import correcting
from kpa_core.invoices.drafts.drafting import Paid
from kpa_core.invoices.making import deposits, issuing, quotes
from kpa_core.invoices.making.deposits import Part
from kpa_core.invoices.models import Document
from kpa_core.invoices.sealing import printing

MIXED = (
    lines.NewLine("Buffet", Decimal(40), 1_533, 1000, unit="pers."),
    lines.NewLine("Boissons", Decimal(7), 899, 2000, price_basis="gross"),
)
RULES = Path(__file__).parents[2] / "oracles" / "rules.py"


@pytest.fixture(scope="module")
def rules() -> ModuleType:
    """The rules the oracles compiled before, when they run too: compiling takes seconds."""
    known = sys.modules.get("oracles_rules")
    if known is not None:
        return known
    spec = importlib.util.spec_from_file_location("official_rules", RULES)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def judge(house: Any, rules: ModuleType, document: Document, type_code: str, process: str) -> None:
    paper = documents.snapshot_of(document)
    assert (paper.type_code, paper.process) == (type_code, process)
    with house.work() as work:
        xml, other = printing.xml_of(work, document), printing.ubl_of(work, document)
    assert rules.cii_findings(xml, french=True) == []
    assert rules.ubl_findings(other, french=True) == []


def test_a_deposit_its_final_invoice_and_their_credit_notes(house, rules: ModuleType) -> None:
    quote = house.quoted(*MIXED)
    with house.work("one") as work:
        quotes.answer_quote(work, quote.id, "accepted", by_name="Mme Durand")
    with house.work() as work:
        asked = deposits.issue_deposit(work, quote.order_id, Part(rate_bp=3_000))
    judge(house, rules, asked, "386", "S1")
    with house.work("one") as work:
        orders.move(work, quote.order_id, "done")
    with house.work() as work:
        final = issuing.issue(work, quote.order_id)
    judge(house, rules, final, "380", "S4")
    with house.work() as work:
        back = issuing.credit(work, final.id, "le service n'a pas eu lieu")
    judge(house, rules, back, "381", "S4")
    with house.work() as work:
        judge(house, rules, issuing.credit(work, asked.id, "annulé"), "503", "S1")


def test_what_was_paid_before(house, rules: ModuleType) -> None:
    order_id = house.done(*MIXED)
    with house.work("host") as work:
        made = issuing.issue(work, order_id, paid=Paid(work.today, "card"))
    judge(house, rules, made, "380", "S2")


def test_a_corrective_invoice(house, rules: ModuleType) -> None:
    invoice = house.issued(*MIXED)
    with house.work() as work:
        correcting.reopen(work, invoice.id, "le prix était 14 €")
    with house.work("one") as work:
        line = lines.lines_of(work.session, invoice.order_id)[0]
        new = lines.NewLine(line.label, line.quantity, 1_400, 1000, unit=line.unit)
        lines.change_line(work, line.id, line.version, new)
    with house.work() as work:
        judge(house, rules, issuing.issue(work, invoice.order_id), "384", "S1")
