"""``on_*`` hooks: each plugin is told after the commit, at least once, of the same event."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import ModuleType

import pytest
import sqlalchemy as sa
import time_machine

from kpa_core import clock, jobs
from kpa_core.errors import Misuse, Refused
from kpa_core.hookspecs import hookimpl, hookspec, on_error
from kpa_core.instance import PluginStateRow
from kpa_core.outbox import JobRow
from kpa_core.plugins import API_VERSION, Plugin


@hookspec
@on_error("skip")
def on_bell(work, event):
    """Hear the bell."""


SPECS = ModuleType("bell_specs")
SPECS.on_bell = on_bell


def listener(name, hear):
    """Return a plugin class that hears the bell."""

    def on_bell(self, work, event):
        return hear(work, event)

    body = {"name": name, "api_version": API_VERSION, "__doc__": f"{name}."}
    return type(name.title(), (Plugin,), {**body, "on_bell": hookimpl(on_bell)})


class Deaf(Plugin):
    """A plugin that hears nothing."""

    name = "deaf"
    api_version = API_VERSION


@pytest.fixture
def ring(make_kpa):
    """Return a function that makes a KPA of these plugins, as in production."""

    def make(*plugins):
        return make_kpa(plugins=plugins, specs=[SPECS], strict=False)

    return make


def announce(kpa, data):
    with kpa.work() as work, work.transaction():
        work.announce("on_bell", data)


def test_each_plugin_that_listens_is_told_once_after_the_commit(ring):
    heard = []
    kpa = ring(listener("one", lambda _work, event: heard.append(event)), Deaf)
    at = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
    with time_machine.travel(at, tick=False) as moment:
        announce(kpa, {"order": "42"})
        assert heard == []
        moment.shift(timedelta(hours=2))
        assert jobs.run_due(kpa.instance) == 1
        jobs.run_due(kpa.instance)
    (event,) = heard
    assert (event.name, event.data, event.at) == ("on_bell", {"order": "42"}, at)


def test_nothing_is_told_of_what_was_undone(ring):
    heard = []
    kpa = ring(listener("one", lambda _work, event: heard.append(event)))

    def act(work):
        with work.transaction():
            work.announce("on_bell", {})
            raise Refused("non")

    with kpa.work() as work, pytest.raises(Refused):
        act(work)
    assert jobs.run_due(kpa.instance) == 0
    assert heard == []


def test_a_plugin_that_fails_is_told_again_alone_of_the_same_event(ring):
    heard = []

    def stumble(_work, event):
        heard.append(("bad", event.id))
        if len(heard) < 3:
            raise ValueError("not today")

    bad = listener("bad", stumble)
    kpa = ring(bad, listener("good", lambda _work, event: heard.append(("good", event.id))))
    announce(kpa, {})
    jobs.run_due(kpa.instance)
    assert sorted(name for name, _ in heard) == ["bad", "good"]
    assert kpa.instance.plugins.states["bad"].state == "degraded"
    with time_machine.travel(clock.now() + timedelta(hours=1)):
        jobs.run_due(kpa.instance)
    assert [name for name, _ in heard].count("good") == 1
    assert [name for name, _ in heard].count("bad") == 2
    assert len({event_id for _, event_id in heard}) == 1


def heard_by(name):
    """Return the table in which a plugin notes what it heard."""
    return sa.Table(f"{name}_heard", sa.MetaData(), sa.Column("id", sa.Uuid(), primary_key=True))


def test_what_a_failing_listener_wrote_is_dropped_and_a_good_ones_kept(ring):
    def write(name):
        def hear(work, event):
            work.session.execute(sa.insert(heard_by(name)).values(id=event.id))
            if name == "bad":
                raise ValueError("no")

        return hear

    kpa = ring(*(listener(name, write(name)) for name in ("bad", "good")))
    for name in ("bad", "good"):
        heard_by(name).create(kpa.instance.engine)
    announce(kpa, {})
    jobs.run_due(kpa.instance)
    with kpa.work() as work:
        kept = {
            name: len(work.session.execute(sa.select(heard_by(name))).all())
            for name in ("bad", "good")
        }
    assert kept == {"bad": 0, "good": 1}


def test_what_happens_while_a_plugin_is_stopped_waits_for_it(ring):
    heard, angry = [], [True]

    def hear(_work, event):
        if angry[0]:
            raise SystemExit("no")
        heard.append(event.data["n"])

    kpa = ring(listener("moody", hear))
    announce(kpa, {"n": 1})
    jobs.run_due(kpa.instance)
    assert kpa.instance.plugins.states["moody"].state == "stopped"
    announce(kpa, {"n": 2})
    with time_machine.travel(clock.now() + timedelta(days=9)):
        assert jobs.run_due(kpa.instance) == 0
        angry[0] = False
        with kpa.work() as work, work.transaction() as session:  # kpa plugin retry moody
            session.execute(sa.delete(PluginStateRow))
        assert jobs.run_due(kpa.instance) == 2
    assert sorted(heard) == [1, 2]


def test_the_jobs_of_a_plugin_taken_away_wait_for_it(kpa):
    with kpa.work() as work, work.transaction():
        work.ask("event:gone", {})
        work.ask("gone.sweep", {})
    with time_machine.travel(clock.now() + timedelta(days=400)):
        assert jobs.run_due(kpa.instance) == 0
    with kpa.work() as work:
        states = work.session.scalars(sa.select(JobRow.state)).all()
    assert states == ["pending", "pending"]


def test_an_event_nobody_specified_is_a_mistake(kpa):
    with kpa.work() as work, pytest.raises(Misuse), work.transaction():
        work.announce("on_full_moon", {})


def test_many_events_make_one_job_per_plugin_and_each_is_told_by_itself(ring):
    heard = []

    def stumble(work, event):
        if event.data["n"] == 1 and ("bad", 1) not in heard:
            heard.append(("bad", 1))
            work.session.add(PluginStateRow(name="half", state="loaded", reason=""))
            work.session.flush()
            raise ValueError("not this one")
        heard.append(("bad", event.data["n"], event.id))

    bad = listener("bad", stumble)
    good = listener("good", lambda _work, event: heard.append(("good", event.data["n"], event.id)))
    kpa = ring(bad, good)
    with kpa.work() as work, work.transaction() as session:
        work.announce_all("on_bell", [{"n": n} for n in range(3)])
        work.announce_all("on_bell", [])
        session.flush()
        assert session.scalar(sa.select(sa.func.count()).select_from(JobRow)) == 2
    jobs.run_due(kpa.instance)
    with time_machine.travel(clock.now() + timedelta(hours=1)):
        jobs.run_due(kpa.instance)
    told = [one for one in heard if len(one) == 3]
    assert sorted(one[:2] for one in told) == sorted(
        (name, n) for name in ("bad", "good") for n in range(3)
    )
    assert len({one[2] for one in told}) == 3
    with kpa.work() as work:
        assert work.session.get(PluginStateRow, "half") is None  # what it wrote is undone
