"""So much of an origin on one day, by how near it is: the sums alone."""

from __future__ import annotations

from itertools import pairwise

import pytest
from log_writer import Writer

from kpa_federation.log.quotas import BY_STEP, Quota, Used, fitting, is_full, quota, weight


@pytest.fixture
def entries():
    writer = Writer("lille")
    for words in ("un", "deux", "trois"):
        writer.put(words)
    return writer.entries[1:]


@pytest.fixture
def weights(entries):
    return [weight(one) for one in entries]


def test_the_nearer_the_more():
    for one, next_ in pairwise(BY_STEP):
        assert one.entries > next_.entries
        assert one.size > next_.size
        assert one.files > next_.files
    assert [quota(step) for step in (0, 1, 2, 9)] == [*BY_STEP, BY_STEP[-1]]


@pytest.mark.parametrize(("used", "fit"), [(0, 3), (7, 3), (8, 2), (9, 1), (10, 0), (11, 0)])
def test_entries_are_counted(weights, used, fit):
    allowed = Quota(entries=10, size=10**9, files=0)
    assert fitting(Used(entries=used), weights, allowed) == fit
    assert is_full(Used(entries=used), allowed) == (used >= 10)


def test_bytes_are_counted_to_the_last(weights):
    for fit in range(4):
        exactly = Quota(entries=10, size=sum(weights[:fit]) + 5, files=0)
        assert fitting(Used(size=5), weights, exactly) == fit
        assert fitting(Used(size=6), weights, exactly) == max(fit - 1, 0)


def test_a_body_counts_when_it_is_announced(entries):
    for one in entries:
        assert weight(one) == len(one.line) + one.fields["bytes"]


def test_a_body_that_came_counts_as_long_as_it_is(entries):
    for one in entries:
        announced = one.fields["bytes"]
        assert weight(one, b"x" * (announced - 1)) == len(one.line) + announced
        assert weight(one, b"x" * (announced + 9)) == len(one.line) + announced + 9


def test_what_is_used_adds_up(weights):
    used = Used(1, 100).plus(weights)
    assert (used.entries, used.size) == (4, 100 + sum(weights))
