"""What is measured on pages sees what it should: each fault, planted, is found."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from browsing.chromium import ChromiumBrowser, Everyone
from browsing.measures import faults
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

PAGE = """<!doctype html><html lang="fr"><head><title>Essai</title>
<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
</head><body><main><h1>Essai</h1>{}</main></body></html>"""
PLANTED = {
    "an input without a label": ("<input name='q'>", "axe label"),
    "pale text": ("<p style='color: #aaa; background: #fff'>Pâle</p>", "axe color-contrast"),
    "a text only dark screens lose": (
        "<style>@media (prefers-color-scheme: dark) { p { color: #333; background: #222 } }</style>"
        "<p>Sombre</p>",
        "axe color-contrast",
    ),
    "a skipped level of headings": ("<h4>Trop loin</h4>", "axe heading-order"),
    "a picture that says nothing": ("<img src='data:,'>", "axe image-alt"),
    "an unknown role": ("<div role='bouton'>Oui</div>", "axe aria-roles"),
    "something wider than a phone": ("<p style='width: 400px'>Large</p>", "sideways: 4"),
    "a tiny button": ("<button style='width: 12px; height: 12px; padding: 0'>×</button>", "small"),
    "a group without a name": ("<fieldset id='g'><p>Quoi ?</p></fieldset>", "legend: none in #g"),
    "two titles": ("<h1>Encore</h1>", "titles: 2 h1"),
    "a form inside a paragraph": ("<p><form><button>Oui</button></form></p>", "markup"),
}


@pytest.fixture
def page(chromium: Chromium) -> Iterator[Page]:
    with chromium.new_context() as context:
        yield context.new_page()


def test_a_sound_page_has_no_fault(page: Page) -> None:
    page.set_content(PAGE.format("<p>Tout va bien.</p>"))

    assert faults(page) == []


@pytest.mark.parametrize("what", PLANTED)
def test_a_planted_fault_is_found(what: str, page: Page) -> None:
    planted, told = PLANTED[what]
    page.set_content(PAGE.format(planted))

    assert [one for one in faults(page) if one.startswith(told)], faults(page)


def test_another_language_than_french_is_found(page: Page) -> None:
    page.set_content(PAGE.format("<p>Hello</p>").replace('lang="fr"', 'lang="en"'))

    assert "lang: en" in faults(page)


PROBED = {
    "an inline style": "document.body.setAttribute('style', 'color: red')",
    "a script that fails": "setTimeout(() => { throw new Error('raté') })",
    "another host": "document.body.append(Object.assign(new Image(), {src: 'http://127.0.0.2:9/'}))",
}


@pytest.mark.parametrize("what", PROBED)
def test_a_planted_complaint_is_heard(what: str, everyone: Everyone) -> None:
    visitor: ChromiumBrowser = everyone.cold()
    visitor.get("/")
    assert visitor.complaints() == []

    visitor.page.evaluate(f"() => {{ {PROBED[what]} }}")
    visitor.page.wait_for_timeout(100)

    assert visitor.complaints()
