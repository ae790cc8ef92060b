"""A change to the audit log is seen, wherever it is made."""

from __future__ import annotations

import random
from contextlib import contextmanager
from datetime import date
from types import SimpleNamespace
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core import audit
from kpa_core.audit import Anchor, AuditEntry, AuditHead
from kpa_core.contracts import Actor, Scope

ENTRIES = AuditEntry.__table__
LENGTH, ANCHORED = 40, (10, 30)
TAMPERS = {"sqlite": 1000, "postgresql": 100}


def write_log(kpa):
    actors = [Actor("person", "Amina", party_id=uuid4()), Actor("operator", "root", via="cli")]
    with kpa.work() as work, work.transaction() as session:
        for number in range(LENGTH):
            audit.record(
                session,
                actors[number % 2],
                f"order.write{number % 3}",
                f"order:{number}",
                scope=Scope(activity_id=uuid4(), person_id=uuid4() if number % 5 else None),
                before={"state": "draft", "cents": number},
                after={"state": "sent", "cents": number + 1, "names": ["é", "ن", "\u2028"]},
                request_id=uuid4().hex,
            )


def rows(session):
    return [dict(row._mapping) for row in session.execute(sa.select(ENTRIES).order_by("seq"))]


def hashed(row):
    return audit._hash(SimpleNamespace(**row))


class Tamperer:
    """Changes the log as someone does who can write in the database file."""

    def __init__(self, session, chance):
        self.session = session
        self.chance = chance
        self.rows = rows(session)

    def store(self, rewritten, head=None):
        self.session.execute(sa.delete(ENTRIES))
        self.session.execute(sa.insert(ENTRIES), rewritten)
        if head is not None:
            values = {"seq": head["seq"], "hash": head["hash"]}
            self.session.execute(sa.update(AuditHead).values(**values))

    def rechain(self, first):
        """Compute every hash again from position ``first``, as a careful cheat would."""
        for place in range(first, len(self.rows)):
            row = self.rows[place]
            row["seq"] = place + 1
            row["previous"] = self.rows[place - 1]["hash"] if place else audit.GENESIS
            row["hash"] = hashed(row)

    def somewhere(self, low=0, high=LENGTH - 1):
        return self.chance.randint(low, high)

    def change_a_field(self):
        place = self.somewhere()
        row = self.rows[place]
        name = self.chance.choice([one.name for one in ENTRIES.columns if one.name != "seq"])
        row[name] = self.other(row[name], name)
        self.store(self.rows)
        return place + 1

    def other(self, value, name):
        if isinstance(value, bytes):
            return bytes([value[0] ^ 1]) + value[1:]
        if isinstance(value, dict):
            return {**value, "cents": -1}
        if isinstance(value, int):
            return value + self.chance.choice([-1, 1, 300])
        if name == "at":
            return value.replace(year=value.year - 1)
        return uuid4() if name.endswith("_id") and name != "request_id" else f"{value}x"

    def swap_two(self):
        low = self.somewhere(high=LENGTH - 2)
        high = self.somewhere(low + 1)
        one, other = self.rows[low], self.rows[high]
        one["seq"], other["seq"] = other["seq"], one["seq"]
        self.store(self.rows)
        return low + 1

    def insert_in_the_middle(self):
        place = self.somewhere()
        self.rows.insert(place, {**self.rows[place], "subject": "order:forged"})
        for number, row in enumerate(self.rows, start=1):
            row["seq"] = number
        self.store(self.rows)
        return place + 1

    def delete_in_the_middle(self):
        place = self.somewhere(high=LENGTH - 2)
        del self.rows[place]
        if self.chance.random() < 0.5:
            for number, row in enumerate(self.rows, start=1):
                row["seq"] = number
        self.store(self.rows)
        return place + 1

    def delete_the_last(self):
        kept = self.somewhere(1)
        self.store(self.rows[:kept])
        return kept + 1

    def delete_the_last_and_say_so_in_the_head(self):
        kept = self.somewhere(1, ANCHORED[-1] - 1)
        self.store(self.rows[:kept], self.rows[kept - 1])
        return kept + 1

    def compute_the_tail_again(self):
        place = self.somewhere()
        self.rows[place]["subject"] = "order:forged"
        self.rechain(place)
        self.store(self.rows)
        return LENGTH + 1 if place > ANCHORED[-1] - 1 else None

    def compute_the_tail_and_the_head_again(self):
        place = self.somewhere(high=ANCHORED[-1] - 1)
        self.rows[place]["subject"] = "order:forged"
        self.rechain(place)
        self.store(self.rows, self.rows[-1])
        return min(seq for seq in ANCHORED if seq > place)

    def downgrade_the_hash(self):
        place = self.somewhere()
        for row in self.rows[place:]:
            row["hash_version"] = 0
        self.rechain(place)
        self.store(self.rows, self.rows[-1])
        return place + 1

    def forget_the_head(self):
        self.session.execute(sa.delete(AuditHead))
        return LENGTH

    def forget_everything(self):
        self.session.execute(sa.delete(ENTRIES))
        self.session.execute(sa.delete(AuditHead))
        return 1


WAYS = [name for name in vars(Tamperer) if "_" in name.strip("_") and not name.startswith("_")]


TRIGGERS = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_entry'"


