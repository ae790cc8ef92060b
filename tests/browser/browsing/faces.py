"""The faces of a page: what it shows changes with its state and with who reads it."""

from __future__ import annotations

import re

from kpa_core.demo.browser import ID

TAG = re.compile(r"<[a-z][^>]*>")
TOLD_APART = re.compile(r'<[a-z0-9]+| (?:class|name|type|role|action|href)="[^"]*"')
VARYING = re.compile(rf"{ID.pattern}|[0-9]+")


class Faces:
    """The kinds of tags that pages showed so far, whatever the ids and numbers in them."""

    def __init__(self) -> None:
        self._known: set[str] = set()

    def has_new(self, text: str) -> bool:
        """Whether a page shows a kind of tag that none before it showed; remember it."""
        shown = {"".join(TOLD_APART.findall(VARYING.sub("", tag))) for tag in TAG.findall(text)}
        is_new = bool(shown - self._known)
        self._known |= shown
        return is_new
