"""The pages about the network as a whole."""

from __future__ import annotations

from kpa_core.api import Pages
from kpa_federation.network.views import (
    directory_pages,
    held_pages,
    leaving_pages,
    profile_pages,
)


def add_to(pages: Pages) -> None:
    """Add these pages to the blueprint."""
    profile_pages.add(pages)
    directory_pages.add(pages)
    held_pages.add(pages)
    leaving_pages.add(pages)
