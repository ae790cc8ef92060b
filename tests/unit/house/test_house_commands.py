"""The technical commands: migrate, doctor, backup, restore, audit, outbox."""

from __future__ import annotations

import json
import logging
import os
import re
import subprocess
import sys
import zipfile

import pytest
import sqlalchemy as sa

from kpa_core import audit, jobs
from kpa_core.cli import serve
from kpa_core.contracts import Job
from kpa_core.errors import Refused
from kpa_core.features import open_instance
from kpa_core.outbox import JobRow
from kpa_core.scaffold.newborn import Birth, make_instance
from kpa_core.work import KPA


@pytest.fixture
def place(tmp_path):
    """An instance made by ``kpa new``, with one plugin."""
    make_instance(tmp_path / "ici", Birth(name="La Cape", plugins=("catering",)))
    return tmp_path / "ici"


@pytest.fixture
def opened(place):
    instance = open_instance(place)
    yield instance
    instance.close()


def sql(instance, text):
    with instance.engine.begin() as connection:
        connection.execute(sa.text(text))


# --- migrate --------------------------------------------------------------------------------------


def go_back(instance):
    """Leave the plugin's history as if it had never run."""
    with instance.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE alembic_version_catering")
        names = sa.inspect(connection).get_table_names()
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        for name in [name for name in names if name.startswith("catering_")]:
            connection.exec_driver_sql(f"DROP TABLE {name}")


def test_a_plugin_s_commands_are_found_from_another_folder(place, tmp_path):
    line = [sys.executable, "-m", "kpa_core", "--dir", str(place)]
    elsewhere = {name: one for name, one in os.environ.items() if name != "KPA_DIR"}
    for more, wanted in ((["catering", "--help"], "export"), (["--help"], "catering")):
        ran = subprocess.run(
            [*line, *more], cwd=tmp_path, env=elsewhere, capture_output=True, text=True
        )
        assert (ran.returncode, wanted in ran.stdout) == (0, True), ran.stderr


def test_migrate_backs_up_first_and_only_when_something_is_left_to_do(place, opened, kpa_command):
    quiet = kpa_command(place, "migrate")
    assert (quiet.code, quiet.out) == (0, "La base est à jour.\n")
    assert list((place / "backups").iterdir()) == []
    go_back(opened)
    done = kpa_command(place, "migrate")
    assert done.code == 0, done.err
    (made,) = (place / "backups").iterdir()
    assert f"Sauvegarde : {made}" in done.out
    assert "catering:catering_0001" in done.out
    with zipfile.ZipFile(made) as archive:
        assert "database.sqlite3" in archive.namelist()


def test_migrate_can_be_told_not_to(place, opened, kpa_command):
    go_back(opened)
    assert kpa_command(place, "migrate", "--no-backup").code == 0
    assert list((place / "backups").iterdir()) == []


def test_migrate_fills_an_empty_database_without_a_backup(place, kpa_command):
    for path in (place / "data").iterdir():
        path.unlink()
    (place / "data" / "kpa.sqlite3").touch()
    done = kpa_command(place, "migrate")
    assert done.code == 0, done.err
    assert "core:core_0001" in done.out
    assert list((place / "backups").iterdir()) == []


def test_migrate_stops_when_the_backup_fails(place, opened, kpa_command):
    go_back(opened)
    (place / "backups").rmdir()
    (place / "backups").write_text("not a folder")
    done = kpa_command(place, "migrate")
    assert done.code == 1
    assert "sauvegarde" in done.err
    assert "catering_dish" not in sa.inspect(opened.engine).get_table_names()


def test_a_database_newer_than_the_software_is_refused(place, opened, kpa_command):
    sql(opened, "UPDATE alembic_version_core SET version_num = 'core_9999'")
    for command in ("migrate", "worker", "serve"):
        done = kpa_command(place, command)
        assert done.code == 2
        assert len(done.err.splitlines()) == 1
    assert "plus récente" in kpa_command(place, "migrate").err


def test_the_start_says_that_the_invoices_lost_their_guards_and_goes_on(place, opened, caplog):
    with caplog.at_level(logging.WARNING):
        assert serve._check(place).instance.name == "La Cape"
        assert caplog.messages == []
        sql(opened, "DROP TRIGGER guard_document_update")
        serve._check(place)
    (said,) = caplog.messages
    assert said.startswith("ATTENTION (guards) : Il manque guard_document_update.")


# --- doctor, and a database that is not there -----------------------------------------------------


def test_doctor_names_each_check_and_ends_with_1_when_one_is_bad(place, opened, kpa_command):
    done = kpa_command(place, "doctor", "--json")
    found = {row["name"]: row for row in json.loads(done.out)}
    assert done.code == 1
    assert [name for name, row in found.items() if not row["ok"]] == ["backup"]
    assert "kpa backup" in found["backup"]["detail"]
    assert kpa_command(place, "backup").code == 0
    assert kpa_command(place, "doctor").code == 0
    go_back(opened)
    bad = kpa_command(place, "doctor")
    assert bad.code == 1
    assert "!!  migrations catering  Lance « kpa migrate »." in bad.out


ABSENT = {
    "sqlite:///nowhere/kpa.sqlite3": (2, "n'est pas là"),
    "postgresql://kpa@127.0.0.1:1/kpa": (1, "ne répond pas"),
}


