"""What an order was billed in all, in one paper or in several: the same figures either way."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from sqlalchemy.orm import Session

from kpa_core.invoices import bills, documents
from kpa_core.invoices.models import Document
from kpa_core.invoices.paper import snapshot as paper
from kpa_core.invoices.paying import dues
from kpa_core.invoices.totals import Discount, Line, Totals, totals
from kpa_core.money import round_half_away


@dataclass(frozen=True, slots=True)
class Billed:
    """The price of the whole with VAT, and the VAT in it, in cents."""

    gross_cents: int
    vat_cents: int


def whole_of(session: Session, bill: Document) -> Billed:
    """Return what an invoice bills with the deposits it takes back.

    The VAT is that of one single invoice: each deposit rounds its own. Where the carrier's totals
    are others than ours, and a person accepted them, they count, with the VAT in proportion.
    """
    sold = sold_in(documents.snapshot_of(bill))
    asked = _asked(session, bill) + sum(
        _asked(session, one) for one in bills.deposits_taken_by(session, bill)
    )
    if asked == sold.to_pay or not sold.to_pay:
        return Billed(asked, sold.vat)
    return Billed(asked, round_half_away(Fraction(sold.vat * asked, sold.to_pay)))


def sold_in(said: paper.Snapshot) -> Totals:
    """Return the totals of what a paper sells, the deposits it takes back left out."""
    lines = [
        Line(
            label=line.label,
            quantity=Decimal(line.quantity),
            unit_price_cents=line.unit_price_cents,
            vat_rate_bp=line.vat_rate_bp,
            price_basis=line.price_basis,
            discount_cents=line.discount_cents,
            category=line.vat_category,
        )
        for line in said.lines
        if not line.deposit_number
    ]
    off = [Discount(one.net_cents, one.vat_rate_bp, one.vat_category) for one in said.discounts]
    return totals(lines, off)


def _asked(session: Session, document: Document) -> int:
    return dues.asked_cents(session, document) or document.to_pay_cents
