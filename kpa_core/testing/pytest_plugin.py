"""The pytest plugin (entry point ``pytest11``): fixtures, and guards against the outside world."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from kpa_core.testing.kpa import TestKpa

DATABASES = ("sqlite", "postgresql")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the caller choose databases and the long suite."""
    group = parser.getgroup("kpa")
    group.addoption(
        "--kpa-database", default="sqlite", help="sqlite, postgresql, or both by a comma"
    )
    group.addoption("--long", action="store_true", help="run the long suite too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the long suite out unless asked for."""
    if config.getoption("--long"):
        return
    kept = [item for item in items if "long" not in item.keywords]
    left = [item for item in items if "long" in item.keywords]
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = kept


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what asks for a database on each database that was chosen."""
    if "kpa_database" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--kpa-database").split(",")
        metafunc.parametrize("kpa_database", chosen, indirect=True, scope="session")


@pytest.fixture(autouse=True)
def loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection that leaves this machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise RuntimeError(f"a test tried to reach {address!r}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


def _in_memory() -> str | None:
    """Return a folder that is memory, where there is one: a thousand databases wait for a disk."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


@pytest.fixture(scope="session")
def kpa_server() -> Iterator[Any]:
    """One PostgreSQL server for the session, started when first asked for."""
    from kpa_core.testing.databases import PostgresServer

    # Not under pytest's own folder: another session closes that one to other users, and
    # PostgreSQL never runs as root.
    with tempfile.TemporaryDirectory(
        prefix="kpa-postgresql-", dir=_in_memory(), ignore_cleanup_errors=True
    ) as place:
        server = PostgresServer(Path(place))
        yield server
        server.stop()


@pytest.fixture(scope="session")
def kpa_database(request: pytest.FixtureRequest) -> str:
    """The name of the database the test runs on."""
    return str(getattr(request, "param", "sqlite"))


@pytest.fixture
def make_kpa(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    kpa_database: str,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Callable[..., TestKpa]]:
    """Return a function that makes a KPA: ``make_kpa(plugins=[MyPlugin], name="La Cape")``."""
    from kpa_core import instance
    from kpa_core.testing.kpa import TestKpa

    monkeypatch.setattr(instance, "STATES_LAST", 0.0)  # tests look again at once
    made: list[TestKpa] = []

    def make(**options: Any) -> TestKpa:
        server = request.getfixturevalue("kpa_server") if kpa_database == "postgresql" else None
        folder = tmp_path / f"kpa-{len(made)}"
        kpa = TestKpa.make(folder, server=server, **options)
        made.append(kpa)
        return kpa

    yield make
    for kpa in made:
        kpa.close()


@pytest.fixture
def kpa(make_kpa: Callable[..., TestKpa]) -> TestKpa:
    """A KPA without plugins."""
    return make_kpa()
