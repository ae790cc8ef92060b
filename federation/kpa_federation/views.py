"""The pages under ``/federation/``."""

from __future__ import annotations

from kpa_core.api import Pages
from kpa_federation.peers import endpoints
from kpa_federation.records import views as records


def blueprint() -> Pages:
    """Return the pages."""
    pages = Pages("federation", __name__, scopes=records.SCOPES)
    endpoints.add_to(pages)
    records.add_to(pages)
    return pages
