"""The world of two activities, shared with the tests of rights."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "rights"))
sys.path.insert(0, str(Path(__file__).parent))

from reading import Read, read_all
from world import World
from world.fixtures import whole_world as whole_world
from world.fixtures import without_csrf as without_csrf
from world.fixtures import world as world


@pytest.fixture(scope="session")
def read(whole_world: World) -> Read:
    """Every page, read once."""
    return read_all(whole_world)
