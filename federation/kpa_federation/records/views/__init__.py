"""The pages under ``/federation/fiches``."""

from __future__ import annotations

from kpa_core.api import Pages
from kpa_federation.records import drafts
from kpa_federation.records.views import consent_pages, draft_pages, file_endpoints, reading_pages

SCOPES = {"draft_id": drafts.scope_of_draft}


def add_to(pages: Pages) -> None:
    """Add the pages to read, and the pages to write."""
    reading_pages.add(pages)
    draft_pages.add(pages)
    consent_pages.add(pages)
    file_endpoints.add(pages)
