"""A new KPA with the demo's people, told through forms, on each database that was chosen.

The opening takes as long as the story that follows, and is the same for all stories of a mode: it
is told once, and each story goes on in a twin.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kpa_core import accounts, instance
from kpa_core.demo import cast, opening
from kpa_core.demo.stage import Stage
from kpa_core.testing import TestKpa
from kpa_core.testing.databases import PostgresServer
from kpa_core.work import OPERATOR

PLUGINS = ("cape", "catering")
Openings = dict[str, tuple[TestKpa, Stage]]


@pytest.hookimpl(tryfirst=True)
def pytest_itemcollected(item: pytest.Item) -> None:
    """Let the stories on one database stay with one worker, which tells their openings."""
    callspec = getattr(item, "callspec", None)
    database = callspec.params.get("kpa_database", "") if callspec else ""
    item.add_marker(pytest.mark.xdist_group(f"scenarios {database}"))


@pytest.fixture(scope="session")
def openings(kpa_database: str) -> Iterator[Openings]:
    """The openings told on a database, by their mode."""
    told: Openings = {}
    yield told
    for kpa, _ in told.values():
        kpa.close()


def _tell(folder: Path, mode: str, server: PostgresServer | None) -> tuple[TestKpa, Stage]:
    kpa = TestKpa.make(
        folder, name=cast.KPA_NAME, plugins=PLUGINS, instance={"demo": True}, server=server
    )
    stage = _stage(kpa)
    first = cast.PEOPLE[0]
    with kpa.work(OPERATOR) as work:
        stage.codes[first.name] = accounts.first_account(work, first.name, first.phone)
    opening.open_the_kpa(stage, mode)
    return kpa, stage


def _stage(kpa: TestKpa) -> Stage:
    stage = Stage(kpa.instance)
    stage.app = kpa.app
    return stage


@pytest.fixture
def opened(
    openings: Openings,
    kpa_database: str,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[[str], Stage]]:
    """Return a function that opens a KPA in an issuing mode and returns its stage."""
    monkeypatch.setattr(instance, "STATES_LAST", 0.0)  # tests look again at once
    twins: list[TestKpa] = []

    def open_one(mode: str) -> Stage:
        if mode not in openings:
            server = request.getfixturevalue("kpa_server") if kpa_database == "postgresql" else None
            openings[mode] = _tell(tmp_path_factory.mktemp("opened") / "kpa", mode, server)
        first, told = openings[mode]
        twins.append(first.twin(tmp_path / f"twin-{len(twins)}"))
        stage = _stage(twins[-1])
        stage.codes.update(told.codes)
        stage.ids.update(told.ids)
        return stage

    yield open_one
    for one in twins:
        one.close()
