"""A new KPA with the demo's people, told through forms, on each database that was chosen."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kpa_core import accounts
from kpa_core.demo import cast, opening
from kpa_core.demo.stage import BrowserOf, Stage
from kpa_core.work import OPERATOR


@pytest.fixture
def opened(make_kpa) -> Callable[..., Stage]:
    """Return a function that opens a KPA in an issuing mode and returns its stage."""

    def open_one(mode: str, browser_of: Callable[[Stage], BrowserOf] | None = None) -> Stage:
        kpa = make_kpa(name=cast.KPA_NAME, plugins=["cape", "catering"], instance={"demo": True})
        stage = Stage(kpa.instance)
        stage.app = kpa.app
        first = cast.PEOPLE[0]
        with kpa.work(OPERATOR) as work:
            stage.codes[first.name] = accounts.first_account(work, first.name, first.phone)
        opening.open_the_kpa(stage, mode)
        return stage

    return open_one
