"""Chromium without a window: started once, opened for each person, driven as a person would."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, ElementHandle, Page, Request, sync_playwright

from kpa_core.demo.browser import Shown

NAMES = (os.environ.get("KPA_CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

# The forms of the page that post to an address and hold every field the story fills. A hidden
# field, or a button with a name, chooses between forms that post to one address.
FORMS = """([address, fields]) => [...document.forms].filter(form => {
    const to = new URL(form.getAttribute("action") || location.href, location.href);
    if (form.getAttribute("method") !== "post" || to.pathname !== address) return false;
    return Object.entries(fields).every(([name, value]) => {
        const found = [...form.querySelectorAll(`[name="${CSS.escape(name)}"]`)];
        const fixed = found.filter(one => one.type === "hidden" || one.type === "submit");
        return fixed.length ? fixed.some(one => one.value === value) : found.length > 0;
    });
})"""
EMPTY = """() => document.querySelectorAll("main form[method=post] :is(input, select, textarea)")
    .forEach(one => {
        if (["radio", "checkbox"].includes(one.type)) one.checked = false;
        else if (one.tagName === "SELECT") one.selectedIndex = -1;
        else if (!["hidden", "submit"].includes(one.type)) one.value = "";
    })"""
CALM = ("verbose:", "info:", "log:", "debug:")
REFUSED = "the server responded with a status of 4"
"""How Chromium tells that a form or an address was refused, which is no fault of the page."""
CLOSED = "one => one.closest('details:not([open])')"


def path_of_chromium() -> str | None:
    """Return where Chromium is on this machine."""
    return next((path for name in NAMES if name and (path := shutil.which(name))), None)


@contextmanager
def launched(path: str) -> Iterator[Chromium]:
    """Run Chromium for the length of the block."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(QUIET))
        yield chromium
        chromium.close()


class ChromiumBrowser:
    """One person's browser: the demo's story runs in it as in the plain one.

    ``said`` keeps what the console says, ``abroad`` every request to another host.
    """

    def __init__(self, context: BrowserContext, site: str) -> None:
        self.site = site
        self.context = context
        self.page = context.new_page()
        self.said: list[str] = []
        self.abroad: list[str] = []
        self.page.on("console", lambda line: self.said.append(f"{line.type}: {line.text}"))
        self.page.on("pageerror", lambda error: self.said.append(f"script: {error}"))
        context.on("request", self._note)

    def _note(self, request: Request) -> None:
        if not request.url.startswith((f"{self.site}/", "data:", "about:")):
            self.abroad.append(request.url)

    def get(self, url: str) -> Shown:
        """Open a page."""
        answer = self.page.goto(self.site + url, wait_until="domcontentloaded")
        return shown(self.page, answer)

    def submit(self, url: str, /, *, page: str = "", **fields: Any) -> Shown:
        """Open ``page`` (or ``url``), fill the form that posts to ``url``, press its button.

        Raises:
            LookupError: the page has no such form, or the form lacks a field.
        """
        self.get(page or url)
        form = self._form(url, fields)
        for name, value in fields.items():
            for control in form.query_selector_all(f'[name="{name}"]'):
                fill(control, value)
        button = self._button(form, fields)
        open_details(button)
        with self.page.expect_navigation(wait_until="domcontentloaded") as sent:
            button.click()
        return shown(self.page, sent.value)

    def send_empty(self) -> Shown:
        """Empty the own form of the page that is open, and send it."""
        self.page.evaluate(EMPTY)
        button = self.page.query_selector("main form[method=post] [type=submit]")
        if button is None:
            raise LookupError(f"{self.page.url}: no form")
        with self.page.expect_navigation(wait_until="domcontentloaded") as sent:
            button.click()
        return shown(self.page, sent.value)

    def forget(self) -> None:
        """Start anew what is kept of the console and of requests."""
        self.said.clear()
        self.abroad.clear()

    def complaints(self) -> list[str]:
        """Return the errors and warnings of the console, and the requests to other hosts."""
        said = [one for one in self.said if not one.startswith(CALM) and REFUSED not in one]
        return [*said, *(f"another host: {one}" for one in self.abroad)]

    def _form(self, url: str, fields: dict[str, Any]) -> ElementHandle:
        found = self.page.evaluate_handle(FORMS, [url, fields]).get_property("0").as_element()
        if found is None:
            raise LookupError(f"{self.page.url}: no form sends {sorted(fields)} to {url}")
        return found

    def _button(self, form: ElementHandle, fields: dict[str, Any]) -> ElementHandle:
        buttons = form.query_selector_all("[type=submit]")
        for button in buttons:
            name = button.get_attribute("name")
            if name in fields and button.get_attribute("value") == fields[name]:
                return button
        if not buttons:
            raise LookupError(f"{self.page.url}: a form without a button")
        return buttons[0]


class Everyone:
    """A browser for each person of a KPA, opened and signed in when first needed."""

    def __init__(
        self,
        chromium: Chromium,
        site: str,
        codes: Mapping[str, str] | None = None,
        **options: Any,
    ) -> None:
        self.chromium = chromium
        self.site = site
        self.codes = codes or {}
        self.options = {"locale": "fr-FR", **options}
        self.opened: dict[str, ChromiumBrowser] = {}
        self.all: list[ChromiumBrowser] = []

    def browser(self, who: str = "") -> ChromiumBrowser:
        """Return somebody's browser; a visitor's without a name."""
        if who not in self.opened:
            self.opened[who] = self.of_code(self.codes[who] if who else "")
        return self.opened[who]

    def of_code(self, code: str) -> ChromiumBrowser:
        """Open a browser and sign in with a card's code."""
        browser = ChromiumBrowser(self.chromium.new_context(**self.options), self.site)
        self.all.append(browser)
        if code:
            browser.submit("/entrer/carte", code=code)
        return browser

    def complaints(self) -> list[str]:
        """Return what every browser of the group complained of."""
        return [line for one in self.all for line in one.complaints()]

    def close(self) -> None:
        """Close every browser."""
        for one in self.all:
            one.context.close()

    def cold(self, who: str = "") -> ChromiumBrowser:
        """Return a new browser with nothing in its cache, already signed in."""
        context = self.chromium.new_context(**self.options)
        context.add_cookies(self.browser(who).context.cookies())  # type: ignore[arg-type]
        return ChromiumBrowser(context, self.site)


def shown(page: Page, answer: Any) -> Shown:
    """Return what the page shows, as the story reads it."""
    return Shown(urlsplit(page.url).path, answer.status if answer else 0, page.content())


def fill(control: ElementHandle, value: Any) -> None:
    """Put a value into one input, the way its kind is filled."""
    kind = control.evaluate("one => one.type")
    if kind in ("hidden", "submit"):
        return
    open_details(control)
    if kind in ("radio", "checkbox"):
        mine = control.get_attribute("value") or ""
        wanted = mine in value if isinstance(value, list) else mine == value
        if wanted != control.is_checked() and (wanted or kind == "checkbox"):
            control.click()
    elif kind == "select-one":
        control.select_option(value)
    else:
        control.fill(value)


def open_details(element: ElementHandle) -> None:
    """Open the closed parts an element is in, by their own handle."""
    while closed := element.evaluate_handle(CLOSED).as_element():
        handle = closed.query_selector("summary")
        assert handle is not None
        handle.click()
