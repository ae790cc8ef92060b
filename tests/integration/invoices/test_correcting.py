"""A wrong invoice is replaced by a corrective one; its money is neither lost nor doubled."""

from __future__ import annotations

import csv
import zipfile
from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest

from kpa_core.activities import customers, lines
from kpa_core.activities import service as orders
from kpa_core.activities.models import Order
from kpa_core.errors import Refused
from kpa_core.invoices import bills, documents
from kpa_core.invoices.carrier import carriers
from kpa_core.invoices.drafts import correcting
from kpa_core.invoices.exports import month_file, months
from kpa_core.invoices.life import answers
from kpa_core.invoices.life.standing import standing
from kpa_core.invoices.making import issuing, quotes
from kpa_core.invoices.models import Document
from kpa_core.invoices.paying import dues, payments
from kpa_core.invoices.proof import verification


@pytest.fixture(params=["delegated_series", "draft_for_carrier"])
def any_house(request: Any, make_house: Any) -> Any:
    """A house where we number, and one where the carrier does."""
    return make_house(request.param)


def pay(house: Any, document: Document, cents: int) -> None:
    with house.work("host") as work:
        payments.record_payment(work, document.id, cents, work.today)


def reopened(house: Any, price: int = 1_400) -> Document:
    """Return an invoice of 660 €, whose lines were opened again and given another price."""
    invoice = house.invoiced()
    with house.work() as work:
        correcting.reopen(work, invoice.id, "le prix était 14 €")
    set_price(house, invoice, price)
    return invoice


def set_price(house: Any, invoice: Document, price: int) -> None:
    with house.work("one") as work:
        (line,) = lines.lines_of(work.session, invoice.order_id)
        new = lines.NewLine(line.label, line.quantity, price, 1000, unit=line.unit)
        lines.change_line(work, line.id, line.version, new)


def corrected(house: Any, invoice: Document) -> Document:
    with house.work() as work:
        made = issuing.issue(work, invoice.order_id)
        if made.kind == "handover":
            answer = answers.CarrierNumber("CAE-CORR", work.today, made.to_pay_cents)
            answers.note_number(work, made.id, answer)
    return made


def test_a_corrective_names_and_replaces_the_invoice(any_house) -> None:
    invoice = reopened(any_house)
    with any_house.work("kpa") as work:
        assert dues.of_order(work.session, invoice.order_id).owed == 66_000  # still asked
        number = dues.number_of(work.session, invoice)

    made = corrected(any_house, invoice)

    paper = documents.snapshot_of(made)
    assert (made.type_code, made.to_pay_cents) == ("384", 61_600)
    assert (paper.corrects_number, paper.corrects_day) == (number, invoice.issued_on)
    with any_house.work("kpa") as work:
        assert dues.owed_cents(work.session, invoice) == 0
        assert bills.live_bill(work.session, invoice.order_id).id == made.id
        assert all(one.holds for one in verification.verify(work.session))
    assert any_house.state(invoice.order_id) == "invoiced"


def test_money_of_the_wrong_invoice_counts_once_for_the_right_one(any_house) -> None:
    invoice = any_house.invoiced()
    pay(any_house, invoice, 20_000)
    with any_house.work() as work:
        correcting.reopen(work, invoice.id, "le prix était 14 €")
    pay(any_house, invoice, 10_000)  # the customer did not wait
    set_price(any_house, invoice, 1_400)
    made = corrected(any_house, invoice)

    with any_house.work("kpa") as work:
        due = dues.of_order(work.session, invoice.order_id)
    assert (due.owed, due.confirmed) == (61_600, 30_000)
    with any_house.work("host") as work, pytest.raises(Refused, match="remplace cette facture"):
        payments.record_payment(work, invoice.id, 1, work.today)
    with any_house.work("host") as work, pytest.raises(Refused, match="Il reste"):
        payments.record_payment(work, made.id, 31_601, work.today)
    pay(any_house, made, 31_600)
    assert any_house.state(invoice.order_id) == "paid"


