"""What the tests of the house share."""

from __future__ import annotations

import pytest

from kpa_core.testing.kpa import TestKpa


@pytest.fixture
def kpa_on_sqlite(tmp_path):
    """A KPA on the embedded database, for what only that one has."""
    kpa = TestKpa.make(tmp_path / "embedded")
    yield kpa
    kpa.close()
