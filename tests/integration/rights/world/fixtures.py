"""The fixtures of the world, for the folders of tests that share it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from world.build import World, build


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


@pytest.fixture
def without_csrf(world: World) -> Iterator[World]:
    """The world whose forms need no token, to send many of them."""
    world.kpa.app.config["WTF_CSRF_ENABLED"] = False
    yield world
    world.kpa.app.config["WTF_CSRF_ENABLED"] = True
