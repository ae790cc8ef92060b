"""R5: no column of what is kept changes, no row goes, through the ORM, raw SQL or REPLACE.

The tables and columns come from the models: a new column is tried without a word here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Mapped, Session, mapped_column

from kpa_core.activities.models import Contribution, ImpactCounter, ImpactEntry
from kpa_core.audit import AuditEntry
from kpa_core.db import Base, Kept, begin_write
from kpa_core.errors import PluginError, Refused
from kpa_core.invoices import guards
from kpa_core.invoices.life import answers
from kpa_core.invoices.making import issuing
from kpa_core.invoices.models import DocumentFile
from kpa_core.invoices.paying import payments
from kpa_core.invoices.sealing import printing
from kpa_core.jobs import run_due
from kpa_core.members import charter

OURS = (
    "approval",
    "audit_entry",
    "carrier_answer",
    "carrier_identity",
    "charter_rule",
    "contribution",
    "document",
    "document_event",
    "document_file",
    "impact_entry",
    "order_event",
    "payment",
    "payment_confirmation",
)
"""The guarded tables a story without a share-out writes to."""


@pytest.fixture
def told(house) -> Any:
    """A story that writes at least one row in each of ``OURS``."""
    return tell(house)


def tell(house: Any) -> Any:
    invoice = house.issued()
    run_due(house.kpa.instance)
    with house.work("host") as work:
        payments.record_payment(work, invoice.id, 66_000, work.today)
    with house.work() as work:
        issuing.credit(work, invoice.id, "mauvais client")
        rule = {"people": 1}
        charter.set_rule(work, "quote.approvals", rule, starts_on=work.today, source="conseil")
    _add_the_rest(house, invoice)
    return house


def _add_the_rest(house: Any, invoice: Any) -> None:
    """Add the rows whose own stories are told elsewhere."""
    with house.kpa.instance.work(house.people["one"]) as work, work.transaction() as session:
        counter = ImpactCounter(activity_id=house.activity_id, name="déchets", unit="kg")
        session.add(counter)
        session.flush()
        known = {"activity_id": house.activity_id, "day": work.today}
        me = house.people["one"].party_id
        session.add(ImpactEntry(counter_id=counter.id, day=work.today, amount_thousandths=1))
        session.add(Contribution(**known, person_id=me, minutes=60, kind="sale"))
        answer = {"number": "X", "issued_on": work.today, "gross_cents": 1, "stands": False}
        session.add(answers.CarrierAnswer(document_id=invoice.id, **answer))


def rows(house: Any) -> list[tuple[sa.Table, sa.Row[Any]]]:
    """Return each guarded table that has a row, with its first one."""
    with house.kpa.instance.engine.connect() as connection:
        there = set(sa.inspect(connection).get_table_names())
        tables = [table for table in guards.guarded_tables() if table.name in there]
        found = [(table, connection.execute(sa.select(table).limit(1)).first()) for table in tables]
    return [(table, row) for table, row in found if row is not None]


@contextmanager
def writing(house: Any) -> Iterator[Session]:
    with Session(house.kpa.instance.engine) as session:
        begin_write(session)
        yield session
        session.rollback()


def test_the_story_writes_in_every_table(told) -> None:
    assert {table.name for table, _ in rows(told)} >= set(OURS)


def test_every_kept_table_of_the_core_is_guarded(kpa) -> None:
    with kpa.instance.engine.connect() as connection:
        assert guards.missing(connection) == []
        names = {guard.table for guard in guards.expected(connection)}

    assert names >= {*OURS, "ledger_entry", "ledger_move", "fee_scale", "share_rule"}


def test_no_column_changes_in_raw_sql(told, other) -> None:
    tried = 0
    for table, row in rows(told):
        key = sa.and_(*(column == row._mapping[column.name] for column in table.primary_key))
        for column in table.columns:
            changed = {column: other(row._mapping[column.name], column)}
            with writing(told) as session, pytest.raises(DBAPIError, match="is append-only"):
                session.execute(sa.update(table).where(key).values(changed))
            tried += 1
    assert tried >= 120


def test_no_row_goes_in_raw_sql(told) -> None:
    for table, row in rows(told):
        key = sa.and_(*(column == row._mapping[column.name] for column in table.primary_key))
        truncate = sa.text(f"TRUNCATE {table.name} CASCADE")
        is_postgresql = told.kpa.instance.engine.dialect.name == "postgresql"
        for statement in (
            sa.delete(table).where(key),
            sa.delete(table),
            *([truncate] if is_postgresql else []),
        ):
            with writing(told) as session, pytest.raises(DBAPIError, match="is append-only"):
                session.execute(statement)


def test_no_row_is_replaced(told, other) -> None:
    """REPLACE and upserts change the row that is there, by its key or by any unique key."""
    ways = _replaced if told.kpa.instance.engine.dialect.name == "sqlite" else _upserted
    tried = 0
    for table, row in rows(told):
        for statement in ways(table, dict(row._mapping), other):
            with writing(told) as session, pytest.raises(DBAPIError, match="is append-only"):
                session.execute(statement)
            tried += 1
    assert tried > len(OURS)


def _keys(table: sa.Table) -> list[set[str]]:
    kinds = (sa.UniqueConstraint, sa.PrimaryKeyConstraint)
    keys = [one for one in table.constraints if isinstance(one, kinds)]
    return [{column.name for column in key.columns} for key in keys]


def _replaced(table: sa.Table, old: dict[str, Any], other: Any) -> Iterator[Any]:
    """Yield new rows that share one key with an old one, and no other key."""
    of_keys = set().union(*_keys(table))
    for shared in _keys(table):
        if any(old[name] is None for name in shared):
            continue
        new = {
            column.name: other(old[column.name], column)
            if column.name in of_keys - shared and not column.foreign_keys
            else old[column.name]
            for column in table.columns
        }
        yield sa.insert(table).prefix_with("OR REPLACE").values(new)


def _upserted(table: sa.Table, old: dict[str, Any], _other: Any) -> Iterator[Any]:
    """Yield the same row again, to be changed where it is met."""
    for shared in _keys(table):
        if all(old[name] is not None for name in shared):
            made = postgresql.insert(table).values(old)
            yield made.on_conflict_do_update(index_elements=sorted(shared), set_=old)


def test_sqlites_hidden_row_number_replaces_nothing(sqlite_house) -> None:
    told = tell(sqlite_house)
    for table, _ in rows(told):
        names = ", ".join(column.name for column in table.columns)
        marks = ", ".join("?" for _ in table.columns)
        values = tuple("zz" if column.primary_key else None for column in table.columns)
        with told.kpa.instance.engine.begin() as connection:
            number = connection.exec_driver_sql(f"SELECT min(rowid) FROM {table.name}").scalar()
            with pytest.raises(DBAPIError, match="is append-only"):
                connection.exec_driver_sql(
                    f"INSERT OR REPLACE INTO {table.name} (rowid, {names}) VALUES (?, {marks})",
                    (number, *values),
                )


def test_the_session_refuses_before_the_database(told, other) -> None:
    """A change through the ORM is a sentence, not a failure of the database."""
    there = {table for table, _ in rows(told)}
    kept = [mapper.class_ for mapper in Base.registry.mappers if mapper.local_table in there]
    assert len(kept) >= len(OURS)
    for model in (one for one in kept if issubclass(one, Kept)):
        for column in model.__table__.columns:
            with writing(told) as session:
                row = session.scalar(sa.select(model).limit(1))
                if row is None:
                    break
                setattr(row, column.name, other(getattr(row, column.name), column))
                with pytest.raises((Refused, DBAPIError), match=r"ne change plus|append-only"):
                    session.flush()
        with writing(told) as session:
            row = session.scalar(sa.select(model).limit(1))
            if row is not None:
                session.delete(row)
                with pytest.raises(Refused, match="ne change plus"):
                    session.flush()


def test_the_session_lent_to_a_plugin_is_refused_too(told, other) -> None:
    """In a hook, inside an act of the core: every column of every kept table, and every row."""
    tried = 0
    with told.work("kpa") as work, work.transaction():
        for table, row in rows(told):
            key = sa.and_(*(column == row._mapping[column.name] for column in table.primary_key))
            changes = [
                sa.update(table)
                .where(key)
                .values({column: other(row._mapping[column.name], column)})
                for column in table.columns
            ]
            for change in (*changes, sa.delete(table).where(key)):
                with work.for_plugin("bad") as lent:
                    with pytest.raises(PluginError, match="qui n'est pas à lui"):
                        lent.session.execute(change)
                    lent.failed = True
                tried += 1
    assert tried >= 130


def test_the_audit_log_is_guarded_too(told) -> None:
    with writing(told) as session:
        entry = session.scalars(sa.select(AuditEntry).limit(1)).one()
        entry.capability = "public.read"
        with pytest.raises(DBAPIError, match="is append-only"):
            session.flush()


def test_reading_and_adding_go_on(told) -> None:
    document = told.issued()

    with told.work() as work:
        assert printing.pdf_of(work, document)
        assert work.session.scalar(sa.select(sa.func.count(DocumentFile.id)))


# --- the guards themselves ------------------------------------------------------------------------


def test_each_trigger_that_is_gone_is_named(kpa) -> None:
    engine = kpa.instance.engine
    with engine.connect() as connection:
        wanted = guards.expected(connection)
    for guard in wanted:
        on = "" if engine.dialect.name == "sqlite" else f" ON {guard.table}"
        with engine.begin() as connection:
            connection.exec_driver_sql(f"DROP TRIGGER {guard.name}{on}")
            assert guards.missing(connection) == [guard.name]
            connection.exec_driver_sql(guard.statement)
            assert guards.missing(connection) == []


def test_a_trigger_made_harmless_is_named(kpa) -> None:
    with kpa.instance.engine.begin() as connection:
        for statement, name in _harmless(connection):
            point = connection.begin_nested()
            connection.exec_driver_sql(statement)
            assert guards.missing(connection) == [name], statement
            point.rollback()
        assert guards.missing(connection) == []


def _harmless(connection: sa.Connection) -> Iterator[tuple[str, str]]:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("DROP TRIGGER guard_document_update")
        yield (
            "CREATE TRIGGER guard_document_update BEFORE UPDATE ON document WHEN 0 "
            "BEGIN SELECT RAISE(ABORT, 'document is append-only'); END",
            "guard_document_update",
        )
        guards.install(connection)
        return
    yield "ALTER TABLE document DISABLE TRIGGER guard_document_change", "guard_document_change"
    yield (
        "CREATE OR REPLACE TRIGGER guard_document_change BEFORE UPDATE OF reference ON document "
        "FOR EACH ROW EXECUTE FUNCTION kpa_append_only()",
        "guard_document_change",
    )
    yield (
        "CREATE OR REPLACE TRIGGER guard_document_change BEFORE UPDATE OR DELETE ON document "
        "FOR EACH ROW WHEN (false) EXECUTE FUNCTION kpa_append_only()",
        "guard_document_change",
    )
    yield (
        "CREATE OR REPLACE FUNCTION kpa_append_only() RETURNS trigger LANGUAGE plpgsql "
        "AS 'BEGIN RETURN NEW; END'",
        "kpa_append_only",
    )


@pytest.fixture
def note() -> Iterator[sa.Table]:
    """The table of what some plugin writes for good; forgotten again by the models."""

    class Note(Kept, Base):
        __tablename__ = "trial_note"

        text: Mapped[str] = mapped_column(default="")

    assert isinstance(Note.__table__, sa.Table)
    yield Note.__table__
    Base.metadata.remove(Note.__table__)


def test_a_plugins_kept_table_is_guarded_once_it_exists(kpa, note: sa.Table) -> None:
    engine = kpa.instance.engine
    values = {"id": uuid4(), "created_at": datetime.now(UTC), "text": "une fois"}
    with engine.begin() as connection:
        assert "trial_note" not in {guard.table for guard in guards.expected(connection)}
        guards.install(connection)
        note.create(connection)
        assert {name.rsplit("_", 1)[0] for name in guards.missing(connection)} == {
            "guard_trial_note"
        }
        guards.install(connection)
        assert guards.missing(connection) == []
        connection.execute(sa.insert(note).values(values))
    with engine.begin() as connection, pytest.raises(DBAPIError, match="is append-only"):
        connection.execute(sa.update(note).values(text="deux fois"))
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE trial_note")
        assert guards.missing(connection) == []
