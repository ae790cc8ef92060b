"""Deposits, the final invoice that takes them back, and the money of both."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from kpa_core.activities import lines
from kpa_core.activities import service as orders
from kpa_core.errors import Refused
from kpa_core.invoices import bills, documents
from kpa_core.invoices.drafts import billed
from kpa_core.invoices.life import answers
from kpa_core.invoices.making import deposits, issuing, previews, quotes
from kpa_core.invoices.making.deposits import Part
from kpa_core.invoices.models import Document
from kpa_core.invoices.paying import dues, payments
from kpa_core.invoices.proof import verification

MIXED = (
    lines.NewLine("Buffet", Decimal(40), 1_533, 1000),  # 613,20 HT, 61,32 TVA
    lines.NewLine("Boissons", Decimal(7), 899, 2000),  # 62,93 HT, 12,59 TVA
)
WHOLE = 61_320 + 6_132 + 6_293 + 1_259


def accepted(house: Any, *priced: lines.NewLine) -> Document:
    quote = house.quoted(*priced)
    with house.work("one") as work:
        return quotes.answer_quote(work, quote.id, "accepted", by_name="Mme Durand")


def deposit(house: Any, order_id: Any, **part: int) -> Document:
    with house.work() as work:
        made = deposits.issue_deposit(work, order_id, Part(**part))
    number(house, made)
    return made


def number(house: Any, document: Document) -> None:
    if document.kind == "handover":
        with house.work() as work:
            said = answers.CarrierNumber(
                f"CAE-{document.reference}", work.today, document.to_pay_cents
            )
            answers.note_number(work, document.id, said)


def test_a_final_invoice_warns_of_a_deposit_nobody_paid(any_house) -> None:
    house = any_house
    order_id = accepted(house, *MIXED).order_id
    asked = deposit(house, order_id, rate_bp=3_000)
    with house.work("one") as work:
        orders.move(work, order_id, "done")

    def warned() -> list[str]:
        with house.work() as work:
            seen = previews.preview(work, orders.find_order(work, order_id, "document.read"))
            assert not seen.stops
            return [str(one.sentence) for one in seen.found if one.field == "deposits"]

    (text,) = warned()
    assert "n'est pas encore payé" in text
    with house.work() as work:
        payments.record_payment(work, asked.id, dues.owed_cents(work.session, asked), work.today)
    assert warned() == []


def final(house: Any, order_id: Any) -> Document:
    with house.work("one") as work:
        orders.move(work, order_id, "done")
    with house.work() as work:
        made = issuing.issue(work, order_id)
    number(house, made)
    return made


def pay(house: Any, document: Document, cents: int) -> None:
    with house.work("host") as work:
        payments.record_payment(work, document.id, cents, work.today)


@pytest.fixture(params=["delegated_series", "own_structure", "draft_for_carrier"])
def any_house(request: Any, make_house: Any) -> Any:
    """A house in each way of issuing."""
    return make_house(request.param)


def test_two_deposits_and_the_final_invoice_come_to_the_quote(any_house) -> None:
    quote = accepted(any_house, *MIXED)
    first = deposit(any_house, quote.order_id, rate_bp=3_000)
    second = deposit(any_house, quote.order_id, cents=10_001)
    assert any_house.state(quote.order_id) == "accepted"
    last = final(any_house, quote.order_id)

    assert quote.to_pay_cents == WHOLE
    assert (first.type_code, second.to_pay_cents, last.type_code) == ("386", 10_001, "380")
    assert first.to_pay_cents == 22_501  # 30 % of 750,04 €, half a cent away from zero
    assert first.to_pay_cents + second.to_pay_cents + last.to_pay_cents == WHOLE
    paper = documents.snapshot_of(last)
    assert paper.process == "S4"
    back = [line for line in paper.lines if line.deposit_number]
    assert [line.quantity for line in back] == ["-1"] * 4  # two deposits, two rates
    assert paper.quote_reference == quote.reference
    assert [one.to_pay_cents for one in paper.deposits] == [22_501, 10_001]
    with any_house.work("kpa") as work:
        assert all(one.holds for one in verification.verify(work.session))
        assert [one.id for one in bills.deposits_taken_by(work.session, last)] == [
            first.id,
            second.id,
        ]


def test_the_order_is_paid_when_deposits_and_final_invoice_are(any_house) -> None:
    quote = accepted(any_house, *MIXED)
    first = deposit(any_house, quote.order_id, cents=30_000)
    last = final(any_house, quote.order_id)
    pay(any_house, last, last.to_pay_cents)
    assert any_house.state(quote.order_id) == "invoiced"

    pay(any_house, first, 30_000)

    assert any_house.state(quote.order_id) == "paid"
    with any_house.work("kpa") as work:
        money = dues.of_order(work.session, quote.order_id)
        assert (money.owed, money.confirmed) == (WHOLE, WHOLE)


def test_deposits_never_ask_more_than_the_quote(any_house) -> None:
    quote = accepted(any_house, *MIXED)
    deposit(any_house, quote.order_id, cents=WHOLE - 10_000)

    with pytest.raises(Refused, match="ne dépassent pas le devis") as refused:
        deposit(any_house, quote.order_id, cents=10_001)
    assert refused.value.field == "cents"
    both, nothing = {"cents": 1, "rate_bp": 1}, "plus grand que zéro"
    for part, why in ((both, "pas les deux"), ({}, nothing), ({"cents": -1}, nothing)):
        with pytest.raises(Refused, match=why):
            deposit(any_house, quote.order_id, **part)


def test_a_final_invoice_of_nothing_is_one(house) -> None:
    quote = accepted(house, *MIXED)
    first = deposit(house, quote.order_id, cents=WHOLE)
    pay(house, first, WHOLE)

    last = final(house, quote.order_id)

    assert (last.to_pay_cents, house.state(quote.order_id)) == (0, "paid")


def test_a_deposit_waits_for_the_customer_s_yes(house) -> None:
    quote = house.quoted()
    with pytest.raises(Refused, match="après le oui"):
        deposit(house, quote.order_id, cents=100)


def test_no_deposit_after_the_invoice(any_house) -> None:
    bill = any_house.issued()
    with pytest.raises(Refused):
        deposit(any_house, bill.order_id, cents=100)


def test_a_credited_deposit_is_not_taken_back(any_house) -> None:
    quote = accepted(any_house, *MIXED)
    first = deposit(any_house, quote.order_id, cents=30_000)
    with any_house.work() as work:
        note = issuing.credit(work, first.id, "le client préfère payer à la fin")
    assert (note.type_code, note.to_pay_cents) == ("503", 30_000)
    number(any_house, note)

    last = final(any_house, quote.order_id)

    assert last.to_pay_cents == WHOLE
    assert documents.snapshot_of(last).deposits == ()


def test_a_deposit_the_invoice_takes_back_is_not_credited_alone(any_house) -> None:
    quote = accepted(any_house, *MIXED)
    first = deposit(any_house, quote.order_id, cents=30_000)
    last = final(any_house, quote.order_id)

    with any_house.work() as work, pytest.raises(Refused, match="Il faut d'abord l'avoir"):
        issuing.credit(work, first.id, "erreur")
    with any_house.work() as work:
        note = issuing.credit(work, last.id, "erreur")
    number(any_house, note)
    assert any_house.state(quote.order_id) == "done"
    with any_house.work() as work:
        assert issuing.credit(work, first.id, "erreur").type_code == "503"


def test_an_order_with_a_deposit_is_not_cancelled(any_house) -> None:
    quote = accepted(any_house, *MIXED)
    deposit(any_house, quote.order_id, cents=30_000)
    with any_house.work("one") as work, pytest.raises(Refused, match="Fais d'abord son avoir"):
        orders.move(work, quote.order_id, "cancelled", "plus besoin")


def test_a_deposit_without_its_number_stops_the_final_invoice(drafting_house) -> None:
    house = drafting_house
    quote = accepted(house, *MIXED)
    with house.work() as work:
        made = deposits.issue_deposit(work, quote.order_id, Part(rate_bp=3_000))
    assert documents.snapshot_of(made).number is None
    with house.work("one") as work:
        orders.move(work, quote.order_id, "done")
    with house.work() as work, pytest.raises(Refused, match="attend son numéro"):
        issuing.issue(work, quote.order_id)


def test_the_share_out_starts_from_the_same_figures_in_one_bill_or_three(make_house) -> None:
    house = make_house()
    alone = house.issued(*MIXED)
    quote = accepted(house, *MIXED)
    for cents in (20_000, 10_001):
        deposit(house, quote.order_id, cents=cents)
    last = final(house, quote.order_id)

    with house.work("kpa") as work:
        terms = [billed.whole_of(work.session, one) for one in (alone, last)]
    assert terms[0] == terms[1]
    assert (terms[0].gross_cents, terms[0].vat_cents) == (WHOLE, 6_132 + 1_259)
