"""The customer has already paid: the invoice says so, and the payment is written with it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from kpa_core.errors import Refused
from kpa_core.invoices import documents
from kpa_core.invoices.drafts.drafting import Paid
from kpa_core.invoices.life import answers
from kpa_core.invoices.making import issuing
from kpa_core.invoices.paying import dues, payments
from kpa_core.work import Denied

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture(params=["delegated_series", "draft_for_carrier"])
def any_house(request: Any, make_house: Any) -> Any:
    """A house where we number, and one where the carrier does."""
    return make_house(request.param)


def test_a_paid_invoice_asks_nothing_more(any_house) -> None:
    order_id = any_house.done()
    later = time_machine.travel(NOON + timedelta(days=3), tick=False)
    with later, any_house.work("host") as work:
        day = work.today - timedelta(days=2)
        made = issuing.issue(work, order_id, paid=Paid(day, "cash"))
        if made.kind == "handover":
            said = answers.CarrierNumber("CAE-9", work.today, made.to_pay_cents)
            assert payments.payments_of(work.session, made) == []
            answers.note_number(work, made.id, said)

    paper = documents.snapshot_of(made)
    assert (paper.paid_day, paper.due_day, paper.process) == (day, day, "S2")
    assert (paper.totals.prepaid_cents, paper.totals.due_cents) == (66_000, 0)
    assert any_house.state(order_id) == "paid"
    with any_house.work("kpa") as work:
        ((payment, confirmed),) = payments.payments_of(work.session, made)
        assert (payment.amount_cents, payment.received_on, payment.method, confirmed) == (
            66_000,
            day,
            "cash",
            True,
        )
        assert dues.of_order(work.session, order_id).is_paid


def test_a_credit_note_of_a_paid_invoice_says_no_payment(house) -> None:
    order_id = house.done()
    with house.work("host") as work:
        made = issuing.issue(work, order_id, paid=Paid(work.today, "card"))
        note = issuing.credit(work, made.id, "erreur")
    paper = documents.snapshot_of(note)
    assert (paper.paid_day, paper.totals.prepaid_cents) == (None, 0)
    assert house.state(order_id) == "paid"  # until the money went back


def test_a_payment_of_a_day_that_cannot_be_is_refused(house) -> None:
    order_id = house.done()
    for days in (-1, 1):
        paid = Paid(NOON.date() + timedelta(days=days), "cash")
        with house.work() as work, pytest.raises(Refused) as refused:
            issuing.issue(work, order_id, paid=paid)
        assert refused.value.field == "received_on"
    with house.work() as work, pytest.raises(Refused):
        issuing.issue(work, order_id, paid=Paid(work.today, "gold"))
    assert house.state(order_id) == "done"


def test_who_may_not_note_a_payment_issues_no_paid_invoice(house) -> None:
    order_id = house.done()
    house.approve(order_id, "invoice")
    with house.work("one") as work, pytest.raises(Denied):
        issuing.issue(work, order_id, paid=Paid(work.today, "cash"))
