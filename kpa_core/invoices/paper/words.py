"""How a document says an amount, a rate, a day, a quantity or a sentence in its own language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from babel.dates import format_date
from babel.numbers import format_decimal

from kpa_core.money import format_cents, format_rate

Translate = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Words:
    """The writing of one language; ``translate`` knows its sentences."""

    language: str
    translate: Translate

    def say(self, message: str, **params: str) -> str:
        """Return a French message in this language, its places filled in."""
        text = self.translate(message)
        return text.format(**params) if params else text

    def money(self, cents: int) -> str:
        """Return an amount with its sign."""
        return format_cents(cents, self.language)

    def rate(self, basis_points: int) -> str:
        """Return a rate as a percentage."""
        return format_rate(basis_points, self.language)

    def day(self, day: date | None) -> str:
        """Return a day with the month in letters, or nothing."""
        return "" if day is None else format_date(day, "long", locale=self.language)

    def quantity(self, quantity: str) -> str:
        """Return a decimal string with this language's comma, all its decimals kept."""
        return format_decimal(Decimal(quantity), locale=self.language, decimal_quantization=False)
