"""Ages, in full years. Pure."""

from __future__ import annotations

from datetime import date

ADULT = 18


def age_on(birth: date, day: date) -> int:
    """Return full years on a day; someone born on 29 February ages on 1 March in common years."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def is_minor_on(birth: date, day: date) -> bool:
    """Tell whether someone is under 18 on a day."""
    return age_on(birth, day) < ADULT
