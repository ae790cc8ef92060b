"""What the platform says of a document, and the money a 212 bears."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpa_core.activities import lines
from kpa_core.errors import Refused
from kpa_core.invoices.carrier import carriers
from kpa_core.invoices.drafts import correcting
from kpa_core.invoices.life import platforms
from kpa_core.invoices.life.models import PlatformStatus
from kpa_core.invoices.making import issuing
from kpa_core.invoices.models import Document
from kpa_core.invoices.paper.snapshot import VatGroup
from kpa_core.invoices.paying import payments
from kpa_core.money import split

TODAY = date(2026, 11, 23)


def emits(house: Any, day: date | None = TODAY) -> None:
    with house.work("host") as work:
        found = carriers.find_carrier(work, house.carrier_id)
        carriers.change_carrier(work, found.id, found.version, {"emits_from": day})


def say_status(house: Any, document: Any, code: str, **more: Any) -> PlatformStatus:
    with house.work() as work:
        return platforms.note_status(work, document.id, code, **more)


def paid(house: Any, document: Any, cents: int, **more: Any) -> None:
    with house.work("host") as work:
        payments.record_payment(work, document.id, cents, work.today, **more)


def statuses(house: Any, document: Any) -> list[str]:
    with house.work() as work:
        return [one.code for one in platforms.statuses_of(work.session, document)]


def test_a_business_invoice_is_to_deposit_from_the_carriers_day_on(house) -> None:
    before = house.issued()
    emits(house, TODAY)
    document = house.issued()

    with house.work() as work:
        found = [one.id for one in platforms.to_deposit(work, 10)]
    assert found == [before.id, document.id]  # issued that very day, both
    say_status(house, document, "200")
    with house.work() as work:
        assert [one.id for one in platforms.to_deposit(work, 10)] == [before.id]
        assert not platforms.is_to_deposit(work.session, work.session.get(Document, document.id))


def test_nothing_is_to_deposit_before_that_day(house) -> None:
    house.issued()
    emits(house, TODAY + timedelta(days=1))
    with house.work() as work:
        assert list(platforms.to_deposit(work, 10)) == []


STATUS_REFUSED: dict[str, tuple[list[str], str, dict[str, Any], str]] = {
    "nothing before the deposit": ([], "204", {}, "d'abord"),
    "deposited twice": (["200"], "200", {}, "déjà notée"),
    "refused without a reason": (["200"], "210", {}, "raison"),
    "after a refusal": (["200", "210"], "205", {}, "avoir"),
    "an unknown one": (["200"], "299", {}, "n'existe pas"),
    "tomorrow": ([], "200", {"said_on": TODAY + timedelta(days=1)}, "aujourd'hui"),
    "before the invoice": ([], "200", {"said_on": TODAY - timedelta(days=1)}, "aujourd'hui"),
    "cashed without money": (["200"], "212", {}, "déjà déclaré"),
}


@pytest.mark.parametrize(
    ("before", "code", "more", "said"), STATUS_REFUSED.values(), ids=STATUS_REFUSED
)
def test_statuses_that_cannot_be(
    house, before: list[str], code: str, more: dict[str, Any], said: str
) -> None:
    document = house.issued()
    for one in before:
        say_status(house, document, one, reason="mauvais service")

    with pytest.raises(Refused, match=said):
        say_status(house, document, code, **more)
    assert statuses(house, document) == before


def test_cashed_bears_the_money_of_each_rate_and_takes_it_back(house) -> None:
    food = lines.NewLine("Repas", Decimal(1), 10_000, 1000)
    wine = lines.NewLine("Vin", Decimal(1), 3_333, 2000)
    document = house.issued(food, wine)  # 110,00 at 10 %, 40,00 at 20 %
    say_status(house, document, "200")

    paid(house, document, 5_000)
    first = say_status(house, document, "212")
    paid(house, document, document.to_pay_cents - 5_000)
    second = say_status(house, document, "212")
    paid(house, document, -5_000)
    third = say_status(house, document, "212")

    def at(row: PlatformStatus) -> dict[int, int]:
        return {part["rate_bp"]: part["cents"] for part in row.amounts}

    assert sum(at(first).values()) == 5_000
    assert {rate: at(first)[rate] + at(second)[rate] for rate in (1000, 2000)} == {
        1000: 11_000,
        2000: 4_000,
    }
    assert sum(at(third).values()) == -5_000
    assert all(cents < 0 for cents in at(third).values())


@settings(max_examples=300, deadline=None)
@given(
    asked=st.dictionaries(
        st.sampled_from((0, 550, 1000, 2000)), st.integers(1, 90_000), min_size=1
    ),
    parts=st.lists(st.fractions(0, 1, max_denominator=50), max_size=8),
)
def test_money_falls_on_the_rates_by_largest_remainder_and_never_drifts(
    asked: dict[int, int], parts: list[Fraction]
) -> None:
    groups = tuple(
        VatGroup(rate_bp=rate, net_cents=cents, vat_cents=0) for rate, cents in asked.items()
    )
    whole, said = sum(asked.values()), {(rate, "S"): 0 for rate in asked}
    for reached in (*(int(whole * part) for part in parts), whole, 0, whole):
        step = reached - sum(said.values())
        left = {rate: asked[rate[0]] - cents if step > 0 else cents for rate, cents in said.items()}
        found = platforms.per_rate(groups, said, step) if step else []

        now = {(one["rate_bp"], one["category"]): one["cents"] for one in found}
        assert now == {rate: part for rate, part in house_split(step, left).items() if part}
        assert all(part * step > 0 for part in now.values())
        said = {rate: cents + now.get(rate, 0) for rate, cents in said.items()}
        assert sum(said.values()) == reached
        assert all(0 <= cents <= asked[rate[0]] for rate, cents in said.items())
    assert said == {(rate, "S"): cents for rate, cents in asked.items()}


def house_split(step: int, weights: dict[tuple[int, str], int]) -> dict[tuple[int, str], int]:
    return split(step, weights) if step else {}


def test_equal_remainders_go_in_order_of_the_rates() -> None:
    groups = tuple(VatGroup(rate_bp=one, net_cents=100, vat_cents=0) for one in (2000, 550, 1000))
    found = platforms.per_rate(groups, {}, 2)
    assert [(one["rate_bp"], one["cents"]) for one in found] == [(550, 1), (1000, 1)]


def test_a_rounding_left_alone_is_cashed_somewhere() -> None:
    """Deposits took all of a rate; a cent of rounding is still asked, and is said but once."""
    group = VatGroup(rate_bp=1000, net_cents=0, vat_cents=0)

    assert platforms.per_rate((group,), {}, 1) == [{"rate_bp": 1000, "category": "S", "cents": 1}]
    more = VatGroup(rate_bp=1000, net_cents=100, vat_cents=10)
    assert platforms.per_rate((more,), {}, 111)[0]["cents"] == 111


def test_money_is_given_back_when_it_goes_back_and_not_when_we_credit(house) -> None:
    document = house.issued()
    say_status(house, document, "200")
    paid(house, document, 66_000)
    say_status(house, document, "212")
    with house.work() as work:
        issuing.credit(work, document.id, "mauvais client")

    with pytest.raises(Refused, match="déjà déclaré"):
        say_status(house, document, "212")
    paid(house, document, -66_000)
    back = say_status(house, document, "212")
    assert [one["cents"] for one in back.amounts] == [-66_000]


def test_what_replaces_an_invoice_says_its_money_anew(house) -> None:
    """The old one takes back what it said, so that no money is said twice."""
    old = house.issued()
    say_status(house, old, "200")
    paid(house, old, 66_000)
    say_status(house, old, "212")
    with house.work() as work:
        correcting.reopen(work, old.id, "le prix était faux")
    with house.work() as work:
        new = issuing.issue(work, old.order_id)
    say_status(house, new, "200")

    assert [one["cents"] for one in say_status(house, new, "212").amounts] == [66_000]
    assert [one["cents"] for one in say_status(house, old, "212").amounts] == [-66_000]
