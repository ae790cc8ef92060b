"""What the carrier keeps: dated scales, tiers that go on through the year, days without a fee."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from kpa_core.errors import NotFound, Refused
from kpa_core.sharing import fees, scales
from kpa_core.sharing.fees import Tier
from kpa_core.sharing.scales import NewScale

LOW = (Tier(500_00, 1000), Tier(None, 500))


def add(house, **more) -> None:
    with house.work() as work:
        given = {"starts_on": work.today, "tiers": LOW, "source": "Avenant"}
        scales.add_scale(work, house.carrier_id, NewScale(**{**given, **more}))


def shared(house, **more):
    return house.shared(house.paid_order(hours={"Amina": 60}, **more))


def test_the_tiers_go_on_from_order_to_order(numbered) -> None:
    add(numbered)
    first, second, third = (shared(numbered) for _ in range(3))
    assert first.fee_cents == 40_20
    assert second.fee_cents == 9_80 + 15_20
    assert third.fee_cents == 20_10
    assert second.figures["ways"]["already_cents"] == 402_00


def test_two_proposals_at_once_do_not_take_the_same_place(numbered) -> None:
    add(numbered)
    one = numbered.propose(numbered.paid_order(hours={"Amina": 60}))
    other = numbered.propose(numbered.paid_order(hours={"Amina": 60}))
    numbered.close(one)
    with pytest.raises(Refused, match="ont changé"):
        numbered.close(other)


def test_a_withdrawn_proposal_counts_for_nothing(numbered) -> None:
    add(numbered)
    numbered.propose(numbered.paid_order(hours={"Amina": 60}))
    assert shared(numbered).fee_cents == 40_20


def test_payments_of_one_order_do_not_jump_the_tiers(numbered) -> None:
    add(numbered)
    order_id = numbered.order()
    numbered.hours(order_id, {"Amina": 60})
    numbered.buy(order_id, 198_00)
    document = numbered.invoice(order_id)
    numbered.pay(document, 330_00)
    first = numbered.shared(order_id)
    between = shared(numbered)
    numbered.pay(document, 330_00)
    second = numbered.shared(order_id)
    assert first.fee_cents + second.fee_cents == 40_20
    assert between.figures["ways"]["already_cents"] == first.fee_base_cents


def test_without_a_period_each_order_starts_again(numbered) -> None:
    add(numbered, period="none")
    assert [shared(numbered).fee_cents for _ in range(2)] == [40_20, 40_20]


def test_a_new_month_starts_again(numbered) -> None:
    add(numbered, period="month")
    assert shared(numbered).fee_cents == 40_20
    with numbered.work() as work:
        later = work.today + timedelta(days=32)
    with time_machine.travel(later, tick=True):
        assert shared(numbered).fee_cents == 40_20


def test_a_fee_on_the_turnover(numbered) -> None:
    add(numbered, base="turnover", tiers=(Tier(None, 1000),))
    share_out = shared(numbered)
    assert (share_out.fee_cents, share_out.fee_base_cents) == (60_00, 600_00)


def test_a_day_without_a_fee(numbered) -> None:
    with numbered.work() as work:
        day = work.today.isoformat()
    add(numbered, exemptions=[{"from": day, "until": day, "why": "Les six premiers mois"}])
    share_out = shared(numbered)
    assert share_out.fee_cents == 0
    assert share_out.figures["ways"]["exempt"] == "Les six premiers mois"


def test_a_scale_for_one_kind_of_activity(numbered) -> None:
    add(numbered, scope="training", tiers=(Tier(None, 9999),))
    assert shared(numbered).fee_cents == 46_23


def test_a_scale_to_come_waits(numbered) -> None:
    with numbered.work() as work:
        tomorrow = work.today + timedelta(days=1)
    add(numbered, starts_on=tomorrow)
    assert shared(numbered).fee_cents == 46_23


def test_a_loss_has_no_fee(numbered) -> None:
    order_id = numbered.order()
    numbered.hours(order_id, {"Amina": 60})
    numbered.buy(order_id, 700_00, by="Bakary")
    numbered.pay(numbered.invoice(order_id), 660_00)
    share_out = numbered.shared(order_id)
    assert (share_out.fee_cents, share_out.pot_cents, share_out.to_share_cents) == (0, 0, 0)
    assert share_out.expenses_cents == 600_00


WRONG = {
    "no tier": {"tiers": ()},
    "an end": {"tiers": (Tier(100, 1),)},
    "a base nobody knows": {"base": "profit"},
    "a period nobody knows": {"period": "week"},
    "no scope": {"scope": " "},
    "no source": {"source": ""},
    "an exemption without reason": {"exemptions": [{"from": "2026-01-01", "until": "2026-02-01"}]},
    "an exemption backwards": {
        "exemptions": [{"from": "2026-02-01", "until": "2026-01-01", "why": "x"}]
    },
    "an exemption of no day": {
        "exemptions": [{"from": "demain", "until": "2026-01-01", "why": "x"}]
    },
}


@pytest.mark.parametrize("more", WRONG.values(), ids=WRONG)
def test_wrong_scales(numbered, more) -> None:
    with pytest.raises(Refused):
        add(numbered, **more)


@pytest.mark.parametrize("by", ["Amina", "Gaëlle", "Trésor", "Animatrice"])
def test_a_scale_is_the_carrier_s(numbered, by: str) -> None:
    with numbered.work(by) as work, pytest.raises(NotFound):
        scales.add_scale(
            work, numbered.carrier_id, NewScale(work.today, (Tier(None, 0),), source="Moi")
        )
    assert fees.fee(402_00, numbered.tiers).total == 46_23
