"""The co-ops connected: how they are, and where their list and ours differ."""

from __future__ import annotations

from flask import Response

from kpa_coopcycle import connections
from kpa_coopcycle.drift import Difference
from kpa_core.api import Pages, current_work, page


def add(pages: Pages) -> None:
    """Add this page to the blueprint."""

    @pages.get("/", needs="coopcycle.deliver")
    def coops() -> Response:
        shown = [
            (at, [Difference(**one) for one in at.drift])
            for at in connections.seen_by(current_work())
        ]
        return page("coopcycle/coops.html", coops=shown)
