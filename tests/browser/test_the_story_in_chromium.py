"""The main job, W1, in a real browser on a phone: with JavaScript, then without."""

from __future__ import annotations

import runpy
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar
from uuid import UUID

import pytest
import sqlalchemy as sa
from browsing.chromium import ChromiumBrowser, Everyone
from browsing.faces import Faces
from browsing.measures import faults
from browsing.more import buy_with_a_photo, quote_again
from browsing.site import served
from browsing.told import Told, twin
from playwright.sync_api import Browser as Chromium

from kpa_core import audit
from kpa_core.activities.models import Order
from kpa_core.demo import buffet
from kpa_core.demo.browser import Shown
from kpa_core.demo.stage import BrowserOf, Stage
from kpa_core.instance import Instance
from kpa_core.sharing import ledger
from kpa_core.sharing.models import Expense
from kpa_core.work import KPA

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

SCENARIO = "test_a_buffet_is_quoted_invoiced_and_shared.py"
scenario = SimpleNamespace(
    **runpy.run_path(str(Path(__file__).parents[1] / "scenarios" / SCENARIO))
)


class LookedAt(Stage):
    """A stage in Chromium where each new face of a page that a form leads to is looked at.

    So are those that stay for a moment only: a price that waits for its yes, a share-out that is
    proposed.
    """

    def __init__(self, instance: Instance, browser_of: BrowserOf) -> None:
        super().__init__(instance, browser_of)
        self.wrong: list[str] = []
        self._faces = Faces()
        self._styled: set[str] = set()

    def do(self, who: str, url: str, /, *, page: str = "", **fields: Any) -> Shown:
        """Send a form, and look at what it leads to."""
        shown = super().do(who, url, page=page, **fields)
        browser = self.browser(who)
        assert isinstance(browser, ChromiumBrowser)
        if self._faces.has_new(shown.text):
            found = faults(browser.page, self._styled)
            self.wrong += [f"{who}, {shown.url}: {one}" for one in found]
        return shown


def test_the_main_job_with_javascript(chromium: Chromium, opened: Told, tmp_path: Path) -> None:
    with in_chromium(LookedAt, chromium, twin(opened, tmp_path / "kpa")) as stage:
        check_w1(stage, buffet.tell(stage))

        assert stage.wrong == []


def test_the_next_order_without_javascript(
    chromium: Chromium, opened: Told, tmp_path: Path
) -> None:
    """Each kind of field and button on the way, a photo too; the rest is told in scenarios."""
    told = twin(opened, tmp_path / "kpa")
    with in_chromium(Stage, chromium, told, java_script_enabled=False) as stage:
        order = quote_again(stage)
        buy_with_a_photo(stage, order)

        with stage.instance.work(KPA) as work:
            assert work.session.get_one(Order, UUID(order)).state == "quoted"
            bought = work.session.scalars(sa.select(Expense)).one()
        assert (bought.net_cents, bought.receipt_file_id is not None) == (12_00, True)


StageOf = TypeVar("StageOf", bound=Stage)


@contextmanager
def in_chromium(
    kind: type[StageOf], chromium: Chromium, told: Told, **options: Any
) -> Iterator[StageOf]:
    """Give the stage of a KPA where everyone has a phone with Chromium, none of which complains."""
    with served(told.kpa.app) as site:
        everyone = Everyone(chromium, site, **options)
        stage = kind(told.kpa.instance, everyone.of_code)
        stage.codes.update(told.stage.codes)
        stage.ids.update(told.stage.ids)
        yield stage
        everyone.close()
    told.kpa.close()
    assert everyone.complaints() == []


def check_w1(stage: Stage, order: str) -> None:
    """Check what the scenario checks."""
    told, figures = scenario.FIGURES["15.00 € a guest"]
    assert told is buffet.W1
    with stage.instance.work(KPA) as work:
        session = work.session
        assert session.get_one(Order, UUID(order)).state == "shared"
        scenario.check_documents(session, UUID(order), "draft_for_carrier", figures)
        scenario.check_share(session, work, UUID(order), figures)
        assert audit.verify(session).broken is None
        assert list(ledger.faults(session)) == []
