"""Instances that never meet on a line: what one knows comes to another on a USB key."""

from __future__ import annotations

from contextlib import ExitStack

import pytest
from towns import Town

from kpa_core.testing import TestKpa


@pytest.fixture
def alone(tmp_path):
    """Return a function that makes a KPA which no other can reach."""
    with ExitStack() as stack:

        def make(name, plugins=(), **instance):
            kpa = TestKpa.make(
                tmp_path / name, name=name, plugins=["federation", *plugins], instance=instance
            )
            stack.callback(kpa.close)
            return Town(kpa, "")

        yield make


@pytest.fixture
def key(tmp_path):
    """Return the folder of a USB key."""
    made = tmp_path / "clé"
    made.mkdir()
    return made
