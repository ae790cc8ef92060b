"""A wrong clock makes nothing final that is young, and opens nothing that is old."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from log_writer import Writer, guardians
from peers import NOW, Node

from kpa_federation.log import ageing, keeping
from kpa_federation.log.erasing import erase

GUARDIANS = guardians("anis", "optéos", "condition")
WRONG = {
    "1970": datetime(1970, 1, 1, tzinfo=UTC),
    "2100": datetime(2100, 1, 1, tzinfo=UTC),
    "a day behind": NOW - timedelta(days=1),
    "a day ahead": NOW + timedelta(days=1),
    "ten years ahead": NOW + timedelta(days=3650),
}
WRONG_CLOCKS = pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)


@pytest.fixture
def log():
    made = Writer("roubaix", GUARDIANS)
    for place in range(4):
        made.put(f"Fiche {place}")
    return made


def node_of(writer):
    node = Node()
    node.write(writer)
    return node


def recovered(log):
    other = log.branch(2)
    other.rotate("roubaix 2", ["anis", "condition"], GUARDIANS)
    return node_of(other)


@WRONG_CLOCKS
def test_what_is_young_may_be_replaced_on_a_wrong_day_and_after_it(log, wrong):
    for later in (wrong, NOW + timedelta(days=2)):
        reader = Node()
        reader.live(NOW - timedelta(days=10), 5)
        reader.pull(node_of(log), now=NOW - timedelta(days=5))
        reader.live(wrong, 0)
        assert reader.pull(recovered(log), now=later).forked == {log.origin: "replace"}


@WRONG_CLOCKS
def test_what_came_on_a_wrong_day_may_be_replaced_when_the_clock_is_right_again(log, wrong):
    reader = Node()
    reader.live(NOW - timedelta(days=10), 10)
    reader.pull(node_of(log), now=wrong)
    reader.live(NOW, 10)
    late = NOW + timedelta(days=10)
    assert reader.pull(recovered(log), now=late).forked == {log.origin: "replace"}


@WRONG_CLOCKS
def test_what_is_old_stays_final_on_a_wrong_day_and_after_it(log, wrong):
    for later in (wrong, NOW + timedelta(days=2)):
        reader = Node()
        reader.pull(node_of(log), now=NOW - timedelta(days=40))
        reader.live(NOW - timedelta(days=40), 40)
        reader.live(wrong, 0)
        assert reader.pull(recovered(log), now=later).forked == {log.origin: "too_late"}


@WRONG_CLOCKS
def test_words_a_thief_withdrew_are_not_erased_on_a_wrong_day(log, wrong):
    reader, source = Node(), node_of(log)
    reader.live(NOW - timedelta(days=3), 3)
    reader.pull(source)
    log.withdraw(2, 2, op="purge", reason="privacy")
    source.write(log)
    reader.pull(source)
    with reader.store.writing() as session:
        erase(session, keeping.note_day(session, wrong))
    assert reader.pull(recovered(log), now=NOW).forked == {log.origin: "replace"}
    assert reader.bodies(log.origin)[1]


def test_an_instance_that_starts_in_1970_is_right_once_its_clock_is(log):
    reader = Node()
    reader.pull(node_of(log), now=WRONG["1970"])
    reader.live(NOW, 20)
    late = NOW + timedelta(days=20)
    assert reader.pull(recovered(log), now=late).forked == {log.origin: "replace"}


DAYS = st.dates(date(1970, 1, 1), date(2100, 1, 1))


@given(st.lists(DAYS, min_size=2, max_size=20))
def test_own_days_never_go_back_and_never_leap(clock):
    days = [clock[0]]
    for noted, today in pairwise(clock):
        days.append(ageing.advanced(days[-1], noted, today))
    steps = [(after - before).days for before, after in pairwise(days)]
    assert all(0 <= step <= ageing.LEAP for step in steps)


def test_a_right_clock_s_days_are_its_own():
    today = days = date(2026, 1, 1)
    for step in (1, 1, 0, 2, 7, 1):
        today, before = today + timedelta(days=step), today
        days = ageing.advanced(days, before, today)
    assert days == today


def test_a_clock_that_falls_back_at_each_start_ages_nothing():
    today = NOW.date()
    day = noted = today
    for shown in [WRONG["1970"].date(), today] * 10:
        day, noted = ageing.advanced(day, noted, shown), shown
    assert day == today
    for later in range(1, 40):
        shown = today + timedelta(days=later)
        day, noted = ageing.advanced(day, noted, shown), shown
    assert day == today + timedelta(days=39)
