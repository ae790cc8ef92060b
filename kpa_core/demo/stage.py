"""The stage of the story: one instance, and a browser for each person who acts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from flask import Flask

from kpa_core import accounts, clock
from kpa_core.demo.browser import Browser, PlainBrowser, Shown
from kpa_core.errors import KpaError
from kpa_core.instance import Instance
from kpa_core.members import service as members
from kpa_core.web import create_app
from kpa_core.work import KPA


class StoryError(KpaError):
    """A form did not do what the story expects; the page says why."""

    status = 500


BrowserOf = Callable[[str], Browser]
"""Opens the browser of the person whose card has this code; of a visitor for an empty one."""


class Stage:
    """Who acts, where. ``browsers`` may be real ones: they answer the same."""

    def __init__(self, instance: Instance, browser_of: BrowserOf | None = None) -> None:
        self.instance = instance
        self._browser_of = browser_of or self._plain
        self._open: dict[str, Browser] = {}
        self.codes: dict[str, str] = {}
        self.ids: dict[str, str] = {}

    @property
    def today(self) -> date:
        """The day in the instance's zone."""
        return clock.today(self.instance.settings.instance.timezone)

    def day(self, after: int = 0) -> str:
        """Return a day counted from today, as a form wants it."""
        return (self.today + timedelta(days=after)).isoformat()

    def browser(self, name: str = "") -> Browser:
        """Return the browser of a person, signed in by card; of a visitor without a name."""
        if name not in self._open:
            self._open[name] = self._browser_of(self._code(name) if name else "")
        return self._open[name]

    def do(self, who: str, url: str, /, *, page: str = "", **fields: Any) -> Shown:
        """Let a person send a form; anything but a page that says it is done stops the story.

        Raises:
            StoryError: the form came back, or the page is not for this person.
        """
        shown = self.browser(who).submit(url, page=page, **fields)
        if shown.status >= 400:
            raise StoryError(
                "{who}, {url}: {said}", who=who or "visitor", url=url, said=shown.sentence()
            )
        return shown

    def see(self, who: str, url: str) -> Shown:
        """Let a person open a page.

        Raises:
            StoryError: it is not for this person.
        """
        shown = self.browser(who).get(url)
        if shown.status >= 400:
            raise StoryError(
                "{who}, {url}: {said}", who=who or "visitor", url=url, said=shown.sentence()
            )
        return shown

    def _code(self, name: str) -> str:
        if name not in self.codes:
            with self.instance.work(KPA) as work:
                person = next(one for one in members.people(work) if one.display_name == name)
                self.codes[name] = accounts.new_card(work, person.id)
        return self.codes[name]

    @cached_property
    def app(self) -> Flask:
        """The application the plain browsers ask."""
        return create_app(self.instance)

    def _plain(self, code: str) -> Browser:
        # Not as a context: that would keep one person's request open under the next one's.
        browser = PlainBrowser(self.app.test_client())
        if code:
            browser.enter(code)
        return browser
