"""No guardian's secret is anywhere on a KPA's machine, whatever happened, and whoever mistook."""

from __future__ import annotations

import logging
import sqlite3
import zipfile
from contextlib import closing

import pytest
from canary import files_with, found_in, spellings
from halls import NAMES, SHEETS

from kpa_core.api import KpaError
from kpa_core.cli.archive import write_backup
from kpa_core.work import KPA, OPERATOR
from kpa_federation.ceremonies import lost_server, service
from kpa_federation.own import head

TWO = NAMES[1:]
HOME = "/federation/cles"
MISTAKEN = (f"{HOME}/ligne/0", f"{HOME}/exercice/0", f"{HOME}/reponse")


def traces(town, log):
    """Return where a secret is, on the machine of a KPA or in a backup made now."""
    with town.work(KPA) as work:
        made = write_backup(work)
    with zipfile.ZipFile(made) as packed:
        assert any("sqlite" in name for name in packed.namelist())
    root = town.kpa.instance.settings.root
    said = log.text.encode() + repr([one.__dict__ for one in log.records]).encode()
    return {
        name: [*files_with(root, secret), *(["log"] if found_in(said, secret) else [])]
        for name, secret in SHEETS.items()
    }


CLEAN = {name: [] for name in NAMES}


def rotation(hall):
    hall.change("rotation", *TWO)


def stolen(hall):
    ours = len(hall.lines())
    hall.publish("Donnez-moi de l'argent")
    hall.change("stolen", *TWO, cut=ours)


def lost_key(hall):
    (hall.root() / head.KEY).unlink()
    hall.change("lost_key", *NAMES)


@pytest.mark.parametrize("walk", [rotation, stolen, lost_key])
def test_after_a_walk_no_secret_is_anywhere(hall, caplog, walk):
    caplog.set_level(logging.DEBUG)
    hall.first()
    hall.publish("Une étagère")
    walk(hall)
    hall.tell()
    hall.pull()
    for town in (hall.here, hall.there):
        assert traces(town, caplog) == CLEAN


def test_on_a_new_machine_too(hall, town, caplog):
    caplog.set_level(logging.DEBUG)
    hall.first()
    hall.pull()
    new = town("Neuf")
    with new.work(OPERATOR) as work:
        lost_server.recover_server(work, hall.here.origin, [hall.there.address])
    hall.change("lost_server", *TWO, town=new)
    assert traces(new, caplog) == CLEAN


@pytest.mark.parametrize("pasted", ["code", "words", "both"])
def test_a_secret_pasted_by_mistake_is_not_kept(hall, caplog, pasted):
    caplog.set_level(logging.DEBUG)
    secret = SHEETS[NAMES[0]]
    text = {"code": secret.code, "words": secret.words}.get(pasted, f"Voilà : {secret.code}\nAnis")
    with hall.here.kpa.client_for("admin") as browser:
        hall.do(service.begin, "first")
        assert browser.submit(MISTAKEN[0], text=text).status >= 400
        hall.sheets()
        assert browser.submit(MISTAKEN[1], text=text).status >= 400
        hall.do(service.ask)
        shown = browser.submit(MISTAKEN[2], text=text)
    assert shown.status >= 400
    assert not found_in(shown.text.encode(), secret)
    for act in (service.take, lambda work, one: service.promise(work, NAMES[0], one)):
        with pytest.raises(KpaError) as refused:
            hall.do(act, text)
        assert not found_in(repr(refused.value).encode() + str(refused.value).encode(), secret)
    assert traces(hall.here, caplog) == CLEAN


def test_the_canary_sings(hall, caplog):
    """The search finds each spelling: in a table, in a file, in a log, in a backup."""
    secret = SHEETS["Le lieu"]
    path = hall.root() / "data" / "kpa.sqlite3"
    with closing(sqlite3.connect(path)) as opened, opened:
        opened.execute("CREATE TABLE leak (said BLOB)")
        opened.execute("INSERT INTO leak VALUES (?)", (b"before " + secret.private + b" after",))
    logging.getLogger("kpa").warning("a sheet: %s", secret.words)
    found = traces(hall.here, caplog)["Le lieu"]
    assert "log" in found
    for kind in ("data/kpa.sqlite3", "backups/"):
        assert any(one.startswith(kind) for one in found)
    for one in spellings(secret):
        (hall.root() / "note").write_bytes(b"before " + one + b" after")
        assert "note" in files_with(hall.root(), secret)
