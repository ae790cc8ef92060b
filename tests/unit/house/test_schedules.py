"""Daily is 4 o'clock on the instance's own clock, hourly is each full hour; none is lost."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
import time_machine

from kpa_core import jobs
from kpa_core.contracts import Job
from kpa_core.outbox import JobRow

PARIS = "Europe/Paris"
DAILY = [
    # an ordinary day: before and after 4 o'clock
    ("2026-07-01T01:59:59+00:00", PARIS, "2026-07-01T02:00:00+00:00"),
    ("2026-07-01T02:00:00+00:00", PARIS, "2026-07-02T02:00:00+00:00"),
    ("2026-07-01T22:30:00+00:00", PARIS, "2026-07-02T02:00:00+00:00"),
    # the night that is an hour short, and the one that is an hour long
    ("2026-03-28T12:00:00+00:00", PARIS, "2026-03-29T02:00:00+00:00"),
    ("2026-03-28T03:30:00+00:00", PARIS, "2026-03-29T02:00:00+00:00"),
    ("2026-10-24T12:00:00+00:00", PARIS, "2026-10-25T03:00:00+00:00"),
    ("2026-10-25T02:30:00+00:00", PARIS, "2026-10-25T03:00:00+00:00"),
    ("2026-12-31T23:30:00+00:00", PARIS, "2027-01-01T03:00:00+00:00"),
    # the overseas départements, on the other side of the day
    ("2026-07-01T23:00:00+00:00", "Indian/Reunion", "2026-07-02T00:00:00+00:00"),
    ("2026-07-01T07:59:00+00:00", "America/Martinique", "2026-07-01T08:00:00+00:00"),
    ("2026-07-01T12:00:00+00:00", "Pacific/Noumea", "2026-07-01T17:00:00+00:00"),
]


@pytest.mark.parametrize(("after", "zone", "due"), DAILY)
def test_daily_is_four_o_clock_on_the_instances_clock(after, zone, due):
    assert jobs.next_due("daily", datetime.fromisoformat(after), zone) == datetime.fromisoformat(
        due
    )


@pytest.mark.parametrize("zone", [PARIS, "Indian/Reunion", "America/New_York", "Asia/Kathmandu"])
def test_no_day_is_left_out_or_done_twice_in_two_years(zone):
    at, days = datetime(2026, 1, 1, tzinfo=UTC), []
    for _ in range(730):
        at = jobs.next_due("daily", at, zone)
        local = at.astimezone(ZoneInfo(zone))
        assert (local.hour, local.minute) == (4, 0)
        days.append(local.date())
    assert days == [days[0] + timedelta(days=number) for number in range(730)]
    assert abs(days[0] - date(2026, 1, 1)) <= timedelta(days=1)


def test_hourly_is_the_next_full_hour_also_when_the_clocks_change():
    at = datetime(2026, 10, 24, 22, 17, 3, tzinfo=UTC)
    dues = []
    for _ in range(6):
        at = jobs.next_due("hourly", at, PARIS)
        dues.append(at.strftime("%d %H:%M"))
    assert dues == ["24 23:00", "25 00:00", "25 01:00", "25 02:00", "25 03:00", "25 04:00"]


# --- rows -----------------------------------------------------------------------------------------


@pytest.fixture
def clockwork(make_kpa):
    """A KPA with one daily and one hourly kind, and the list of what was run."""
    kpa = make_kpa()
    kpa.instance.registered.jobs.clear()
    ran = []

    def runs(kind, every):
        job = Job(kind, lambda _work, _payload: ran.append(kind), every=every)
        kpa.instance.registered.jobs[kind] = job

    runs("by.day", "daily")
    runs("by.hour", "hourly")
    return kpa, ran


def planned(kpa, kind):
    with kpa.work() as work:
        query = sa.select(JobRow.due_at).where(JobRow.kind == kind, JobRow.state == "pending")
        return [due.strftime("%d %H:%M") for due in work.session.scalars(query)]


NOON = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)


def test_each_schedule_has_one_row_that_is_next(clockwork):
    kpa, ran = clockwork
    with time_machine.travel(NOON, tick=False) as moment:
        for _ in range(3):
            jobs.plan_schedules(kpa.instance)
        assert planned(kpa, "by.day") == ["02 02:00"]
        assert planned(kpa, "by.hour") == ["01 13:00"]
        moment.shift(timedelta(hours=1))
        jobs.run_due(kpa.instance)
        assert planned(kpa, "by.hour") == ["01 14:00"]
    assert ran == ["by.hour"]


def test_what_was_missed_while_the_machine_was_off_is_done_once(clockwork):
    kpa, ran = clockwork
    with time_machine.travel(NOON, tick=False) as moment:
        jobs.plan_schedules(kpa.instance)
        moment.shift(timedelta(days=3))
        jobs.plan_schedules(kpa.instance)  # the machine is back
        jobs.run_due(kpa.instance)
        assert sorted(ran) == ["by.day", "by.hour"]
        assert planned(kpa, "by.day") == ["05 02:00"]


def test_a_schedule_that_fails_for_ever_is_tried_again_the_next_day(clockwork):
    kpa, _ = clockwork
    tried = []

    def fail(_work, _payload):
        tried.append(1)
        raise ValueError("no")

    kpa.instance.registered.jobs["by.day"] = Job("by.day", fail, every="daily")
    with time_machine.travel(NOON, tick=False) as moment:
        jobs.plan_schedules(kpa.instance)
        for _ in range(jobs.MAX_ATTEMPTS):
            moment.shift(timedelta(hours=20))
            jobs.run_due(kpa.instance)
        assert len(tried) >= jobs.MAX_ATTEMPTS
        assert len(planned(kpa, "by.day")) >= 1


def test_the_sweep_forgets_what_was_said_but_not_that_it_was_asked(kpa):
    kpa.instance.registered.jobs["x"] = Job("x", lambda _work, _payload: None)
    with time_machine.travel(NOON, tick=False) as moment:
        for key in ("reminder:60", "later"):
            with kpa.work() as work, work.transaction():
                work.ask("x", {"to": "Amina"}, key=key)
            jobs.run_due(kpa.instance)
            moment.shift(timedelta(days=31))
        with kpa.work() as work, work.transaction():
            work.ask("house.sweep", {})
        jobs.run_due(kpa.instance)
        with kpa.work() as work, work.transaction() as session:
            said = sa.select(JobRow.payload).where(JobRow.key == "x:reminder:60")
            assert session.scalars(said).one() == {}
            work.ask("x", {"to": "Amina"}, key="reminder:60")
        assert jobs.run_due(kpa.instance) == 0
        moment.shift(timedelta(days=400))
        with kpa.work() as work, work.transaction():
            work.ask("house.sweep", {}, key="much later")
        jobs.run_due(kpa.instance)
        with kpa.work() as work:
            kept = work.session.scalars(sa.select(JobRow.key).where(JobRow.kind == "x")).all()
        assert kept == []
