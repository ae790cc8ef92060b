"""The totals of a quote or an invoice: net, VAT per rate, gross, rounding.

VAT is computed once per rate, on the sum of the rounded line nets, never line by line
(EN 16931, BR-CO-17). Prices are without VAT (``net``) or with it (``gross``).

A gross price is a promise: the customer pays what was shown. The net of such lines is taken back
out of their sum, VAT is computed again from that net like any other, and the cent that may be
missing or over is kept apart as a rounding amount (EN 16931, BT-114).
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


@dataclass(frozen=True, slots=True)
class Line:
    """One priced line, refused with MoneyError when a figure is outside what kpa can count.

    ``quantity`` is above zero with at most three decimals; ``unit_price_cents`` is zero or more
    (money goes back by a credit note); ``vat_rate_bp`` is in basis points; ``unit`` is the word
    shown after the quantity.
    """

    label: str
    quantity: Decimal
    unit_price_cents: int
    vat_rate_bp: int
    price_basis: Literal["net", "gross"] = "net"
    unit: str = ""

    def __post_init__(self) -> None:
        fault = next(_faults(self), None)
        if fault is not None:
            raise MoneyError(fault, label=self.label, most=format_cents(MAX_CENTS))

    @property
    def amount(self) -> int:
        """Quantity times price, in cents, with or without VAT as ``price_basis`` says."""
        return round_half_away(Fraction(self.quantity) * self.unit_price_cents)


@dataclass(frozen=True, slots=True)
class VatGroup:
    """What one VAT rate applies to, and the VAT it gives, in cents."""

    rate_bp: int
    net: int
    vat: int


@dataclass(frozen=True, slots=True)
class Totals:
    """The figures at the foot of a document, in cents.

    ``gross`` is ``net + vat``. ``rounding`` is zero unless some prices include VAT; the customer
    owes ``to_pay``. ``groups`` come by rising rate, ``line_nets`` in the order of the lines.
    """

    net: int
    vat: int
    gross: int
    groups: tuple[VatGroup, ...]
    rounding: int
    line_nets: tuple[int, ...]

    @property
    def to_pay(self) -> int:
        """What the customer owes: on gross prices, exactly what was advertised."""
        return self.gross + self.rounding


def totals(lines: Sequence[Line]) -> Totals:
    """Return the totals of ``lines``; of no line at all, zeros.

    Raises MoneyError when the total is above ``MAX_CENTS``.
    """
    nets: dict[int, int] = {}
    groups = []
    promised = 0
    for rate in sorted({line.vat_rate_bp for line in lines}):
        of_rate = {place: line for place, line in enumerate(lines) if line.vat_rate_bp == rate}
        nets_of_rate = _nets(of_rate, rate)
        net = sum(nets_of_rate.values())
        groups.append(VatGroup(rate, net, apply_rate(net, rate)))
        promised += _promised(of_rate.values(), rate)
        nets |= nets_of_rate
    net, vat = sum(group.net for group in groups), sum(group.vat for group in groups)
    if max(net + vat, promised) > MAX_CENTS:
        raise MoneyError(_TOTAL_TOO_LARGE, most=format_cents(MAX_CENTS))
    in_order = tuple(nets[place] for place in range(len(lines)))
    return Totals(net, vat, net + vat, tuple(groups), promised - net - vat, in_order)


def _nets(lines: Mapping[int, Line], rate: int) -> dict[int, int]:
    """Return the net of each line of one rate, by its place in the document."""
    nets = {place: line.amount for place, line in lines.items()}
    with_vat = {place: net for place, net in nets.items() if lines[place].price_basis == "gross"}
    advertised = sum(with_vat.values())
    if advertised == 0:
        return nets
    net = round_half_away(Fraction(advertised * 10_000, 10_000 + rate))
    return nets | split(net, with_vat)


def _promised(lines: Collection[Line], rate: int) -> int:
    """Return what the customer was told the lines of one rate cost, VAT included."""
    with_vat = sum(line.amount for line in lines if line.price_basis == "gross")
    without = sum(line.amount for line in lines if line.price_basis == "net")
    return with_vat + without + apply_rate(without, rate)


_TOTAL_TOO_LARGE = N_("Le total est trop grand. Le plus grand possible est {most}.")


def _faults(line: Line) -> Iterator[str]:
    """Yield what is wrong with a line; each check relies on those before it."""
    quantity = line.quantity
    if not (isinstance(quantity, Decimal) and quantity.is_finite()):
        yield N_("« {label} » : la quantité n'est pas un nombre. Écris un nombre, par exemple 40.")
    if not 0 < quantity <= MAX_QUANTITY:
        yield N_("« {label} » : la quantité doit être plus grande que 0. Le plus est 1 000 000.")
    if quantity % _FINEST_QUANTITY != 0:
        yield N_("« {label} » : la quantité a trop de chiffres après la virgule. Trois au plus.")
    if not _is_whole(line.unit_price_cents, MAX_CENTS):
        yield N_("« {label} » : le prix doit être en centimes entiers, de 0 à {most}.")
    if not _is_whole(line.vat_rate_bp, MAX_RATE_BP):
        yield N_("« {label} » : le taux de TVA va de 0 à 100 %.")
    if line.price_basis not in ("net", "gross"):
        yield N_("« {label} » : dis si le prix est avec ou sans TVA.")
    if line.amount > MAX_CENTS:
        yield N_("« {label} » : le montant est trop grand. Le plus grand possible est {most}.")


def _is_whole(value: int, most: int) -> bool:
    # Not isinstance: True is an int too, and a float that slipped in must not pass.
    return type(value) is int and 0 <= value <= most
