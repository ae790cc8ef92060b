"""A KPA with tables, until migrations make them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kpa_core.db import Base
from kpa_core.testing import TestKpa


@pytest.fixture
def make_kpa(make_kpa: Callable[..., TestKpa]) -> Callable[..., TestKpa]:
    def make(**options: Any) -> TestKpa:
        kpa = make_kpa(**options)
        Base.metadata.create_all(kpa.instance.engine)
        return kpa

    return make


@pytest.fixture
def kpa(make_kpa: Callable[..., TestKpa]) -> TestKpa:
    return make_kpa()
