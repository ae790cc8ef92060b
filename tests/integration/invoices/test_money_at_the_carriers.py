"""Papers that cross at a carrier that numbers: no deposit, invoice or payment counts twice."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine

from kpa_core.activities import lines
from kpa_core.activities import service as orders
from kpa_core.errors import Refused
from kpa_core.invoices import bills, documents
from kpa_core.invoices.drafts import correcting
from kpa_core.invoices.life import answers, reminders
from kpa_core.invoices.making import deposits, issuing, quotes
from kpa_core.invoices.making.deposits import Part
from kpa_core.invoices.models import Document
from kpa_core.invoices.paying import dues, payments


@pytest.fixture
def house(drafting_house: Any) -> Any:
    return drafting_house


def number(house: Any, document: Document, name: str, cents: int = 0) -> None:
    with house.work() as work:
        said = answers.CarrierNumber(name, work.today, cents or document.to_pay_cents)
        answers.note_number(work, document.id, said, accept_difference="Vu" if cents else "")


def deposit(house: Any, cents: int = 30_000, said: int = 0) -> Document:
    quote = house.quoted()
    with house.work("one") as work:
        quotes.answer_quote(work, quote.id, "accepted", by_name="Mme Durand")
    with house.work() as work:
        made = deposits.issue_deposit(work, quote.order_id, Part(cents=cents))
    number(house, made, "DEP-1", said)
    return made


def credit(house: Any, document: Document) -> Document:
    with house.work() as work:
        return issuing.credit(work, document.id, "Erreur")


def credit_meanwhile(house: Any, document: Document, monkeypatch: Any) -> Document:
    """Credit as somebody who looked just before the invoice was opened for correction."""
    with monkeypatch.context() as patch:
        patch.setattr(issuing, "_check_not_reopened", lambda *_: None)
        return credit(house, document)


def done(house: Any, order_id: Any) -> None:
    with house.work("one") as work:
        orders.move(work, order_id, "done")


def issue(house: Any, order_id: Any) -> Document:
    with house.work() as work:
        return issuing.issue(work, order_id)


def corrective(house: Any, invoice: Document) -> Document:
    with house.work() as work:
        correcting.reopen(work, invoice.id, "Prix")
    with house.work("one") as work:
        (line,) = lines.lines_of(work.session, invoice.order_id)
        less = lines.NewLine(line.label, line.quantity, 1400, 1000, unit=line.unit)
        lines.change_line(work, line.id, line.version, less)
    return issue(house, invoice.order_id)


def test_a_deposit_whose_credit_is_asked_is_not_taken_back(house) -> None:
    made = deposit(house)
    asked = credit(house, made)
    done(house, made.order_id)

    with pytest.raises(Refused, match=asked.reference):
        issue(house, made.order_id)
    number(house, asked, "AV-1")
    assert issue(house, made.order_id).to_pay_cents == 66_000


def test_a_deposit_taken_by_a_bill_is_not_credited_by_a_late_number(house, monkeypatch) -> None:
    made = deposit(house)
    asked = credit(house, made)
    done(house, made.order_id)
    # As papers may stand that left before this was checked.
    with monkeypatch.context() as patch:
        patch.setattr(bills, "correction_asked", lambda *_: None)
        final = issue(house, made.order_id)

    with pytest.raises(Refused, match=final.reference):
        number(house, asked, "AV-1")
    number(house, final, "FIN-1")
    with pytest.raises(Refused, match="FIN-1"):
        number(house, asked, "AV-1")
    with house.work("kpa") as work:
        assert dues.of_order(work.session, made.order_id).owed == 66_000


def test_an_invoice_whose_credit_is_asked_is_not_replaced(house, monkeypatch) -> None:
    invoice = house.invoiced()
    with house.work() as work:
        correcting.reopen(work, invoice.id, "Prix")
    asked = credit_meanwhile(house, invoice, monkeypatch)

    with pytest.raises(Refused, match=asked.reference):
        issue(house, invoice.order_id)


@pytest.mark.parametrize("first", ["credit", "corrective"])
def test_an_invoice_is_credited_or_replaced_by_the_first_number(
    house, monkeypatch, first: str
) -> None:
    invoice = house.invoiced()
    with house.work() as work:
        correcting.reopen(work, invoice.id, "Prix")
    asked = credit_meanwhile(house, invoice, monkeypatch)
    with monkeypatch.context() as patch:
        patch.setattr(bills, "correction_asked", lambda *_: None)
        newer = issue(house, invoice.order_id)
    one, other = (asked, newer) if first == "credit" else (newer, asked)

    number(house, one, "A-1")
    with pytest.raises(Refused, match="avoir" if first == "credit" else "remplacée"):
        number(house, other, "A-2")


@pytest.mark.parametrize("cents", [-4_400, 4_400])
def test_no_money_is_noted_on_a_corrective_without_a_number(house, cents: int) -> None:
    invoice = house.invoiced()
    with house.work("host") as work:
        payments.record_payment(work, invoice.id, 60_000, work.today)
    waiting = corrective(house, invoice)

    with house.work("host") as work, pytest.raises(Refused, match="numéro"):
        payments.record_payment(work, waiting.id, cents, work.today)


def test_a_credit_is_asked_of_the_total_the_carrier_invoiced(house) -> None:
    invoice = house.issued()
    number(house, invoice, "OPT-7", 65_000)
    asked = credit(house, invoice)

    paper = documents.snapshot_of(asked)
    assert asked.to_pay_cents == paper.totals.to_pay_cents == 65_000
    assert [line.label for line in paper.lines] == ["Total de la facture OPT-7"]
    number(house, asked, "AV-1")
    with house.work("kpa") as work:
        assert not dues.of_order(work.session, invoice.order_id).owed


def test_a_credit_of_a_part_is_refused(house) -> None:
    invoice = house.invoiced()
    asked = credit(house, invoice)

    with pytest.raises(Refused, match="660,00") as refused:
        number(house, asked, "AV-1", 1_000)
    assert refused.value.field == "gross_cents"


def test_the_final_invoice_takes_back_what_the_carrier_asked_as_deposit(house) -> None:
    made = deposit(house, 30_000, said=31_000)
    done(house, made.order_id)
    final = issue(house, made.order_id)

    assert final.to_pay_cents == 35_000
    number(house, final, "FIN-1")
    with house.work("kpa") as work:
        assert dues.of_order(work.session, made.order_id).owed == 66_000


def test_deposits_above_the_price_say_so(house) -> None:
    made = deposit(house, 30_000, said=70_000)
    done(house, made.order_id)

    with pytest.raises(Refused, match="acomptes demandent plus"):
        issue(house, made.order_id)


def test_money_over_on_a_deposit_does_not_pay_the_final_invoice(house) -> None:
    made = deposit(house)
    with house.work("host") as work:
        payments.record_payment(work, made.id, 66_000, work.today, more_is_right=True)
    done(house, made.order_id)
    final = issue(house, made.order_id)
    number(house, final, "FIN-1")

    assert house.state(made.order_id) == "invoiced"
    with house.work("host") as work:
        payments.record_payment(work, made.id, -36_000, work.today)
        payments.record_payment(work, final.id, 36_000, work.today)
    assert house.state(made.order_id) == "paid"


def test_money_goes_back_only_once_its_coming_is_confirmed(house) -> None:
    invoice = house.invoiced()
    with house.work() as work:
        came = payments.record_payment(work, invoice.id, 20_000, work.today).id
        back = payments.record_payment(work, invoice.id, -20_000, work.today).id

    with house.work("host") as work, pytest.raises(Refused, match="arrivé"):
        payments.confirm_payment(work, back)
    with house.work("host") as work:
        payments.confirm_payment(work, came)
        payments.confirm_payment(work, back)
        assert not dues.shareable_of_order(work.session, invoice.order_id)


def test_money_below_zero_is_never_shared() -> None:
    assert dues.Due(owed=66_000, confirmed=-20_000).shareable == 0


def test_a_late_deposit_is_reminded_of_before_the_invoice(house) -> None:
    made = deposit(house)
    later = datetime(2027, 1, 15, 12, tzinfo=UTC)
    with time_machine.travel(later, tick=True), house.work() as work:
        assert [due.document.id for due in reminders.overdue(work)] == [made.id]
