"""What the whole suite needs of pytest itself: tests that share a world stay with one worker."""

from __future__ import annotations

import gc
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# A machine under load is slow to draw a first example: that is no fault of the example.
settings.register_profile("kpa", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("kpa")

ONE_WORLD_A_FILE = ("tests/integration/rights/", "tests/integration/security/")
"""Folders whose files each build something dear for all their tests."""

LONGEST_ALONE = "federation/tests/network/test_demo.py"
"""Begun last, it would keep one worker for a minute while the other has nothing left to do."""


@pytest.hookimpl(tryfirst=True)
def pytest_itemcollected(item: pytest.Item) -> None:
    """Keep the tests of a file together where the file builds a world."""
    file = item.nodeid.partition("::")[0]
    if file.startswith(ONE_WORLD_A_FILE) and item.get_closest_marker("xdist_group") is None:
        item.add_marker(pytest.mark.xdist_group(file))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[Any]) -> None:
    """Let tests of one ``xdist_group`` stay with one worker.

    pytest-xdist 3.8 writes the group in ``_nodeid``, which pytest 9.2 does not read any more:
    without this the groups are scattered, and each worker builds what they share.
    """
    for item in items:
        named = vars(item).get("_nodeid", "")
        if named.startswith(f"{item.nodeid}@"):
            item._id = type(item._id).parse(named)
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST_ALONE))


def pytest_collection_finish() -> None:
    """Spare what stays until the end from being looked through for rubbish again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)