@pytest.fixture
def log(kpa):
    """A log of some entries in an open transaction, without its triggers."""
    with opened(kpa) as connection:
        yield connection


@contextmanager
def opened(kpa):
    write_log(kpa)
    with kpa.instance.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            for trigger in connection.exec_driver_sql(TRIGGERS).scalars().all():
                connection.exec_driver_sql(f"DROP TRIGGER {trigger}")
        else:
            connection.exec_driver_sql("ALTER TABLE audit_entry DISABLE TRIGGER USER")
        yield connection


@contextmanager
def undone(log):
    """A session whose changes are taken back at the end."""
    with Session(log, join_transaction_mode="create_savepoint") as session:
        yield session


def tampered(log, way, seed, anchors):
    """Return where verify found the fault, and where it was made."""
    with undone(log) as session:
        made = getattr(Tamperer(session, random.Random(seed)), way)()
        return audit.verify(session, anchors), made


def anchors_of(log):
    with undone(log) as session:
        kept = [row for row in rows(session) if row["seq"] in ANCHORED]
    return [Anchor(row["seq"], row["hash"], date(2026, 7, 1)) for row in kept]


@pytest.mark.parametrize("way", WAYS)
def test_each_tamper_is_detected_and_the_first_bad_line_named(way, log):
    anchors = anchors_of(log)
    for seed in range(TAMPERS[log.dialect.name] // len(WAYS) + 1):
        found, made = tampered(log, way, seed, anchors)
        assert found.broken is not None, (way, seed)
        assert found.broken.reason
        if made is not None:
            assert found.broken.seq == made, (way, seed, found)
        assert found.count == found.broken.seq - 1 or way == "forget_the_head"
    with undone(log) as session:
        assert audit.verify(session, anchors) == audit.Verdict(LENGTH, None, len(ANCHORED))


def test_without_an_anchor_a_careful_cheat_is_not_seen(log):
    """Why the anchors are there: the chain and its head alone can be written again."""
    found, _ = tampered(log, "compute_the_tail_and_the_head_again", 1, [])
    assert found.broken is None


GARBAGE = {"at": "yesterday", "after": "{", "actor_id": "x", "hash": "text", "seq": "x"}


@pytest.mark.parametrize(("column", "value"), GARBAGE.items(), ids=GARBAGE)
def test_a_line_that_cannot_be_read_is_a_fault_and_not_a_crash(column, value, kpa_on_sqlite):
    with opened(kpa_on_sqlite) as log, undone(log) as session:
        session.execute(sa.text(f"UPDATE audit_entry SET {column} = '{value}' WHERE seq = 7"))
        found = audit.verify(session)
    assert found.broken is not None
    assert (found.count, found.broken.seq) == (6, 7)


def test_the_triggers_refuse_a_change_of_the_log(kpa):
    write_log(kpa)
    for statement in ("UPDATE audit_entry SET subject = 'x'", "DELETE FROM audit_entry"):
        with kpa.instance.engine.connect() as connection, pytest.raises(sa.exc.DBAPIError):
            connection.execute(sa.text(statement))


# --- anchors --------------------------------------------------------------------------------------


def test_an_anchor_is_one_synced_line_outside_the_database(kpa, monkeypatch):
    synced = []
    monkeypatch.setattr(audit.os, "fsync", lambda handle: synced.append(handle))
    path = kpa.instance.anchors
    with kpa.work() as work:
        audit.anchor(work.session, path, date(2026, 7, 1))
        assert not path.exists()  # nothing to anchor yet
    write_log(kpa)
    with kpa.work() as work:
        audit.anchor(work.session, path, date(2026, 7, 1))
        with path.open("a") as file:
            file.write("12 broken off by a power c")
        audit.anchor(work.session, path, date(2026, 7, 2))
        (first, second) = audit.read_anchors(path)
        assert audit.verify(work.session, [first, second]).anchors == 1
    assert (first.seq, first.day, second.day) == (LENGTH, date(2026, 7, 1), date(2026, 7, 2))
    assert first.hash == second.hash
    assert len(synced) == 2


def test_the_daily_sweep_leaves_an_anchor(kpa):
    from kpa_core import jobs

    write_log(kpa)
    with kpa.work() as work, work.transaction():
        work.ask("house.sweep", {})
    assert jobs.run_due(kpa.instance) == 1
    assert [one.seq for one in audit.read_anchors(kpa.instance.anchors)] == [LENGTH]


# --- what may be written --------------------------------------------------------------------------

INJECTIONS = [
    "order:1\n2026-07-01 root order.write",
    "order:1\r\x1b[2J\x00",
    "order:1\u2028\u2029\x85\x0b\x0c",
    "order:1\u202e drawkcab",
    "order:1\ud800",
    "x" * 10_000,
]


@pytest.mark.parametrize("text", INJECTIONS, ids=range(len(INJECTIONS)))
def test_a_subject_is_one_short_line_whatever_is_put_in(text, kpa):
    with kpa.work() as work, work.transaction() as session:
        work.record("order.write", text, after={"said": text.replace("\ud800", "?")})
        entry = session.scalars(sa.select(AuditEntry)).one()
    assert len(entry.subject) <= 300
    assert all(letter.isprintable() for letter in entry.subject)
    assert len(entry.subject.splitlines()) == 1
    with kpa.work() as work:
        assert audit.verify(work.session).broken is None
