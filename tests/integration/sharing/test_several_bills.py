"""An order billed in several papers is shared as one: deposits, then the rest, or a corrective."""

from __future__ import annotations

from typing import Any

from kpa_core.activities import lines
from kpa_core.invoices.drafts import correcting
from kpa_core.invoices.life import answers as carrier_answers
from kpa_core.invoices.making import deposits, issuing
from kpa_core.invoices.making.deposits import Part
from kpa_core.invoices.paying import dues
from kpa_core.sharing import credits, ledger, plan

HOURS = {"Amina": 6 * 60, "Bakary": 3 * 60}


def deposit(house: Any, order_id: Any, cents: int) -> Any:
    with house.work("Hôte") as work:
        made = deposits.issue_deposit(work, order_id, Part(cents=cents))
        if made.kind == "handover":
            said = carrier_answers.CarrierNumber("OPT-A", made.issued_on, made.to_pay_cents)
            carrier_answers.note_number(work, made.id, said)
    return made


def worked(house: Any) -> Any:
    order_id = house.order()
    house.hours(order_id, HOURS)
    house.buy(order_id, 198_00)
    return order_id


def test_a_deposit_and_the_rest_are_shared_like_one_invoice(house) -> None:
    order_id = worked(house)
    house.pay(deposit(house, order_id, 198_33), 198_33)
    final = house.invoice(order_id)
    assert final.to_pay_cents == 660_00 - 198_33
    house.pay(final, final.to_pay_cents)
    assert house.state(order_id) == "paid"

    share_out = house.shared(order_id)

    # As for the buffet of 660,00 € paid at once: 60,00 + 198,00 + 46,23 + 53,37 + 302,40.
    found = ledger.step_of(share_out)
    assert (found.gross, found.vat, found.expenses) == (660_00, 60_00, 198_00)
    assert (found.fee, found.pot, found.to_share) == (46_23, 53_37, 302_40)
    with house.work() as work:
        assert list(ledger.faults(work.session)) == []


def test_money_of_a_deposit_is_shared_once_the_invoice_is_out(house) -> None:
    order_id = worked(house)
    house.pay(deposit(house, order_id, 330_00), 330_00)
    house.invoice(order_id)

    share_out = house.shared(order_id)

    assert (share_out.received_cents, share_out.vat_cents) == (330_00, 30_00)
    assert house.state(order_id) == "invoiced"


def test_what_was_shared_before_a_corrective_is_owed_when_that_is_credited(numbered) -> None:
    order_id = worked(numbered)
    invoice = numbered.invoice(order_id)
    numbered.pay(invoice, 330_00)
    numbered.shared(order_id)
    with numbered.work("Hôte") as work:
        correcting.reopen(work, invoice.id, "le prix")
    with numbered.work() as work:
        (line,) = lines.lines_of(work.session, order_id)
        new = lines.NewLine(line.label, line.quantity, 14_00, 1000)
        lines.change_line(work, line.id, line.version, new)
    with numbered.work("Hôte") as work:
        corrective = issuing.issue(work, order_id)
        note = issuing.credit(work, corrective.id, "tout est annulé")

    with numbered.work() as work:
        correction = credits.book_credit(work, note.id)
        assert correction is not None
        assert (correction.received_cents, correction.vat_cents) == (-330_00, -30_00)
        assert list(ledger.faults(work.session)) == []


def test_a_credited_invoice_takes_the_money_of_its_deposit_back_until_the_next(numbered) -> None:
    """The deposit stays paid and may have to go back: as before its invoice, nobody shares it."""
    order_id = worked(numbered)
    asked = deposit(numbered, order_id, 198_33)
    numbered.pay(asked, 198_33)
    final = numbered.invoice(order_id)
    numbered.pay(final, 131_67)
    numbered.shared(order_id)
    with numbered.work("Hôte") as work:
        note = issuing.credit(work, final.id, "la date est fausse")
    assert note.to_pay_cents == 660_00 - 198_33
    with numbered.work() as work:
        correction = credits.book_credit(work, note.id)
        assert correction is not None
        assert (correction.received_cents, correction.vat_cents) == (-330_00, -30_00)
        due = dues.of_order(work.session, order_id)
        assert (due.owed, due.confirmed) == (198_33, 198_33)  # the deposit itself stands

    numbered.pay(final, -131_67)
    again = numbered.invoice(order_id)
    assert again.to_pay_cents == final.to_pay_cents  # it takes the deposit back anew
    numbered.pay(again, again.to_pay_cents)
    second = numbered.shared(order_id)
    with numbered.work() as work:
        assert (second.received_cents, second.vat_cents) == (660_00, 60_00)
        assert plan.booked(work.session, order_id).gross == 660_00
        assert list(ledger.faults(work.session)) == []


def test_a_deposit_credited_after_its_invoice_takes_nothing_back_twice(numbered) -> None:
    order_id = worked(numbered)
    asked = deposit(numbered, order_id, 198_33)
    numbered.pay(asked, 198_33)
    final = numbered.invoice(order_id)
    numbered.shared(order_id)
    with numbered.work("Hôte") as work:
        notes = [issuing.credit(work, one.id, "tout est annulé").id for one in (final, asked)]

    with numbered.work() as work:
        booked = [credits.book_credit(work, one) for one in notes]
        assert [one and one.received_cents for one in booked] == [-198_33, None]
        assert plan.booked(work.session, order_id).gross == 0
        assert list(ledger.faults(work.session)) == []
