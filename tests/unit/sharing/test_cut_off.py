"""The day of the month on which pay requests leave."""

from __future__ import annotations

from datetime import date

import pytest

from kpa_core.sharing.payrequests import next_cut_off

DAYS = [
    (date(2026, 11, 1), 5, date(2026, 11, 5)),
    (date(2026, 11, 5), 5, date(2026, 11, 5)),
    (date(2026, 11, 6), 5, date(2026, 12, 5)),
    (date(2026, 12, 31), 5, date(2027, 1, 5)),
    (date(2027, 2, 1), 31, date(2027, 2, 28)),
    (date(2028, 2, 29), 31, date(2028, 2, 29)),
    (date(2027, 1, 31), 30, date(2027, 2, 28)),
]


@pytest.mark.parametrize(("today", "day", "leaves"), DAYS, ids=str)
def test_the_next_one(today: date, day: int, leaves: date) -> None:
    assert next_cut_off(today, day) == leaves
