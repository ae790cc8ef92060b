"""The price without VAT of a line, as the law wants it on paper and as the XML repeats it. Pure.

A price without VAT is what was agreed, in cents. A price with VAT was agreed with it: its net is
what the line is worth, divided by the quantity. That division seldom ends, so the price takes as
few decimals as give the line back to the cent, six at most (BR-FR-DEC: what platforms read).
Where even six do not, the price is said for the whole quantity (EN 16931, BT-149).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from typing import TYPE_CHECKING

from kpa_core.money import round_half_away

if TYPE_CHECKING:
    from kpa_core.invoices.paper.snapshot import Line

FEWEST, MOST = 2, 6


@dataclass(frozen=True, slots=True)
class NetPrice:
    """What ``base`` units cost without VAT, and what came off the line, without VAT too.

    ``round(amount * quantity / base) - discount`` is the net of the line, to the cent.
    """

    amount: Decimal
    base: Decimal
    discount_cents: int


def net_price(line: Line) -> NetPrice:
    """Return the net price of a line; see the module."""
    if line.price_basis == "net":
        price = Decimal(line.unit_price_cents).scaleb(-2)
        return NetPrice(price, Decimal(1), line.discount_cents)
    rate = Fraction(10_000, 10_000 + line.vat_rate_bp)
    off = round_half_away(line.discount_cents * rate)
    return _divided(line.net_cents + off, Decimal(line.quantity), off)


def _divided(whole_cents: int, quantity: Decimal, off: int) -> NetPrice:
    whole = Decimal(whole_cents).scaleb(-2)
    for places in range(FEWEST, MOST + 1):
        price = _rounded(whole / quantity, places)
        if _rounded(price * quantity, 2) == whole:
            return NetPrice(price, Decimal(1), off)
    return NetPrice(whole, quantity, off)


def _rounded(value: Decimal, places: int) -> Decimal:
    with localcontext(prec=40):
        return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
