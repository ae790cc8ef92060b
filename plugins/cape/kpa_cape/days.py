"""Days as the law counts them: ages, months from date to date, public holidays.

Three counts that look simple and are not:

- *months*: a period of 12 months from 5 March ends on 4 March. When the end month has no such day,
  the last day of that month is the last day of the period (as art. 641 of the Code de procédure
  civile counts): 12 months from 29 February 2024 end on 28 February 2025.
- *ages*: somebody born on 29 February is one year older on 1 March in a common year. The later day
  is the careful one, for starting at 16 as for leaving the protection of minors at 18.
- *holidays*: the eleven of the whole country. Alsace-Moselle and the overseas ones are not counted.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from functools import cache

ONE_DAY = timedelta(days=1)


def last_day(starts_on: date, months: int) -> date:
    """Return the last day of a period of whole months, its first day counted."""
    years, month = divmod(starts_on.month - 1 + months, 12)
    year, month = starts_on.year + years, month + 1
    days_in_month = monthrange(year, month)[1]
    if starts_on.day > days_in_month:
        return date(year, month, days_in_month)
    return date(year, month, starts_on.day) - ONE_DAY


def age_on(birth_date: date, day: date) -> int:
    """Return the age in whole years on a day."""
    had_birthday = (day.month, day.day) >= (birth_date.month, birth_date.day)
    return day.year - birth_date.year - (0 if had_birthday else 1)


def week_of(day: date) -> date:
    """Return the Monday of the week; it runs to Sunday night (Code du travail, art. L3121-35)."""
    return day - timedelta(days=day.weekday())


def days_between(first: date, last: date) -> list[date]:
    """List the days from ``first`` to ``last``, both counted."""
    return [first + timedelta(days=count) for count in range((last - first).days + 1)]


@cache
def public_holidays(year: int) -> frozenset[date]:
    """Return the legal holidays of a year (Code du travail, art. L3133-1)."""
    easter = _easter_sunday(year)
    fixed = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
    # Easter Monday, Ascension Thursday, Whit Monday.
    moving = (easter + timedelta(days=after) for after in (1, 39, 50))
    return frozenset({*(date(year, month, day) for month, day in fixed), *moving})


def _easter_sunday(year: int) -> date:
    """Compute Easter by the Gregorian computus: the Sunday after the paschal full moon."""
    golden = year % 19
    century = year // 100
    leap_correction = century - century // 4
    moon_correction = (8 * century + 13) // 25
    epact = (19 * golden + leap_correction - moon_correction + 15) % 30
    # Two exceptions keep the full moon before 19 April and off the same date twice in a cycle.
    epact -= 1 if epact == 29 or (epact == 28 and golden > 10) else 0
    full_moon = date(year, 3, 21) + timedelta(days=epact)
    return full_moon + timedelta(days=6 - full_moon.weekday() or 7)
