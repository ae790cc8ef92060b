"""The totals of a quote or an invoice: net, VAT per rate, gross, rounding.

VAT is computed once per rate, on the sum of the rounded line nets, never line by line
(EN 16931, BR-CO-17). Prices are without VAT (``net``) or with it (``gross``).

A gross price is a promise: the customer pays what was shown. The net of such lines is taken back
out of their sum, VAT is computed again from that net like any other, and the cent that may be
missing or over is kept apart as a rounding amount (EN 16931, BT-114).

An invoice after deposits takes each of them back by a line of quantity -1. What is left to pay is
the price of the whole less what the deposits asked, to the cent: here too, the rounding amount
carries the cent that VAT counted twice may make.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from kpa_core.errors import N_
from kpa_core.money import (
    MAX_CENTS,
    MAX_QUANTITY,
    MAX_RATE_BP,
    MoneyError,
    apply_rate,
    format_cents,
    round_half_away,
    split,
)

_FINEST_QUANTITY = Decimal("0.001")


Category = Literal["S", "Z", "E", "AE", "K", "G", "O"]
"""UNTDID 5305: taxed, zero, exempt, reverse charge, goods in the EU, export, outside the scope."""


@dataclass(frozen=True, slots=True)
class Line:
    """One priced line, refused with MoneyError when a figure is outside what kpa can count.

    ``quantity`` is above zero with at most three decimals; ``unit_price_cents`` is zero or more
    (money goes back by a credit note); ``vat_rate_bp`` is in basis points; ``unit`` is the word
    shown after the quantity. ``discount_cents`` comes off quantity times price, with or without
    VAT as ``price_basis`` says. ``is_deposit`` marks a line that takes back a deposit: quantity
    -1, a net price, no discount.
    """

    label: str
    quantity: Decimal
    unit_price_cents: int
    vat_rate_bp: int
    price_basis: Literal["net", "gross"] = "net"
    unit: str = ""
    discount_cents: int = 0
    category: Category = "S"
    is_deposit: bool = False

    def __post_init__(self) -> None:
        fault = next(_faults(self), None)
        if fault is not None:
            raise MoneyError(fault, label=self.label, most=format_cents(MAX_CENTS))

    @property
    def amount(self) -> int:
        """Quantity times price less the discount, in cents, VAT in or out by ``price_basis``."""
        whole = round_half_away(Fraction(self.quantity) * self.unit_price_cents)
        return whole - self.discount_cents

    @property
    def group(self) -> tuple[int, str]:
        """The rate and the category whose VAT is counted together."""
        return self.vat_rate_bp, self.category


@dataclass(frozen=True, slots=True)
class Discount:
    """What comes off a whole document, without VAT, from what one rate and category apply to."""

    net_cents: int
    vat_rate_bp: int
    category: Category = "S"

    @property
    def group(self) -> tuple[int, str]:
        """The rate and the category it comes off."""
        return self.vat_rate_bp, self.category


@dataclass(frozen=True, slots=True)
class VatGroup:
    """What one VAT rate applies to, and the VAT it gives, in cents."""

    rate_bp: int
    net: int
    vat: int
    category: Category = "S"


@dataclass(frozen=True, slots=True)
class Totals:
    """The figures at the foot of a document, in cents.

    ``gross`` is ``net + vat``. ``rounding`` is zero unless some prices include VAT or a deposit was
    taken back; the customer owes ``to_pay``. ``groups`` come by rising rate, ``line_nets`` in the
    order of the lines; ``discount`` is what came off their sum.
    """

    net: int
    vat: int
    gross: int
    groups: tuple[VatGroup, ...]
    rounding: int
    line_nets: tuple[int, ...]
    discount: int = 0

    @property
    def to_pay(self) -> int:
        """What the customer owes: on gross prices, exactly what was advertised."""
        return self.gross + self.rounding


def totals(
    lines: Sequence[Line], discounts: Sequence[Discount] = (), *, deposits_cents: int = 0
) -> Totals:
    """Return the totals of ``lines``; of no line at all, zeros.

    ``deposits_cents`` is what the deposits that some lines take back asked the customer, VAT in.

    Raises MoneyError when the total is above ``MAX_CENTS``, or a discount is larger than what it
    comes off.
    """
    nets: dict[int, int] = {}
    groups = []
    promised = -deposits_cents
    every = {one.group for one in lines} | {one.group for one in discounts}
    for rate, category in sorted(every):
        here = {place: line for place, line in enumerate(lines) if line.group == (rate, category)}
        off = sum(one.net_cents for one in discounts if one.group == (rate, category))
        nets_here = _nets(here, rate)
        net = sum(nets_here.values()) - off
        if net < 0:
            raise MoneyError(_DISCOUNT_TOO_LARGE)
        groups.append(VatGroup(rate, net, apply_rate(net, rate), _category(category)))
        promised += _promised(here.values(), rate, off)
        nets |= nets_here
    net, vat = sum(group.net for group in groups), sum(group.vat for group in groups)
    if max(net + vat, promised) > MAX_CENTS:
        raise MoneyError(_TOTAL_TOO_LARGE, most=format_cents(MAX_CENTS))
    in_order = tuple(nets[place] for place in range(len(lines)))
    off = sum(one.net_cents for one in discounts)
    return Totals(net, vat, net + vat, tuple(groups), promised - net - vat, in_order, off)


def _nets(lines: Mapping[int, Line], rate: int) -> dict[int, int]:
    """Return the net of each line of one rate, by its place in the document."""
    nets = {place: line.amount for place, line in lines.items()}
    with_vat = {place: net for place, net in nets.items() if lines[place].price_basis == "gross"}
    advertised = sum(with_vat.values())
    if advertised == 0:
        return nets
    net = round_half_away(Fraction(advertised * 10_000, 10_000 + rate))
    return nets | split(net, with_vat)


def _promised(lines: Collection[Line], rate: int, off: int) -> int:
    """Return what the customer was told the lines of one rate cost, VAT included.

    Deposits taken back are left out: what they asked is known to the cent.
    """
    sold = [line for line in lines if not line.is_deposit]
    with_vat = sum(line.amount for line in sold if line.price_basis == "gross")
    without = sum(line.amount for line in sold if line.price_basis == "net") - off
    return with_vat + without + apply_rate(without, rate)


def _category(text: str) -> Category:
    return text  # type: ignore[return-value]  # it came out of a Line or a Discount


_DISCOUNT_TOO_LARGE = N_("La remise est plus grande que ce dont elle est retirée.")
_TOTAL_TOO_LARGE = N_("Le total est trop grand. Le plus grand possible est {most}.")


def _faults(line: Line) -> Iterator[str]:
    """Yield what is wrong with a line; each check relies on those before it."""
    quantity = line.quantity
    if not (isinstance(quantity, Decimal) and quantity.is_finite()):
        yield N_("« {label} » : la quantité n'est pas un nombre. Écris un nombre, par exemple 40.")
    if line.is_deposit:
        if quantity != -1 or line.price_basis != "net" or line.discount_cents:
            yield N_("« {label} » : un acompte se reprend une fois, sans la TVA ni remise.")
    elif not 0 < quantity <= MAX_QUANTITY:
        yield N_("« {label} » : la quantité doit être plus grande que 0. Le plus est 1 000 000.")
    if quantity % _FINEST_QUANTITY != 0:
        yield N_("« {label} » : la quantité a trop de chiffres après la virgule. Trois au plus.")
    if not _is_whole(line.unit_price_cents, MAX_CENTS):
        yield N_("« {label} » : le prix doit être en centimes entiers, de 0 à {most}.")
    if not _is_whole(line.vat_rate_bp, MAX_RATE_BP):
        yield N_("« {label} » : le taux de TVA va de 0 à 100 %.")
    if line.price_basis not in ("net", "gross"):
        yield N_("« {label} » : dis si le prix est avec ou sans TVA.")
    if not _is_whole(line.discount_cents, MAX_CENTS):
        yield N_("« {label} » : la remise doit être en centimes entiers, de 0 à {most}.")
    if line.amount < 0 and not line.is_deposit:
        yield N_("« {label} » : la remise est plus grande que le prix.")
    if line.vat_rate_bp and line.category != "S":
        yield N_("« {label} » : sans TVA, le taux est 0 %.")
    if abs(line.amount) > MAX_CENTS:
        yield N_("« {label} » : le montant est trop grand. Le plus grand possible est {most}.")


def _is_whole(value: int, most: int) -> bool:
    # Not isinstance: True is an int too, and a float that slipped in must not pass.
    return type(value) is int and 0 <= value <= most
