"""Accounts that a carrier changes: what a month opened in one account never stays there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from kpa_core.activities import lines
from kpa_core.activities import service as orders
from kpa_core.invoices import documents
from kpa_core.invoices.carrier import carriers
from kpa_core.invoices.exports import bookkeeping, months
from kpa_core.invoices.life import answers, overpayments
from kpa_core.invoices.making import deposits, issuing, quotes
from kpa_core.invoices.making.deposits import Part
from kpa_core.invoices.models import Document
from kpa_core.invoices.paper import type_codes
from kpa_core.invoices.paying import payments

GOODS = lines.NewLine("Bancs", Decimal(1), 60_000, 2000, nature="goods")
WORK = lines.NewLine("Pose", Decimal(3), 3_333, 1000, price_basis="gross")
MONTHS = [months.Month(date(2026, 11, 1)), months.Month(date(2026, 12, 1))]
MONTHS += [months.Month(date(2027, one, 1)) for one in range(1, 7)]
BALANCED = ("411", "4191", "44574")


class Story:
    """A house that takes new accounts on the 1st of each month, and acts on its 10th."""

    def __init__(self, house: Any, changes: set[int], more: int = 0) -> None:
        self.house, self.month, self.changes, self.more = house, 0, changes, more
        self._take_accounts(date(2026, 11, 23))

    def _take_accounts(self, day: date) -> None:
        end = f"{self.month}"
        said = {
            "customers": "411" + end,
            "services": "706" + end,
            "goods": "707" + end,
            "deposits": "4191" + end,
            "vat": "44571" + end,
            "vat_waiting": "44574" + end,
            "bank": "512" + end,
            "vat_by_rate": {"2000": "4457120" + end},
            "handovers": True,
        }
        with self.house.work("host") as work:
            bookkeeping.set_accounts(work, self.house.carrier_id, said, starts_on=day)

    def next(self, act: Callable[[], Any]) -> Any:
        """Return what an act makes, in the month after."""
        self.month += 1
        first = MONTHS[self.month].first
        if self.month in self.changes:
            with time_machine.travel(datetime(first.year, first.month, 1, 12, tzinfo=UTC)):
                self._take_accounts(first)
        with time_machine.travel(datetime(first.year, first.month, 10, 12, tzinfo=UTC)):
            return act()

    def number(self, document: Document) -> Document:
        """Return a paper that its carrier numbers where it does, ``more`` cents off our total."""
        back = document.type_code in type_codes.BACK
        if document.kind == "handover":
            with self.house.work() as work:
                cents = document.to_pay_cents + (0 if back else self.more)
                said = answers.CarrierNumber(f"CAE-{document.reference}", work.today, cents)
                answers.note_number(work, document.id, said, accept_difference="la maison arrondit")
        return document

    def pay(self, document: Document, cents: int) -> None:
        with self.house.work("host") as work:
            payments.record_payment(work, document.id, cents, work.today)

    def credit(self, document: Document) -> Document:
        with self.house.work() as work:
            return self.number(issuing.credit(work, document.id, "tout est rendu"))

    def deposit(self, *sold: lines.NewLine, rate_bp: int = 3000) -> Document:
        quote = self.house.quoted(*sold)
        with self.house.work("one") as work:
            quotes.answer_quote(work, quote.id, "accepted", by_name="Mme Durand")
        with self.house.work() as work:
            made = deposits.issue_deposit(work, quote.order_id, Part(rate_bp=rate_bp))
        return self.number(made)

    def final(self, deposit: Document) -> Document:
        with self.house.work("one") as work:
            orders.move(work, deposit.order_id, "done")
        return self.number(self.house.issued_of(deposit.order_id))


def balances(house: Any) -> dict[str, int]:
    """Return what each account is left with once every month is added up."""
    told: Counter[str] = Counter()
    with house.work("host") as work:
        carrier = carriers.find_carrier(work, house.carrier_id)
        accounts = bookkeeping.of_months(work.session, carrier)
        for month in MONTHS:
            for journal in (months.sales, months.received):
                for entry in journal(work, carrier, month, accounts):
                    assert month.first <= entry.day < month.after
                    assert not sum(one.cents for one in entry.postings)
                    for one in entry.postings:
                        told[one.account] += one.cents
    return {account: cents for account, cents in sorted(told.items()) if cents}


def kept(house: Any) -> dict[str, int]:
    """Return what stays in the accounts that must come to nothing."""
    return {one: cents for one, cents in balances(house).items() if one.startswith(BALANCED)}


@pytest.fixture(params=["delegated_series", "draft_for_carrier"])
def any_house(request: pytest.FixtureRequest, make_house: Callable[..., Any]) -> Any:
    return make_house(request.param)


CHANGES = [{2}, {1, 2, 3, 4, 5}]


@pytest.mark.parametrize("changes", CHANGES)
def test_a_paid_invoice_leaves_nothing_whatever_accounts_came_since(
    any_house: Any, changes: set[int]
) -> None:
    story = Story(any_house, changes)
    invoice = story.number(any_house.issued(GOODS, WORK))
    part = invoice.to_pay_cents // 3
    story.next(lambda: story.pay(invoice, part))
    story.next(lambda: story.pay(invoice, invoice.to_pay_cents - part))

    assert kept(any_house) == {}
    told = balances(any_house)
    assert sum(c for one, c in told.items() if one.startswith("512")) == invoice.to_pay_cents
    assert {one for one in told if one.startswith("512")} == {
        f"512{max([0, *(month for month in changes if month <= paid)])}" for paid in (1, 2)
    }


@pytest.mark.parametrize("changes", CHANGES)
def test_a_credited_invoice_whose_money_went_back_leaves_nothing_at_all(
    any_house: Any, changes: set[int]
) -> None:
    story = Story(any_house, changes)
    invoice = story.number(any_house.issued(GOODS, WORK))
    story.next(lambda: story.pay(invoice, 5_000))
    story.next(lambda: story.credit(invoice))
    story.next(lambda: story.pay(invoice, -5_000))

    told = balances(any_house)
    assert {one for one in told if not one.startswith("512")} == set()
    assert sum(told.values()) == 0


@pytest.mark.parametrize("changes", CHANGES)
def test_a_corrective_and_the_money_it_inherits_leave_nothing(
    any_house: Any, changes: set[int]
) -> None:
    story = Story(any_house, changes)
    invoice = story.number(any_house.issued())
    story.next(lambda: story.pay(invoice, 22_000))
    corrective = story.next(lambda: any_house.corrected(invoice))
    story.next(lambda: story.pay(corrective, corrective.to_pay_cents - 22_000))
    assert kept(any_house) == {}

    story.next(lambda: story.credit(corrective))
    story.next(lambda: story.pay(corrective, -corrective.to_pay_cents))
    assert {one for one in balances(any_house) if not one.startswith("512")} == set()


@pytest.mark.parametrize("changes", CHANGES)
@pytest.mark.parametrize("sold", [(WORK,), (GOODS,), (GOODS, WORK)])
def test_a_deposit_and_its_final_invoice_leave_nothing(
    any_house: Any, changes: set[int], sold: tuple[lines.NewLine, ...]
) -> None:
    story = Story(any_house, changes)
    deposit = story.deposit(*sold)
    half = deposit.to_pay_cents // 2
    story.next(lambda: story.pay(deposit, half))
    final = story.next(lambda: story.final(deposit))
    story.next(lambda: story.pay(deposit, deposit.to_pay_cents - half))
    story.next(lambda: story.pay(final, final.to_pay_cents))
    assert kept(any_house) == {}


MEAL = lines.NewLine("Repas", Decimal(1), 10_000, 2000, price_basis="gross")
WINE = lines.NewLine("Vin", Decimal(7), 1_013, 550, nature="goods")


HALVES, THIRDS, TENTHS = (5_000,) * 2, (3_333, 3_333, 3_334), (1_000,) * 10
"""Tenths of the meal leave 3 cents without VAT, that bear one of VAT, on a final paper of zero."""


@pytest.mark.parametrize("changes", [set(), {1, 2}])
@pytest.mark.parametrize(
    ("sold", "parts"),
    [
        *(((MEAL, WINE, WORK), parts) for parts in ((10_000,), HALVES, THIRDS)),
        *(((one,), HALVES) for one in (MEAL, WINE, WORK)),
        ((MEAL,), TENTHS),
    ],
)
def test_deposits_of_the_whole_price_leave_nothing_but_the_laws_cent(
    house: Any, changes: set[int], sold: tuple[lines.NewLine, ...], parts: tuple[int, ...]
) -> None:
    story = Story(house, changes)
    asked = [story.deposit(*sold, rate_bp=parts[0])]
    order_id, whole = asked[0].order_id, 0
    with house.work() as work:
        room = deposits.room_of(work, *_order_and_carrier(work, house, order_id))
        whole = room.whole_cents
    for place in range(1, len(parts)):
        left = whole - sum(one.to_pay_cents for one in asked)
        cents = left if place == len(parts) - 1 else whole * parts[place] // 10_000
        with house.work() as work:
            asked.append(deposits.issue_deposit(work, order_id, Part(cents=cents)))
    for one in asked:
        story.pay(one, one.to_pay_cents)
    final = story.next(lambda: story.final(asked[0]))
    assert final.to_pay_cents == 0

    told = balances(house)
    assert kept(house) == {}
    rounding = sum(cents for one, cents in told.items() if one in ("658", "758"))
    sold_net = -sum(cents for one, cents in told.items() if one.startswith(("706", "707")))
    vat = -sum(cents for one, cents in told.items() if one.startswith("44571"))
    assert sold_net + vat - rounding == whole
    assert abs(rounding) <= sum(len(documents.snapshot_of(one).vat_groups) for one in asked)

    story.next(lambda: story.credit(final))
    for one in asked:
        story.credit(one)
        story.pay(one, -one.to_pay_cents)
    assert {one for one in balances(house) if not one.startswith("512")} == set()


def _order_and_carrier(work: Any, house: Any, order_id: Any) -> tuple[Any, Any]:
    return orders.find_order(work, order_id), carriers.find_carrier(work, house.carrier_id)


@pytest.mark.parametrize("more", [-7, -1, 1, 3])
def test_deposits_at_the_carriers_own_totals_leave_nothing(drafting_house: Any, more: int) -> None:
    story = Story(drafting_house, {1}, more)
    deposit = story.deposit(MEAL, WINE, WORK)
    story.pay(deposit, deposit.to_pay_cents + more)
    final = story.next(lambda: story.final(deposit))
    story.next(lambda: story.pay(final, final.to_pay_cents + more))
    assert kept(drafting_house) == {}


def test_money_kept_for_the_next_invoice_leaves_nothing(any_house: Any) -> None:
    story = Story(any_house, {1, 2})
    first = story.number(any_house.issued())
    with any_house.work("host") as work:
        payments.record_payment(work, first.id, 70_000, work.today, more_is_right=True)
        overpayments.decide(work, first.id, "keep")
    second = story.next(lambda: story.number(any_house.issued()))

    def use() -> None:
        with any_house.work("host") as work:
            overpayments.pay_with_kept(work, second.id, 4_000)
        story.pay(second, 62_000)

    story.next(use)
    assert kept(any_house) == {}


def test_what_the_carriers_tool_opened_is_not_closed_here(drafting_house: Any) -> None:
    invoice = drafting_house.invoiced()
    story = Story.__new__(Story)
    story.house, story.month, story.changes = drafting_house, 0, {1}
    story.next(lambda: story.pay(invoice, invoice.to_pay_cents))
    assert balances(drafting_house) == {}
