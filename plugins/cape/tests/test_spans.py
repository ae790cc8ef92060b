from __future__ import annotations

from datetime import date, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpa_cape.spans import Span, merged, span

PARIS = "Europe/Paris"
TIMES = st.times().map(lambda at: at.replace(second=0, microsecond=0))
SPANS = st.builds(
    span, st.dates(date(2026, 1, 1), date(2026, 12, 31)), TIMES, TIMES, st.just(PARIS)
)

LENGTHS = {
    "a morning": ("2026-05-20", "08:00", "12:00", 240),
    "past midnight": ("2026-05-20", "22:00", "02:00", 240),
    "to midnight": ("2026-05-20", "22:00", "00:00", 120),
    "equal times are a whole day": ("2026-05-20", "10:00", "10:00", 1440),
    "the night that loses an hour": ("2026-03-28", "22:00", "06:00", 420),
    "the night that gains an hour": ("2026-10-24", "22:00", "06:00", 540),
    "a whole day that loses an hour": ("2026-03-29", "00:00", "00:00", 1380),
    "until the hour that comes twice": ("2026-10-25", "01:00", "02:30", 150),
    "across the year's end": ("2026-12-31", "23:00", "01:00", 120),
    "across a leap day": ("2028-02-28", "23:00", "01:00", 120),
}


@pytest.mark.parametrize(("day", "start", "end", "minutes"), LENGTHS.values(), ids=LENGTHS)
def test_lengths_are_real_minutes(day: str, start: str, end: str, minutes: int) -> None:
    assert _span(day, start, end).minutes == minutes


def test_the_clock_of_another_place_counts_its_own_nights() -> None:
    night = span(date(2026, 3, 28), time(22), time(6), "Indian/Reunion")
    assert night.minutes == 480


def test_ending_at_midnight_does_not_touch_the_next_day() -> None:
    assert _span("2026-05-20", "18:00", "00:00").days() == [date(2026, 5, 20)]
    assert _span("2026-05-20", "18:00", "00:01").days() == [date(2026, 5, 20), date(2026, 5, 21)]


def test_work_less_than_a_pause_apart_is_one_stretch() -> None:
    morning, after = _span("2026-05-20", "08:00", "12:00"), _span("2026-05-20", "12:29", "14:00")
    assert len(merged([after, morning], 30)) == 1
    assert len(merged([after, morning], 29)) == 2


@given(SPANS)
def test_a_span_is_the_sum_of_its_days(one: Span) -> None:
    assert sum(one.minutes_on(day) for day in one.days()) == one.minutes
    around = one.days()[-1] + timedelta(days=1)
    assert one.minutes_on(around) == 0


@given(st.lists(SPANS, max_size=6))
def test_merging_loses_no_work_and_counts_none_twice(spans: list[Span]) -> None:
    joined = merged(spans)
    assert all(any(whole.holds(one) for whole in joined) for one in spans)
    assert all(before.end < after.start for before, after in pairwise(joined))
    assert sum(one.minutes for one in joined) <= sum(one.minutes for one in spans)
    assert merged(joined) == joined


def _span(day: str, start: str, end: str) -> Span:
    return span(date.fromisoformat(day), time.fromisoformat(start), time.fromisoformat(end), PARIS)
