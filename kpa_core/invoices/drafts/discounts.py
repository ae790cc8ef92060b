"""A discount on a whole document, spread over its VAT rates. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from kpa_core.errors import N_
from kpa_core.invoices.totals import Discount, Line, totals
from kpa_core.money import MoneyError, format_cents, split


def spread(lines: Sequence[Line], net_cents: int) -> tuple[Discount, ...]:
    """Return what comes off each rate, in proportion to what it applies to (EN 16931, BG-20).

    Raises:
        MoneyError: more would come off than the lines are worth.
    """
    if not net_cents:
        return ()
    whole = totals(lines)
    if not 0 < net_cents <= whole.net:
        raise MoneyError(
            N_("La remise est plus grande que le prix : {most} au plus, sans la TVA."),
            field="discount_cents",
            most=format_cents(whole.net),
        )
    weights = {(one.rate_bp, one.category): one.net for one in whole.groups if one.net}
    return tuple(
        Discount(cents, rate, category)
        for (rate, category), cents in split(net_cents, weights).items()
        if cents
    )
