"""Effects on other machines: never lost, never twice, whatever the other side does."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from kpa_core import clock, jobs, outbox, remotes
from kpa_core.accounts.models import Message
from kpa_core.contracts import Job
from kpa_core.errors import Away, Refused, TryAgain, Unavailable
from kpa_core.jobs import looking, taking
from kpa_core.outbox import JobRow
from kpa_core.remotes import RemoteRow

COOP = "coop.example"
DAY = timedelta(days=1)


class Machine:
    """Another machine: what reached it, and how it fails before or after having done it."""

    def __init__(self):
        self.done, self.looks, self.asked = [], 0, 0
        self.before = self.after = self.blind = None

    def run(self, _work, payload):
        self.asked += 1
        if self.before:
            raise self.before
        self.done.append(payload["n"])
        if self.after:
            raise self.after

    def find(self, _work, payload):
        self.looks += 1
        if self.blind:
            raise self.blind
        return payload["n"] in self.done


@pytest.fixture
def machine():
    return Machine()


@pytest.fixture
def house(kpa, machine):
    """A KPA that knows one effect, which may be doubled and can be looked for."""
    known = kpa.instance.registered.jobs
    for kind in [kind for kind in known if kind not in ("message.send", "house.remote_away")]:
        del known[kind]
    known["x"] = Job("x", machine.run, outside=True, idempotent=False, find=machine.find)
    return kpa


def ask(kpa, numbers=(1,), remote=COOP):
    with kpa.work() as work, work.transaction():
        for number in numbers:
            work.ask("x", {"n": number}, key=str(number), remote=remote)


def rows(kpa, kind="x"):
    with kpa.work() as work:
        query = sa.select(JobRow).where(JobRow.kind == kind).order_by(JobRow.created_at, JobRow.id)
        return work.session.scalars(query).all()


def remote(kpa):
    with kpa.work() as work:
        return work.session.scalars(sa.select(RemoteRow)).one()


def pass_time(kpa, moment, whole, step):
    """Let the worker do its rounds while the time passes."""
    for _ in range(whole // step):
        jobs.run_due(kpa.instance)
        moment.shift(step)


@pytest.fixture
def moment():
    with time_machine.travel(clock.now(), tick=False) as moment:
        yield moment


# --- doubt ----------------------------------------------------------------------------------------


def test_what_left_although_the_line_broke_is_found_and_not_sent_again(house, machine, moment):
    machine.after = Unavailable("the line broke")
    ask(house)
    jobs.run_due(house.instance)
    (row,) = rows(house)
    assert (row.state, row.doubt) == ("unknown", looking.LOOKS)
    assert jobs.run_due(house.instance) == 0, "a minute must pass before a look"
    moment.shift(looking.WAIT)
    jobs.run_due(house.instance)
    (row,) = rows(house)
    assert (row.state, row.doubt, row.last_error) == ("sent", 0, "")
    assert (machine.done, machine.looks) == ([1], 1)


def test_what_did_not_leave_is_sent_again_after_two_looks_a_minute_apart(house, machine, moment):
    machine.before = Unavailable("the line broke")
    ask(house)
    jobs.run_due(house.instance)
    machine.before = None
    for looks, state in ((1, "unknown"), (2, "pending")):
        moment.shift(looking.WAIT - timedelta(seconds=1))
        assert jobs.run_due(house.instance, most=1) == 0
        moment.shift(timedelta(seconds=1))
        assert jobs.run_due(house.instance, most=1) == 1
        assert (machine.looks, rows(house)[0].state, machine.done) == (looks, state, [])
    jobs.run_due(house.instance)
    assert (machine.done, rows(house)[0].state) == ([1], "sent")


def test_a_look_that_fails_leaves_the_doubt_whole(house, machine, moment):
    machine.after, machine.blind = Unavailable("cut"), Unavailable("cut")
    ask(house)
    pass_time(house, moment, timedelta(hours=3), timedelta(minutes=1))
    (row,) = rows(house)
    assert (row.state, row.doubt, machine.done) == ("unknown", looking.LOOKS, [1])
    machine.blind = None
    pass_time(house, moment, timedelta(hours=1), timedelta(minutes=1))
    assert (rows(house)[0].state, machine.done) == ("sent", [1])


def test_a_refused_look_is_no_reason_to_send_or_to_forget(house, machine, moment):
    machine.after, machine.blind = Unavailable("cut"), Refused("non")
    ask(house)
    pass_time(house, moment, timedelta(hours=1), timedelta(minutes=1))
    assert (rows(house)[0].state, machine.done) == ("unknown", [1])


def test_a_worker_that_dies_in_the_middle_leaves_a_doubt(house, machine, moment):
    ask(house)
    taken = taking.take(house.instance, jobs.kinds(house.instance), "gone")
    machine.done.append(taken.payload["n"])  # it left, then the worker was killed
    moment.shift(jobs.LEASE + timedelta(seconds=1))
    pass_time(house, moment, timedelta(minutes=10), timedelta(seconds=30))
    assert (rows(house)[0].state, machine.done, machine.asked) == ("sent", [1], 0)


def test_a_worker_that_dies_while_looking_leaves_the_doubt(house, machine, moment):
    machine.after = Unavailable("cut")
    ask(house)
    jobs.run_due(house.instance)
    moment.shift(looking.WAIT)
    assert taking.take(house.instance, jobs.kinds(house.instance), "gone").look
    moment.shift(jobs.LEASE + timedelta(seconds=1))
    pass_time(house, moment, timedelta(minutes=10), timedelta(seconds=30))
    assert (rows(house)[0].state, machine.done, machine.asked) == ("sent", [1], 1)


def test_a_person_who_tries_again_what_may_have_left_makes_it_looked_for(house, machine):
    machine.after = Unavailable("cut")
    ask(house)
    jobs.run_due(house.instance)
    with house.work() as work:
        jobs.retry(work, rows(house)[0].id)
    jobs.run_due(house.instance)
    assert (rows(house)[0].state, machine.done, machine.looks) == ("sent", [1], 1)


# --- patience -------------------------------------------------------------------------------------


def test_a_machine_that_asks_for_patience_gets_it(house, machine, moment):
    machine.before = TryAgain("later", after=timedelta(minutes=20))
    ask(house)
    jobs.run_due(house.instance)
    pass_time(house, moment, timedelta(minutes=20), timedelta(minutes=1))
    assert machine.asked == 1
    machine.before = None
    moment.shift(timedelta(minutes=1))
    jobs.run_due(house.instance)
    assert machine.done == [1]


def test_patience_has_a_bound():
    assert remotes.pause_after(remotes.ENOUGH, timedelta(days=900)) == remotes.LONGEST_ASKED


def test_the_pauses_double_up_to_half_an_hour():
    pauses = [remotes.pause_after(failures).total_seconds() / 60 for failures in range(5, 12)]
    assert pauses == [1, 2, 4, 8, 16, 30, 30]
    assert remotes.pause_after(10**9) == remotes.LONGEST_PAUSE


def test_a_machine_in_maintenance_costs_no_attempt_and_is_asked_rarely(house, machine, moment):
    machine.before = Away("maintenance")
    ask(house, range(20))
    pass_time(house, moment, timedelta(hours=4), timedelta(minutes=1))
    assert machine.asked <= 14  # 1, 2, 4, 8, 16 minutes, then every half hour
    assert {(row.state, row.attempts) for row in rows(house)} == {("pending", 0)}


# --- the breaker ----------------------------------------------------------------------------------


def test_a_machine_that_is_away_stops_only_what_is_for_it(house, machine, moment):
    machine.before = TryAgain("closed")
    ask(house, range(10))
    jobs.run_due(house.instance)
    assert remote(house).is_away
    assert machine.asked == remotes.ENOUGH
    machine.before = None
    ask(house, [77], remote="another.example")
    ask(house, [78], remote="")
    jobs.run_due(house.instance)
    assert sorted(machine.done) == [77, 78]


def test_after_the_pause_one_scout_goes_and_its_answer_opens_the_way(house, machine, moment):
    machine.before = TryAgain("closed")
    ask(house, range(10))
    jobs.run_due(house.instance)
    moment.shift(timedelta(minutes=2))
    assert jobs.run_due(house.instance) == 1, "one scout, although nine others are due"
    machine.before = None
    pass_time(house, moment, timedelta(hours=1), timedelta(minutes=1))
    assert sorted(machine.done) == list(range(10))
    assert not remote(house).is_away
    assert remote(house).away_since is None


def test_two_workers_send_one_scout(house, machine, moment):
    machine.before = TryAgain("closed")
    ask(house, range(10))
    jobs.run_due(house.instance)
    moment.shift(timedelta(minutes=2))
    known = jobs.kinds(house.instance)
    taken = [taking.take(house.instance, known, name) for name in ("one", "two")]
    assert [one is not None for one in taken] == [True, False]


def test_a_machine_that_says_no_is_there(house, machine, moment):
    ask(house, range(12))
    for number in range(12):
        machine.before = Refused("non") if number % 3 == 2 else TryAgain("closed")
        jobs.run_due(house.instance, most=1)
    assert not remote(house).is_away


def test_a_person_can_try_at_once(house, machine, moment):
    machine.before = TryAgain("closed")
    ask(house, range(3))
    pass_time(house, moment, timedelta(hours=5), timedelta(minutes=1))
    machine.before = None
    with house.work() as work:
        jobs.try_now(work, remote(house).id)
    jobs.run_due(house.instance)
    assert sorted(machine.done) == [0, 1, 2]


# --- a whole day ----------------------------------------------------------------------------------

OUTAGES = {
    "refused": ("before", TryAgain("the line was refused")),
    "maintenance": ("before", Away("maintenance")),
    "errors": ("before", Unavailable("500")),
    "done but never said": ("after", Unavailable("the line broke")),
    "hangs": ("before", TimeoutError("nothing came")),
}


@pytest.mark.parametrize(("place", "error"), OUTAGES.values(), ids=OUTAGES)
def test_a_day_away_loses_nothing_doubles_nothing_and_is_told_once(
    place, error, house, machine, moment, people
):
    """R33: a hundred effects asked during 24 hours, the other side away all the time."""
    setattr(machine, place, error)
    machine.blind = error
    for number in range(100):
        ask(house, [number])
        pass_time(house, moment, timedelta(minutes=14), timedelta(minutes=2))
    pass_time(house, moment, timedelta(minutes=40), timedelta(minutes=2))
    assert {row.state for row in rows(house)} <= {"pending", "unknown"}
    assert len(rows(house)) == 100
    with house.work() as work:
        told = work.session.scalars(sa.select(Message).where(Message.kind == "house.away")).all()
    assert len(told) == 1
    machine.before = machine.after = machine.blind = None
    pass_time(house, moment, timedelta(hours=5), timedelta(minutes=2))
    assert {row.state for row in rows(house)} == {"sent"}
    assert sorted(machine.done) == list(range(100))
    assert machine.asked < 100 + 200  # rounds are not hammering


@pytest.fixture
def people(house):
    """One administrator, who is told."""
    house.person("Ada Machine", "admin")


def test_states_have_words():
    assert set(outbox.STATES) == set(outbox.STATE_LABELS)
