"""Headless Chromium, and the demo's KPA with its story told, made once."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chromium

sys.path.insert(0, str(Path(__file__).parent))

from browsing.chromium import launched, path_of_chromium


@pytest.fixture(scope="module")  # its event loop must not stay while other modules run theirs
def chromium() -> Iterator[Chromium]:
    """Chromium, running."""
    path = path_of_chromium()
    if path is None:
        pytest.skip("chromium: not found on this machine")
    with launched(path) as running:
        yield running
