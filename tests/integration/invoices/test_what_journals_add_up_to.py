"""Sales journals add up to what customers owe: in both modes, whatever took an invoice back."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from kpa_core.activities import activities, customers, lines
from kpa_core.activities import service as orders
from kpa_core.invoices.carrier import carriers
from kpa_core.invoices.drafts import correcting
from kpa_core.invoices.exports import months
from kpa_core.invoices.exports.accounts import Accounts
from kpa_core.invoices.exports.journals import Entry
from kpa_core.invoices.life import answers
from kpa_core.invoices.making import deposits, issuing, quotes
from kpa_core.invoices.making.deposits import Part
from kpa_core.invoices.models import Document
from kpa_core.invoices.paying import payments

ACCOUNTS = replace(Accounts(), handovers=True)
PERSON = {"kind": "person", "siret": "", "engagement_number": ""}
NOVEMBER = months.month_of("2026-11")


@pytest.fixture(params=["delegated_series", "draft_for_carrier"])
def any_house(request: pytest.FixtureRequest, make_house: Callable[..., Any]) -> Any:
    """A house in each mode: the KPA numbers, or the carrier does."""
    return make_house(request.param)


def number(house: Any, document: Document, text: str, cents: int = 0) -> None:
    """Let the carrier number what it numbers; ``cents`` is its own total, accepted."""
    if document.kind == "handover":
        with house.work() as work:
            said = answers.CarrierNumber(text, work.today, cents or document.to_pay_cents)
            answers.note_number(work, document.id, said, accept_difference="la maison arrondit")


def corrected(
    house: Any, invoice: Document, price: int, text: str, rate_bp: int = 1000
) -> Document:
    with house.work() as work:
        correcting.reopen(work, invoice.id, "prix")
    with house.work("one") as work:
        (line,) = lines.lines_of(work.session, invoice.order_id)
        now = lines.NewLine(line.label, line.quantity, price, rate_bp, unit=line.unit)
        lines.change_line(work, line.id, line.version, now)
    with house.work() as work:
        made = issuing.issue(work, invoice.order_id)
    number(house, made, text)
    return made


def entries(house: Any, accounts: Accounts = ACCOUNTS) -> list[Entry]:
    with house.work("host") as work:
        carrier = carriers.find_carrier(work, house.carrier_id)
        return [
            *months.sales(work, carrier, NOVEMBER, lambda _: accounts),
            *months.received(work, carrier, NOVEMBER, lambda _: accounts),
        ]


def of_account(found: list[Entry], account: str) -> int:
    return sum(part.cents for one in found for part in one.postings if part.account == account)


def test_an_invoice_and_its_credit_note_come_to_nothing(any_house: Any) -> None:
    invoice = any_house.invoiced()
    with any_house.work() as work:
        note = issuing.credit(work, invoice.id, "mauvais client")
    number(any_house, note, "AV-1")

    found = entries(any_house)
    assert len(found) == 2
    assert [of_account(found, one) for one in ("411", "706", "44571", "44574")] == [0] * 4


@pytest.mark.parametrize("asked", [23_900, 24_007, 24_000])
def test_goods_and_services_taken_back_at_the_carriers_total_come_to_nothing(
    drafting_house: Any, asked: int
) -> None:
    meal = lines.NewLine("Buffet", Decimal(10), 1000, 2000)
    shirts = lines.NewLine("T-shirts", Decimal(10), 1000, 2000, nature="goods")
    invoice = drafting_house.issued(meal, shirts)
    number(drafting_house, invoice, "OPT-7", asked)
    with drafting_house.work() as work:
        note = issuing.credit(work, invoice.id, "mauvais client")
    number(drafting_house, note, "OPT-8")

    sold, back = entries(drafting_house)
    assert (sold.words, back.words) == (
        "Facture OPT-7 Ville de Lille",
        "Avoir OPT-8 Ville de Lille",
    )
    assert of_account([sold], "411") == asked
    accounts = {part.account for part in (*sold.postings, *back.postings)}
    assert accounts == {"411", "706", "707", "44571", "44574"}
    assert {one: of_account([sold, back], one) for one in accounts} == dict.fromkeys(accounts, 0)


def test_a_corrective_takes_the_place_of_what_it_replaces(any_house: Any) -> None:
    invoice = any_house.invoiced()
    first = corrected(any_house, invoice, 1400, "COR-1")
    corrected(any_house, first, 1300, "COR-2")

    found = entries(any_house)
    assert len(found) == 5
    assert of_account(found, "411") == 57_200
    assert of_account(found, "44574") == -5_200


def test_a_total_the_carrier_changed_is_booked_with_its_payment(drafting_house: Any) -> None:
    document = drafting_house.issued()
    number(drafting_house, document, "OPT-7", 65_000)
    with drafting_house.work("host") as work:
        payments.record_payment(work, document.id, 65_000, work.today)

    found = entries(drafting_house)
    assert len(found) == 2
    assert of_account(found, "411") == 0
    assert of_account(found, "512") == 65_000
    assert of_account(found, "44571") == -5_909


def test_what_the_carriers_tool_writes_is_not_undone_here(drafting_house: Any) -> None:
    corrected(drafting_house, drafting_house.invoiced(), 1400, "COR-1")
    assert entries(drafting_house, Accounts()) == []


def pay(house: Any, document: Document, cents: int, who: str = "host") -> payments.Payment:
    with house.work(who) as work:
        return payments.record_payment(work, document.id, cents, work.today)


def vat(house: Any) -> tuple[int, int]:
    """Return the VAT that is owed, and what still waits."""
    found = entries(house)
    assert not any(sum(part.cents for part in one.postings) for one in found)
    return -of_account(found, "44571"), -of_account(found, "44574")


def test_vat_is_owed_as_the_money_comes_and_not_when_it_leaves(any_house: Any) -> None:
    invoice = any_house.invoiced()
    assert vat(any_house) == (0, 6_000)
    pay(any_house, invoice, 22_000)
    assert vat(any_house) == (2_000, 4_000)
    pay(any_house, invoice, 44_000)
    assert vat(any_house) == (6_000, 0)

    with any_house.work() as work:
        note = issuing.credit(work, invoice.id, "mauvais client")
    number(any_house, note, "AV-1")
    assert vat(any_house) == (6_000, -6_000)  # owed until the money is back with the customer
    pay(any_house, invoice, -66_000)
    assert vat(any_house) == (0, 0)


def test_a_corrective_counts_the_vat_of_the_money_it_inherits(any_house: Any) -> None:
    invoice = any_house.invoiced()
    pay(any_house, invoice, 22_000)
    late = pay(any_house, invoice, 11_000, "treasurer")
    first = corrected(any_house, invoice, 1400, "COR-1", 2000)  # 672 euros, VAT of 112
    assert vat(any_house) == (3_667, 7_533)
    with any_house.work("host") as work:
        payments.confirm_payment(work, late.id)
    assert vat(any_house) == (5_500, 5_700)
    second = corrected(any_house, first, 1300, "COR-2")  # 572 euros, VAT of 52
    assert vat(any_house) == (3_000, 2_200)
    pay(any_house, second, 57_200 - 33_000)
    assert vat(any_house) == (5_200, 0)
    assert of_account(entries(any_house), "411") == 0


def test_a_customer_keeps_its_code_when_its_name_changes(make_house: Callable[..., Any]) -> None:
    house = make_house()
    with house.work("one") as work:
        found = customers.find_customer(work, house.customer_id)
        customers.change_customer(work, found.id, found.version, {**PERSON, "name": "Élodie Petit"})
    house.invoiced()
    with house.work("one") as work:
        found = customers.find_customer(work, house.customer_id)
        customers.change_customer(work, found.id, found.version, {"name": "Élodie Grand"})
    house.invoiced()
    codes = {one.customer_number for one in entries(house)}
    assert codes == {f"ELODIEPET{house.customer_id.hex[-8:].upper()}"}


GOODS = lines.NewLine("Bancs", Decimal(1), 60_000, 2000, nature="goods")
WORK = lines.NewLine("Pose", Decimal(1), 60_000, 2000)


def advanced(house: Any, *sold: lines.NewLine) -> Document:
    """Return the unpaid deposit of 30 % of an order whose work is done since."""
    quote = house.quoted(*sold)
    with house.work("one") as work:
        quotes.answer_quote(work, quote.id, "accepted", by_name="Mme Durand")
    with house.work() as work:
        deposit = deposits.issue_deposit(work, quote.order_id, Part(rate_bp=3000))
    number(house, deposit, "AC-1")
    with house.work("one") as work:
        orders.move(work, quote.order_id, "done")
    return deposit


@pytest.mark.parametrize(
    ("regime", "sold", "at_once"),
    [
        ("normal", (GOODS,), 12_000),
        ("debits", (WORK,), 12_000),
        ("normal", (WORK,), 0),
        ("normal", (GOODS, WORK), 12_000),
    ],
)
def test_what_is_delivered_is_owed_though_its_deposit_is_not_paid(
    make_house: Callable[..., Any], regime: str, sold: tuple[lines.NewLine, ...], at_once: int
) -> None:
    house, whole = make_house(vat_regime=regime), 12_000 * len(sold)
    deposit = advanced(house, *sold)
    assert vat(house) == (0, whole * 3 // 10)
    final = house.issued_of(deposit.order_id)
    assert vat(house) == (at_once, whole - at_once)

    pay(house, deposit, deposit.to_pay_cents // 2)
    pay(house, final, final.to_pay_cents)
    pay(house, deposit, deposit.to_pay_cents - deposit.to_pay_cents // 2)
    assert vat(house) == (whole, 0)
    with house.work() as work:
        issuing.credit(work, final.id, "tout est rendu")
    pay(house, final, -final.to_pay_cents)
    assert vat(house) == (whole * 3 // 10, 0)
    with house.work() as work:
        issuing.credit(work, deposit.id, "tout est rendu")
    pay(house, deposit, -deposit.to_pay_cents)
    assert vat(house) == (0, 0)


def test_a_credited_invoice_gives_its_deposit_back_to_what_waits(
    make_house: Callable[..., Any],
) -> None:
    house = make_house()
    deposit = advanced(house, GOODS)
    pay(house, deposit, 10_800)  # half of it
    final = house.issued_of(deposit.order_id)
    assert vat(house) == (12_000, 0)
    with house.work() as work:
        issuing.credit(work, final.id, "les bancs reviennent")
    assert vat(house) == (1_800, 1_800)
    pay(house, deposit, 10_800)
    assert vat(house) == (3_600, 0)


def neighbours(house: Any) -> Any:
    """Return the house as seen from a second activity of the same carrier."""
    with house.kpa.work() as work, work.transaction():
        activity = activities.propose_activity(work, activities.NewActivity("Couture"))
        activities.set_carrier(work, activity.id, house.carrier_id)
    place = {"activity_id": activity.id}
    people = {
        "treasurer": house.kpa.person("Nora", "member", ("treasurer", place)),
        "one": house.kpa.person("Inès", "member", ("participant", place)),
        "two": house.kpa.person("Maud", "member", ("participant", place)),
    }
    return replace(house, activity_id=activity.id, people={**house.people, **people})


def numbers(house: Any, who: str) -> dict[str, str]:
    """Return the number of each payment's entry, by the piece it pays."""
    with house.work(who) as work:
        carrier = carriers.find_carrier(work, house.carrier_id)
        found = months.received(work, carrier, NOVEMBER, lambda _: ACCOUNTS)
        return {one.piece: one.number for one in found}


def test_a_payment_keeps_its_number_whatever_comes_later_and_whoever_reads(
    house: Any,
) -> None:
    sewing = neighbours(house)
    ours, theirs = house.issued(), sewing.issued()
    with time_machine.travel(datetime(2026, 11, 25, 12, tzinfo=UTC)):
        with house.work("host") as work:
            payments.record_payment(work, ours.id, 66_000, work.today)
        before = numbers(house, "host")
        with house.work("host") as work:  # at the bank before the first, and known after it
            payments.record_payment(work, theirs.id, 66_000, work.today - timedelta(days=1))
        after = numbers(house, "host")
        seen = {**numbers(house, "treasurer"), **numbers(sewing, "treasurer")}

    assert before == {ours.number: after[ours.number]}
    assert seen == after
    assert len(set(after.values())) == 2
    assert all(re.fullmatch("2026-11-[0-9A-F]{12}", one) for one in after.values())
