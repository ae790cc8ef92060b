"""VAT that waits for the money: how much of each rate, and what money that came frees of it. Pure.

VAT on services is owed when the customer pays, unless the seller opted for debits; that of a
deposit always is (CGI art. 269-2). VAT on goods is owed at once. Who opted says so on the paper
(CGI ann. II art. 242 nonies A): one that is silent did not.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from kpa_core.invoices.paper.snapshot import Snapshot, VatGroup
from kpa_core.invoices.paper.type_codes import DEPOSITS
from kpa_core.money import round_half_away, split


def waiting_cents(paper: Snapshot, group: VatGroup, sold: Mapping[str, int]) -> int:
    """Return the VAT of a group that waits for the money.

    ``sold`` is its net by account: of goods and services at one rate, each has its share.
    """
    if paper.type_code in DEPOSITS:
        return group.vat_cents
    if paper.seller.vat_regime == "debits":
        return 0
    weights = {name: max(sold.get(name, 0), 0) for name in ("goods", "services")}
    if not any(weights.values()):
        return 0 if paper.nature == "goods" else group.vat_cents
    return split(group.vat_cents, weights)["services"]


def at_once(paper: Snapshot, rate_bp: int) -> Fraction:
    """Return the share of a rate's VAT that an invoice makes owed by itself, whatever was paid.

    It is counted on what is sold: a deposit that is taken back changes nothing of it.
    """
    if paper.seller.vat_regime == "debits":
        return Fraction(1)
    sold = [one for one in paper.lines if not one.deposit_number and one.vat_rate_bp == rate_bp]
    whole = sum(one.net_cents for one in sold)
    goods = sum(one.net_cents for one in sold if one.nature == "goods")
    return Fraction(goods, whole) if whole > 0 else Fraction(0)


def freed_cents(waiting: Mapping[int, int], asked: int, came: int) -> dict[int, int]:
    """Return the VAT of each rate that is owed once ``came`` of ``asked`` has come in all.

    It is in proportion, and whole once all is paid; money in excess frees nothing.
    """
    if asked <= 0:
        return {}
    share = Fraction(min(max(came, 0), asked), asked)
    return {rate: round_half_away(cents * share) for rate, cents in waiting.items()}


def difference(after: Mapping[int, int], before: Mapping[int, int]) -> dict[int, int]:
    """Return what each rate gained from one to the other, those that did not move left out."""
    rates = sorted({*after, *before})
    found = {rate: after.get(rate, 0) - before.get(rate, 0) for rate in rates}
    return {rate: cents for rate, cents in found.items() if cents}
