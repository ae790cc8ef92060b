"""The main job, W1, in a real browser on a phone: with JavaScript, then without."""

from __future__ import annotations

import runpy
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace
from uuid import UUID

import pytest
from browsing.chromium import ChromiumBrowser
from browsing.site import served

from kpa_core import accounts, audit
from kpa_core.activities.models import Order
from kpa_core.demo import buffet, cast, opening
from kpa_core.demo.stage import Stage
from kpa_core.sharing import ledger
from kpa_core.work import KPA, OPERATOR

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

PHONE = {"width": 320, "height": 640}
SCENARIO = "test_a_buffet_is_quoted_invoiced_and_shared.py"
told_without_a_window = SimpleNamespace(
    **runpy.run_path(str(Path(__file__).parents[1] / "scenarios" / SCENARIO))
)


@pytest.fixture
def new_kpa(make_kpa):
    kpa = make_kpa(name=cast.KPA_NAME, plugins=["cape", "catering"], instance={"demo": True})
    first = cast.PEOPLE[0]
    with kpa.work(OPERATOR) as work:
        code = accounts.first_account(work, first.name, first.phone)
    return kpa, {first.name: code}


@pytest.fixture
def stage_in_chromium(chromium):
    """Return a function that puts a KPA on a stage where everyone has a phone with Chromium."""
    with ExitStack() as stack:

        def open_stage(kpa, codes, javascript):
            site = stack.enter_context(served(kpa.app))

            def browser_of(code):
                context = stack.enter_context(
                    chromium.new_context(
                        viewport=PHONE, locale="fr-FR", java_script_enabled=javascript
                    )
                )
                browser = ChromiumBrowser(context, site)
                if code:
                    browser.submit("/entrer/carte", code=code)
                return browser

            stage = Stage(kpa.instance, browser_of)
            stage.codes.update(codes)
            return stage

        yield open_stage


def test_the_opening_and_the_main_job_with_javascript(new_kpa, stage_in_chromium):
    stage = stage_in_chromium(*new_kpa, javascript=True)
    opening.open_the_kpa(stage)
    check_w1(stage, buffet.tell(stage))


def test_the_main_job_without_javascript(new_kpa, stage_in_chromium):
    kpa, codes = new_kpa
    plain = Stage(kpa.instance)
    plain.codes.update(codes)
    opening.open_the_kpa(plain)
    stage = stage_in_chromium(kpa, codes, javascript=False)
    stage.ids.update(plain.ids)
    check_w1(stage, buffet.tell(stage))


def check_w1(stage, order):
    """Check what the scenario checks, and that no page complained."""
    order_id = UUID(order)
    told, figures = told_without_a_window.FIGURES["15.00 € a guest"]
    assert told is buffet.W1
    with stage.instance.work(KPA) as work:
        session = work.session
        assert session.get_one(Order, order_id).state == "shared"
        told_without_a_window.check_documents(session, order_id, "draft_for_carrier", figures)
        told_without_a_window.check_share(session, work, order_id, figures)
        assert audit.verify(session).broken is None
        assert list(ledger.faults(session)) == []
