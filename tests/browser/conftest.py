"""Headless Chromium, and the demo's KPA with its story told, made once."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chromium

sys.path.insert(0, str(Path(__file__).parents[1] / "integration" / "rights"))
sys.path.insert(0, str(Path(__file__).parent))

from browsing.chromium import Phones, launched, path_of_chromium
from browsing.site import served
from browsing.told import Told, open_kpa, tell, twin

from kpa_core.demo import cast

HERE = Path(__file__).parent


class Started:
    """Chromium while tests of this folder follow each other."""

    stack = ExitStack()
    chromium: Chromium | None = None


@pytest.fixture(scope="module")
def chromium() -> Chromium:
    """Chromium, running."""
    path = path_of_chromium()
    if path is None:
        pytest.skip("chromium: not found on this machine")
    if Started.chromium is None:
        Started.chromium = Started.stack.enter_context(launched(path))
    return Started.chromium


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> Iterator[None]:
    """Stop Chromium when a test of another folder comes: its event loop would be in the way."""
    yield
    if nextitem is None or not nextitem.path.is_relative_to(HERE):
        Started.stack.close()
        Started.chromium = None


@pytest.fixture(scope="session")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """The demo's KPA on its first day; for copies only."""
    made = open_kpa(tmp_path_factory.mktemp("opened") / "kpa")
    yield made
    made.kpa.close()


@pytest.fixture(scope="session")
def told(opened: Told, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """The demo's KPA once its story is told."""
    made = twin(opened, tmp_path_factory.mktemp("told") / "kpa")
    tell(made)
    yield made
    for kpa in filter(None, (made.neighbour, made.kpa)):
        kpa.close()


@pytest.fixture(scope="session")
def styled() -> set[str]:
    """Everything styled whose colours were measured already."""
    return set()


@pytest.fixture(scope="module")
def phones(chromium: Chromium, told: Told) -> Iterator[Phones]:
    """Phones on the told KPA; what they change there is put back afterwards."""
    for one in cast.PEOPLE:
        told.session_of(one.name)
    told.remember()
    with served(told.kpa.app) as site:
        yield Phones(chromium, site, told.session_of)
    told.rewind()
