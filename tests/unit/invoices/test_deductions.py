"""Deposits and the final invoice always come to the price of the whole, to the cent."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpa_core.errors import Refused
from kpa_core.invoices.drafts import deductions
from kpa_core.invoices.drafts.deductions import TakenBack
from kpa_core.invoices.totals import Line, Totals, totals
from kpa_core.money import split

RATES = (0, 210, 550, 1000, 2000)
PRICED = st.builds(
    Line,
    label=st.just("x"),
    quantity=st.integers(1, 5_000).map(lambda n: Decimal(n).scaleb(-2)),
    unit_price_cents=st.integers(0, 50_000),
    vat_rate_bp=st.sampled_from(RATES),
    price_basis=st.sampled_from(["net", "gross"]),
)


def deposit_of(sold: Totals, cents: int) -> TakenBack:
    weights = {(one.rate_bp, one.category): one.net + one.vat for one in sold.groups if one.net}
    parts = [
        Line("x", Decimal(1), part, rate, "gross", category=category)
        for (rate, category), part in split(cents, weights).items()
        if part
    ]
    sums = totals(parts)
    assert sums.to_pay == cents
    nets = tuple((one.rate_bp, one.category, one.net) for one in sums.groups)
    return TakenBack(uuid4(), f"A-{cents}", date(2026, 11, 1), cents, nets)


@given(st.lists(PRICED, min_size=1, max_size=6), st.lists(st.integers(1, 10_000), max_size=4))
def test_deposits_and_the_final_invoice_come_to_the_whole(lines, parts) -> None:
    sold = totals(lines)
    if sold.to_pay <= 0 or not any(one.net for one in sold.groups):
        return
    taken, left = [], sold.to_pay
    for part in parts:
        cents = sold.to_pay * part // 10_000
        if 0 < cents <= left:
            taken.append(deposit_of(sold, cents))
            left -= cents

    back = deductions.lines_of(taken, sold)
    last = totals(
        [*lines, *(priced for priced, _ in back)],
        deposits_cents=sum(one.asked_cents for one in taken),
    )

    assert last.to_pay == left
    assert all(one.net >= 0 for one in last.groups)
    assert {shown.deposit_number for _, shown in back} == {one.number for one in taken}
    deductions.check_rates(taken, sold, last)


def test_deposits_that_cover_all_take_back_no_more_than_was_sold() -> None:
    """0,03 € at 20 % is 0,04 € with VAT; two deposits of 0,02 € bear a net of 0,02 € each."""
    lines = [Line("x", Decimal(1), 3, 2000)]
    sold = totals(lines)
    taken = [deposit_of(sold, 2), deposit_of(sold, 2)]
    taken[1] = replace(taken[1], number="A-2b")

    back = deductions.lines_of(taken, sold)

    assert [shown.net_cents for _, shown in back] == [-2, -1]
    priced = [*lines, *(one for one, _ in back)]
    assert totals(priced, deposits_cents=4).to_pay == 0


def test_deposits_of_another_rate_are_not_taken_back() -> None:
    before = totals([Line("x", Decimal(1), 10_000, 1000)])
    now = totals([Line("x", Decimal(1), 10_000, 2000)])
    taken = [deposit_of(before, 5_500)]
    back = [priced for priced, _ in deductions.lines_of(taken, now)]
    whole = totals([Line("x", Decimal(1), 10_000, 2000), *back], deposits_cents=5_500)
    with pytest.raises(Refused, match="autres taux"):
        deductions.check_rates(taken, now, whole)
