"""The logs of the tests of the guardians."""

from __future__ import annotations

import pytest
from collecting import NAMES
from log_writer import Writer, guardians


@pytest.fixture
def bare():
    return Writer("roubaix")


@pytest.fixture
def writer():
    made = Writer("roubaix", guardians(*NAMES))
    made.put("Fiche")
    return made
