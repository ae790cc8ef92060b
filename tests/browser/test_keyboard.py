"""A person without a mouse: the skip link, every control in turn, focus that is seen."""

from __future__ import annotations

import pytest
from browsing.chromium import Phones
from browsing.told import Told
from playwright.sync_api import Page

from kpa_core.demo.buffet import REFERENT

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

PAGES = {
    "the request form": ("", "/demande"),
    "the first page": (REFERENT, "/aujourdhui"),
    "an order": (REFERENT, "/commandes/{order}"),
}

# Radios of one name are one stop, moved through with the arrows.
STOPS = """() => [...document.querySelectorAll(
        "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']")]
    .filter(one => one.checkVisibility() && !one.disabled)
    .map(one => one.type === "radio" ? `radio ${one.name}` : one)
    .filter((one, at, all) => all.indexOf(one) === at).length"""

HERE = """() => {
    const one = document.activeElement, box = one.getBoundingClientRect();
    const outlined = style => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    const shown = [getComputedStyle(one), getComputedStyle(one, "::after")].some(outlined);
    const again = window.last === one;
    window.last = one;
    return {
        again,
        name: `${one.tagName} ${(one.name || one.textContent).trim().slice(0, 40)}`,
        seen: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
        shown,
        body: one === document.body,
    };
}"""


@pytest.mark.parametrize("what", PAGES)
def test_tab_reaches_everything_and_shows_where_it_is(
    what: str, phones: Phones, told: Told
) -> None:
    page = opened(what, phones, told)
    count = page.evaluate(STOPS)

    walked = []
    for _ in range(count + 20):
        page.keyboard.press("Tab")
        here = page.evaluate(HERE)
        if here["body"]:
            break
        if not here["again"]:  # a day has a stop for each of its parts
            walked.append(here)

    assert len(walked) == count, [one["name"] for one in walked]
    assert [one["name"] for one in walked if not one["shown"]] == [], "no outline"
    assert [one["name"] for one in walked if not one["seen"]] == [], "out of sight"


@pytest.mark.parametrize("what", PAGES)
def test_the_first_tab_offers_to_skip_to_the_content(what: str, phones: Phones, told: Told) -> None:
    page = opened(what, phones, told)

    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.evaluate(HERE)["seen"]
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"

    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_a_request_is_sent_with_the_keyboard_alone(phones: Phones, told: Told) -> None:
    page = opened("the request form", phones, told)
    typed = {"wishes": "Sans porc", "guests": "12", "name": "Voisine", "phone": "0612345678"}

    while page.evaluate("document.activeElement.type") != "submit" or not inside_the_form(page):
        page.keyboard.press("Tab")
        name = page.evaluate("document.activeElement.name")
        if name in typed:
            page.keyboard.type(typed[name])
        elif name == "kind":
            page.keyboard.press("ArrowDown")
    with page.expect_navigation():
        page.keyboard.press("Enter")

    assert page.url.startswith(f"{phones.site}/demande/merci?")


def inside_the_form(page: Page) -> bool:
    return bool(page.evaluate("!!document.activeElement.closest('main form')"))


def opened(what: str, phones: Phones, told: Told) -> Page:
    who, url = PAGES[what]
    phone = phones.lend(who)
    phone.open(url.format(order=told.order))
    return phone.page
