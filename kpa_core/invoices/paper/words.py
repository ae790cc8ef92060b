"""How a document says an amount, a rate, a day, a quantity or a sentence in its own language."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from babel.core import Locale
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal

from kpa_core.money import format_cents, format_rate

Translate = Callable[[str], str]

# Letters of Hebrew, Arabic, Syriac, Thaana, N'Ko and their presentation forms.
RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff]")
ISOLATE, END_OF_ISOLATE = "\u2068", "\u2069"


def isolated(text: str) -> str:
    """Return a text that may stand inside a sentence written the other way (UAX 9, FSI)."""
    if RIGHT_TO_LEFT.search(text):
        return f"{ISOLATE}{text}{END_OF_ISOLATE}"
    return text


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

    def price(self, euros: Decimal) -> str:
        """Return a price with its sign, two decimals or as many as it has."""
        pattern = Locale.parse(self.language).currency_formats["standard"].pattern
        more = pattern.replace("0.00", "0.00####")
        return format_currency(euros, "EUR", more, locale=self.language, currency_digits=False)

    def rate(self, basis_points: int) -> str:
        """Return a rate as a percentage."""
        return format_rate(basis_points, self.language)

    def day(self, day: date | None) -> str:
        """Return a day with the month in letters, or nothing."""
        return "" if day is None else format_date(day, "long", locale=self.language)

    def quantity(self, quantity: str) -> str:
        """Return a decimal string with this language's comma, all its decimals kept."""
        return format_decimal(Decimal(quantity), locale=self.language, decimal_quantization=False)
