"""The figures of a line: what is refused, what they add up to, when a yes still holds."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpa_core.activities import lines
from kpa_core.activities.models import OrderLine
from kpa_core.money import MAX_CENTS, MoneyError

LINE = lines.NewLine("Buffet", Decimal(40), 1500, 1000, planned_cost_cents=19_800)
REFUSED = {
    "no label": ({"label": " "}, "label"),
    "zero quantity": ({"quantity": Decimal(0)}, "quantity"),
    "negative quantity": ({"quantity": Decimal(-1)}, "quantity"),
    "quantity with four decimals": ({"quantity": Decimal("0.0001")}, "quantity"),
    "quantity that is not a number": ({"quantity": Decimal("NaN")}, "quantity"),
    "endless quantity": ({"quantity": Decimal("Infinity")}, "quantity"),
    "quantity above a million": ({"quantity": Decimal(1_000_001)}, "quantity"),
    "negative price": ({"unit_price_cents": -1}, "unit_price_cents"),
    "price of 2**63": ({"unit_price_cents": 2**63}, "unit_price_cents"),
    "amount too large": ({"unit_price_cents": MAX_CENTS}, "unit_price_cents"),
    "negative vat": ({"vat_rate_bp": -1}, "vat_rate_bp"),
    "vat above 100 %": ({"vat_rate_bp": 10_001}, "vat_rate_bp"),
    "vat of before 2014": ({"vat_rate_bp": 1960}, "vat_rate_bp"),
    "vat that never was": ({"vat_rate_bp": 1100}, "vat_rate_bp"),
    "negative purchases": ({"planned_cost_cents": -1}, "planned_cost_cents"),
    "unknown basis": ({"price_basis": "ttc"}, "price_basis"),
}


def row(**changes: object) -> OrderLine:
    return OrderLine(**{**lines.columns(LINE), **changes})


@pytest.mark.parametrize(("changes", "field"), REFUSED.values(), ids=REFUSED)
def test_a_line_out_of_range_is_refused_beside_its_field(
    changes: dict[str, object], field: str
) -> None:
    with pytest.raises(MoneyError) as refused:
        lines.columns(replace(LINE, **changes))
    assert refused.value.field == field


def test_forty_buffets_at_fifteen_make_six_hundred() -> None:
    assert lines.amount(LINE) == 60_000


@given(st.integers(1, 10**9), st.integers(0, 10**6))
def test_an_amount_is_rounded_half_away_from_zero(thousandths: int, cents: int) -> None:
    line = row(quantity_thousandths=thousandths, unit_price_cents=cents)
    exact = thousandths * cents
    assert lines.amount(line) == exact // 1000 + (exact % 1000 >= 500)


def test_the_quantity_is_kept_to_the_thousandth() -> None:
    assert lines.columns(replace(LINE, quantity=Decimal("2.125")))["quantity_thousandths"] == 2125
    assert row(quantity_thousandths=2125).quantity == Decimal("2.125")


def test_an_unknown_purchase_is_not_zero() -> None:
    known = lines.estimate([row(), row(planned_cost_cents=0)])
    assert (known.total_cents, known.unknown_lines) == (19_800, 0)
    partly = lines.estimate([row(), row(planned_cost_cents=None)])
    assert (partly.total_cents, partly.known_cents, partly.unknown_lines) == (None, 19_800, 1)


@pytest.mark.parametrize("name", lines.PROMISED)
def test_a_yes_is_lost_when_the_customer_would_read_something_else(name: str) -> None:
    other = {"price_basis": "gross"}.get(name, "autre")
    changed = row(**{name: 7 if isinstance(getattr(row(), name), int) else other})
    assert lines.digest([row()]) != lines.digest([changed])


def test_a_yes_stands_when_only_our_own_estimate_changes() -> None:
    assert lines.digest([row()]) == lines.digest([row(planned_cost_cents=None, position=9)])


def test_a_yes_is_lost_when_lines_change_places() -> None:
    other = row(label="Service")
    assert lines.digest([row(), other]) != lines.digest([other, row()])
