"""An order of the shop as lines of a sale, to the cent of what the customer paid. Pure.

The server tells no VAT amounts and hides the fees inside each line's price from an order's list of
amounts. So what it shows becomes lines, what it hides becomes one line that says so, and what only
rounding explains becomes a line of its own. An order line cannot be below zero: what is, comes off
the largest line as a discount that says why.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from kpa_core.api import N_
from kpa_ofn.amounts import Unreadable, cents
from kpa_ofn.answers import Item, Order

HIDDEN = "fees"
"""The category of fees the server does not show one by one: a person says their VAT."""
ROUNDING = "rounding"
LABELS = {HIDDEN: N_("Frais de la boutique"), ROUNDING: N_("Arrondi")}
CENT = Decimal("0.01")


@dataclass(frozen=True)
class SaleLine:
    """A line in cents with tax; ``why`` explains a discount; ``label`` may be a message id."""

    label: str
    quantity: int
    unit_cents: int
    category: str
    details: str = ""
    discount_cents: int = 0
    why: str = ""

    @property
    def cents(self) -> int:
        """What the line comes to."""
        return self.quantity * self.unit_cents - self.discount_cents


def lines_of(order: Order) -> list[SaleLine]:
    """Return the lines of an order; they add up to its total, always.

    Raises:
        Unreadable: its own amounts do not add up, or nothing is left to take a discount from.
    """
    summary = order.summary
    if summary.item_total + summary.adjustment_total != summary.total:
        text = N_("{number} : le total de la boutique n'est pas la somme de ses parties.")
        raise Unreadable(text, number=summary.number)
    lines = [_item_line(one) for one in order.items if one.quantity > 0]
    taken: list[tuple[str, int]] = []
    shown = Decimal(0)
    for fee in order.fees:
        shown += fee.amount
        if fee.amount > 0:
            lines.append(SaleLine(fee.label, 1, cents(fee.amount), fee.category))
        elif fee.amount < 0:
            taken.append((fee.label, -cents(fee.amount)))
    hidden = cents(summary.adjustment_total - shown)
    if hidden > 0:
        lines.append(SaleLine(LABELS[HIDDEN], 1, hidden, HIDDEN))
    elif hidden < 0:
        taken.append((LABELS[HIDDEN], -hidden))
    rest = cents(summary.total) - sum(one.cents for one in lines) + sum(n for _, n in taken)
    if rest > 0:
        lines.append(SaleLine(LABELS[ROUNDING], 1, rest, ROUNDING))
    elif rest < 0:
        taken.append((LABELS[ROUNDING], -rest))
    for why, amount in taken:
        lines = _take(lines, why, amount, summary.number)
    return lines


def _item_line(item: Item) -> SaleLine:
    """A price finer than a cent counts for the whole line, as the server counts it."""
    if item.price % CENT == 0:
        return SaleLine(item.name, item.quantity, cents(item.price), item.category)
    whole = cents(item.price * item.quantity)
    details = f"{item.quantity} × {item.price.normalize():f} €"
    return SaleLine(item.name, 1, whole, item.category, details)


def _take(lines: list[SaleLine], why: str, amount: int, number: str) -> list[SaleLine]:
    """Take an amount off, from the largest line on."""
    left, found = amount, list(lines)
    for at in sorted(range(len(found)), key=lambda i: -found[i].cents):
        if left == 0:
            break
        part = min(left, found[at].cents)
        told = "; ".join(one for one in (found[at].why, why) if one)
        less = found[at].discount_cents + part
        found[at] = replace(found[at], discount_cents=less, why=told)
        left -= part
    if left:
        raise Unreadable(N_("{number} : le total de la boutique est négatif."), number=number)
    return found
