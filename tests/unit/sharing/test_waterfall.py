"""From the money that came in to the money that is shared."""

from __future__ import annotations

from dataclasses import fields, replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpa_core.errors import Refused
from kpa_core.money import MAX_CENTS
from kpa_core.sharing.fees import Tier
from kpa_core.sharing.waterfall import NOTHING, Terms, Waterfall, waterfall

SCALE = (Tier(30_000_00, 1150), Tier(60_000_00, 1050), Tier(None, 950))
STORY = Terms(
    gross=660_00, vat=60_00, expenses=198_00, advances=80_00, scale=SCALE, pot_rate_bp=1500
)


def test_the_money_of_the_story() -> None:
    assert waterfall(660_00, STORY) == Waterfall(
        gross=660_00,
        vat=60_00,
        net=600_00,
        expenses=198_00,
        advances=80_00,
        margin=402_00,
        fee=46_23,
        left=355_77,
        pot=53_37,
        to_share=302_40,
    )


def test_the_ledger_of_the_story() -> None:
    assert 660_00 == 60_00 + 198_00 + 46_23 + 53_37 + 302_40
    assert waterfall(660_00, STORY).is_balanced


def test_the_same_money_at_sixteen_euros() -> None:
    money = waterfall(704_00, replace(STORY, gross=704_00, vat=64_00))
    assert (money.net, money.margin, money.fee) == (640_00, 442_00, 50_83)
    assert (money.left, money.pot, money.to_share) == (391_17, 58_68, 332_49)


def test_a_first_part_repays_purchases_and_advances_before_anything_is_shared() -> None:
    money = waterfall(110_00, STORY)
    assert (money.vat, money.expenses, money.advances) == (10_00, 100_00, 80_00)
    assert (money.margin, money.fee, money.pot, money.to_share) == (0, 0, 0, 0)


def test_the_vat_in_a_part_is_rounded_half_away() -> None:
    ten_cents = Terms(gross=10, vat=1, expenses=0, scale=SCALE, pot_rate_bp=0)
    assert [waterfall(received, ten_cents).vat for received in (4, 5, 10)] == [0, 1, 1]


def test_members_are_repaid_before_the_carrier() -> None:
    assert waterfall(55_00, STORY).advances == 50_00
    assert waterfall(88_00, STORY).advances == 80_00


def test_a_second_part_brings_the_rest() -> None:
    first, both = waterfall(330_00, STORY), waterfall(660_00, STORY)
    second = both - first
    assert (first.vat, first.expenses, first.margin) == (30_00, 198_00, 102_00)
    assert (first.fee, first.pot, first.to_share) == (11_73, 13_54, 76_73)
    assert (second.vat, second.expenses, second.advances) == (30_00, 0, 0)
    assert (second.fee, second.pot, second.to_share) == (34_50, 39_83, 225_67)
    assert second.is_balanced


def test_a_loss_has_no_fee_and_nothing_to_share() -> None:
    costly = replace(STORY, expenses=700_00, advances=650_00)
    money = waterfall(660_00, costly)
    assert (money.expenses, money.advances) == (600_00, 600_00)
    assert (money.margin, money.fee, money.pot, money.to_share) == (0, 0, 0, 0)
    assert money.is_balanced
    assert costly.expenses - money.expenses == 100_00


def test_the_tiers_go_on_from_the_period() -> None:
    money = waterfall(660_00, replace(STORY, already_cents=29_800_00))
    assert money.fee == 23_00 + 21_21


def test_an_order_for_nothing_moves_nothing() -> None:
    assert waterfall(0, Terms(0, 0, 0, SCALE, 1500)) == NOTHING
    assert waterfall(0, STORY) == NOTHING


def test_a_late_receipt_shows_as_a_debt() -> None:
    shared = waterfall(660_00, STORY)
    now = waterfall(660_00, replace(STORY, expenses=250_00))
    assert (now - shared).to_share == -39_11
    assert (now - shared).is_balanced


def test_less_than_nothing_is_refused() -> None:
    with pytest.raises(Refused, match="Fais un avoir"):
        waterfall(-1, STORY)


def test_more_than_the_invoice_is_refused() -> None:
    with pytest.raises(Refused, match="0,01\u00a0€ de trop"):
        waterfall(660_01, STORY)


BAD_TERMS: dict[str, tuple[dict[str, Any], str]] = {
    "more VAT than money": ({"vat": 660_01}, "ne vont pas ensemble"),
    "negative VAT": ({"vat": -1}, "ne vont pas ensemble"),
    "2**63": ({"gross": 2**63}, "ne vont pas ensemble"),
    "advances above the expenses": ({"advances": 198_01}, "avances dépassent"),
    "negative advances": ({"advances": -1}, "avances dépassent"),
    "expenses of 2**63": ({"expenses": 2**63}, "avances dépassent"),
    "a pot above the whole": ({"pot_rate_bp": 10_001}, "cagnotte"),
    "a negative pot": ({"pot_rate_bp": -1}, "cagnotte"),
    "no scale": ({"scale": ()}, "barème"),
}


@pytest.mark.parametrize(("changes", "reason"), BAD_TERMS.values(), ids=BAD_TERMS)
def test_terms_that_cannot_add_up_are_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        replace(STORY, **changes)


@st.composite
def any_terms(draw: st.DrawFn) -> Terms:
    """Draw an order, from a few cents (where rounding bites) to several tiers."""
    gross = draw(st.one_of(st.integers(0, 50), st.integers(0, 200_000_00)))
    expenses = draw(st.integers(0, 2 * gross))
    return Terms(
        gross=gross,
        vat=draw(st.integers(0, gross)),
        expenses=expenses,
        scale=draw(st.sampled_from([SCALE, (Tier(None, 10_000),), (Tier(7, 3333), Tier(None, 1))])),
        pot_rate_bp=draw(st.integers(0, 10_000)),
        advances=draw(st.integers(0, expenses)),
        already_cents=draw(st.integers(0, 70_000_00)),
    )


@settings(deadline=None, max_examples=2_000, database=None)
@given(any_terms(), st.data())
def test_partial_payments_end_where_one_payment_would(terms: Terms, data: st.DataObject) -> None:
    steps = data.draw(st.lists(st.integers(0, terms.gross), max_size=6))
    so_far = [waterfall(received, terms) for received in [0, *sorted(steps), terms.gross]]
    added = [after - before for before, after in pairwise(so_far)]
    assert so_far[0] == NOTHING
    for each in fields(Waterfall):
        parts = [getattr(step, each.name) for step in added]
        assert sum(parts) == getattr(so_far[-1], each.name)
        assert all(type(part) is int and part >= 0 for part in parts), each.name
    for money in so_far + added:
        assert money.is_balanced
        assert money.vat + money.expenses + money.to_share <= money.gross
        assert money.advances <= money.expenses
    assert so_far[-1].vat == terms.vat


@settings(deadline=None, max_examples=300, database=None)
@given(any_terms(), st.data())
def test_nothing_is_shared_before_the_expenses_are_covered(
    terms: Terms, data: st.DataObject
) -> None:
    money = waterfall(data.draw(st.integers(0, terms.gross)), terms)
    assert money.expenses == terms.expenses or money.to_share == money.fee == money.pot == 0
    assert money.advances == terms.advances or money.expenses == money.advances


def test_the_largest_order_is_counted() -> None:
    largest = Terms(MAX_CENTS, 0, 0, ((Tier(None, 0)),), 0)
    assert waterfall(MAX_CENTS, largest).to_share == MAX_CENTS
