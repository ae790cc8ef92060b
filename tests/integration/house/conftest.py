"""Instances as people have them: made by ``kpa new``, in a folder of their own."""

from __future__ import annotations

import os

import pytest

from kpa_core.features import open_instance
from kpa_core.scaffold.newborn import Birth, make_instance


class Newborns:
    """Makes instances as ``kpa new`` does, and opens them."""

    def __init__(self, folder):
        self.folder = folder
        self.opened = []
        self.new_database = None

    def __call__(self, name="one", plugins=(), **more):
        if self.new_database:
            more.setdefault("database", self.new_database())
        folder = self.folder / name
        make_instance(folder, Birth(name="La Cape", plugins=tuple(plugins), **more))
        return self.reopen(folder)

    def reopen(self, folder):
        self.opened.append(open_instance(folder))
        return self.opened[-1]


@pytest.fixture
def newborn(tmp_path, monkeypatch):
    """Make an instance on the embedded database."""
    for name in [name for name in os.environ if name.startswith("KPA_")]:
        monkeypatch.delenv(name)
    made = Newborns(tmp_path)
    yield made
    for instance in made.opened:
        instance.close()


@pytest.fixture
def house(newborn, kpa_database, request, monkeypatch):
    """Make an instance on the database that was asked for."""
    if kpa_database == "postgresql":
        server = request.getfixturevalue("kpa_server")
        monkeypatch.setenv("PATH", f"{server.programs}:{os.environ['PATH']}")
        newborn.new_database = server.new_database
    return newborn
