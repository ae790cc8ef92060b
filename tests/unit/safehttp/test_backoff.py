"""When to ask again: never all together, never beyond a day, whatever a header says."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpa_core.safehttp.backoff import LONGEST, backoff, retry_after

DAY = 24 * 3600
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


class Always(random.Random):
    """A die that always falls on the same side of what it is asked."""

    def __init__(self, share: float) -> None:
        super().__init__()
        self.share = share

    def uniform(self, low: float, high: float) -> float:
        return low + (high - low) * self.share


def test_the_ceiling_doubles_up_to_a_day() -> None:
    ceilings = [backoff(attempt, Always(1)) for attempt in (1, 2, 3, 10, 11, 12, 13, 1000)]

    assert ceilings == [60, 120, 240, 30720, 61440, DAY, DAY, DAY]


@given(st.integers(-3, 10**6), st.integers(), st.none() | st.floats(-1e9, 1e9))
def test_a_wait_is_within_a_day_and_after_what_was_asked(
    attempt: int, seed: int, asked: float | None
) -> None:
    wait = backoff(attempt, random.Random(seed), asked=asked)

    assert min(max(asked or 0, 0), LONGEST) <= wait <= LONGEST == DAY


def test_jitter_is_full() -> None:
    rng = random.Random(7)
    waits = [backoff(3, rng) for _ in range(2000)]

    tenths = [sum(24 * part <= wait < 24 * (part + 1) for wait in waits) for part in range(10)]
    assert min(tenths) > 140
    assert max(tenths) < 260


@given(st.integers(0, 10**12))
def test_seconds_are_read(seconds: int) -> None:
    assert retry_after(f" {seconds}\t", NOW) == min(seconds, DAY)


@given(st.integers(-(10**8), 10**8))
def test_instants_are_read(seconds: int) -> None:
    then = format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)

    assert retry_after(then, NOW) == min(max(seconds, 0), DAY)


WRONG = [None, "", "-1", "1.5", "+5", "1e3", "٣", "soon", "NaN", "Fri, 99 Nov 2026", "9" * 301]


@pytest.mark.parametrize("value", WRONG)
def test_what_cannot_be_read_asks_nothing(value: str | None) -> None:
    assert retry_after(value, NOW) is None


@given(st.text(max_size=80))
def test_no_text_breaks_it(value: str) -> None:
    wait = retry_after(value, NOW)

    assert wait is None or 0 <= wait <= DAY
