"""Numbers as the reader writes them."""

from __future__ import annotations

from decimal import Decimal

from babel.numbers import format_decimal

from kpa_core.i18n import current_locale


def number(value: Decimal) -> str:
    """Return a number without useless zeros."""
    return format_decimal(value, locale=current_locale())