def test_a_paid_invoice_corrected_to_less_leaves_money_to_give_back(any_house) -> None:
    invoice = any_house.invoiced()
    pay(any_house, invoice, 66_000)
    with any_house.work() as work:
        correcting.reopen(work, invoice.id, "le prix était 14 €")
    set_price(any_house, invoice, 1_400)
    made = corrected(any_house, invoice)

    assert any_house.state(invoice.order_id) == "paid"
    with any_house.work() as work:
        found = standing(work, orders.find_order(work, invoice.order_id))
        assert [(one.id, cents) for one, cents in found.to_give_back] == [(made.id, 4_400)]
    pay(any_house, made, -4_400)
    with any_house.work("kpa") as work:
        assert dues.of_order(work.session, invoice.order_id).confirmed == 61_600


def test_a_correction_is_given_up_only_as_it_was(any_house) -> None:
    invoice = reopened(any_house)
    with any_house.work() as work, pytest.raises(Refused, match="Remets d'abord les lignes"):
        correcting.give_up(work, invoice.order_id)
    set_price(any_house, invoice, 1_500)
    with any_house.work() as work:
        correcting.give_up(work, invoice.order_id)
    assert any_house.state(invoice.order_id) == "invoiced"


def test_a_no_to_the_corrected_price_leaves_the_invoice(any_house) -> None:
    invoice = reopened(any_house)
    any_house.approve(invoice.order_id)
    with any_house.work("one") as work:
        quote = quotes.send_quote(work, invoice.order_id)
        quotes.answer_quote(work, quote.id, "refused", by_name="Mme Durand")
    assert any_house.state(invoice.order_id) == "asked"
    with any_house.work("kpa") as work:
        assert bills.live_bill(work.session, invoice.order_id).id == invoice.id


def test_a_corrective_is_credited_like_any_invoice(any_house) -> None:
    invoice = reopened(any_house)
    made = corrected(any_house, invoice)
    with any_house.work() as work:
        note = issuing.credit(work, made.id, "tout est annulé")
        if note.kind == "handover":
            said = answers.CarrierNumber("CAE-AV", work.today, note.to_pay_cents)
            answers.note_number(work, note.id, said)
    assert any_house.state(invoice.order_id) == "done"
    with any_house.work("kpa") as work:
        assert bills.live_bill(work.session, invoice.order_id) is None


def test_only_the_living_invoice_is_corrected(any_house) -> None:
    invoice = reopened(any_house)
    made = corrected(any_house, invoice)
    with any_house.work() as work, pytest.raises(Refused, match="en cours"):
        correcting.reopen(work, invoice.id, "encore")
    with any_house.work() as work, pytest.raises(Refused) as refused:
        correcting.reopen(work, made.id, " ")
    assert refused.value.field == "reason"


def test_an_invoice_in_correction_is_neither_credited_nor_reopened(any_house) -> None:
    invoice = reopened(any_house)
    with any_house.work() as work:
        with pytest.raises(Refused, match="est en correction"):
            issuing.credit(work, invoice.id, "le client renonce")
        with pytest.raises(Refused, match="est en correction"):
            correcting.reopen(work, invoice.id, "encore")
    set_price(any_house, invoice, 1_500)
    with any_house.work() as work:
        correcting.give_up(work, invoice.order_id)
        issuing.credit(work, invoice.id, "le client renonce")


def test_a_corrective_that_waits_asks_nobody_to_give_money_back(make_house) -> None:
    house = make_house("draft_for_carrier")
    invoice = house.invoiced()
    pay(house, invoice, 66_000)
    with house.work() as work:
        correcting.reopen(work, invoice.id, "le prix était 14 €")
    set_price(house, invoice, 1_600)
    with house.work() as work:
        waiting = issuing.issue(work, invoice.order_id)
        order = work.session.get_one(Order, invoice.order_id)
        assert standing(work, order).to_give_back == ()
        answers.send_back(work, waiting.id, "pas lisible")
        assert standing(work, order).to_give_back == ()


