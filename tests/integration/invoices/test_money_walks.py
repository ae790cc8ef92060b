"""Whatever people do to the papers of one order, in any order, its money adds up."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from kpa_core.activities import lines
from kpa_core.activities import service as orders
from kpa_core.activities.models import Order
from kpa_core.errors import KpaError
from kpa_core.invoices import bills, documents
from kpa_core.invoices.drafts import correcting, drafting
from kpa_core.invoices.life import answers
from kpa_core.invoices.making import deposits, issuing, quotes
from kpa_core.invoices.making.deposits import Part
from kpa_core.invoices.models import Document, Payment
from kpa_core.invoices.paying import dues, payments
from kpa_core.work import Work

STEPS = 40
WALKS = {"delegated_series": 4, "draft_for_carrier": 8}
DOINGS = {
    "deposit": 3,
    "done": 2,
    "issue": 5,
    "number": 16,
    "return": 1,
    "credit": 2,
    "reopen": 6,
    "give_up": 3,
    "pay": 4,
    "refund": 2,
    "confirm": 4,
}


class Walk:
    """One order and the random things done to it."""

    def __init__(self, house: Any, seed: int) -> None:
        self.house, self.luck, self.made = house, random.Random(seed), Counter[str]()
        quote = house.quoted()
        self.order_id: UUID = quote.order_id
        with house.work("one") as work:
            quotes.answer_quote(work, quote.id, "accepted", by_name="Mme Durand")

    def step(self) -> None:
        (doing,) = self.luck.choices(list(DOINGS), list(DOINGS.values()))
        try:
            getattr(self, doing)()
        except KpaError:
            return  # refused: nothing of it may be left
        self.made[doing] += 1

    def papers(self, work: Work) -> list[Document]:
        return [one for one in documents.of_order(work, self.order_id) if one.kind != "quote"]

    def payments(self, work: Work) -> list[Payment]:
        query = sa.select(Payment).join(Document, Document.id == Payment.document_id)
        query = query.where(Document.order_id == self.order_id).order_by(Payment.id)
        return list(work.session.scalars(query))

    def pick(self, work: Work) -> Document:
        found = self.papers(work)
        if not found:
            raise KpaError("")
        return found[-1] if self.luck.random() < 0.5 else self.luck.choice(found)

    def deposit(self) -> None:
        with self.house.work() as work:
            cents = self.luck.randint(1, 40_000)
            deposits.issue_deposit(work, self.order_id, Part(cents=cents))

    def done(self) -> None:
        with self.house.work("one") as work:
            orders.move(work, self.order_id, "done")

    def issue(self) -> None:
        with self.house.work() as work:
            issuing.issue(work, self.order_id)

    def number(self) -> None:
        with self.house.work() as work:
            one = self.pick(work)
            said = answers.CarrierNumber(f"N-{one.reference}", work.today, one.to_pay_cents)
            answers.note_number(work, one.id, said)

    def return_(self) -> None:
        with self.house.work() as work:
            answers.send_back(work, self.pick(work).id, "Non")

    def credit(self) -> None:
        with self.house.work() as work:
            issuing.credit(work, self.pick(work).id, "Erreur")

    def reopen(self) -> None:
        with self.house.work() as work:
            correcting.reopen(work, self.pick(work).id, "Prix")
        with self.house.work("one") as work:
            (line,) = lines.lines_of(work.session, self.order_id)
            price = self.luck.choice((1_400, 1_500, 1_500))
            new = lines.NewLine(line.label, line.quantity, price, 1000, unit=line.unit)
            lines.change_line(work, line.id, line.version, new)

    def give_up(self) -> None:
        with self.house.work() as work:
            correcting.give_up(work, self.order_id)

    def pay(self, way: int = 1) -> None:
        with self.house.work(self.luck.choice(("treasurer", "host"))) as work:
            cents = way * self.luck.choice((self.luck.randint(1, 9_000), 30_000, 66_000))
            more = self.luck.random() < 0.3
            asking = [one for one in self.papers(work) if bills.is_bill(one)]
            document_id = self.luck.choice(asking or [self.pick(work)]).id
            payments.record_payment(work, document_id, cents, work.today, more_is_right=more)

    def refund(self) -> None:
        self.pay(-1)

    def confirm(self) -> None:
        with self.house.work("host") as work:
            found = self.payments(work)
            if found:
                payments.confirm_payment(work, self.luck.choice(found).id)

    def check(self) -> None:
        with self.house.work("kpa") as work:
            session = work.session
            order = session.get_one(Order, self.order_id)
            papers = self.papers(work)
            asking = [one for one in papers if bills.is_bill(one)]
            out = [one for one in asking if bills.is_numbered(session, one)]
            last = [one for one in out if bills.replacement_of(session, one) is None]

            noted = sum(one.amount_cents for one in self.payments(work))
            assert sum(dues.claimed_cents(session, one.id) for one in last) == noted
            for one in last:
                assert dues.claimed_cents(session, one.id) >= 0
                confirmed = dues.confirmed_cents(session, one.id)
                assert 0 <= dues.of_document(session, one).shareable <= confirmed
            due = dues.of_order(session, self.order_id)
            assert 0 <= dues.shareable_of_order(session, self.order_id) <= max(due.owed, 0)
            if order.state in ("invoiced", "paid"):
                bill = bills.live_bill(session, order.id)
                if bill is not None:
                    assert due.owed == self.price(work, order, bill)
                if order.state == "paid":
                    assert bill is None or due.confirmed >= due.owed

    def price(self, work: Work, order: Order, bill: Document) -> int:
        carrier = documents.carrier_of(work.session, bill)
        return drafting.sold_of(work, order, carrier, bill.issued_on).sums.to_pay


setattr(Walk, "return", Walk.return_)


@pytest.mark.parametrize("mode", WALKS)
def test_the_money_of_an_order_adds_up_whatever_is_done(make_house, mode: str) -> None:
    house, made = make_house(mode), Counter[str]()
    for seed in range(WALKS[mode]):
        walk = Walk(house, seed)
        for _ in range(STEPS):
            walk.step()
            walk.check()
        made += walk.made
    # Neither walk is of refusals only.
    often = {"deposit", "issue", "credit", "reopen", "pay", "confirm"}
    more = {"number", "return"} if mode == "draft_for_carrier" else {"refund"}
    assert often | more <= set(made)
