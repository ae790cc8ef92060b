"""Chromium without a window: started once, opened for each person, driven as a person would."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser as Chromium
from playwright.sync_api import (
    BrowserContext,
    ElementHandle,
    Page,
    Request,
    Response,
    sync_playwright,
)

from browsing.measures import OF_A_PHONE
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
EMPTIED = """() => {
    const form = document.querySelector("main form[method=post]:has([type=submit])");
    if (!form) return null;
    for (const one of form.querySelectorAll("input, select, textarea"))
        if (["radio", "checkbox"].includes(one.type)) one.checked = false;
        else if (one.tagName === "SELECT") one.selectedIndex = -1;
        else if (!["hidden", "submit"].includes(one.type)) one.value = "";
    const sent = [...new FormData(form, form.querySelector("[type=submit]"))];
    return [form.getAttribute("action") || "", sent.filter(([, one]) => typeof one === "string")];
}"""
PHONE: dict[str, Any] = {"locale": "fr-FR", "viewport": OF_A_PHONE}
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

    def open(self, url: str) -> Response | None:
        """Open a page, and return what the site answered."""
        return self.page.goto(self.site + url, wait_until="domcontentloaded")

    def get(self, url: str) -> Shown:
        """Open a page, and return what it shows."""
        return shown(self.page, self.open(url))

    def submit(self, url: str, /, *, page: str = "", **fields: Any) -> Shown:
        """Open ``page`` (or ``url``), fill the form that posts to ``url``, press its button.

        Raises:
            LookupError: the page has no such form, or the form lacks a field.
        """
        self.open(page or url)
        form = self._form(url, fields)
        for name, value in fields.items():
            for control in form.query_selector_all(f'[name="{name}"]'):
                fill(control, value)
        button = self._button(form, fields)
        open_details(button)
        with self.page.expect_navigation(wait_until="domcontentloaded") as sent:
            button.click()
        return shown(self.page, sent.value)

    def put(self, text: str) -> None:
        """Show a page's text in the document that is open, under its policy, and run its script.

        What is loaded and compiled there stays: a page is shown five times sooner than opened.
        """
        self.page.set_content(text, wait_until="domcontentloaded")

    def emptied(self) -> tuple[str, list[tuple[str, str]]] | None:
        """Empty the own form of the page; return its address, if it has one, and what it sends.

        A page that takes answers may have nothing to ask today: there is no form then.
        """
        found = self.page.evaluate(EMPTIED)
        if found is None:
            return None
        action, sent = found
        return action, [(name, value) for name, value in sent]

    def become(self, session: str) -> None:
        """Go on as whoever's session it is; as a visitor without one."""
        self.context.clear_cookies()
        if session:
            self.context.add_cookies([{"name": "kpa", "value": session, "url": self.site}])

    def forget(self) -> None:
        """Start anew what is kept of the console and of requests."""
        self.said.clear()
        self.abroad.clear()

    def complaints(self) -> list[str]:
        """Return the errors and warnings of the console, and the requests to other hosts."""
        said = [one for one in self.said if not one.startswith(CALM) and REFUSED not in one]
        return [*said, *(f"another host: {one}" for one in self.abroad)]

    def _form(self, url: str, fields: dict[str, Any]) -> ElementHandle:
        texts = {name: one if isinstance(one, str) else "" for name, one in fields.items()}
        found = self.page.evaluate_handle(FORMS, [url, texts]).get_property("0").as_element()
        if found is None:
            said = self.page.locator("body").inner_text()
            raise LookupError(f"{self.page.url}: no form sends {sorted(fields)} to {url}\n{said}")
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


class Phones:
    """Phones on a site, in the hands of people who are signed in already."""

    def __init__(
        self, chromium: Chromium, site: str, session_of: Callable[[str], str], **options: Any
    ) -> None:
        self.chromium = chromium
        self.site = site
        self.session_of = session_of
        self.options = {**PHONE, **options}
        self.shared = self.new()
        self._open_for: str | None = None

    def new(self, who: str = "") -> ChromiumBrowser:
        """Open a phone with nothing in its cache; a visitor's without a name."""
        phone = ChromiumBrowser(self.chromium.new_context(**self.options), self.site)
        phone.become(self.session_of(who))
        return phone

    def lend(self, who: str = "") -> ChromiumBrowser:
        """Put the one phone that everybody shares in somebody's hands, a page of the site open."""
        if self._open_for != who:
            self.shared.become(self.session_of(who))
        if self._open_for is None:
            self.shared.open("/accessibilite")
        self._open_for = who
        self.shared.forget()
        return self.shared


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
    elif kind == "file":
        picture, name = value
        control.set_input_files({"name": name, "mimeType": "image/jpeg", "buffer": picture.read()})
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
