"""Buckets of tokens: who may go on, who waits, and how much is remembered."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpa_federation.peers.buckets import Buckets, neighbourhood


def test_a_full_bucket_is_spent_then_waited_for():
    buckets = Buckets(burst=4, a_second=2)
    assert [buckets.take("a", 1, 0.0) for _ in range(6)] == [0, 0, 0, 0, 1, 1]
    assert buckets.take("a", 3, 0.0) == 2  # the whole seconds until there are three
    assert buckets.take("a", 1, 0.5) == 0


def test_whoever_waits_as_long_as_was_said_may_go_on():
    buckets = Buckets(burst=10, a_second=0.5)
    assert buckets.take("a", 10, 5.0) == 0
    wait = buckets.take("a", 4, 5.0)
    assert wait == 8
    assert buckets.take("a", 4, 5.0 + wait) == 0


def test_a_bucket_never_holds_more_than_is_full():
    buckets = Buckets(burst=3, a_second=1)
    buckets.take("a", 3, 0.0)
    assert [buckets.take("a", 1, 10_000.0) for _ in range(4)] == [0, 0, 0, 1]


def test_one_does_not_empty_the_bucket_of_another():
    buckets = Buckets(burst=2, a_second=1)
    assert [buckets.take("a", 1, 0.0) for _ in range(3)] == [0, 0, 1]
    assert buckets.take("b", 1, 0.0) == 0


def test_a_hundred_thousand_addresses_leave_a_bounded_number_of_buckets():
    buckets = Buckets(kept=1000)
    for number in range(100_000):
        buckets.take(f"a{number}", 1, number / 1000)
    assert len(buckets) == 1000


def test_whoever_asks_all_the_time_is_not_forgotten():
    buckets = Buckets(burst=2, a_second=0.001, kept=10)
    waits = []
    for number in range(100):
        buckets.take(f"a{number}", 1, 0.0)
        waits.append(buckets.take("flood", 1, 0.0))
    assert waits[:2] == [0, 0]
    assert all(waits[2:])


def test_a_clock_that_goes_back_gives_nothing():
    buckets = Buckets(burst=1, a_second=1)
    assert buckets.take("a", 1, 100.0) == 0
    assert buckets.take("a", 1, 0.0) == 1


@given(st.lists(st.tuples(st.floats(0, 5), st.integers(1, 4)), max_size=60))
def test_nobody_gets_more_than_the_burst_and_the_pace(asked):
    buckets, at, given_ = Buckets(burst=5, a_second=2), 0.0, 0
    for after, cost in asked:
        at += after
        given_ += cost if buckets.take("a", cost, at) == 0 else 0
        assert given_ <= 5 + 2 * at + 1e-6


@pytest.mark.parametrize(
    ("address", "one"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("", ""),
        ("x" * 5000, ""),
    ],
)
def test_who_counts_as_one(address, one):
    assert neighbourhood(address) == one
