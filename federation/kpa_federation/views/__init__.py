"""The pages under ``/federation/``: one blueprint, one file per part."""

from __future__ import annotations

from kpa_core.api import Pages
from kpa_federation.peers import endpoints
from kpa_federation.records import views as records
from kpa_federation.views import alarm_pages, key_pages, peer_pages, trust_pages


def blueprint() -> Pages:
    """Return the pages."""
    pages = Pages("federation", "kpa_federation", scopes=records.SCOPES)
    endpoints.add_to(pages)
    records.add_to(pages)
    peer_pages.add_to(pages)
    alarm_pages.add_to(pages)
    trust_pages.add_to(pages)
    key_pages.add_to(pages)
    return pages