@pytest.mark.parametrize("url", ABSENT)
@pytest.mark.parametrize("command", ["outbox list", "backup", "migrate", "worker", "serve"])
def test_a_database_that_is_not_there_is_a_sentence(command, url, place, kpa_command):
    path = place / "kpa.toml"
    path.write_text(path.read_text().replace("sqlite:///data/kpa.sqlite3", url))
    done = kpa_command(place, *command.split())
    code, words = ABSENT[url]
    assert done.code == code
    assert words in done.err
    assert "Traceback" not in done.err
    assert not (place / "nowhere").exists()


def test_a_wrong_address_is_a_misuse(place, kpa_command):
    path = place / "kpa.toml"
    path.write_text(path.read_text().replace("sqlite:///data/kpa.sqlite3", "mysql://x/kpa"))
    done = kpa_command(place, "doctor")
    assert done.code == 2
    assert "'mysql'" in done.err


# --- backup and restore ---------------------------------------------------------------------------


def test_a_backup_is_traced_anchored_and_comes_back(place, opened, kpa_command, tmp_path):
    assert kpa_command(place, "backup", "--to", str(tmp_path / "one.zip")).code == 0
    done = kpa_command(tmp_path, "restore", "one.zip", "la")
    assert done == (0, "Le KPA est de retour dans la. Lance « kpa doctor ».\n", "")
    said = kpa_command(tmp_path / "la", "audit", "verify").out
    assert re.fullmatch(r"\d+ lignes, toutes à leur place. Repères retrouvés : \d.\n", said)
    with opened.work(KPA) as work:
        last = work.session.scalars(
            sa.select(audit.AuditEntry).order_by(audit.AuditEntry.seq.desc())
        ).first()
    assert (last.subject, last.actor_kind, last.via) == ("backup:one.zip", "operator", "cli")


def test_what_is_not_a_backup_is_a_misuse_and_a_damaged_one_a_failure(place, tmp_path, kpa_command):
    kpa_command(place, "backup", "--to", str(tmp_path / "good.zip"))
    data = (tmp_path / "good.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as other:
        other.writestr("letter.txt", "hello")
    (tmp_path / "cut.zip").write_bytes(data[: len(data) // 2])
    (tmp_path / "text.zip").write_text("hello")
    codes = {
        name: kpa_command(tmp_path, "restore", f"{name}.zip", "la").code
        for name in ("other", "cut", "text", "absent")
    }
    assert codes == {"other": 2, "cut": 1, "text": 1, "absent": 2}
    assert kpa_command(tmp_path, "restore", "good.zip", "ici").code == 2
    assert not (tmp_path / "la").exists()


# --- audit ----------------------------------------------------------------------------------------


def test_audit_verify_says_how_many_stand_and_which_one_does_not(place, opened, kpa_command):
    with opened.work(KPA) as work, work.transaction():
        for number in range(5):
            work.record("house.operate", f"act:{number}")
        first = audit.verify(work.session).count - 5
    kpa_command(place, "backup")
    good = kpa_command(place, "audit", "verify")
    assert good.out == f"{first + 6} lignes, toutes à leur place. Repères retrouvés : 1.\n"
    triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_entry'"
    with opened.engine.begin() as connection:
        for name in connection.exec_driver_sql(triggers).scalars().all():
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        connection.exec_driver_sql("UPDATE audit_entry SET subject = 'x' WHERE subject = 'act:2'")
    bad = kpa_command(place, "audit", "verify")
    assert (bad.code, bad.out) == (1, "")
    assert bad.err.startswith(f"{first + 2} lignes sûres. La ligne {first + 3} ne tient pas : ")
    assert bad.err.endswith("Repères : 0.\n")


# --- outbox ---------------------------------------------------------------------------------------


def test_a_stuck_job_is_listed_put_back_or_left(place, opened, kpa_command):
    def refuse(_work, _payload):
        raise Refused("Pas d'adresse.")

    opened.registered.jobs["x"] = Job("x", refuse)
    with opened.work(KPA) as work, work.transaction():
        work.ask("x", {"to": "Amina"}, key="1")
    jobs.run_due(opened)
    rows = json.loads(kpa_command(place, "outbox", "list", "--json").out)
    (row,) = [row for row in rows if row["kind"] == "x"]
    assert (row["state"], row["why"]) == ("failed", "Refused: Pas d'adresse.")
    assert "Amina" not in json.dumps(rows)
    assert kpa_command(place, "outbox", "give-up", row["id"]).code == 0
    assert kpa_command(place, "outbox", "retry", row["id"]).out == "C'est remis dans la file.\n"
    with opened.work(KPA) as work:
        query = sa.select(JobRow.state).where(JobRow.kind == "x")
        assert work.session.scalars(query).one() == "pending"


@pytest.mark.parametrize(
    ("job", "code"), [("not-an-id", 2), ("018f0000-0000-7000-8000-000000000000", 1)]
)
def test_a_job_that_is_none_is_a_sentence(job, code, place, kpa_command):
    done = kpa_command(place, "outbox", "retry", job)
    assert (done.code, done.out) == (code, "")
    assert len(done.err.splitlines()) == 1
