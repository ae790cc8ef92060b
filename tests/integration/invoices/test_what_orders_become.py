"""Each paper an order can become passes the official rules: deposits, finals, correctives, paid."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from kpa_core.activities import changes, lines
from kpa_core.activities import service as orders
from kpa_core.invoices import documents
from kpa_core.invoices.drafts import correcting
from kpa_core.invoices.drafts.drafting import Paid
from kpa_core.invoices.formats.cii import cii
from kpa_core.invoices.making import deposits, issuing, quotes
from kpa_core.invoices.making.deposits import Part
from kpa_core.invoices.models import Document

RULES = Path(__file__).parents[2] / "oracles" / "rules.py"
PRICED = (
    lines.NewLine("Buffet", Decimal("40.5"), 1_533, 1000, unit="pers.", discount_cents=333),
    lines.NewLine("Boissons", Decimal(7), 899, 2000, nature="goods"),
    lines.NewLine("Livraison", Decimal(1), 4_999, 550, price_basis="gross"),
)


def rules_of() -> Any:
    spec = importlib.util.spec_from_file_location("oracle_rules", RULES)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def with_discount(house: Any) -> Any:
    """Return an accepted order of three rates, with a discount on each line and on the whole."""
    order_id = house.order(*PRICED)
    with house.work("one") as work:
        order = orders.find_order(work, order_id)
        facts = {"discount_cents": 1_234, "discount_reason": "fidèle", "purchase_order": "BC 7"}
        changes.change_order(work, order_id, order.version, facts)
    house.approve(order_id)
    with house.work("one") as work:
        quote = quotes.send_quote(work, order_id)
        quotes.answer_quote(work, quote.id, "accepted", by_name="Mme Durand")
    return order_id


def done(house: Any, order_id: Any) -> None:
    with house.work("one") as work:
        orders.move(work, order_id, "done")


def everything(house: Any) -> list[UUID]:
    """Issue one paper of each kind; return their ids."""
    order_id = with_discount(house)
    with house.work() as work:
        first = deposits.issue_deposit(work, order_id, Part(rate_bp=3_333))
        lost = deposits.issue_deposit(work, order_id, Part(cents=101))
        given_back = issuing.credit(work, lost.id, "une erreur")
        second = deposits.issue_deposit(work, order_id, Part(cents=10_007))
    done(house, order_id)
    with house.work() as work:
        final = issuing.issue(work, order_id)
        correcting.reopen(work, final.id, "il manque une ligne")
    with house.work("one") as work:
        lines.add_line(work, order_id, lines.NewLine("Pain", Decimal(3), 100, 550))
    with house.work() as work:
        corrective = issuing.issue(work, order_id)
        note = issuing.credit(work, corrective.id, "tout est annulé")
    other = with_discount(house)
    done(house, other)
    with house.work() as work:
        paid = issuing.issue(work, other, paid=Paid(work.today, "card"))
        made = (first, lost, given_back, second, final, corrective, note, paid)
        return [sa.inspect(one).identity[0] for one in made]


def test_what_an_order_becomes_passes_the_official_rules(house) -> None:
    rules = rules_of()
    ids = everything(house)
    with house.work("kpa") as work:
        made = [work.session.get_one(Document, one) for one in ids]
    assert [one.type_code for one in made] == [
        *("386", "386", "503", "386"),
        *("380", "384", "381", "380"),
    ]
    for document in made:
        paper = documents.snapshot_of(document)
        found = rules.cii_findings(cii(paper), french=True)
        assert found == [], (document.type_code, found)
    # A deposit asked before anybody knows the day of the work.
    assert rules.xsd_findings(cii(replace(documents.snapshot_of(made[0]), service_day=None))) == []
