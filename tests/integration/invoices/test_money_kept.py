"""Money kept for a customer's next invoice: it pays one, once, and never more than was kept."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from click.testing import CliRunner

from kpa_core.activities import activities, customers
from kpa_core.activities.models import Order
from kpa_core.commands import Session
from kpa_core.demo.browser import hidden_fields
from kpa_core.errors import KpaError, Refused
from kpa_core.invoices import cli
from kpa_core.invoices.carrier import carriers
from kpa_core.invoices.exports import bookkeeping, months
from kpa_core.invoices.life import overpayments
from kpa_core.invoices.life.standing import standing
from kpa_core.invoices.making import issuing
from kpa_core.invoices.models import Document
from kpa_core.invoices.paying import dues, payments

IDENTITY = {
    "legal_form": "SCOP SA",
    "capital_cents": 1_850_000,
    "address": ["80 rue de Lille", "59100 Roubaix"],
    "siret": "73282932000074",
    "rcs": "RCS Lille Métropole",
    "vat_number": "FR44732829320",
    "iban": "FR7630006000011234567890189",
}
NEIGHBOUR = customers.NewCustomer(
    "Mme Petit", "person", address="17 Grand'Place", postcode="59100", town="Roubaix"
)


def overpaid(house: Any, cents: int = 70_000, choice: str = "keep", who: str = "host") -> Document:
    """Return an invoice of 660 euros that a customer paid more than."""
    document = house.invoiced()
    with house.work(who) as work:
        payments.record_payment(work, document.id, cents, work.today, more_is_right=True)
    with house.work() as work:
        overpayments.decide(work, document.id, choice)
    return document


def use(house: Any, document: Document, cents: int, who: str = "treasurer") -> None:
    with house.work(who) as work:
        overpayments.pay_with_kept(work, document.id, cents)


def kept(house: Any, document: Document, who: str = "treasurer") -> int:
    with house.work(who) as work:
        return overpayments.kept_cents(work, work.session.get_one(Document, document.id))


def confirmed(house: Any, document: Document) -> int:
    with house.work("kpa") as work:
        return dues.confirmed_cents(work.session, document.id)


def test_money_kept_pays_the_next_invoice_and_leaves_the_one_it_came_on(house: Any) -> None:
    first, second = overpaid(house), house.invoiced()
    assert kept(house, second) == 4_000
    use(house, second, 4_000)

    assert (confirmed(house, first), confirmed(house, second)) == (66_000, 4_000)
    assert (house.state(first.order_id), house.state(second.order_id)) == ("paid", "invoiced")
    assert kept(house, second) == 0
    with house.work("host") as work:
        payments.record_payment(work, second.id, 62_000, work.today)
    assert house.state(second.order_id) == "paid"


def test_no_more_is_taken_than_was_kept_nor_than_is_owed(house: Any) -> None:
    first, second = overpaid(house, 140_000), house.invoiced()
    for cents in (74_001, 0, -1):
        with pytest.raises(Refused, match=r"740,00.€ gardés") as refused:
            use(house, second, cents)
        assert refused.value.field == "amount"
    with pytest.raises(Refused, match=r"Il reste 660,00.€ à recevoir"):
        use(house, second, 66_001)
    assert (confirmed(house, first), confirmed(house, second)) == (140_000, 0)

    use(house, second, 66_000)
    third = house.invoiced()
    assert kept(house, third) == 8_000
    assert house.state(second.order_id) == "paid"


def test_several_papers_that_keep_money_pay_together_the_oldest_first(house: Any) -> None:
    first, second = overpaid(house), overpaid(house, 69_000)
    third = house.invoiced()
    use(house, third, 5_000)
    found = [confirmed(house, one) for one in (first, second, third)]
    assert found == [66_000, 68_000, 5_000]


@pytest.mark.parametrize("why", ["given back", "not confirmed", "another", "credited"])
def test_money_that_is_not_kept_pays_nothing(house: Any, why: str) -> None:
    document = overpaid(
        house,
        choice="give_back" if why == "given back" else "keep",
        who="treasurer" if why == "not confirmed" else "host",
    )
    if why == "credited":
        with house.work() as work:
            issuing.credit(work, document.id, "erreur")
    if why == "another":
        with house.kpa.work() as work, work.transaction():
            other = customers.add_customer(work, NEIGHBOUR).id
        house.customer_id = other
    second = house.invoiced()
    assert kept(house, second) == 0
    with pytest.raises(Refused, match=r"0,00.€ gardés"):
        use(house, second, 100)


def test_what_one_carrier_has_pays_nothing_of_another(house: Any) -> None:
    overpaid(house)
    assert kept(house, house.invoiced()) == 4_000
    with house.kpa.work() as work, work.transaction():
        new = carriers.NewCarrier("Grands", "draft_for_carrier", IDENTITY)
        other = carriers.add_carrier(work, new)
        sewing = activities.propose_activity(work, activities.NewActivity("Couture"))
        activities.set_carrier(work, sewing.id, other.id)
    here, there = ({"activity_id": one} for one in (house.activity_id, sewing.id))
    for who, kind in (("one", "participant"), ("two", "participant"), ("treasurer", "treasurer")):
        roles = ((kind, here), (kind, there))
        house.people[who] = house.kpa.person(f"{who} des deux", "member", *roles)
    assert kept(house, house.invoiced()) == 4_000  # the new treasurer sees it as the old one
    house.activity_id = sewing.id
    assert kept(house, house.invoiced()) == 0


def test_two_invoices_paid_at_once_take_the_kept_money_once(house: Any) -> None:
    first, others = overpaid(house), [house.invoiced() for _ in range(4)]

    def try_to(document: Document) -> str:
        try:
            use(house, document, 4_000)
        except KpaError as error:
            return type(error).__name__
        return "paid"

    with ThreadPoolExecutor(4) as pool:
        found = Counter(pool.map(try_to, others))
    assert found == {"paid": 1, "Refused": 3}
    assert confirmed(house, first) == 66_000
    assert sum(confirmed(house, one) for one in others) == 4_000


def test_the_page_offers_it_and_of_two_browsers_one_takes_it(house: Any) -> None:
    first, second, third = overpaid(house), house.invoiced(), house.invoiced()
    said = {"way": "in", "amount": "40", "received_on": "2026-11-23", "method": "kept", "note": ""}
    with house.kpa.client_for(house.people["treasurer"]) as browser:
        shown = browser.get(f"/documents/{first.id}").sentence()
        assert "La page de sa prochaine facture propose de payer avec." in shown
        shown = browser.get(f"/documents/{second.id}").sentence()
        assert "40,00 € gardés pour ce client" in shown
        url, other = (f"/documents/{one.id}/paiement" for one in (second, third))
        form = browser.get(f"{url}?method=kept")
        assert 'value="40,00"' in form.text
        fields = hidden_fields(form.text, url)
        for _ in range(2):  # one form, sent twice
            browser.client.post(url, data={**fields, **said})
        late = browser.submit(other, **said)  # another form, opened while the money was there
        assert (late.status, "Il y a 0,00 € gardés pour ce client." in late.sentence()) == (
            422,
            True,
        )
        shown = browser.get(f"/documents/{second.id}").sentence()
        assert "40,00 € gardés pour ce client" not in shown
        assert f"Argent gardé d'une autre facture · {first.number}" in shown
    found = [confirmed(house, one) for one in (first, second, third)]
    assert found == [66_000, 4_000, 0]


def test_kept_money_pays_at_the_terminal(house: Any) -> None:
    first = house.invoiced()
    with house.work("host") as work:
        payments.record_payment(work, first.id, 70_000, work.today, more_is_right=True)
    second = house.invoiced()
    session = Session(lambda: house.kpa.instance, lambda _work, _token: house.people["treasurer"])
    for group, *words in (
        (cli.invoices, "excess", first.number, "keep"),
        (cli.payments, "pay", second.number, "40", "--method", "kept"),
    ):
        made = CliRunner().invoke(group, words, obj=session)
        assert made.exit_code == 0, made.exception or made.output
    assert (confirmed(house, first), confirmed(house, second)) == (66_000, 4_000)


def test_the_order_page_asks_nothing_back_of_what_is_kept(house: Any) -> None:
    document = overpaid(house)
    with house.work() as work:
        order = work.session.get_one(Order, document.order_id)
        assert standing(work, order).to_give_back == ()
        overpayments.decide(work, document.id, "give_back")
        assert len(standing(work, order).to_give_back) == 1


def test_journals_move_it_between_the_customers_pieces_and_never_at_the_bank(house: Any) -> None:
    document = overpaid(house)
    with time_machine.travel(datetime(2026, 12, 10, 12, tzinfo=UTC)):
        second = house.invoiced()
        use(house, second, 4_000)
    with house.work("host") as work:
        carrier = carriers.find_carrier(work, house.carrier_id)
        accounts = bookkeeping.of_months(work.session, carrier)
        december = months.Month(date(2026, 12, 1))
        moved = list(months.received(work, carrier, december, accounts))
    told = [
        (one.journal[0], one.words, [(part.account, part.cents) for part in one.postings])
        for one in moved
    ]
    assert sorted(told) == [
        (
            "OD",
            f"Argent gardé {document.number} Ville de Lille",
            [("4191", -4_000), ("411", 4_000)],
        ),
        (
            "OD",
            f"Règlement par argent gardé {second.number} Ville de Lille",
            [("4191", 4_000), ("411", -4_000), ("44574", 364), ("44571", -364)],
        ),
    ]
