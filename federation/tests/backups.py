"""Acts on a KPA and its database: publishing, starting again, a backup, and putting it back."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import date

from kpa_core.work import KPA
from kpa_federation.log import keeping
from kpa_federation.own import writing
from kpa_federation.peers import asking
from kpa_federation.protocol.bodies import write_body
from kpa_federation.protocol.entries import put

DATABASE = "data/kpa.sqlite3"


def publish(town, words):
    body = write_body({"title": words})
    line = put(body, at=date(2026, 11, 23), kind="kpa.example/note/1", licence="CC0-1.0")
    with town.work(KPA) as work:
        return writing.append(work, [line], {0: body})


def size(town, origin):
    with town.work(KPA) as work:
        return keeping.state_of(work.session, origin).size


def start_again(town):
    """Do what a new start does: what was asked before counts no more."""
    town.kpa.instance.started += "'"


def ask(town):
    with town.work(KPA) as work:
        return asking.ask(work)


def put_back(town, kept):
    town.kpa.instance.engine.dispose()
    for old in (town.kpa.instance.settings.root / "data").glob("kpa.sqlite3*"):
        old.unlink()
    shutil.copy(kept, town.kpa.instance.settings.root / DATABASE)


def backup(town, path):
    source = town.kpa.instance.settings.root / DATABASE
    with closing(sqlite3.connect(source)) as read, closing(sqlite3.connect(path)) as written:
        read.backup(written)
    return path