def test_money_of_before_is_shown_once_under_the_corrective(any_house: Any) -> None:
    invoice = any_house.invoiced()
    pay(any_house, invoice, 20_000)
    with any_house.work() as work:
        number = dues.number_of(work.session, invoice)
        correcting.reopen(work, invoice.id, "le prix était 14 €")
    set_price(any_house, invoice, 1_400)
    made = corrected(any_house, invoice)
    pay(any_house, made, 10_000)

    with any_house.kpa.client_for(any_house.people["treasurer"]) as browser:
        old = browser.get(f"/documents/{invoice.id}").sentence()
        new = browser.get(f"/documents/{made.id}").sentence()
    assert "200,00" not in old
    assert new.count(f"reçu sur {number}") == 1
    assert "200,00" in new
    assert "100,00" in new
    told = listed(any_house)
    assert told[invoice.reference] == ("0,00", "Remplacé")
    assert told[made.reference] == ("300,00", f"À payer (reçu sur {number})")


def test_a_corrective_that_is_not_numbered_has_no_money_of_before(drafting_house: Any) -> None:
    invoice = drafting_house.invoiced()
    pay(drafting_house, invoice, 66_000)
    with drafting_house.work() as work:
        correcting.reopen(work, invoice.id, "le prix était 14 €")
    set_price(drafting_house, invoice, 1_400)
    with drafting_house.work() as work:
        asked = issuing.issue(work, invoice.order_id)
    told = listed(drafting_house)
    assert told[invoice.reference] == ("660,00", "Payé")
    assert told[asked.reference] == ("0,00", "Attend son numéro")

    with drafting_house.work() as work:
        answers.send_back(work, asked.id, "le client a changé d'avis")
        assert dues.of_document(work.session, asked).confirmed == 0
    told = listed(drafting_house)
    assert told[invoice.reference] == ("660,00", "Payé")
    assert told[asked.reference] == ("0,00", "Renvoyé")


def test_one_member_alone_opens_no_invoice_again(house: Any) -> None:
    invoice = house.invoiced()
    with house.work("one") as work, pytest.raises(Refused, match="Accords qui manquent"):
        correcting.reopen(work, invoice.id, "le prix était 14 €")
    house.approve(invoice.order_id, "credit")
    with house.work("one") as work:
        assert correcting.reopen(work, invoice.id, "le prix était 14 €").state == "asked"


def test_the_carriers_new_regime_is_not_another_price(make_house: Any) -> None:
    house = make_house(vat_mention="TVA non applicable, art. 293 B du CGI", vat_regime="")
    person = replace(customers.NewCustomer("Mme Petit", "person"), address="1 rue de Lille")
    with house.work("kpa") as work:
        known = customers.add_customer(work, replace(person, postcode="59000", town="Lille"))
    house.customer_id = known.id
    order_id = house.done(lines.NewLine("Buffet", Decimal(40), 1500, 0, unit="pers."))
    with house.work("kpa") as work:
        carrier = carriers.find_carrier(work, house.carrier_id)
        said = carriers.identity_on(work.session, carrier, work.today)
        now = {**said.identity, "vat_regime": "franchise", "vat_number": "", "vat_mention": ""}
    with house.work("host") as work:
        carriers.set_identity(work, house.carrier_id, now, starts_on=work.today)
    assert house.issued_of(order_id).to_pay_cents == 60_000


def listed(house: Any) -> dict[str, tuple[str, str]]:
    """Return what came and the state of each paper, as the month's table tells them."""
    with house.work("host") as work:
        carrier = carriers.find_carrier(work, house.carrier_id)
        file = BytesIO()
        month_file.write_month(work, carrier, months.month_of("2026-11"), file)
    with zipfile.ZipFile(file) as parcel:
        (name,) = (one for one in parcel.namelist() if one.endswith("-papiers.csv"))
        rows = parcel.read(name).decode("utf-8-sig").splitlines()[1:]
    return {row[2]: (row[6], row[7]) for row in csv.reader(rows, delimiter=";")}
