"""Money: claimed by the group, confirmed by the carrier, never more than what is owed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from kpa_core.errors import NotFound, Refused
from kpa_core.invoices.models import Payment, PaymentConfirmation
from kpa_core.invoices.paying import dues, payments

TODAY = date(2026, 11, 23)


def pay(house: Any, document: Any, cents: int, who: str = "treasurer", **more: Any) -> Payment:
    with house.work(who) as work:
        return payments.record_payment(
            work, document.id, cents, more.pop("received_on", work.today), **more
        )


def confirm(house: Any, payment: Payment, who: str = "host") -> None:
    with house.work(who) as work:
        payments.confirm_payment(work, payment.id)


def money(house: Any, document: Any) -> tuple[int, int]:
    with house.work("kpa") as work:
        return (
            dues.claimed_cents(work.session, document.id),
            dues.confirmed_cents(work.session, document.id),
        )


def test_a_claim_is_not_yet_money(house) -> None:
    document = house.issued()

    payment = pay(house, document, 66_000)

    assert money(house, document) == (66_000, 0)
    assert house.state(document.order_id) == "invoiced"
    confirm(house, payment)
    assert money(house, document) == (66_000, 66_000)
    assert house.state(document.order_id) == "paid"


def test_the_carriers_own_word_is_confirmed_at_once(house) -> None:
    document = house.issued()

    pay(house, document, 66_000, "host")

    assert house.state(document.order_id) == "paid"


def test_an_order_is_paid_once_all_of_it_is_confirmed(house) -> None:
    document = house.issued()
    first, second = pay(house, document, 20_000), pay(house, document, 46_000)

    confirm(house, first)
    assert house.state(document.order_id) == "invoiced"
    confirm(house, second)
    assert house.state(document.order_id) == "paid"


def test_confirming_twice_is_confirming_once(house) -> None:
    document = house.issued()
    payment = pay(house, document, 66_000)

    confirm(house, payment)
    confirm(house, payment)

    with house.work("kpa") as work:
        assert work.session.scalar(sa.select(sa.func.count(PaymentConfirmation.id))) == 1


def test_a_mistake_is_a_payment_the_other_way(house) -> None:
    document = house.issued()
    pay(house, document, 66_000, "host")
    pay(house, document, -66_000, "host", note="chèque sans provision")

    assert money(house, document) == (0, 0)
    assert house.state(document.order_id) == "invoiced"
    pay(house, document, 66_000, "host")
    assert house.state(document.order_id) == "paid"


REFUSED: dict[str, tuple[int, dict[str, Any], str | None]] = {
    "a cent more than owed": (66_001, {}, "more"),
    "nothing": (0, {}, "amount"),
    "more back than came": (-1, {}, "amount"),
    "tomorrow": (1_000, {"received_on": TODAY + timedelta(days=1)}, "received_on"),
    "the day before the order": (
        1_000,
        {"received_on": TODAY - timedelta(days=1)},
        "received_on",
    ),
    "an unknown way": (1_000, {"method": "bitcoin"}, "method"),
}


@pytest.mark.parametrize(("cents", "more", "field"), REFUSED.values(), ids=REFUSED)
def test_refused_payments(house, cents: int, more: dict[str, Any], field: str | None) -> None:
    document = house.issued()

    with pytest.raises(Refused) as refused:
        pay(house, document, cents, **more)
    assert refused.value.field == field
    assert money(house, document) == (0, 0)


def test_claims_together_never_pass_what_is_owed(house) -> None:
    document = house.issued()
    pay(house, document, 40_000)

    with pytest.raises(Refused, match="260,00"):
        pay(house, document, 26_001)
    pay(house, document, 26_000)


def test_nobody_pays_a_quote(house) -> None:
    with pytest.raises(Refused, match="On ne paie qu'une facture"):
        pay(house, house.quoted(), 1_000)


def test_nobody_pays_what_the_carrier_has_not_numbered(drafting_house) -> None:
    document = drafting_house.issued()

    with pytest.raises(Refused, match="Il faut d'abord le numéro"):
        pay(drafting_house, document, 1_000)


def test_the_carriers_own_total_is_what_is_owed(drafting_house) -> None:
    document = drafting_house.invoiced()

    pay(drafting_house, document, 66_000, "host")

    assert drafting_house.state(document.order_id) == "paid"


@pytest.mark.parametrize("who", ["one", "referent", "stranger"])
def test_who_does_not_note_money(house, who: str) -> None:
    document = house.issued()

    with pytest.raises(NotFound):
        pay(house, document, 1_000, who)


@pytest.mark.parametrize("who", ["treasurer", "referent", "one", "stranger"])
def test_only_the_carrier_confirms(house, who: str) -> None:
    payment = pay(house, house.issued(), 1_000)

    with pytest.raises(NotFound):
        confirm(house, payment, who)
