from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpa_cape.days import age_on, last_day, public_holidays, week_of

DAYS = st.dates(date(1950, 1, 1), date(2150, 1, 1))

PERIODS = {
    "a plain year": ("2026-01-05", 12, "2027-01-04"),
    "from New Year's Day": ("2026-01-01", 12, "2026-12-31"),
    "from 29 February": ("2024-02-29", 12, "2025-02-28"),
    "three years from 29 February": ("2024-02-29", 36, "2027-02-28"),
    "four years from 29 February": ("2024-02-29", 48, "2028-02-28"),
    "from 28 February into a leap year": ("2023-02-28", 12, "2024-02-27"),
    "from 1 March over a leap day": ("2023-03-01", 12, "2024-02-29"),
    "from the 31st into a short month": ("2026-01-31", 1, "2026-02-28"),
    "from the 31st into a leap February": ("2028-01-31", 1, "2028-02-29"),
    "from the 31st into a month of 30": ("2026-08-31", 3, "2026-11-30"),
    "from 30 November to February": ("2026-11-30", 3, "2027-02-28"),
    "one month across the year's end": ("2026-12-15", 1, "2027-01-14"),
}

AGES = {
    "the day before the birthday": ("2026-03-14", "2010-03-15", 15),
    "on the birthday": ("2026-03-15", "2010-03-15", 16),
    "the last day of being 17": ("2028-03-14", "2010-03-15", 17),
    "born on 29 February, on 28 February": ("2026-02-28", "2008-02-29", 17),
    "born on 29 February, on 1 March": ("2026-03-01", "2008-02-29", 18),
    "born on 29 February, in a leap year": ("2024-02-29", "2008-02-29", 16),
    "born on New Year's Eve": ("2026-12-30", "2010-12-31", 15),
    "the day of birth": ("2010-03-15", "2010-03-15", 0),
}

# Published dates of Easter Sunday, among them the earliest and latest of two centuries and the two
# years whose full moon the computus moves (1981: epact 29; 1954: epact 28 late in the cycle).
EASTERS = [
    "1954-04-18",
    "1981-04-19",
    "2000-04-23",
    "2008-03-23",
    "2011-04-24",
    "2024-03-31",
    "2025-04-20",
    "2026-04-05",
    "2027-03-28",
    "2028-04-16",
    "2029-04-01",
    "2030-04-21",
    "2038-04-25",
]


@pytest.mark.parametrize(("start", "months", "last"), PERIODS.values(), ids=PERIODS)
def test_a_period_of_months_ends_where_a_lawyer_says(start: str, months: int, last: str) -> None:
    assert last_day(date.fromisoformat(start), months) == date.fromisoformat(last)


@given(DAYS, st.integers(1, 60), st.integers(1, 60))
def test_a_longer_period_never_ends_earlier(start: date, months: int, more: int) -> None:
    assert last_day(start, months) < last_day(start, months + more)


@given(DAYS)
def test_twelve_months_are_365_or_366_days(start: date) -> None:
    days = (last_day(start, 12) - start).days + 1
    assert days in {365, 366}


@given(DAYS, st.integers(1, 36))
def test_a_later_start_never_ends_earlier(start: date, months: int) -> None:
    assert last_day(start, months) <= last_day(start + timedelta(days=1), months)


@pytest.mark.parametrize(("day", "born", "age"), AGES.values(), ids=AGES)
def test_ages(day: str, born: str, age: int) -> None:
    assert age_on(date.fromisoformat(born), date.fromisoformat(day)) == age


@pytest.mark.parametrize("easter", EASTERS)
def test_the_moving_holidays_follow_easter(easter: str) -> None:
    sunday = date.fromisoformat(easter)
    moving = {sunday + timedelta(days=after) for after in (1, 39, 50)}
    holidays = public_holidays(sunday.year)
    assert moving <= holidays
    assert sunday not in holidays - {date(sunday.year, 11, 1)}


def test_the_eleven_holidays_of_2026() -> None:
    assert sorted(public_holidays(2026)) == [
        date(2026, 1, 1),
        date(2026, 4, 6),
        date(2026, 5, 1),
        date(2026, 5, 8),
        date(2026, 5, 14),
        date(2026, 5, 25),
        date(2026, 7, 14),
        date(2026, 8, 15),
        date(2026, 11, 1),
        date(2026, 11, 11),
        date(2026, 12, 25),
    ]


def test_a_week_across_the_year_starts_in_the_old_year() -> None:
    assert week_of(date(2027, 1, 3)) == date(2026, 12, 28)
    assert week_of(date(2026, 12, 28)) == date(2026, 12, 28)
