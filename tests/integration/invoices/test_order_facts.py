"""What an order says reaches its papers: purchase order, delivery, discounts, VAT, goods."""

from __future__ import annotations

import hashlib
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from kpa_core.activities import approvals, changes, copying, customers, lines
from kpa_core.activities.models import Order, OrderLine
from kpa_core.activities.service import find_order
from kpa_core.activities.vat import NO_VAT
from kpa_core.errors import Refused
from kpa_core.invoices import documents
from kpa_core.invoices.carrier import carriers
from kpa_core.invoices.making import issuing, quotes
from kpa_core.invoices.paper.printed import sheet_of
from kpa_core.invoices.paper.vat import REASONS

GOODS = lines.NewLine("Plateaux", Decimal(3), 2_000, 1000, nature="goods", discount_cents=500)


def change(house: Any, order_id: Any, **facts: Any) -> Order:
    with house.work("one") as work:
        order = find_order(work, order_id)
        return changes.change_order(work, order_id, order.version, facts)


def quote_of(house: Any, order_id: Any) -> Any:
    house.approve(order_id)
    with house.work("one") as work:
        return documents.snapshot_of(quotes.send_quote(work, order_id))


def test_an_order_s_facts_are_on_its_papers(house) -> None:
    order_id = house.order(GOODS, lines.NewLine("Service", Decimal(1), 10_000, 2000))
    change(
        house,
        order_id,
        purchase_order="BC-77",
        delivery_address="Halle\n1 place Sébastopol",
        discount_cents=1_000,
        discount_reason="Client fidèle",
    )

    paper = quote_of(house, order_id)

    assert (paper.purchase_order, paper.nature) == ("BC-77", "mixed")
    assert paper.customer.delivery_address == ("Halle", "1 place Sébastopol")
    assert [line.net_cents for line in paper.lines] == [5_500, 10_000]
    # 10 € over 55 € and 100 €: 3,55 € and 6,45 €, by the largest remainder.
    assert [(one.vat_rate_bp, one.net_cents) for one in paper.discounts] == [
        (1000, 355),
        (2000, 645),
    ]
    assert paper.discounts[0].reason == "Client fidèle"
    assert (paper.totals.net_cents, paper.totals.vat_cents) == (14_500, 515 + 1_871)


def test_a_yes_falls_when_the_discount_of_all_changes(house) -> None:
    order_id = house.order()
    house.approve(order_id)
    change(house, order_id, place="Lille")
    with house.work() as work:
        assert approvals.missing(work, find_order(work, order_id)) == 0
    change(house, order_id, discount_cents=100, discount_reason="geste")
    with house.work() as work:
        assert approvals.missing(work, find_order(work, order_id)) == 2


def test_older_yeses_stand_while_the_new_fields_say_nothing() -> None:
    line = OrderLine(
        label="Buffet",
        details="",
        quantity_thousandths=40_000,
        unit="pers.",
        unit_price_cents=1500,
        vat_rate_bp=1000,
        price_basis="net",
        nature="services",
        discount_cents=0,
    )
    order = Order(discount_cents=0, vat_reason="", discount_reason="")
    # What the first kpa hashed: seven fields, nothing of the order.
    facts = '[["Buffet","",40000,"pers.",1500,1000,"net"]]'
    known = hashlib.sha256(facts.encode()).hexdigest()
    assert lines.digest([line]) == lines.digest([line], order) == known
    line.nature = "goods"
    assert lines.digest([line]) != known


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"discount_cents": 100}, "discount_reason"),
        ({"discount_cents": -1, "discount_reason": "x"}, "discount_cents"),
        ({"discount_cents": 2**63, "discount_reason": "x"}, "discount_cents"),
        ({"vat_reason": "because"}, "vat_reason"),
    ],
)
def test_a_wrong_fact_is_refused(house, facts, field) -> None:
    order_id = house.order()
    with pytest.raises(Refused) as refused:
        change(house, order_id, **facts)
    assert refused.value.field == field


def test_a_discount_is_never_more_than_the_price(house) -> None:
    with pytest.raises(Exception, match="remise"):
        house.order(lines.NewLine("Plateaux", Decimal(1), 500, 1000, discount_cents=501))


def test_a_price_on_a_quote_gets_no_discount_behind_the_customer_s_back(house) -> None:
    quote = house.quoted()
    with pytest.raises(Refused, match="déjà sur un devis"):
        change(house, quote.order_id, discount_cents=100, discount_reason="x")
    change(house, quote.order_id, purchase_order="BC-78")


