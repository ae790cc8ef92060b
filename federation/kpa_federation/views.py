"""The pages under ``/federation/``."""

from __future__ import annotations

from kpa_core.api import Pages
from kpa_federation.peers import endpoints


def blueprint() -> Pages:
    """Return the pages."""
    pages = Pages("federation", __name__)
    endpoints.add_to(pages)
    return pages
