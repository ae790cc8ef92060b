"""Every page of the told KPA in Chromium: axe-core, two widths, two schemes, and the rest.

All pages are opened once, as somebody who may see them; each test then reads what was found.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from browsing.addresses import Visit, visits
from browsing.chromium import Everyone
from browsing.measures import faults, run_axe

from kpa_core.demo.opening import ANIMATOR

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

NO_PAGES = {
    "accounts.copy",
    "accounts.language",
    "activities.calendar_file",
    "catering.cookbook",
    "invoices.export_csv",
    "invoices.export_json",
    "invoices.pdf",
    "invoices.quote_link_pdf",
    "members.engagement_paper",
    "public.healthz",
    "public.logo",
    "public.theme",
    "sharing.pay_file",
    "sharing.receipt",
}
"""Addresses that answer with a file or with another page."""
