"""The main job, W1, in a real browser on a phone: with JavaScript, then without."""

from __future__ import annotations

import runpy
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from uuid import UUID

import pytest
from browsing.chromium import Everyone
from browsing.site import served
from browsing.told import Told, new_kpa, twin
from playwright.sync_api import Browser as Chromium

from kpa_core import audit
from kpa_core.activities.models import Order
from kpa_core.demo import buffet, opening
from kpa_core.demo.stage import Stage
from kpa_core.sharing import ledger
from kpa_core.testing import TestKpa
from kpa_core.work import KPA

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

PHONE = {"width": 320, "height": 640}
SCENARIO = "test_a_buffet_is_quoted_invoiced_and_shared.py"
scenario = SimpleNamespace(
    **runpy.run_path(str(Path(__file__).parents[1] / "scenarios" / SCENARIO))
)


def test_the_opening_and_the_main_job_with_javascript(chromium: Chromium, tmp_path: Path) -> None:
    told = new_kpa(partial(TestKpa.make, tmp_path / "kpa"))
    with served(told.kpa.app) as site:
        everyone = Everyone(chromium, site, viewport=PHONE)
        stage = in_chromium(told, everyone)
        opening.open_the_kpa(stage)
        check_w1(stage, buffet.tell(stage))
        everyone.close()
    told.kpa.close()
    assert everyone.complaints() == []


def test_the_main_job_without_javascript(chromium: Chromium, opened: Told, tmp_path: Path) -> None:
    told = twin(opened, tmp_path / "kpa")
    with served(told.kpa.app) as site:
        everyone = Everyone(chromium, site, viewport=PHONE, java_script_enabled=False)
        stage = in_chromium(told, everyone)
        check_w1(stage, buffet.tell(stage))
        everyone.close()
    told.kpa.close()
    assert everyone.complaints() == []


def in_chromium(told: Told, everyone: Everyone) -> Stage:
    """Return the stage of a KPA where everyone has a phone with Chromium."""
    stage = Stage(told.kpa.instance, everyone.of_code)
    stage.codes.update(told.stage.codes)
    stage.ids.update(told.stage.ids)
    return stage


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
