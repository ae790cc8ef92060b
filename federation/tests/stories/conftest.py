"""Instances that never meet on a line: what one knows comes to another on a USB key."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager

import pytest
from towns import Town

from kpa_core.testing import TestKpa


@contextmanager
def maker(folder):
    """Lend a function that makes a KPA which no other can reach."""
    with ExitStack() as stack:

        def make(name, plugins=(), **instance):
            kpa = TestKpa.make(
                folder / name, name=name, plugins=["federation", *plugins], instance=instance
            )
            stack.callback(kpa.close)
            return Town(kpa, "")

        yield make


@pytest.fixture
def alone(tmp_path):
    """Return a function that makes a KPA for one test."""
    with maker(tmp_path) as make:
        yield make


@pytest.fixture(scope="module")
def alone_for_all(tmp_path_factory):
    """Return a function that makes a KPA for all tests of a file, which leave it as it is."""
    with maker(tmp_path_factory.mktemp("story")) as make:
        yield make


@pytest.fixture
def key(tmp_path):
    """Return the folder of a USB key."""
    made = tmp_path / "clé"
    made.mkdir()
    return made
