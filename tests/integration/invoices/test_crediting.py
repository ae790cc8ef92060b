"""Credit notes: an invoice is taken back whole, to the cent, and never edited."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine

from kpa_core.activities import lines
from kpa_core.activities import service as orders
from kpa_core.activities.models import Order
from kpa_core.errors import NotFound, Refused
from kpa_core.invoices import documents
from kpa_core.invoices.carrier import carriers
from kpa_core.invoices.making import issuing
from kpa_core.invoices.models import Document
from kpa_core.invoices.paying import payments
from kpa_core.invoices.proof import verification
from kpa_core.outbox import JobRow

MONEY = ("net_cents", "vat_cents", "gross_cents", "rounding_cents")


def credit(
    house: Any, document: Document, reason: str = "mauvais client", who: str = "treasurer"
) -> Document:
    with house.work(who) as work:
        return issuing.credit(work, document.id, reason)


def test_a_credit_note_restates_the_invoice_exactly(house) -> None:
    priced = (
        lines.NewLine("Buffet", Decimal("40.5"), 1_533, 1000, unit="pers.", details="halal"),
        lines.NewLine("Service", Decimal("2.333"), 4_999, 550, price_basis="gross"),
        lines.NewLine("Vin", Decimal(7), 899, 2000),
    )
    invoice = house.issued(*priced)

    note = credit(house, invoice)

    assert (note.kind, note.number) == ("credit_note", "KPA-2026-0002")
    assert note.corrects_id == invoice.id
    assert [getattr(note, name) for name in MONEY] == [getattr(invoice, name) for name in MONEY]
    before, after = documents.snapshot_of(invoice), documents.snapshot_of(note)
    assert (after.lines, after.vat_groups, after.totals) == (
        before.lines,
        before.vat_groups,
        before.totals,
    )
    assert (after.customer, after.seller) == (before.customer, before.seller)
    assert (after.corrects_number, after.corrects_day) == ("KPA-2026-0001", invoice.issued_on)
    assert after.notes[-1].text == "mauvais client"
    with house.work("kpa") as work:
        assert all(one.holds for one in verification.verify(work.session))


def test_an_unpaid_order_can_be_invoiced_anew(house) -> None:
    invoice = house.issued()
    credit(house, invoice)
    assert house.state(invoice.order_id) == "done"

    with house.work() as work:
        again = issuing.issue(work, invoice.order_id)
    assert again.number == "KPA-2026-0003"
    assert house.state(invoice.order_id) == "invoiced"


def test_an_invoice_is_credited_once(house) -> None:
    invoice = house.issued()
    credit(house, invoice)

    with pytest.raises(Refused, match="déjà un avoir"):
        credit(house, invoice)


def test_neither_a_quote_nor_a_credit_note_is_credited(house) -> None:
    for document in (house.quoted(), credit(house, house.issued())):
        with pytest.raises(Refused, match="une facture ou un acompte"):
            credit(house, document)


def test_a_credit_note_says_why(house) -> None:
    with pytest.raises(Refused) as refused:
        credit(house, house.issued(), "  ")
    assert refused.value.field == "reason"


def test_a_credit_note_comes_after_the_due_day_too(house) -> None:
    invoice = house.issued()
    with time_machine.travel(datetime(2027, 3, 1, tzinfo=UTC), tick=False):
        note = credit(house, invoice)

    assert (note.number, note.due_on) == ("KPA-2027-0001", None)


def test_a_carrier_that_moved_signs_with_its_new_address(house) -> None:
    invoice = house.issued()
    with house.work("host") as work:
        identity = {"name": "Optéos", "address": "1 rue Neuve", "siret": "73282932000074"}
        identity["vat_number"] = "FR44732829320"
        carriers.set_identity(work, house.carrier_id, identity, starts_on=work.today)

    note = credit(house, invoice)

    assert documents.snapshot_of(note).seller.address == ("1 rue Neuve",)
    assert documents.snapshot_of(invoice).seller.address == ("80 rue de Lille", "59100 Roubaix")


def test_money_that_came_goes_back_before_the_order_is_invoiced_anew(house) -> None:
    invoice = house.issued()
    with house.work("host") as work:
        payments.record_payment(work, invoice.id, 66_000, work.today)
    assert house.state(invoice.order_id) == "paid"
    credit(house, invoice)
    assert house.state(invoice.order_id) == "paid"
    with house.work("host") as work:
        with pytest.raises(Refused, match="Il reste"):
            payments.record_payment(work, invoice.id, 1, work.today)
        payments.record_payment(work, invoice.id, -60_000, work.today)
        assert house.state(invoice.order_id) == "paid"
        payments.record_payment(work, invoice.id, -6_000, work.today)
    assert house.state(invoice.order_id) == "done"


def test_money_of_a_credited_invoice_does_not_move_the_order_of_a_newer_one(house) -> None:
    old = house.issued()
    with house.work() as work:
        late = payments.record_payment(work, old.id, 66_000, work.today)
    credit(house, old)
    with house.work() as work:
        again = issuing.issue(work, old.order_id)
    with house.work("host") as work:
        payments.record_payment(work, again.id, 66_000, work.today)
        payments.confirm_payment(work, late.id)
        payments.record_payment(work, old.id, -66_000, work.today)

    assert house.state(old.order_id) == "paid"


@pytest.mark.parametrize("state", ["shared", "reviewed"])
def test_what_was_shared_stays_shared_and_sharing_is_told(house, state: str) -> None:
    invoice = house.issued()
    with house.work("host") as work, work.transaction():
        payments.record_payment(work, invoice.id, 66_000, work.today)
        order = work.session.get_one(Order, invoice.order_id)
        for step in ("shared", "reviewed")[: ("shared", "reviewed").index(state) + 1]:
            orders.mark(work, order, step)

    note = credit(house, invoice)

    assert house.state(invoice.order_id) == state
    with house.work("kpa") as work:
        told = work.session.scalars(
            sa.select(JobRow).where(JobRow.kind == "invoices.credited")
        ).one()
        assert told.payload == {"document_id": str(note.id)}


def test_two_members_credit_together_with_yeses_of_their_own(house) -> None:
    order_id = house.done()
    house.approve(order_id, "invoice")
    with house.work("one") as work:
        invoice = issuing.issue(work, order_id)
    with pytest.raises(Refused, match=r"manquent sur .* : 2\."):
        credit(house, invoice, who="one")
    house.approve(order_id, "credit")

    assert credit(house, invoice, who="one").number == "KPA-2026-0002"


def test_each_paper_uses_up_the_yeses_given_before(house) -> None:
    order_id = house.done()
    for what in ("invoice", "credit"):
        house.approve(order_id, what)
    with house.work("one") as work:
        invoice = issuing.issue(work, order_id)
    with pytest.raises(Refused, match=r"manquent sur .* : 2\."):
        credit(house, invoice, who="one")  # a yes given before there was an invoice
    house.approve(order_id, "credit")
    credit(house, invoice, who="one")
    with house.work("one") as work, pytest.raises(Refused, match=r"manquent sur .* : 2\."):
        issuing.issue(work, order_id)
    house.approve(order_id, "invoice")  # the same people say yes again
    with house.work("one") as work:
        again = issuing.issue(work, order_id)
    with pytest.raises(Refused, match=r"manquent sur .* : 2\."):
        credit(house, again, who="one")


@pytest.mark.parametrize("who", ["stranger", "kpa_admin"])
def test_who_never_credits(house, who: str) -> None:
    invoice = house.issued()
    actor = house.people.get(who) or house.kpa.person("Ada", "admin")

    with house.kpa.work(actor) as work, pytest.raises(NotFound):
        issuing.credit(work, invoice.id, "erreur")
