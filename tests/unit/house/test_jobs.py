"""Jobs: what they do to the database is done exactly once, whatever happens to the worker."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from kpa_core import clock, db, health, jobs, outbox
from kpa_core.audit import AuditEntry
from kpa_core.contracts import Job
from kpa_core.errors import NotFound, Refused, TryAgain, Unavailable
from kpa_core.jobs import doing, taking
from kpa_core.outbox import JobRow


@pytest.fixture
def house(kpa):
    """A KPA whose kinds of jobs are given by the test."""
    kpa.instance.registered.jobs.clear()
    return kpa


def learn(kpa, kind, run, **options):
    kpa.instance.registered.jobs[kind] = Job(kind, run, **options)


def ask(kpa, kind, payload=None, **options):
    with kpa.work() as work, work.transaction():
        work.ask(kind, payload or {}, **options)


def row(kpa, kind="x"):
    with kpa.work() as work:
        return work.session.scalars(sa.select(JobRow).where(JobRow.kind == kind)).one()


def leave_a_trace(work, payload):
    with work.transaction():
        work.record("house.operate", f"done:{payload.get('n', '')}")


def traces(kpa):
    with kpa.work() as work:
        return work.session.scalar(sa.select(sa.func.count()).select_from(AuditEntry))


def test_a_job_is_done_once_with_what_it_was_told(house):
    told = []
    learn(house, "x", lambda _work, payload: told.append(payload))
    ask(house, "x", {"n": 1})
    assert (jobs.run_due(house.instance), jobs.run_due(house.instance)) == (1, 0)
    assert told == [{"n": 1}]
    assert (row(house).state, row(house).attempts, row(house).lease_by) == ("sent", 1, None)


def test_the_same_key_is_asked_once_and_other_kinds_have_their_own(house):
    for kind in ("x", "y"):
        learn(house, kind, leave_a_trace)
    for kind in ("x", "x", "y"):
        ask(house, kind, key="the same")
    assert jobs.run_due(house.instance) == 2
    ask(house, "x", key="the same")
    assert jobs.run_due(house.instance) == 0


def test_asking_tells_whether_it_was_new(kpa):
    with kpa.work() as work, work.transaction() as session:
        asked = [outbox.add(session, "x", {}, key="one") for _ in range(2)]
        asked += [outbox.add(session, "x", {}) for _ in range(2)]
    assert asked == [True, False, True, True]


def test_a_job_waits_for_its_hour(house):
    learn(house, "x", leave_a_trace)
    ask(house, "x", due_at=clock.now() + timedelta(hours=1))
    assert jobs.run_due(house.instance) == 0
    with time_machine.travel(clock.now() + timedelta(hours=1, seconds=1)):
        assert jobs.run_due(house.instance) == 1


def test_the_effect_and_the_mark_are_one(house):
    def half(work, _payload):
        leave_a_trace(work, {})
        raise Unavailable("the disk is full")

    learn(house, "x", half)
    ask(house, "x")
    jobs.run_due(house.instance)
    assert traces(house) == 0
    assert (row(house).state, row(house).attempts) == ("pending", 1)
    assert row(house).last_error == "Unavailable: the disk is full"
    learn(house, "x", leave_a_trace)
    with time_machine.travel(clock.now() + timedelta(minutes=5)):
        jobs.run_due(house.instance)
    assert traces(house) == 1
    assert (row(house).state, row(house).last_error) == ("sent", "")


def test_a_rule_that_says_no_is_not_tried_again(house):
    def refuse(_work, _payload):
        raise Refused("non")

    learn(house, "x", refuse)
    ask(house, "x")
    assert jobs.run_due(house.instance) == 1
    assert row(house).state == "failed"
    with time_machine.travel(clock.now() + timedelta(days=2)):
        assert jobs.run_due(house.instance) == 0


class Odd(BaseException):
    pass


@pytest.mark.parametrize("error", [ValueError, SystemExit, KeyboardInterrupt, Odd])
def test_a_job_that_fails_for_ever_ends_dead_and_the_worker_lives(error, house):
    tried = []

    def fail(_work, _payload):
        tried.append(clock.now())
        raise error("no")

    learn(house, "x", fail)
    ask(house, "x")
    with time_machine.travel(clock.now(), tick=False) as moment:
        for _ in range(20):
            jobs.run_due(house.instance)
            moment.shift(timedelta(hours=7))
    assert len(tried) == jobs.MAX_ATTEMPTS
    assert row(house).state == "dead"


def test_the_wait_between_attempts_doubles_is_bounded_and_scattered():
    for attempts in range(1, 40):
        waits = [jobs.back_off(attempts).total_seconds() for _ in range(50)]
        ceiling = min(10 * 2 ** (attempts - 1), 6 * 3600)
        assert min(waits) >= 1
        assert max(waits) <= 1 + ceiling
        assert max(waits) - min(waits) > ceiling / 4


# --- leases ---------------------------------------------------------------------------------------

WHAT_BECOMES = {
    "effects in the database": ({}, "pending"),
    "outside and repeatable": ({"outside": True}, "pending"),
    "outside and not repeatable": ({"outside": True, "idempotent": False}, "unknown"),
}


def take(kpa, name="gone"):
    """Take a row as a worker does that dies at once."""
    return taking.take(kpa.instance, jobs.kinds(kpa.instance), name)


@pytest.mark.parametrize(("options", "state"), WHAT_BECOMES.values(), ids=WHAT_BECOMES)
def test_a_lease_that_runs_out(options, state, house):
    learn(house, "x", leave_a_trace, **options)
    ask(house, "x")
    assert take(house).attempts == 1
    assert (row(house).state, row(house).lease_by) == ("sending", "gone")
    assert jobs.run_due(house.instance) == 0  # somebody holds it
    with time_machine.travel(clock.now() + jobs.LEASE + timedelta(seconds=1)):
        assert jobs.run_due(house.instance) == (1 if state == "pending" else 0)
    assert row(house).state == ("sent" if state == "pending" else "unknown")
    assert traces(house) == (1 if state == "pending" else 0)


def test_a_lease_of_a_plugin_that_was_taken_away_waits_for_it(house):
    learn(house, "x", leave_a_trace, outside=True, idempotent=False)
    ask(house, "x")
    take(house)
    gone = house.instance.registered.jobs.pop("x")
    with time_machine.travel(clock.now() + timedelta(days=9)):
        jobs.run_due(house.instance)
        assert row(house).state == "sending"  # only its kind says whether twice would do harm
        house.instance.registered.jobs["x"] = gone
        jobs.run_due(house.instance)
    assert row(house).state == "unknown"


def test_a_job_that_kills_its_worker_each_time_ends_dead(house):
    learn(house, "x", leave_a_trace)
    ask(house, "x")
    with time_machine.travel(clock.now(), tick=False) as moment:
        for _ in range(jobs.MAX_ATTEMPTS):
            assert take(house) is not None
            moment.shift(jobs.LEASE + timedelta(seconds=1))
        assert take(house) is None
    assert row(house).state == "dead"


def test_a_worker_that_lost_its_lease_does_nothing(house):
    """A worker that was asleep for longer than its lease must not do the work a second time."""
    learn(house, "x", leave_a_trace)
    ask(house, "x")
    slow = take(house, "slow")
    with time_machine.travel(clock.now() + jobs.LEASE + timedelta(seconds=1)):
        assert jobs.run_due(house.instance, worker="quick") == 1
    doing.do(house.instance, house.instance.registered.jobs["x"], slow, "slow")
    assert traces(house) == 1
    assert (row(house).state, row(house).attempts) == ("sent", 2)


def test_what_the_one_worker_held_when_it_died_is_taken_up_at_once(house):
    done = threading.Event()
    learn(house, "x", lambda work, payload: leave_a_trace(work, payload) or done.set())
    ask(house, "x")
    take(house, "the one")
    stop = threading.Event()
    worker = threading.Thread(
        target=jobs.work_until, args=(house.instance, stop), kwargs={"worker": "the one"}
    )
    worker.start()
    try:
        assert done.wait(10)
    finally:
        stop.set()
        worker.join()
    assert (row(house).state, row(house).attempts) == ("sent", 2)


def test_an_outside_job_has_its_own_transactions(house):
    def run(work, payload):
        leave_a_trace(work, payload)
        raise Unavailable("the line broke")

    learn(house, "x", run, outside=True)
    ask(house, "x")
    jobs.run_due(house.instance)
    assert traces(house) == 1
    assert row(house).state == "pending"


FAILURES = {
    "it may have left": (ValueError("half way"), "unknown"),
    "the database says no afterwards": (Unavailable("the disk is full"), "unknown"),
    "a stop": (SystemExit(1), "unknown"),
    "nothing left": (TryAgain("the line was closed"), "pending"),
    "a rule": (Refused("non"), "failed"),
}


@pytest.mark.parametrize(("error", "state"), FAILURES.values(), ids=FAILURES)
def test_what_may_have_left_and_may_not_be_repeated_is_not(error, state, house):
    tried = []

    def run(_work, _payload):
        tried.append(1)
        raise error

    learn(house, "x", run, outside=True, idempotent=False)
    ask(house, "x")
    jobs.run_due(house.instance)
    assert row(house).state == state
    with time_machine.travel(clock.now() + timedelta(days=1)):
        jobs.run_due(house.instance)
    assert len(tried) == (2 if state == "pending" else 1)


def test_a_mark_that_cannot_be_written_does_not_double_the_effect(house, monkeypatch):
    left = []
    learn(house, "x", lambda *_: left.append(1), outside=True, idempotent=False)
    ask(house, "x")

    def full(*_):
        raise Unavailable("the disk is full")

    monkeypatch.setattr(doing, "mark_sent", full)
    jobs.run_due(house.instance)
    monkeypatch.undo()
    with time_machine.travel(clock.now() + timedelta(days=1)):
        jobs.run_due(house.instance)
    assert (left, row(house).state) == ([1], "unknown")


# --- people ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["failed", "dead", "unknown"])
def test_a_person_puts_a_stuck_row_back_or_leaves_it(state, house):
    learn(house, "x", leave_a_trace)
    ask(house, "x")
    with house.work() as work:
        with work.transaction() as session:
            session.execute(sa.update(JobRow).values(state=state, attempts=8))
        assert [one.state for one in jobs.waiting(work)] == [state]
        jobs.give_up(work, row(house).id)
        assert row(house).state == "dead"
        jobs.retry(work, row(house).id)
        assert (row(house).state, row(house).attempts) == ("pending", 0)
    jobs.run_due(house.instance)
    assert row(house).state == "sent"
    with house.work() as work:
        assert list(jobs.waiting(work)) == []
        said = work.session.scalars(sa.select(AuditEntry.after).order_by(AuditEntry.seq)).all()
    assert said[:2] == [{"state": "dead"}, {"state": "pending"}]


@pytest.mark.parametrize(
    ("state", "ill"), [("failed", False), ("dead", True), ("unknown", True), ("pending", False)]
)
def test_what_a_person_left_is_no_illness_and_a_refusal_neither(state, ill, house):
    learn(house, "x", leave_a_trace)
    ask(house, "x")

    def outbox_check():
        with house.work() as work:
            (found,) = [one for one in health._jobs(work) if one.name == "outbox"]
        return found.ok, bool(found.detail)

    with house.work() as work:
        with work.transaction() as session:
            session.execute(sa.update(JobRow).values(state=state, attempts=1))
        assert outbox_check() == (not ill, state != "pending")
        jobs.give_up(work, row(house).id)
        assert outbox_check() == (True, False)
        assert row(house).is_left
        jobs.retry(work, row(house).id)
        assert not row(house).is_left


def test_what_is_done_or_absent_is_not_put_back(house):
    learn(house, "x", leave_a_trace)
    ask(house, "x")
    jobs.run_due(house.instance)
    with house.work() as work:
        with pytest.raises(Refused):
            jobs.retry(work, row(house).id)
        with pytest.raises(NotFound):
            jobs.give_up(work, db.new_id())


def test_what_waits_for_its_hour_is_not_given_up(house):
    learn(house, "x", leave_a_trace)
    ask(house, "x")
    with house.work() as work, pytest.raises(Refused, match="attend son heure"):
        jobs.give_up(work, row(house).id)
    assert row(house).state == "pending"


# --- several workers ------------------------------------------------------------------------------


def test_several_workers_never_do_a_row_twice(house):
    learn(house, "x", leave_a_trace)
    with house.work() as work, work.transaction():
        for number in range(60):
            work.ask("x", {"n": number}, key=str(number))
    tried = []
    workers = [
        threading.Thread(target=lambda: tried.append(jobs.run_due(house.instance)))
        for _ in range(4)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(tried) == 60
    with house.work() as work:
        subjects = work.session.scalars(sa.select(AuditEntry.subject)).all()
    assert sorted(subjects) == sorted(f"done:{number}" for number in range(60))
