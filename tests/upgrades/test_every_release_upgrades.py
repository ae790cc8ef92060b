"""A database with the data of each release, core and plugins, comes up to this kpa whole."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from kpa_core import audit, db, migrate
from kpa_core.activities import approvals, lines
from kpa_core.activities.models import Approval, Order, OrderLine
from kpa_core.config import Settings
from kpa_core.features import FEATURES
from kpa_core.instance import Instance
from kpa_core.invoices import guards
from kpa_core.members import service as members
from kpa_core.work import KPA
from kpa_federation.catalogue.kinds.resource import RESOURCE
from kpa_federation.own import writing
from kpa_federation.records import drafts, publishing

DATA = Path(__file__).parent / "data"
RELEASES = sorted(path.name for path in DATA.iterdir() if path.is_dir())
KEPT = ("party", "customer_order", "document", "allocation", "cape_policy", "catering_menu")


def counts(connection, tables=KEPT):
    return {
        table: connection.exec_driver_sql(f"SELECT COUNT(*) FROM {table}").scalar()
        for table in tables
    }


AS_IT_WAS = ("cape", "catering")
WITH_THE_NETWORK = (*AS_IT_WAS, "federation")


@pytest.fixture(params=[(one, AS_IT_WAS) for one in RELEASES], ids=RELEASES)
def old(request, tmp_path):
    """The database of a release, in a new folder, not yet upgraded; and the plugins it gets."""
    release, plugins = request.param
    source = DATA / release
    folder = tmp_path / "kpa"
    for name in ("data", "secrets"):
        (folder / name).mkdir(parents=True)
    with sqlite3.connect(folder / "data" / "kpa.sqlite3") as database:
        database.executescript((source / "database.sql").read_text("utf-8"))
    database.close()
    (folder / "secrets" / "data.key").write_bytes((source / "data.key").read_bytes())
    (folder / "secrets" / "session.key").write_text("of this test")
    facts = {"root": folder, "instance": {"name": "Moulins Coop"}, "plugins": list(plugins)}
    instance = Instance(Settings.model_validate(facts), features=FEATURES, strict=True)
    db.prepare_sqlite(instance.engine)
    yield SimpleNamespace(instance=instance, folder=folder)
    instance.close()


with_the_network = pytest.mark.parametrize(
    "old", [(one, WITH_THE_NETWORK) for one in RELEASES], ids=RELEASES, indirect=True
)


def test_there_is_data_of_a_release():
    assert RELEASES


@pytest.mark.parametrize(
    "old",
    [(one, plugins) for one in RELEASES for plugins in (AS_IT_WAS, WITH_THE_NETWORK)],
    indirect=True,
)
def test_its_data_survives_the_upgrade(old):
    with old.instance.engine.connect() as connection:
        before = counts(connection)
    migrate.upgrade(old.instance, guards=guards.install)
    assert not any(one.pending for one in migrate.standings(old.instance))
    for part in migrate.parts(old.instance):
        assert migrate.differences(old.instance, part) == []
    with old.instance.engine.connect() as connection:
        assert counts(connection) == before
        assert min(before[table] for table in KEPT if table != "cape_policy") > 0
        assert guards.missing(connection) == []
    with old.instance.work(KPA) as work:
        assert audit.verify(work.session).broken is None
        people = members.people(work)
        assert any(members.birth_date(work, one) for one in people)


def test_what_was_approved_stays_approved(old):
    migrate.upgrade(old.instance, guards=guards.install)
    with old.instance.work(KPA) as work:
        session = work.session
        approved = list(session.scalars(sa.select(Order).join(Approval).distinct()))
        assert approved
        assert [approvals.missing(work, one) for one in approved] == [0] * len(approved)
        assert {one.nature for one in session.scalars(sa.select(OrderLine))} <= set(lines.NATURES)


@with_the_network
def test_it_joins_the_network_and_publishes(old):
    with old.instance.engine.connect() as connection:
        assert "federation_log" not in sa.inspect(connection).get_table_names()
    migrate.upgrade(old.instance, guards=guards.install)
    with old.instance.work(KPA) as work:
        origin = writing.open_log(work)
        row = drafts.write_draft(work, RESOURCE.key, RESOURCE.example)
        name = publishing.publish(work, row.id, row.version)
        assert name.startswith(f"{origin}/1/")
        assert audit.verify(work.session).broken is None


ADDED = '''"""Remember how a customer heard of us."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "core_9999", "{head}"


def upgrade() -> None:
    op.add_column("customer", sa.Column("heard_by", sa.String(), nullable=False, server_default=""))
    {more}


def downgrade() -> None:
    op.drop_column("customer", "heard_by")
'''


def next_history(folder, head, more="pass"):
    """Copy the core's history with one more revision."""
    versions = folder / "history" / "versions"
    versions.mkdir(parents=True)
    for path in (migrate.CORE_DIRECTORY / "versions").glob("*.py"):
        (versions / path.name).write_text(path.read_text("utf-8"))
    (versions / "core_9999_heard_by.py").write_text(ADDED.format(head=head, more=more))
    return folder / "history"


def test_a_later_revision_reaches_it_and_keeps_its_data(old, tmp_path, monkeypatch):
    migrate.upgrade(old.instance, guards=guards.install)
    head = migrate.standings(old.instance)[0].head
    monkeypatch.setattr(migrate, "CORE_DIRECTORY", next_history(tmp_path, head))
    with old.instance.engine.connect() as connection:
        before = counts(connection)
    assert migrate.upgrade(old.instance, guards=guards.install) == ["core:core_9999"]
    with old.instance.engine.connect() as connection:
        assert counts(connection) == before
        assert connection.execute(sa.text("SELECT DISTINCT heard_by FROM customer")).scalar() == ""
        assert guards.missing(connection) == []


def test_a_revision_that_fails_leaves_the_old_schema(old, tmp_path, monkeypatch):
    migrate.upgrade(old.instance, guards=guards.install)
    head = migrate.standings(old.instance)[0].head
    broken = next_history(tmp_path, head, more="op.execute('INSERT INTO nowhere VALUES (1)')")
    monkeypatch.setattr(migrate, "CORE_DIRECTORY", broken)
    with pytest.raises(Exception):  # noqa: B017, PT011 - whatever it is, nothing is kept
        migrate.upgrade(old.instance, guards=guards.install)
    columns = {one["name"] for one in sa.inspect(old.instance.engine).get_columns("customer")}
    assert "heard_by" not in columns
    assert migrate.standings(old.instance)[0].current == head
