"""Several requests at the very same moment: each key is used once, nobody sees an error."""

from __future__ import annotations

import threading

import sqlalchemy as sa

from kpa_core import audit, jobs, once
from kpa_core.audit import AuditEntry
from kpa_core.contracts import Job
from kpa_core.once import Once
from kpa_core.outbox import JobRow
from kpa_core.work import KPA

AT_ONCE, ROUNDS = 6, 10


def together(act):
    """Run ``act(number)`` in several threads that start at the same moment; return the answers."""
    gate, answers = threading.Barrier(AT_ONCE), []

    def run(number):
        gate.wait()
        try:
            answers.append(act(number))
        except Exception as error:
            answers.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def count(kpa, query):
    with kpa.work() as work:
        return work.session.scalar(sa.select(sa.func.count()).select_from(query.subquery()))


def test_the_same_form_sent_several_times_does_its_act_once(kpa):
    def send(key):
        def act(number):
            with kpa.work() as work, work.transaction() as session:
                asked = Once(key, None, "/achats", "the same answers")
                earlier = once.earlier_answer(session, asked)
                if earlier is not None:
                    return earlier
                work.record("expense.write", f"act:{key}")
                once.remember(session, asked, f"/achats/{number}")
                return f"/achats/{number}"

        return act

    for number in range(ROUNDS):
        answers = together(send(f"key-{number}"))
        assert len(answers) == AT_ONCE
        assert len(set(answers)) == 1, answers
    assert count(kpa, sa.select(AuditEntry.seq)) == ROUNDS


def test_the_same_job_asked_several_times_is_one_row(kpa):
    def ask(_number):
        with kpa.work() as work, work.transaction():
            work.ask("x", {}, key=key)

    for number in range(ROUNDS):
        key = f"reminder:{number}"
        assert together(ask) == [None] * AT_ONCE
    assert count(kpa, sa.select(JobRow.id).where(JobRow.kind == "x")) == ROUNDS


def test_several_workers_plan_a_schedule_once(kpa):
    kpa.instance.registered.jobs["tick"] = Job("tick", lambda _w, _p: None, every="hourly")
    assert together(lambda _number: jobs.plan_schedules(kpa.instance)) == [None] * AT_ONCE
    assert count(kpa, sa.select(JobRow.id).where(JobRow.kind == "tick")) == 1


def test_the_very_first_traces_make_one_chain(kpa):
    def record(number):
        with kpa.work(KPA) as work, work.transaction():
            work.record("house.operate", f"act:{number}")

    assert together(record) == [None] * AT_ONCE
    with kpa.work() as work:
        found = audit.verify(work.session)
    assert (found.count, found.broken) == (AT_ONCE, None)
