"""Windows of the counters, and what an address is counted as."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kpa_core.accounts.throttles import TooMany, neighbourhood, window_start

COUNTED_AS = {
    "203.0.113.7": "203.0.113.7",
    "::ffff:203.0.113.7": "203.0.113.7",
    "2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64",
    "2001:db8:1:2:ffff::1": "2001:db8:1:2::/64",
    "": "unknown",
    "not an address": "unknown",
}


@pytest.mark.parametrize(("address", "counted"), COUNTED_AS.items())
def test_an_address_is_counted_with_its_neighbours(address, counted):
    assert neighbourhood(address) == counted


def test_a_window_holds_every_instant_of_it():
    window = timedelta(minutes=10)
    start = datetime(2026, 7, 1, 12, 20, tzinfo=UTC)
    assert window_start(start, window) == start
    assert window_start(start + timedelta(minutes=9, seconds=59), window) == start
    assert window_start(start + window, window) == start + window


@pytest.mark.parametrize(("seconds", "minutes"), [(1, 1), (60, 1), (61, 2), (600, 10)])
def test_the_sentence_rounds_minutes_up(seconds, minutes):
    error = TooMany(seconds)
    assert str(error) == f"Trop d'essais. Recommence dans {minutes} min."
    assert (error.status, error.retry_after) == (429, seconds)
