"""What is measured on pages sees what it should: each fault, planted, is found."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from browsing.chromium import PHONE, ChromiumBrowser, Phones
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


@pytest.fixture(scope="module")
def page(chromium: Chromium) -> Iterator[Page]:
    with chromium.new_context(**PHONE) as context:
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


COMPLAINED = {
    "an inline style": ("<p style='color: red'>Rouge</p>", "style-src"),
    "an inline script": ("<script>let one = 1</script>", "script-src"),
    "a script in an attribute": ("<button onclick='alert(1)'>Oui</button>", "script-src"),
    "a picture of another host": ("<img alt='' src='http://127.0.0.2:9/'>", "img-src"),
    "a style sheet of another host": (
        "<link rel='stylesheet' href='http://127.0.0.2:9/'>",
        "style-src",
    ),
}


@pytest.mark.parametrize("what", COMPLAINED)
def test_a_planted_complaint_is_heard(what: str, phones: Phones) -> None:
    planted, policy = COMPLAINED[what]
    phone = phones.lend()
    phone.put(PAGE.format("<p>Tout va bien.</p>"))
    assert phone.complaints() == []

    phone.put(PAGE.format(planted))

    assert [one for one in phone.complaints() if policy in one], phone.complaints()


def test_a_script_that_fails_is_heard(phones: Phones) -> None:
    phone = phones.lend()

    phone.page.evaluate("() => { setTimeout(() => { throw new Error('raté') }) }")
    phone.page.wait_for_timeout(50)

    assert phone.complaints() == ["script: raté"]


def test_a_request_to_another_host_is_heard_where_no_policy_forbids_it(page: Page) -> None:
    reader = ChromiumBrowser(page.context, "http://127.0.0.1:1")

    reader.put(PAGE.format("<img alt='' src='http://127.0.0.2:9/'>"))
    reader.page.close()

    assert "another host: http://127.0.0.2:9/" in reader.complaints()


def test_a_style_sheet_that_does_not_come_is_told(page: Page) -> None:
    sheet = "<link rel='stylesheet' href='http://127.0.0.1:9/none.css'>"
    page.set_content(PAGE.format(sheet))

    assert "style: nothing from http://127.0.0.1:9/none.css" in faults(page)
