"""Services own the transaction: all of an act or nothing, and no write outside."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import DeclarativeBase, Mapped

from kpa_core import audit, clock, db, once
from kpa_core.audit import AuditEntry
from kpa_core.contracts import INSTANCE
from kpa_core.errors import Conflict, Refused
from kpa_core.once import Once, OnceRow
from kpa_core.outbox import JobRow
from kpa_core.sessions import ReadOnly
from kpa_core.work import KPA


class Apart(DeclarativeBase):
    """A base of our own: the core's metadata must not learn of a test's table."""

    type_annotation_map = db.Base.type_annotation_map


class Sheet(db.Versioned, Apart):
    __tablename__ = "sheet"

    text: Mapped[str]


@pytest.fixture
def sheets(kpa):
    Apart.metadata.create_all(kpa.instance.engine)
    with kpa.work() as work, work.transaction() as session:
        sheet = Sheet(text="first")
        session.add(sheet)
    return sheet.id


def job(key):
    return JobRow(kind="x", key=key, payload={}, due_at=clock.now())


def keys(kpa):
    with kpa.work() as work:
        return set(work.session.scalars(sa.select(JobRow.key).where(JobRow.kind == "x")))


def test_the_outermost_block_commits(kpa):
    with kpa.work() as work:
        with work.transaction() as session:
            session.add(job("outer"))
            with work.transaction():
                session.add(job("inner"))
            assert keys(kpa) == set()
        assert keys(kpa) == {"outer", "inner"}


def refuse(work, *more):
    """Write, then say no, in a nested block."""
    with work.transaction() as session:
        session.add_all(more)
        session.flush()
        raise Refused("non")


def test_an_error_undoes_the_outer_block_too(kpa):
    def act(work):
        with work.transaction() as session:
            session.add(job("outer"))
            refuse(work, job("inner"))

    with kpa.work() as work, pytest.raises(Refused):
        act(work)
    assert keys(kpa) == set()


def test_half_an_act_is_never_kept_even_when_the_caller_goes_on(kpa):
    def act(work):
        with work.transaction() as session:
            session.add(job("outer"))
            with pytest.raises(Refused):
                refuse(work)
            session.add(job("after"))

    with kpa.work() as work, pytest.raises(ReadOnly):
        act(work)
    assert keys(kpa) == set()
    with kpa.work() as work, work.transaction() as session:  # the next act is not held back
        session.add(job("next"))
    assert keys(kpa) == {"next"}


WRITES = {
    "a new row": lambda session: session.add(job("new")) or session.flush(),
    "a changed row": lambda session: (
        setattr(session.scalars(sa.select(JobRow).where(JobRow.key == "old")).one(), "kind", "y")
        or session.flush()
    ),
    "a removed row": lambda session: (
        session.delete(session.scalars(sa.select(JobRow).where(JobRow.key == "old")).one())
        or session.flush()
    ),
    "an update statement": lambda session: session.execute(sa.update(JobRow).values(kind="y")),
    "a delete statement": lambda session: session.execute(sa.delete(JobRow)),
    "an insert statement": lambda session: session.execute(
        sa.insert(JobRow.__table__).values(kind="x", key="n", payload={}, due_at=clock.now())
    ),
    "a commit": lambda session: session.commit(),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_a_write_outside_a_transaction_is_refused(write, kpa):
    with kpa.work() as work, work.transaction() as session:
        session.add(job("old"))
    with kpa.work() as work, pytest.raises(ReadOnly):
        write(work.session)
    assert keys(kpa) == {"old"}


@pytest.mark.parametrize("end", ["commit", "rollback"])
def test_nobody_ends_the_transaction_of_a_service(end, kpa):
    def act(work):
        with work.transaction() as session:
            session.add(job("half"))
            getattr(session, end)()

    with kpa.work() as work, pytest.raises(ReadOnly):
        act(work)
    assert keys(kpa) == set()


def test_a_session_begun_twice_is_an_error(kpa):
    with kpa.work() as work, work.transaction() as session:
        session.add(job("one"))
        with pytest.raises(InvalidRequestError), session.begin():
            pass
    assert keys(kpa) == {"one"}


def test_calls_after_the_commit_run_only_after_a_commit(kpa):
    done = []

    def act(work):
        with work.transaction():
            work.after_commit(lambda: done.append("rolled back"))
            refuse(work)

    with kpa.work() as work:
        with pytest.raises(Refused):
            act(work)
        with work.transaction():
            work.after_commit(lambda: done.append("committed"))
            with work.transaction():
                pass
            assert done == []
        assert done == ["committed"]


# --- two people, one sheet ------------------------------------------------------------------------


def test_two_editors_of_one_sheet_are_told(kpa, sheets):
    def act(work):
        with work.transaction() as session:
            sheet = session.get_one(Sheet, sheets)
            session.execute(sa.text("UPDATE sheet SET version = 2"))  # as another process would
            sheet.text = "mine"

    with kpa.work() as work:
        with pytest.raises(Conflict):
            act(work)
        assert work.session.get_one(Sheet, sheets).text == "first"


def test_a_row_read_before_the_transaction_is_read_again(kpa, sheets):
    with kpa.work() as first, kpa.work() as second:
        seen = first.session.get_one(Sheet, sheets)
        assert seen.text == "first"
        with second.transaction() as session:
            session.get_one(Sheet, sheets).text = "second"
        with first.transaction():
            assert seen.text == "second"
            seen.text += " and first"
    with kpa.work() as work:
        assert work.session.get_one(Sheet, sheets).text == "second and first"
        assert work.session.get_one(Sheet, sheets).version == 3


def test_a_row_kept_from_an_earlier_act_is_read_again(kpa, sheets):
    with kpa.work() as first, kpa.work() as second:
        with first.transaction() as session:
            seen = session.get_one(Sheet, sheets)
            seen.text = "one"
        with second.transaction() as session:
            session.get_one(Sheet, sheets).text = "two"
        with first.transaction():
            seen.text += ", three"
    with kpa.work() as work:
        assert work.session.get_one(Sheet, sheets).text == "two, three"


# --- audit and jobs in the same transaction -------------------------------------------------------


def test_the_trace_and_the_job_leave_with_the_act(kpa):
    def act(work):
        with work.transaction():
            work.record("member.write", "party:1")
            work.ask("x", {}, key="1")
            refuse(work)

    with kpa.work() as work:
        with pytest.raises(Refused):
            act(work)
        assert work.session.scalar(sa.select(sa.func.count()).select_from(AuditEntry)) == 0
        assert keys(kpa) == set()
        with work.transaction():
            work.record("member.write", "party:1")
            work.ask("x", {}, key="1")
            work.ask("x", {"again": True}, key="1")
        assert keys(kpa) == {"x:1"}
        entry = work.session.scalars(sa.select(AuditEntry)).one()
        assert (entry.capability, entry.subject, entry.actor_kind) == (
            "member.write",
            "party:1",
            "service",
        )


def test_two_works_in_turn_make_one_chain(kpa):
    with kpa.work() as one, kpa.work() as other:
        for work in (one, other, one, one, other):
            with work.transaction() as session:
                audit.record(session, KPA, "x", "y", scope=INSTANCE)
        assert audit.verify(one.session).count == 5
        assert audit.verify(one.session).broken is None


# --- idempotency keys -----------------------------------------------------------------------------


FORM = Once("a-key-of-a-form", None, "/membres", "digest")


def test_a_key_answers_the_same_the_second_time(kpa):
    with kpa.work() as work:
        with work.transaction() as session:
            assert once.earlier_answer(session, FORM) is None
            once.remember(session, FORM, "/membres/1")
        with work.transaction() as session:
            assert once.earlier_answer(session, FORM) == "/membres/1"


def test_a_key_is_free_again_when_its_act_failed(kpa):
    def act(work):
        with work.transaction() as session:
            once.earlier_answer(session, FORM)
            refuse(work)

    with kpa.work() as work:
        with pytest.raises(Refused):
            act(work)
        with work.transaction() as session:
            assert once.earlier_answer(session, FORM) is None
            assert session.scalar(sa.select(sa.func.count()).select_from(OnceRow)) == 1


@pytest.mark.parametrize(
    "other",
    [
        Once(FORM.key, db.new_id(), FORM.route, FORM.body_hash),
        Once(FORM.key, None, "/autre", FORM.body_hash),
        Once(FORM.key, None, FORM.route, "other"),
    ],
    ids=["someone else", "another page", "other answers"],
)
def test_a_key_is_not_for_something_else(other, kpa):
    with kpa.work() as work:
        with work.transaction() as session:
            once.earlier_answer(session, FORM)
            once.remember(session, FORM, "/membres/1")
        with pytest.raises(Conflict), work.transaction() as session:
            once.earlier_answer(session, other)
