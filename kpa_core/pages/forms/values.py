"""Fields that speak of money, quantities, hours and days, and errors that say what to do."""

from __future__ import annotations

import re
from datetime import date, time
from decimal import Decimal
from typing import Any

from wtforms import Field
from wtforms.widgets import TextInput

from kpa_core import money
from kpa_core.errors import N_, KpaError, Refused
from kpa_core.i18n import sentence
from kpa_core.pages.forms.form import checks


class Parsed(Field):  # type: ignore[misc]
    """A field whose text is read by a pure function and written back by another."""

    widget = TextInput()
    inputmode = "text"
    render_kw: dict[str, Any] | None
    data: Any

    def __init__(self, label: Any, *, hint: Any = "", required: bool = True, **more: Any) -> None:
        super().__init__(label, checks(required), description=hint, **more)
        self.render_kw = {
            "inputmode": self.inputmode,
            "autocomplete": "off",
            **(self.render_kw or {}),
        }

    def parse(self, text: str) -> Any:
        """Return the value of a text, or raise a ``KpaError`` that says what to do."""
        return text

    def show(self, value: Any) -> str:
        """Return the text of a value."""
        return str(value)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else self.show(self.data)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the text; a refusal becomes the field's error."""
        self.data = None
        if valuelist and valuelist[0].strip():
            try:
                self.data = self.parse(valuelist[0].strip())
            except KpaError as error:
                raise ValueError(sentence(error)) from error


class Cents(Parsed):
    """An amount in euros, held in cents."""

    inputmode = "decimal"

    def parse(self, text: str) -> int:
        """Return cents."""
        return money.parse_cents(text)

    def show(self, value: int) -> str:
        """Return euros with a comma."""
        return f"{value // 100},{value % 100:02d}"


class Quantity(Parsed):
    """A positive number with at most three decimals."""

    inputmode = "decimal"

    def parse(self, text: str) -> Decimal:
        """Return the number."""
        return money.parse_quantity(text)

    def show(self, value: Decimal) -> str:
        """Return it with a comma."""
        return f"{value.normalize():f}".replace(".", ",")


class Rate(Parsed):
    """A percentage, held in basis points."""

    inputmode = "decimal"

    def parse(self, text: str) -> int:
        """Return basis points."""
        return money.parse_rate(text)

    def show(self, value: int) -> str:
        """Return percent with a comma."""
        return f"{Decimal(value) / 100:f}".replace(".", ",")


class Count(Parsed):
    """A whole number from 0 to a million."""

    inputmode = "numeric"

    def parse(self, text: str) -> int:
        """Return the number."""
        if not re.fullmatch(r"\d{1,7}", text) or int(text) > 1_000_000:
            raise Refused(N_("« {text} » n'est pas un nombre entier. Exemple : 40."), text=text)
        return int(text)


class Minutes(Parsed):
    """A length of time, held in minutes: ``6``, ``6h30``, ``6:30`` or ``45 min``."""

    def parse(self, text: str) -> int:
        """Return minutes, at most a day."""
        found = re.fullmatch(r"(\d{1,2})\s*(?:[h:]\s*([0-5]?\d)?)?", text.lower())
        short = re.fullmatch(r"(\d{1,4})\s*(?:min|mn|m)", text.lower())
        if short:
            minutes = int(short[1])
        elif found:
            minutes = int(found[1]) * 60 + int(found[2] or 0)
        else:
            raise Refused(N_("« {text} » n'est pas une durée. Exemple : 6h30."), text=text)
        if not 0 < minutes <= 24 * 60:
            raise Refused(
                N_("Une durée va de 1 minute à 24 heures. Tu as écrit {text}."), text=text
            )
        return minutes

    def show(self, value: int) -> str:
        """Return hours and minutes."""
        return f"{value // 60}h{value % 60:02d}"


class Day(Parsed):
    """A calendar day."""

    widget = TextInput(input_type="date")

    def parse(self, text: str) -> date:
        """Return the day, between 1900 and 2200."""
        french = re.fullmatch(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})", text)
        try:
            day = (
                date(int(french[3]), int(french[2]), int(french[1]))
                if french
                else date.fromisoformat(text)
            )
        except ValueError as error:
            raise Refused(
                N_("« {text} » n'est pas un jour. Exemple : 25/12/2026."), text=text
            ) from error
        if not 1900 <= day.year <= 2200:
            raise Refused(N_("« {text} » n'est pas un jour. Exemple : 25/12/2026."), text=text)
        return day

    def show(self, value: date) -> str:
        """Return the day as browsers want it."""
        return value.isoformat()


class Hour(Parsed):
    """A time of day."""

    widget = TextInput(input_type="time")

    def parse(self, text: str) -> time:
        """Return the time."""
        found = re.fullmatch(r"([01]?\d|2[0-3])(?:[h:]([0-5]\d)?)?(?::[0-5]\d)?", text.lower())
        if not found:
            raise Refused(N_("« {text} » n'est pas une heure. Exemple : 14:30."), text=text)
        return time(int(found[1]), int(found[2] or 0))

    def show(self, value: time) -> str:
        """Return hours and minutes."""
        return f"{value:%H:%M}"
