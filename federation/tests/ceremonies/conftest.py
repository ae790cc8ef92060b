"""Real instances on loopback, and guardians with a sheet each, on no machine of a KPA."""

from __future__ import annotations

import pytest
from halls import Hall
from towns import town as town


@pytest.fixture
def hall(town):
    """Return a KPA with three guardians, followed by a neighbour."""
    roubaix, lille = town("Roubaix"), town("Lille")
    for one, other in ((roubaix, lille), (lille, roubaix)):
        one.follow(other)
    return Hall(roubaix, lille)
