"""Amounts, rates, days and lengths of time, as people write them in the reader's language."""

from __future__ import annotations

from datetime import date, time

from babel.dates import format_date, format_time

from kpa_core import money as amounts
from kpa_core.errors import N_
from kpa_core.i18n import current_locale, gettext


def money(cents: int) -> str:
    """Return an amount in the reader's locale."""
    return amounts.format_cents(cents, current_locale())


def percent(basis_points: int) -> str:
    """Return a rate, without useless zeros."""
    whole, rest = divmod(basis_points, 100)
    decimals = f"{rest:02d}".rstrip("0")
    mark = "." if current_locale() == "en" else ","
    return f"{whole}{mark + decimals if decimals else ''}\N{NO-BREAK SPACE}%"


def day(value: date | None, style: str = "full") -> str:
    """Return a day in words."""
    return format_date(value, style, locale=current_locale()) if value else ""


def hour(value: time) -> str:
    """Return a time of day."""
    if current_locale() == "fr":
        minutes = f"\N{NO-BREAK SPACE}{value.minute:02}" if value.minute else ""
        return f"{value.hour}\N{NO-BREAK SPACE}h{minutes}"
    return str(format_time(value, "short", locale=current_locale()))


def hours(starts_at: time, ends_at: time) -> str:
    """Return a span of hours; what ends earlier than it starts ends the day after, and says so."""
    end = hour(ends_at)
    if ends_at < starts_at:
        end = gettext(N_("{hour} le lendemain")).format(hour=end)
    return f"{hour(starts_at)}\N{NO-BREAK SPACE}– {end}"


def duration(minutes: int) -> str:
    """Return minutes as hours and minutes."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest}\N{NO-BREAK SPACE}min"
    return f"{hours}\N{NO-BREAK SPACE}h" + (f"\N{NO-BREAK SPACE}{rest:02d}" if rest else "")
