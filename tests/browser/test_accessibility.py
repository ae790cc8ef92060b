"""Every page of the told KPA in Chromium: axe-core, two widths, two schemes, and the rest.

Each page is opened as somebody who may see it; a form is then sent empty, and looked at again.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from browsing.addresses import Visit, rules, visits
from browsing.chromium import ChromiumBrowser, Everyone
from browsing.measures import WIDTHS, faults
from browsing.told import Told

from kpa_core.demo import cast

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

ROOMS = (
    "public",
    "home",
    "house",
    "accounts",
    "members",
    "activities",
    "invoices",
    "sharing",
    "cape",
    "catering",
)
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

MORE = [
    *(Visit("home.today", "/aujourdhui", one.name) for one in cast.PEOPLE),  # each has another
    Visit("public.lost", "/nulle-part", ""),
    Visit("public.lost", "/nulle-part", cast.PEOPLE[0].name),
    Visit("public.lost", "/devis/faux", ""),
]


@pytest.fixture(scope="module")
def pages(told: Told) -> list[Visit]:
    return [one for one in visits(told) if one.is_page]


@pytest.fixture(scope="module")
def readers(everyone: Everyone, told: Told, pages: list[Visit]) -> Everyone:
    """Everyone, signed in, with the KPA as it is now kept."""
    for who in sorted({one.who for one in (*pages, *MORE)}):
        everyone.browser(who)
    told.remember()
    return everyone


@pytest.mark.parametrize("room", ROOMS)
def test_nothing_is_wrong_with_any_page_of(
    room: str, readers: Everyone, told: Told, pages: list[Visit]
) -> None:
    mine = [one for one in (*pages, *MORE) if one.endpoint.startswith(f"{room}.")]
    forms = [one for one in mine if one.is_form]

    wrong = [line for one in mine for line in look_at(readers.browser(one.who), one, told)]

    print(f"{room}: {len(mine)} visits, {len(forms)} forms sent empty")
    assert mine
    assert wrong == []


def test_no_page_is_left_out(told: Told, pages: list[Visit]) -> None:
    reached = {one.endpoint for one in pages}
    asked = {one.endpoint for one in rules(told)}

    print(f"{len(reached)} pages")
    assert asked - reached == NO_PAGES
    assert {one.split(".")[0] for one in asked} == set(ROOMS)


def look_at(browser: ChromiumBrowser, visit: Visit, told: Told) -> Iterator[str]:
    """Yield what is wrong with a page, then with its form sent empty, a line each."""
    browser.forget()
    browser.get(visit.url)
    name = f"{visit.who or 'a visitor'}, {visit.url}"
    for one in (*faults(browser.page), *browser.complaints()):
        yield f"{name}: {one}"
    if visit.is_form:
        answer = browser.send_empty()
        for one in (*faults(browser.page, WIDTHS[:1]), *browser.complaints()):
            yield f"{name}, sent empty: {one}"
        if answer.status < 400:
            told.rewind()
