"""Headless Chromium, and the demo's KPA with its story told, made once."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chromium

sys.path.insert(0, str(Path(__file__).parent))

from browsing.chromium import Phones, launched, path_of_chromium
from browsing.site import served
from browsing.told import Told, open_kpa, tell, twin

from kpa_core.demo import cast


@pytest.fixture(scope="module")  # its event loop must not stay while other modules run theirs
def chromium() -> Iterator[Chromium]:
    """Chromium, running."""
    path = path_of_chromium()
    if path is None:
        pytest.skip("chromium: not found on this machine")
    with launched(path) as running:
        yield running


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
    made.kpa.close()


@pytest.fixture(scope="module")
def phones(chromium: Chromium, told: Told) -> Iterator[Phones]:
    """Phones on the told KPA; what they change there is put back afterwards."""
    for one in cast.PEOPLE:
        told.session_of(one.name)
    told.remember()
    with served(told.kpa.app) as site:
        yield Phones(chromium, site, told.session_of)
    told.rewind()
