"""R10: discounts, lines without VAT and deposits taken back, on any invoice, to the cent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpa_core.invoices import totals as counting
from kpa_core.invoices.drafts import discounts
from kpa_core.invoices.totals import Discount, Line, Totals, totals
from kpa_core.money import MAX_CENTS, MoneyError, apply_rate, split

GROUPS: list[tuple[int, str]] = [
    *((rate, "S") for rate in (210, 550, 1000, 2000)),
    *((0, category) for category in ("Z", "E", "AE", "K", "G", "O")),
]
HUNDRED = 10_000


def drawn_line(draw: Random) -> Line:
    rate, category = draw.choice(GROUPS)
    line = Line(
        "ligne",
        Decimal(draw.randint(1, 200_000)).scaleb(-3),
        draw.randint(0, 500_000),
        rate,
        price_basis=draw.choice(["net", "gross"]),
        category=category,  # type: ignore[arg-type]
    )
    off = draw.choice([0, 0, draw.randint(0, line.amount), line.amount])
    return replace(line, discount_cents=off)


def discount_on(lines: Sequence[Line], draw: Random) -> tuple[Discount, ...]:
    net = totals(lines).net
    cents = draw.choice([0, draw.randint(0, net), net])
    return discounts.spread(lines, cents)


def deposit_of(whole: Totals, basis_points: int) -> tuple[Totals, list[Line]]:
    """Return a deposit on a document, and the lines that take it back from the last one."""
    asked = [
        Line("acompte", Decimal(1), net, one.rate_bp, category=one.category)
        for one in whole.groups
        if (net := one.net * basis_points // HUNDRED)
    ]
    return totals(asked), [replace(one, quantity=Decimal(-1), is_deposit=True) for one in asked]


def check(lines: Sequence[Line], off: Sequence[Discount]) -> Totals:
    foot = totals(lines, off)
    figures = (foot.net, foot.vat, foot.gross, foot.rounding, foot.to_pay, *foot.line_nets)
    assert {type(figure) for figure in figures} == {int}
    assert sum(foot.line_nets) - foot.discount == foot.net == sum(one.net for one in foot.groups)
    assert foot.discount == sum(one.net_cents for one in off)
    assert foot.net + foot.vat == foot.gross == foot.to_pay - foot.rounding
    assert all(one.vat == apply_rate(one.net, one.rate_bp) for one in foot.groups)
    assert all(one.vat == 0 for one in foot.groups if one.category != "S")
    assert len({(one.rate_bp, one.category) for one in foot.groups}) == len(foot.groups)
    assert min(foot.net, foot.vat, *foot.line_nets, 0) == 0
    # Prices with VAT given away whole may leave a cent: a document of nothing is refused.
    assert foot.to_pay >= 0 or (foot.gross == 0 and foot.to_pay >= -len(foot.groups))
    assert abs(foot.rounding) <= 2 * len(foot.groups)
    if all(one.price_basis == "net" for one in lines):
        assert foot.rounding == 0
    return foot


def check_order(lines: Sequence[Line], off: Sequence[Discount], draw: Random) -> None:
    foot, turned = totals(lines, off), list(lines)
    draw.shuffle(turned)
    told = totals(turned, off[::-1])
    assert replace(told, line_nets=foot.line_nets) == foot, "row order changes no total"
    if all(one.price_basis == "net" for one in lines):
        assert sorted(told.line_nets) == sorted(foot.line_nets)


def check_deposits(lines: Sequence[Line], off: Sequence[Discount], shares: Sequence[int]) -> None:
    """See that the deposits and the last invoice ask together what the whole was to cost."""
    whole = totals(lines, off)
    deposits = [deposit_of(whole, share) for share in shares]
    asked = sum(foot.to_pay for foot, _ in deposits)
    back = [line for _, lines_back in deposits for line in lines_back]
    last = totals([*lines, *back], off, deposits_cents=asked)
    assert asked + last.to_pay == whole.to_pay
    assert asked + last.gross + last.rounding == whole.to_pay
    assert last.net == whole.net - sum(foot.net for foot, _ in deposits)
    assert abs(last.rounding - whole.rounding) <= len(whole.groups) * (len(shares) + 1)


def shares_of(draw: Random) -> list[int]:
    """Return shares of a whole, in basis points, of at most the whole together."""
    count = draw.randint(0, 4)
    weights = {number: draw.randint(1, 100) for number in range(count + draw.randint(0, 1))}
    return list(split(HUNDRED, weights).values())[:count] if weights else []


SEEDS = [0, *(pytest.param(one, marks=pytest.mark.long) for one in (1, 2, 3))]


@pytest.mark.parametrize("seed", SEEDS)
def test_five_thousand_invoices_with_discounts_and_deposits_add_up(seed: int) -> None:
    draw = Random(seed)
    with_deposits = 0
    for number in range(5_000):
        lines = [drawn_line(draw) for _ in range(draw.randint(1, 6))]
        off = discount_on(lines, draw)
        check(lines, off)
        if number % 3 == 0:
            check_order(lines, off, draw)
        if number % 3 == 1:
            shares = shares_of(draw)
            check_deposits(lines, off, shares)
            with_deposits += bool(shares)
    assert with_deposits > 1_000


@settings(max_examples=400, deadline=None, database=None)
@given(st.integers(0, 2**32), st.integers(1, 6))
def test_any_invoice_with_discounts_adds_up(seed: int, count: int) -> None:
    draw = Random(seed)
    lines = [drawn_line(draw) for _ in range(count)]
    off = discount_on(lines, draw)
    check(lines, off)
    check_order(lines, off, draw)
    check_deposits(lines, off, shares_of(draw))


def test_five_hundred_lines_and_none() -> None:
    draw = Random(500)
    lines = [drawn_line(draw) for _ in range(500)]
    check_deposits(lines, discount_on(lines, draw), [3_000, 4_000])
    assert totals([]) == Totals(0, 0, 0, (), 0, ())
    assert discounts.spread([], 0) == ()


REFUSED: dict[str, dict[str, Any]] = {
    "a discount larger than the price": {"discount_cents": 60_001},
    "a discount below zero": {"discount_cents": -1},
    "a float discount": {"discount_cents": 1.0},
    "a truth as a discount": {"discount_cents": True},
    "a discount of 2**63": {"discount_cents": 2**63},
    "VAT on what bears none": {"category": "AE"},
    "a deposit taken back twice": {"is_deposit": True, "quantity": Decimal(-2)},
    "a deposit given": {"is_deposit": True, "quantity": Decimal(1)},
    "a deposit with VAT in its price": {
        "is_deposit": True,
        "quantity": Decimal(-1),
        "price_basis": "gross",
    },
    "a quantity of -1 that is no deposit": {"quantity": Decimal(-1)},
}


@pytest.mark.parametrize("fields", REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_counted_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(MoneyError):
        replace(Line("Buffet", Decimal(40), 1500, 1000), **fields)


@pytest.mark.parametrize("cents", [-1, 60_001, MAX_CENTS, 2**63])
def test_a_discount_beyond_the_price_is_refused(cents: int) -> None:
    with pytest.raises(MoneyError, match="La remise est plus grande que le prix"):
        discounts.spread([Line("Buffet", Decimal(40), 1500, 1000)], cents)


def test_more_taken_back_than_was_sold_is_refused() -> None:
    sold = Line("Buffet", Decimal(1), 100, 1000)
    back = Line("acompte", Decimal(-1), 101, 1000, is_deposit=True)
    with pytest.raises(MoneyError):
        totals([sold, back], deposits_cents=111)


# --- the trial itself -----------------------------------------------------------------------------

_promised = counting._promised


def _a_cent_more(lines: Any, rate: int, off: int) -> int:
    return _promised(lines, rate, off) + any(one.is_deposit for one in lines)


def _vat_of_the_discount_kept(lines: Any, rate: int, off: int) -> int:
    return _promised(lines, rate, 0) - off


DEFECTS = {"a cent more": _a_cent_more, "VAT of the discount": _vat_of_the_discount_kept}


@pytest.mark.parametrize("defect", DEFECTS.values(), ids=DEFECTS)
def test_the_trial_sees_a_wrong_way_of_counting(defect: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(counting, "_promised", defect)
    with pytest.raises(AssertionError):
        test_five_thousand_invoices_with_discounts_and_deposits_add_up(0)
