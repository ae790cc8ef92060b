"""Every page of the told KPA in Chromium: axe-core, two widths, two schemes, and the rest.

All pages are opened once, as somebody who may see them; each test reads what was found there.
"""

from __future__ import annotations

from collections import Counter

import pytest
from browsing.addresses import Visit, rules, visits
from browsing.measures import WIDTHS, faults

from kpa_core.demo import cast

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

NO_PAGES = {
    "accounts.copy",
    "accounts.language",  # comes back to the page one was on
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
"""Addresses that answer with a file, or send elsewhere."""

LOST = [
    Visit("error", "/nulle-part", ""),
    Visit("error", "/nulle-part", cast.PEOPLE[0].name),
    Visit("error", "/devis/faux", ""),
]
TODAY = [Visit("home.today", "/aujourdhui", one.name) for one in cast.PEOPLE[1:]]
"""Everyone's first page differs."""


@pytest.fixture(scope="module")
def pages(told):
    return [one for one in visits(told) if one.is_page]


@pytest.fixture(scope="module")
def read(everyone, pages):
    """What is wrong with each page, by visit."""
    return {one: look_at(everyone, one) for one in (*pages, *TODAY, *LOST)}


@pytest.fixture(scope="module")
def refused(everyone, told, pages):
    """What is wrong with each form sent empty, by visit; those that take it are put back."""
    everyone_signs_in(everyone, told, pages)
    found = {}
    for one in pages:
        if one.is_form:
            status, wrong = send_empty(everyone, one)
            found[one] = wrong
            if status < 400:
                told.rewind()
    return found


def look_at(everyone, visit, widths=WIDTHS):
    browser = everyone.browser(visit.who)
    browser.said.clear()
    browser.abroad.clear()
    browser.get(visit.url)
    return [*faults(browser.page, widths), *complaints(browser)]


def complaints(browser):
    said = [f"console {one}" for one in browser.said if "404 (NOT FOUND)" not in one]
    return said + [f"abroad: {one}" for one in browser.abroad]


def everyone_signs_in(everyone, told, pages):
    for who in {one.who for one in pages}:
        everyone.browser(who)
    told.remember()


def send_empty(everyone, visit):
    """Empty the form of a page, send it, and look at what comes back, on a phone."""
    browser = everyone.browser(visit.who)
    browser.get(visit.url)
    browser.said.clear()
    browser.empty_main_form()
    shown = browser.press_main_button()
    return shown.status, [*faults(browser.page, WIDTHS[:1]), *complaints(browser)]


def lines(found, *kinds):
    """Return what was found of some kinds, a line each, with its address."""
    return [
        f"{visit.who or 'visitor'} {visit.url}: {line}"
        for visit, wrong in found.items()
        for line in wrong
        if line.startswith(kinds)
    ]


def test_no_page_is_left_out(told, pages, read):
    reached = {one.endpoint for one in pages}
    missing = {one.endpoint for one in rules(told)} - reached
    print(f"{len(read)} visits to {len(reached)} pages")
    assert missing == NO_PAGES


def test_axe_finds_nothing_on_any_page(read):
    assert lines(read, "axe") == []


def test_axe_finds_nothing_on_a_form_sent_empty(refused):
    print(f"{len(refused)} forms", Counter(bool(one) for one in refused.values()))
    assert lines(refused, "") == []


def test_nothing_scrolls_sideways_and_everything_can_be_touched(read):
    assert lines(read, "sideways", "small") == []


def test_every_page_has_one_title_a_language_and_named_groups(read):
    assert lines(read, "titles", "lang", "legend", "markup") == []


def test_no_page_complains_or_asks_another_host(read):
    assert lines(read, "console", "abroad") == []
