"""The main job, W1, in a real browser on a phone: with JavaScript, then without.

The whole of it is told by scenarios, as forms sent without a browser. Here each kind of form is
filled and sent by Chromium once.
"""

from __future__ import annotations

import runpy
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from browsing.chromium import Phones
from browsing.faces import Faces
from browsing.measures import faults
from browsing.more import buy_with_a_photo, quote_again
from browsing.site import served
from browsing.told import Told, twin
from playwright.sync_api import Browser as Chromium

from kpa_core import audit
from kpa_core.activities.models import Order
from kpa_core.demo import buffet
from kpa_core.demo.browser import ID, Browser, Shown
from kpa_core.demo.opening import ANIMATOR
from kpa_core.demo.stage import Stage
from kpa_core.sharing import ledger
from kpa_core.sharing.models import Expense
from kpa_core.work import KPA

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

SCENARIO = "test_a_buffet_is_quoted_invoiced_and_shared.py"
scenario = SimpleNamespace(
    **runpy.run_path(str(Path(__file__).parents[1] / "scenarios" / SCENARIO))
)


class InChromium(Stage):
    """A stage where each kind of form is filled in Chromium when it first comes.

    When it comes again it is sent as in the scenarios. Pages that show something new are kept:
    some stay for a moment only, such as a price that waits for its yes.
    """

    def __init__(self, plain: Stage, phones: Phones) -> None:
        super().__init__(plain.instance)
        self.codes, self.ids = plain.codes, plain.ids
        self.plain, self.phones = plain, phones
        self.sent: set[tuple[str, ...]] = set()
        self.kept: list[tuple[str, str]] = []
        self._faces = Faces()

    def browser(self, name: str = "") -> Browser:
        """Return the plain browser of a person."""
        return self.plain.browser(name)

    def do(self, who: str, url: str, /, *, page: str = "", **fields: Any) -> Shown:
        """Let a person send a form."""
        kind = (ID.sub("", url), *sorted(fields))
        if kind in self.sent:
            return super().do(who, url, page=page, **fields)
        self.sent.add(kind)
        shown = self.phones.lend(who).submit(url, page=page, **fields)
        assert shown.status < 400, f"{who}, {url}: {shown.sentence()}"
        assert self.phones.shared.complaints() == [], f"{who}, {url}"
        if self._faces.has_new(shown.text):
            self.kept.append((f"{who}, {shown.url}", shown.text))
        return shown


def test_the_main_job_with_javascript(
    chromium: Chromium, opened: Told, styled: set[str], tmp_path: Path
) -> None:
    with in_chromium(chromium, twin(opened, tmp_path / "kpa")) as stage:
        check_w1(stage, buffet.tell(stage))

        print(f"{len(stage.sent)} kinds of forms, {len(stage.kept)} faces")
        phone = stage.phones.lend()
        for name, text in stage.kept:
            phone.put(text)
            assert faults(phone.page, styled) == [], name
        assert phone.complaints() == []


def test_the_next_order_without_javascript(
    chromium: Chromium, opened: Told, tmp_path: Path
) -> None:
    """Each kind of field and button on the way, a photo too; the rest is told in scenarios."""
    told = twin(opened, tmp_path / "kpa")
    with in_chromium(chromium, told, java_script_enabled=False) as stage:
        order = quote_again(stage)
        buy_with_a_photo(stage, order)

        print(f"{len(stage.sent)} kinds of forms")
        with stage.instance.work(KPA) as work:
            assert work.session.get_one(Order, UUID(order)).state == "quoted"
            bought = work.session.scalars(sa.select(Expense)).one()
        assert (bought.net_cents, bought.receipt_file_id is not None) == (12_00, True)


@contextmanager
def in_chromium(chromium: Chromium, told: Told, **options: Any) -> Iterator[InChromium]:
    """Give the stage of a KPA where people share a phone with Chromium; one signs in there."""
    with served(told.kpa.app) as site:
        phones = Phones(chromium, site, told.session_of, **options)
        code = told.stage.codes[ANIMATOR]
        assert phones.lend().submit("/entrer/carte", code=code).url == "/aujourdhui"
        yield InChromium(told.stage, phones)
    told.kpa.close()


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
