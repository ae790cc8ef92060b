"""The world, made once, and put back after each test that changed it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from world import World, build


@pytest.fixture(scope="session")
def whole_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The world as it was made; who changes it asks for ``world`` instead."""
    made = build(tmp_path_factory.mktemp("world") / "kpa")
    yield made
    made.close()


@pytest.fixture
def world(whole_world: World) -> Iterator[World]:
    """The world, put back afterwards."""
    yield whole_world
    whole_world.rewind()
