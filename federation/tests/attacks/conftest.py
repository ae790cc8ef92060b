"""One real instance whose peers are in the same process: see ``homes``."""

from __future__ import annotations

import pytest
from homes import home as home

from kpa_federation.peers.buckets import Buckets


@pytest.fixture(autouse=True)
def nobody_asks_too_fast(monkeypatch):
    """Thousands of requests from one address: what stops them is tried in ``tests/trust``."""
    monkeypatch.setattr(Buckets, "take", lambda *_: 0)
