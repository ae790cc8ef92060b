"""What the whole suite needs of pytest itself."""

from __future__ import annotations

from typing import Any

import pytest


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