def test_reverse_charge_is_said_and_asks_for_no_vat(house) -> None:
    order_id = house.order()
    change(house, order_id, vat_reason="reverse_charge")
    house.approve(order_id)
    with house.work("one") as work, pytest.raises(Refused, match="0 %"):
        quotes.send_quote(work, order_id)

    order_id = house.order(lines.NewLine("Menuiserie", Decimal(1), 50_000, 0))
    change(house, order_id, vat_reason="reverse_charge")
    paper = quote_of(house, order_id)
    assert paper.vat_groups[0].category == "AE"
    assert "Autoliquidation" in sheet_of(paper).notes.sentences


@pytest.mark.parametrize(
    ("reason", "code"), [("reverse_charge", "VATEX-FR-AE"), ("eu_services", "VATEX-EU-AE")]
)
def test_the_building_trade_and_europe_have_codes_of_their_own(reason: str, code: str) -> None:
    assert set(NO_VAT) <= set(REASONS)
    assert (REASONS[reason].category, REASONS[reason].code) == ("AE", code)
    assert REASONS[reason].mention.startswith("Autoliquidation")
    assert NO_VAT[reason] == REASONS[reason].label


@pytest.mark.parametrize(
    ("regime", "rate", "said"),
    [
        ("debits", 1000, "Option pour le paiement de la taxe d'après les débits"),
        ("franchise", 0, "TVA non applicable, art. 293 B du CGI"),
        ("exempt", 0, "Exonération de TVA, art. 261, 4 du CGI"),
        ("exempt_association", 0, "Exonération de TVA, art. 261, 7, 1° du CGI"),
    ],
)
def test_the_carrier_s_vat_regime_is_said(make_house, regime, rate, said) -> None:
    house = make_house("delegated_series", vat_regime=regime)
    order_id = house.done(lines.NewLine("Buffet", Decimal(1), 10_000, rate))
    with house.work() as work:
        paper = documents.snapshot_of(issuing.issue(work, order_id))
        assert carriers.vat_regime(work, house.carrier_id) == ("normal" if rate else "franchise")
    assert said in sheet_of(paper).notes.sentences


def test_a_regime_holds_from_its_day_on(house) -> None:
    with house.work("host") as work:
        day = date(2027, 1, 1)
        before = carriers.find_carrier(work, house.carrier_id)
        known = carriers.identity_on(work.session, before, work.today).identity
        new = {**known, "vat_regime": "franchise", "vat_number": ""}
        carriers.set_identity(work, house.carrier_id, new, starts_on=day)
        assert carriers.vat_regime(work, house.carrier_id) == "normal"
        assert carriers.seller_on(work.session, before, day).vat_regime == "franchise"
        wrong = {**new, "vat_regime": "debits"}
        with pytest.raises(Refused, match="numéro de TVA"):
            carriers.set_identity(work, house.carrier_id, wrong, starts_on=day)


def test_the_same_order_again_copies_what_was_agreed_and_nothing_that_happened(house) -> None:
    invoice = house.issued(GOODS)
    with house.work("one") as work:
        before = find_order(work, invoice.order_id)
        made = copying.order_again(work, before.id)
        said = [
            (one.label, one.unit_price_cents, one.nature, one.discount_cents)
            for one in lines.lines_of(work.session, made.id)
        ]
        assert made.reference != before.reference
        assert (made.customer_id, made.title) == (before.customer_id, before.title)
        assert (made.state, made.day) == ("asked", None)
        assert (made.engagement_number, made.purchase_order) == ("", "")
        assert said == [("Plateaux", 2_000, "goods", 500)]
        assert documents.of_order(work, made.id) == []
        assert approvals.missing(work, made) == 2


def test_an_electronic_address_is_one_of_the_directory(house) -> None:
    with house.work("one") as work:
        known = customers.find_customer(work, house.customer_id)
        good = {"electronic_address": "0225:215903501_CHORUS"}
        customers.change_customer(work, known.id, known.version, good)
    with house.work("one") as work:
        known = customers.find_customer(work, house.customer_id)
        bad = {"electronic_address": "mairie@example.org"}
        with pytest.raises(Refused) as refused:
            customers.change_customer(work, known.id, known.version, bad)
    assert refused.value.field == "electronic_address"
