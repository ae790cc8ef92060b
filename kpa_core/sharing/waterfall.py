"""From the money that came in to the money that people share, step by step.

Each step takes what the steps before it left:

1. VAT, in proportion to what the customer has paid of the invoice;
2. expenses, the members' advances first: nobody waits for their own money while others share;
3. the carrier's fee, on the margin so far;
4. the common pot, on what is left;
5. the rest is to share.

A result is always cumulative: all the money of one order so far. What a new payment adds is the
difference of two results (``after - before``), so partial payments end where one full payment
would, to the cent. For that an order keeps the fee scale and the position in the period that it
had at its first payment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from fractions import Fraction
from typing import Literal

from kpa_core.errors import N_, Refused
from kpa_core.money import MAX_CENTS, MAX_RATE_BP, apply_rate, format_cents, round_half_away
from kpa_core.sharing.fees import Tier, check_scale, fee


@dataclass(frozen=True, slots=True)
class Terms:
    """What one order owes, in cents; refused with Refused when it cannot add up.

    ``gross`` is what the customer owes, VAT included (the document's ``to_pay``), ``vat`` the VAT
    in it. ``expenses`` is every recorded expense without its recoverable VAT; ``advances`` is how
    much of it members paid from their own pocket. The recoverable VAT of a receipt is no part of
    either: whoever keeps the VAT gives it back. ``pot_rate_bp`` is in basis points;
    ``already_cents`` is the base the fee scale counted in the period before this order.
    ``fee_base`` is what the fee is worked out on: the margin, or the whole turnover without VAT.
    """

    gross: int
    vat: int
    expenses: int
    scale: Sequence[Tier]
    pot_rate_bp: int
    advances: int = 0
    already_cents: int = 0
    fee_base: Literal["margin", "turnover"] = "margin"

    def __post_init__(self) -> None:
        if not 0 <= self.vat <= self.gross <= MAX_CENTS:
            raise Refused(N_("La TVA et le total de la facture ne vont pas ensemble. Vérifie-les."))
        if not 0 <= self.advances <= self.expenses <= MAX_CENTS:
            raise Refused(N_("Les avances dépassent les achats. Vérifie les tickets."))
        if not 0 <= self.pot_rate_bp <= MAX_RATE_BP:
            raise Refused(N_("Le taux de la cagnotte doit aller de 0 à 100 %. Corrige-le."))
        check_scale(self.scale)


@dataclass(frozen=True, slots=True)
class Waterfall:
    """Where money went, in cents: ``gross = vat + expenses + fee + pot + to_share``, always.

    ``expenses`` is what the money covered, not what was spent; ``advances`` is the part of it that
    goes back to members. ``margin`` is ``net - expenses``, ``left`` is ``margin - fee``.
    """

    gross: int
    vat: int
    net: int
    expenses: int
    advances: int
    margin: int
    fee: int
    left: int
    pot: int
    to_share: int

    @property
    def is_balanced(self) -> bool:
        """Tell whether every cent is in exactly one place."""
        return self.gross == self.vat + self.expenses + self.fee + self.pot + self.to_share

    def __sub__(self, before: Waterfall) -> Waterfall:
        """Return what came on top of ``before``.

        Between two payments of one order nothing is negative. After a late receipt or a credit
        note something is: that becomes a debt in the pot, never an edit of what was shared.
        """
        return Waterfall(
            *(getattr(self, each.name) - getattr(before, each.name) for each in fields(self))
        )


NOTHING = Waterfall(0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
"""Before the first payment."""


def waterfall(received_cents: int, terms: Terms) -> Waterfall:
    """Return where all the money received so far for an order goes.

    ``received_cents`` is the sum of every confirmed payment. A loss gives no fee, no pot and
    nothing to share; the expenses not covered yet are ``terms.expenses - result.expenses``.

    Raises Refused for less than zero, or for more than the invoice: the rest is the customer's.
    """
    if received_cents < 0:
        raise Refused(N_("L'argent reçu ne peut pas être plus petit que zéro. Fais un avoir."))
    if received_cents > terms.gross:
        raise Refused(
            N_("Le client a payé {too_much} de trop. Rends cet argent avant de partager."),
            too_much=format_cents(received_cents - terms.gross),
        )
    vat = _vat_in(received_cents, terms)
    net = received_cents - vat
    expenses = min(terms.expenses, net)
    margin = net - expenses
    charged = _charged(net, margin, terms)
    left = margin - charged
    pot = apply_rate(left, terms.pot_rate_bp)
    return Waterfall(
        gross=received_cents,
        vat=vat,
        net=net,
        expenses=expenses,
        advances=min(terms.advances, expenses),
        margin=margin,
        fee=charged,
        left=left,
        pot=pot,
        to_share=left - pot,
    )


def _charged(net: int, margin: int, terms: Terms) -> int:
    """Return the fee; one on turnover takes no more than the margin: purchases come first."""
    base = margin if terms.fee_base == "margin" else net
    return min(fee(base, terms.scale, terms.already_cents).total, margin)


def _vat_in(received_cents: int, terms: Terms) -> int:
    if terms.gross == 0:
        return 0
    return round_half_away(Fraction(received_cents * terms.vat, terms.gross))
