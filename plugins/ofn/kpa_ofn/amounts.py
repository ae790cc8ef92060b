"""Amounts of Open Food Network: decimal texts in euros, held here in whole cents. Pure."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from kpa_core.api import N_, KpaError

MOST = Decimal(10_000_000)


class Unreadable(KpaError):
    """The server answered otherwise than its contract says."""

    status = 502


def decimal(value: Any, key: str) -> Decimal:
    """Return an amount as it was written; a number of JSON is read from its own text.

    Raises:
        Unreadable: it is no amount, or out of any range of a shop.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise unreadable(key)
    try:
        found = Decimal(value)
    except InvalidOperation as error:
        raise unreadable(key) from error
    if not found.is_finite() or abs(found) > MOST:
        raise unreadable(key)
    return found


def cents(amount: Decimal) -> int:
    """Return cents, half a cent away from zero."""
    return int((amount * 100).quantize(Decimal(1), ROUND_HALF_UP))


def unreadable(key: str) -> Unreadable:
    """Return the error that names a key."""
    text = N_("Le serveur Open Food Network a répondu sans « {key} », ou autrement que prévu.")
    return Unreadable(text, key=key)
