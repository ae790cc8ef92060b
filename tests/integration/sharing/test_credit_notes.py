"""A credit note after a share-out: parts stay, the common pot owes, later money fills it first."""

from __future__ import annotations

import pytest

from kpa_core import jobs
from kpa_core.activities.models import Order
from kpa_core.errors import Refused
from kpa_core.invoices.bills import live_bill
from kpa_core.invoices.making import issuing
from kpa_core.sharing import answers, credits, expenses, ledger, pots
from kpa_core.sharing.models import ShareOut
from kpa_core.sharing.steps import Step


def common(house) -> int:
    with house.work("Amina") as work:
        return next((held.cents for held in pots.pots(work) if held.pot.kind == "common"), 0)


def credited(house, order_id):
    """Write the credit note of an order's invoice; kpa's own job is not run."""
    with house.work() as work:
        document = live_bill(work.session, order_id)
    with house.work("Hôte") as work:
        return issuing.credit(work, document.id, "Repas annulé")


def test_what_people_got_stays_and_the_pot_owes(numbered) -> None:
    order_id = numbered.paid_order()
    share_out = numbered.shared(order_id)
    note = credited(numbered, order_id)

    with numbered.work() as work:
        correction = credits.book_credit(work, note.id)
        assert ledger.step_of(correction) == Step(
            gross=-660_00, vat=-60_00, fee=-46_23, pot=-553_77, fee_base=-402_00
        )
        assert (correction.kind, correction.state) == ("correction", "closed")
        assert list(ledger.faults(work.session)) == []
    assert common(numbered) == 53_37 - 553_77 == -(198_00 + 302_40)
    assert sum(numbered.parts(share_out.id).values()) == 302_40


def test_it_is_booked_once(numbered) -> None:
    order_id = numbered.paid_order()
    numbered.shared(order_id)
    note = credited(numbered, order_id)
    for _ in range(3):
        with numbered.work() as work:
            credits.book_credit(work, note.id)
    assert common(numbered) == -500_40


def test_the_worker_books_it(numbered) -> None:
    order_id = numbered.paid_order()
    numbered.shared(order_id)
    credited(numbered, order_id)
    jobs.run_due(numbered.instance)
    assert common(numbered) == -500_40


def test_before_any_share_out_there_is_nothing_to_book(numbered) -> None:
    note = credited(numbered, numbered.paid_order())
    with numbered.work() as work:
        assert credits.book_credit(work, note.id) is None


def test_a_waiting_proposal_falls(numbered) -> None:
    order_id = numbered.paid_order()
    share_out_id = numbered.propose(order_id)
    note = credited(numbered, order_id)
    with pytest.raises(Refused):
        numbered.close(share_out_id)
    with numbered.work() as work:
        credits.book_credit(work, note.id)
    with numbered.work("Amina") as work:
        assert answers.mine(work) == []
    with numbered.work() as work:
        assert work.session.get_one(ShareOut, share_out_id).state == "withdrawn"


def test_a_new_invoice_fills_the_pot_first_and_pays_nobody_twice(numbered) -> None:
    order_id = numbered.paid_order()
    numbered.shared(order_id)
    credited(numbered, order_id)
    with numbered.work() as work, work.transaction() as session:
        session.get_one(Order, order_id).state = "done"
    document = numbered.invoice(order_id)
    numbered.pay(document, 660_00)

    share_out_id = numbered.propose(order_id)  # the job has not run: proposing books the credit

    assert numbered.parts(share_out_id) == {}
    share_out = numbered.close(share_out_id)
    assert (share_out.expenses_cents, share_out.to_share_cents) == (0, 0)
    assert common(numbered) == 53_37
    with numbered.work() as work:
        assert list(ledger.faults(work.session)) == []
        told = ledger.of_order(work.session, order_id)
        assert (told.gross, told.fee, told.to_share) == (660_00, 46_23, 302_40)


def test_the_fee_goes_back_in_the_period_too(numbered) -> None:
    order_id = numbered.paid_order()
    numbered.shared(order_id)
    note = credited(numbered, order_id)
    with numbered.work() as work:
        credits.book_credit(work, note.id)
    assert (
        numbered.shared(numbered.paid_order(hours={"Amina": 60})).figures["ways"]["already_cents"]
        == 0
    )


def test_a_late_receipt_is_paid_by_the_pot(numbered) -> None:
    order_id = numbered.paid_order()
    numbered.shared(order_id)
    numbered.buy(order_id, 52_00, by="Chloé")

    share_out_id = numbered.propose(order_id)
    share_out = numbered.close(share_out_id)

    assert ledger.step_of(share_out) == Step(expenses=52_00, fee=-5_98, pot=-46_02, fee_base=-52_00)
    assert numbered.parts(share_out_id) == {}
    assert common(numbered) == 53_37 - 46_02
    with numbered.work("Gaëlle") as work:
        assert expenses.of_order(work, order_id)[-1].covered_cents in (52_00, 80_00, 118_00)
        assert sum(one.covered_cents for one in expenses.of_order(work, order_id)) == 250_00
        assert list(ledger.faults(work.session)) == []
