"""What a page holds that did not come from our templates."""

from __future__ import annotations

from collections import Counter
from html.parser import HTMLParser

from kpa_federation.catalogue.licences import BY_ID

LICENCES = {one.link for one in BY_ID.values()}
"""The texts of licences."""

CHOSEN = ("https://127.0.0.1:9",)
"""Servers that people of the house connected: a delivery is followed there, a shop is there."""

OURS = "http://127.0.0.1:8000/"
"""The address of the house in these tests: links to pass on are shown whole."""


class Shape(HTMLParser):
    """The elements of a page with the names of their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.parts: Counter[tuple[str, ...]] = Counter()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.parts[(tag, *sorted(name for name, _ in attrs))] += 1


class Foreign(HTMLParser):
    """What of a page our policy would stop, or that leaves the site."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in ("iframe", "object", "embed", "base", "applet", "style"):
            self.faults.append(tag)
        if tag == "script" and not given.get("src", "").startswith("/static/"):
            self.faults.append("script")
        for name, value in given.items():
            if name.startswith("on") or name in ("style", "srcdoc", "formaction", "ping"):
                self.faults.append(f"{tag} {name}")
            if name in ("href", "src", "action", "srcset", "poster"):
                self._check(tag, name, value)

    def _check(self, tag: str, name: str, value: str) -> None:
        if tag == "a" and name == "href" and value.startswith(("mailto:", "tel:", "sms:")):
            return
        if tag == "a" and name == "href" and value.startswith(OURS):
            return
        if tag == "a" and name == "href" and (value in LICENCES or value.startswith(CHOSEN)):
            return
        if not value.startswith(("/", "#", "?")) or value.startswith(("//", "/\\")):
            self.faults.append(f"{tag} {name}={value[:60]}")
