"""The foot of every quote and invoice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import ROUND_HALF_EVEN, Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpa_core.invoices.totals import Line, Totals, VatGroup, totals
from kpa_core.money import MAX_CENTS, MoneyError, apply_rate

BUFFET = Line("Buffet oriental", Decimal(40), 1500, 1000, unit="personne")


def lines_of(*priced: tuple[str, int, int], basis: Any = "net") -> list[Line]:
    """Return lines from (quantity, unit price in cents, VAT rate in basis points)."""
    return [
        Line(f"ligne {number}", Decimal(quantity), price, rate, price_basis=basis)
        for number, (quantity, price, rate) in enumerate(priced)
    ]


def test_the_buffet_of_the_story() -> None:
    assert totals([BUFFET]) == Totals(
        net=600_00,
        vat=60_00,
        gross=660_00,
        groups=(VatGroup(1000, 600_00, 60_00),),
        rounding=0,
        line_nets=(600_00,),
    )


def test_the_same_buffet_at_sixteen_euros() -> None:
    foot = totals([replace(BUFFET, unit_price_cents=1600)])
    assert (foot.net, foot.vat, foot.to_pay) == (640_00, 64_00, 704_00)


def test_each_rate_has_its_own_group_by_rising_rate() -> None:
    drinks = Line("Boissons avec alcool", Decimal(10), 350, 2000)
    bread = Line("Pain", Decimal("2.5"), 420, 550)
    assert totals([drinks, BUFFET, bread]).groups == (
        VatGroup(550, 10_50, 58),
        VatGroup(1000, 600_00, 60_00),
        VatGroup(2000, 35_00, 7_00),
    )


def test_no_line_at_all_is_zero() -> None:
    assert totals([]) == Totals(0, 0, 0, (), 0, ())


# Figures that a wrong way of counting gets wrong: (quantity, price, rate) of each line, then VAT.
VAT_OF_THE_GROUP = {
    "three times 5 cents at 10 %: 1.5 cents, not 3 times 1": (
        [("1", 5, 1000), ("1", 5, 1000), ("1", 5, 1000)],
        2,
    ),
    "three times 4 cents at 10 %: 1.2 cents, not 3 times 0": (
        [("1", 4, 1000), ("1", 4, 1000), ("1", 4, 1000)],
        1,
    ),
    "half a cent goes up, to an odd number too": ([("1", 25, 1000)], 3),
    "half a line cent goes up": ([("0.5", 205, 10_000)], 103),
}


@pytest.mark.parametrize(("priced", "vat"), VAT_OF_THE_GROUP.values(), ids=VAT_OF_THE_GROUP)
def test_vat_is_counted_once_on_the_sum_of_rounded_lines(
    priced: list[tuple[str, int, int]], vat: int
) -> None:
    assert totals(lines_of(*priced)).vat == vat


def _vat_per_line(lines: Sequence[Line]) -> int:
    return sum(apply_rate(line.amount, line.vat_rate_bp) for line in lines)


def _bankers_vat(lines: Sequence[Line]) -> int:
    net = sum(int((line.quantity * line.unit_price_cents).quantize(1)) for line in lines)
    return int((Decimal(net * lines[0].vat_rate_bp) / 10_000).quantize(1, ROUND_HALF_EVEN))


def _float_vat(lines: Sequence[Line]) -> int:
    net = sum(round(float(line.quantity) * line.unit_price_cents) for line in lines)
    return round(net * lines[0].vat_rate_bp / 10_000)


@pytest.mark.parametrize("wrong", [_vat_per_line, _bankers_vat, _float_vat])
def test_the_figures_above_tell_a_wrong_way_from_the_right_one(
    wrong: Callable[[Sequence[Line]], int],
) -> None:
    right = [wrong(lines_of(*priced)) == vat for priced, vat in VAT_OF_THE_GROUP.values()]
    assert not all(right)


# Prices that include VAT


def test_a_gross_price_is_paid_as_advertised() -> None:
    foot = totals(lines_of(("40", 16_50, 1000), basis="gross"))
    assert (foot.net, foot.vat, foot.gross, foot.rounding) == (600_00, 60_00, 660_00, 0)


def test_a_price_that_no_net_reaches_leaves_a_rounding_cent() -> None:
    # At 20 %, 2 cents give 2 and 3 cents give 4: nobody can write an invoice of 3 cents.
    foot = totals(lines_of(("1", 3, 2000), basis="gross"))
    assert (foot.net, foot.vat, foot.gross) == (3, 1, 4)
    assert foot.rounding == -1
    assert foot.to_pay == 3


def test_the_net_of_gross_lines_is_taken_from_their_sum() -> None:
    foot = totals(lines_of(*[("1", 1_00, 1000)] * 3, basis="gross"))
    assert foot.groups == (VatGroup(1000, 2_73, 27),)
    assert foot.line_nets == (91, 91, 91)
    foot = totals(lines_of(*[("1", 1_00, 2000)] * 4, basis="gross"))
    assert foot.line_nets == (84, 83, 83, 83)
    assert foot.to_pay == 4_00


def test_net_and_gross_prices_of_one_rate_share_one_group() -> None:
    foot = totals([BUFFET, Line("Service", Decimal(1), 1_00, 1000, price_basis="gross")])
    assert foot.groups == (VatGroup(1000, 600_91, 60_09),)
    assert foot.to_pay == 661_00


def test_a_free_line_is_allowed_on_both_bases() -> None:
    free = Line("Offert", Decimal(3), 0, 1000, price_basis="gross")
    assert totals([free]).to_pay == 0
    assert totals([free, BUFFET]).line_nets == (0, 600_00)


# Refusals

REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "a negative quantity": ({"quantity": Decimal(-1)}, "plus grande que 0"),
    "no quantity": ({"quantity": Decimal(0)}, "plus grande que 0"),
    "minus zero": ({"quantity": Decimal("-0")}, "plus grande que 0"),
    "too large a quantity": ({"quantity": Decimal("1000000.001")}, "plus grande que 0"),
    "a quantity of 1e400": ({"quantity": Decimal("1e400")}, "plus grande que 0"),
    "a quantity that is NaN": ({"quantity": Decimal("NaN")}, "n'est pas un nombre"),
    "an infinite quantity": ({"quantity": Decimal("Infinity")}, "n'est pas un nombre"),
    "a float quantity": ({"quantity": 1.5}, "n'est pas un nombre"),
    "four decimals": ({"quantity": Decimal("0.0001")}, "trop de chiffres"),
    "thirty decimals": ({"quantity": Decimal("1." + "3" * 30)}, "trop de chiffres"),
    "a tiny exponent": ({"quantity": Decimal("1e-400")}, "trop de chiffres"),
    "a negative price": ({"unit_price_cents": -1}, "centimes entiers"),
    "a price with decimals of a cent": ({"unit_price_cents": Decimal("500.1")}, "centimes entiers"),
    "a float price": ({"unit_price_cents": 1500.0}, "centimes entiers"),
    "a truth as a price": ({"unit_price_cents": True}, "centimes entiers"),
    "a price of 2**63": ({"unit_price_cents": 2**63}, "centimes entiers"),
    "a negative rate": ({"vat_rate_bp": -1}, "taux de TVA"),
    "a rate above the whole": ({"vat_rate_bp": 10_001}, "taux de TVA"),
    "a rate as a decimal": ({"vat_rate_bp": Decimal("0.1")}, "taux de TVA"),
    "an unknown basis": ({"price_basis": "brut"}, "avec ou sans TVA"),
    "too large an amount": ({"unit_price_cents": MAX_CENTS}, "montant est trop grand"),
}


@pytest.mark.parametrize(("fields", "reason"), REFUSED.values(), ids=REFUSED)
def test_a_line_that_cannot_be_counted_is_refused_by_name(
    fields: dict[str, Any], reason: str
) -> None:
    with pytest.raises(MoneyError, match=reason) as caught:
        replace(BUFFET, **fields)
    assert str(caught.value).startswith("« Buffet oriental »")


@pytest.mark.parametrize("basis", ["net", "gross"])
def test_a_total_above_the_limit_is_refused(basis: Any) -> None:
    largest = replace(BUFFET, quantity=Decimal(1), price_basis=basis)
    most = replace(largest, unit_price_cents=MAX_CENTS, vat_rate_bp=0)
    assert totals([most]).to_pay == MAX_CENTS
    with pytest.raises(MoneyError, match="total est trop grand"):
        totals([most, replace(largest, unit_price_cents=1)])


def test_vat_counts_towards_the_limit() -> None:
    with pytest.raises(MoneyError, match="total est trop grand"):
        totals([replace(BUFFET, quantity=Decimal(1), unit_price_cents=MAX_CENTS, vat_rate_bp=1)])


# R10: any invoice

RATES = [0, 210, 550, 1000, 2000]
BASES = ["net", "gross"]
any_line = st.builds(
    Line,
    label=st.just("ligne"),
    quantity=st.integers(1, 200_000).map(lambda thousandths: Decimal(thousandths).scaleb(-3)),
    unit_price_cents=st.integers(0, 500_000),
    vat_rate_bp=st.sampled_from(RATES),
    price_basis=st.sampled_from(BASES),
)


@settings(max_examples=300, deadline=None, database=None)
@given(st.lists(any_line, max_size=5))
def test_any_invoice_adds_up(lines: list[Line]) -> None:
    check(lines)


@pytest.mark.parametrize("seed", range(4))
def test_twenty_thousand_invoices_add_up(seed: int) -> None:
    """Drawn evenly from all prices, where hypothesis prefers small and round ones."""
    draw = Random(seed)
    for _ in range(5_000):
        check([drawn(draw) for _ in range(draw.randint(0, 5))])


def drawn(draw: Random) -> Line:
    return Line(
        "ligne",
        Decimal(draw.randint(1, 200_000)).scaleb(-3),
        draw.randint(0, 500_000),
        draw.choice(RATES),
        price_basis=draw.choice(BASES),  # type: ignore[arg-type]
    )


def check(lines: list[Line]) -> None:
    foot = totals(lines)
    figures = (foot.net, foot.vat, foot.gross, foot.rounding, foot.to_pay, *foot.line_nets)
    assert {type(figure) for figure in figures} == {int}
    assert sum(foot.line_nets) == foot.net == sum(group.net for group in foot.groups)
    assert foot.net + foot.vat == foot.gross
    assert all(group.vat == apply_rate(group.net, group.rate_bp) for group in foot.groups)
    for line, net in zip(lines, foot.line_nets, strict=True):
        assert 0 <= net <= line.amount
        assert net == line.amount or line.price_basis == "gross"
    if all(line.price_basis == "gross" for line in lines):
        assert foot.to_pay == sum(line.amount for line in lines), "the advertised price is kept"
        assert abs(foot.rounding) <= len(foot.groups), "at most one cent for each rate"
    if all(line.price_basis == "net" for line in lines):
        assert foot.rounding == 0
    turned = totals(lines[::-1])
    assert replace(turned, line_nets=foot.line_nets) == foot, "row order changes no total"
