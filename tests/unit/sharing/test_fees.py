"""What the carrier keeps."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpa_core.errors import Refused
from kpa_core.money import MAX_CENTS
from kpa_core.sharing.fees import Fee, FeePart, Tier, check_scale, fee

# The published scale of a carrier: 11.5 % of gross margin up to 30 000 €, then less.
OPTEOS = (
    Tier(30_000_00, 1150),
    Tier(60_000_00, 1050),
    Tier(90_000_00, 950),
    Tier(120_000_00, 850),
    Tier(None, 750),
)
FLAT = (Tier(None, 1150),)


def test_the_fee_of_the_story() -> None:
    assert fee(402_00, OPTEOS) == Fee(46_23, (FeePart(402_00, 1150, 46_23),))
    assert fee(442_00, OPTEOS).total == 50_83


@pytest.mark.parametrize("loss", [0, -1, -402_00])
def test_a_loss_costs_nothing(loss: int) -> None:
    assert fee(loss, OPTEOS) == Fee(0, ())
    assert fee(loss, OPTEOS, already_cents_this_period=29_999_00) == Fee(0, ())


def test_each_tier_takes_its_own_slice() -> None:
    assert fee(130_000_00, OPTEOS).parts == (
        FeePart(30_000_00, 1150, 3_450_00),
        FeePart(30_000_00, 1050, 3_150_00),
        FeePart(30_000_00, 950, 2_850_00),
        FeePart(30_000_00, 850, 2_550_00),
        FeePart(10_000_00, 750, 750_00),
    )
    assert fee(130_000_00, OPTEOS).total == 12_750_00


BORDERS = {
    "ends on the border": (1_00, 29_999_00, ((1_00, 1150),)),
    "begins on the border": (1_00, 30_000_00, ((1_00, 1050),)),
    "a cent before": (2, 29_999_99, ((1, 1150), (1, 1050))),
    "over two borders": (30_000_02, 29_999_99, ((1, 1150), (30_000_00, 1050), (1, 950))),
    "far above": (5_00, 500_000_00, ((5_00, 750),)),
}


@pytest.mark.parametrize(("base", "already", "slices"), BORDERS.values(), ids=BORDERS)
def test_the_tiers_go_on_from_what_the_period_already_had(
    base: int, already: int, slices: tuple[tuple[int, int], ...]
) -> None:
    parts = fee(base, OPTEOS, already).parts
    assert tuple((part.base, part.rate_bp) for part in parts) == slices


def test_half_a_cent_of_a_slice_goes_up() -> None:
    assert fee(10, (Tier(None, 500),)).total == 1
    assert fee(30, (Tier(None, 500),)).total == 2
    assert fee(50, (Tier(None, 500),)).total == 3, "banker's rounding would say 2"


@settings(deadline=None, max_examples=500, database=None)
@given(st.integers(0, 200_000_00), st.integers(0, 200_000_00))
def test_the_slices_are_the_base_and_the_cents_are_the_fee(base: int, already: int) -> None:
    charged = fee(base, OPTEOS, already)
    assert sum(part.base for part in charged.parts) == base
    assert sum(part.cents for part in charged.parts) == charged.total <= base
    assert 0 <= fee(base + 1, OPTEOS, already).total - charged.total <= 1


def test_the_largest_base_is_counted() -> None:
    assert fee(MAX_CENTS, FLAT).total == 1_150_000_000_000


BAD_SCALES = {
    "no tier": ((), "dernière tranche"),
    "an end": ((Tier(30_000_00, 1150),), "dernière tranche"),
    "two last tiers": ((Tier(None, 1150), Tier(None, 1050)), "doivent monter"),
    "tiers that go down": ((Tier(2, 100), Tier(1, 100), Tier(None, 100)), "doivent monter"),
    "a tier twice": ((Tier(1, 100), Tier(1, 100), Tier(None, 100)), "doivent monter"),
    "an empty tier": ((Tier(0, 100), Tier(None, 100)), "doivent monter"),
    "a negative rate": ((Tier(None, -1),), "de 0 à 100 %"),
    "a rate above the whole": ((Tier(1, 10_001), Tier(None, 0)), "de 0 à 100 %"),
}


@pytest.mark.parametrize(("scale", "reason"), BAD_SCALES.values(), ids=BAD_SCALES)
def test_a_scale_with_a_fault_is_refused(scale: tuple[Tier, ...], reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        fee(100, scale)
    with pytest.raises(Refused, match=reason):
        check_scale(scale)


def test_a_period_cannot_have_had_less_than_nothing() -> None:
    with pytest.raises(Refused, match="déjà compté"):
        fee(100, FLAT, already_cents_this_period=-1)
