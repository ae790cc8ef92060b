"""R43: Chromium runs no script of anybody's, on any page that shows what they typed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from planting import BOMB, NAUGHTY, addresses, packs, plant, send
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Route
from world import World, asking

sys.path.insert(0, str(Path(__file__).parents[2] / "browser"))

from browsing.chromium import launched, path_of_chromium

from kpa_core.web import headers

pytestmark = pytest.mark.browser
SITE = "http://kpa.example"
INJECTED = "svg[onload], [onerror], [onclick], iframe, script:not([src^='/static/'])"


@dataclass
class Seen:
    """What happened in a page besides showing it."""

    dialogs: list[str] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)
    injected: int = 0


class Window:
    """A window of Chromium on the world; what it asks for is answered here, nothing leaves."""

    def __init__(self, chromium: Browser, world: World) -> None:
        self.world = world
        self.key = ""
        self.seen = Seen()
        self._static: dict[str, dict[str, Any]] = {}
        self._context = chromium.new_context()
        self._context.route("**/*", self._answer)
        self._page = self._context.new_page()
        self._page.on("dialog", self._dismiss)
        self._page.on("console", self._note)

    def open(self, key: str, url: str) -> Seen:
        """Open a page as somebody; return what happened in it."""
        self.key, self.seen = key, Seen()
        self._page.goto(SITE + url, wait_until="load")
        self.seen.injected = self._page.locator(INJECTED).count()
        return self.seen

    def close(self) -> None:
        """Shut the window."""
        self._context.close()

    def _dismiss(self, dialog: Dialog) -> None:
        self.seen.dialogs.append(dialog.message)
        dialog.dismiss()

    def _note(self, line: ConsoleMessage) -> None:
        if "Security Policy" in line.text:
            self.seen.stopped.append(line.text)

    def _answer(self, route: Route) -> None:
        path = route.request.url.removeprefix(SITE)
        if not path.startswith("/"):
            route.abort()
        elif path.startswith("/static/"):
            route.fulfill(**self._static.setdefault(path, {}) or self._fetch(path))
        else:
            route.fulfill(**self._fetch(path))

    def _fetch(self, path: str) -> dict[str, Any]:
        answer = asking.ask(self.world, self.key, "GET", path, {})
        kept = self._static.get(path, {})
        kept.update(status=answer.status_code, headers=dict(answer.headers), body=answer.get_data())
        answer.close()
        return kept


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Chromium, running."""
    path = path_of_chromium()
    if path is None:
        pytest.skip("chromium: not found on this machine")
    with launched(path) as running:
        yield running


def test_no_page_that_shows_what_was_typed_runs_it(chromium: Browser, without_csrf: World) -> None:
    world = without_csrf
    assert plant(world) > 45
    notes = [send(world, "activities.note", words).status_code for words in packs(NAUGHTY)]
    assert notes.count(303) > 85  # on the page of an order, nearly all of the 515
    pages = showing(world)
    assert len(pages) > 50
    window = Window(chromium, world)
    for key, url in pages:
        assert window.open(key, url) == Seen(), (key, url)
    window.close()


@pytest.fixture
def trusting(without_csrf: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """The world whose templates escape nothing, with an order that wants to run a script."""
    send(without_csrf, "activities.note", BOMB)
    templates = without_csrf.kpa.app.jinja_env
    for name, value in (("autoescape", False), ("bytecode_cache", None), ("cache", None)):
        monkeypatch.setattr(templates, name, value)
    return without_csrf


def test_planted_a_template_that_trusts_a_text_is_seen_and_stopped_by_the_policy(
    chromium: Browser, trusting: World
) -> None:
    seen = of_the_order(chromium, trusting)
    assert seen.injected
    assert seen.stopped
    assert not seen.dialogs


def test_planted_without_the_policy_the_script_runs(
    chromium: Browser, trusting: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(headers, "POLICY", "frame-ancestors 'none'")
    assert of_the_order(chromium, trusting).dialogs


def of_the_order(chromium: Browser, world: World) -> Seen:
    """Return what happens in the page of the order of A."""
    window = Window(chromium, world)
    seen = window.open("participant_a", f"/commandes/{world.a.ids['order_id']}")
    window.close()
    return seen


def showing(world: World) -> list[tuple[str, str]]:
    """Return one page of each kind that shows a planted text, with who reads it."""
    found: dict[str, tuple[str, str]] = {}
    urls = world.kpa.app.url_map.bind("localhost")
    for key, url in addresses(world, ("participant_a", "animator", "host_a", "visitor")):
        endpoint, _ = urls.match(url.partition("?")[0])
        if endpoint not in found:
            answer = asking.ask(world, key, "GET", url, {})
            if answer.mimetype == "text/html" and "&lt;svg onload" in answer.text:
                found[endpoint] = (key, url)
    return list(found.values())
