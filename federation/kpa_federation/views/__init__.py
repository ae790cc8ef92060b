"""The pages under ``/federation/``: one blueprint, one file per part."""

from __future__ import annotations

from flask import request

from kpa_core.api import NotFound, Pages, current_work
from kpa_federation.carrying import views as carrying
from kpa_federation.network import views as network
from kpa_federation.own import leaving
from kpa_federation.peers import endpoints
from kpa_federation.records import views as records
from kpa_federation.views import alarm_pages, key_pages, peer_pages

MACHINES = "/federation/v1/"


def blueprint() -> Pages:
    """Return the pages."""
    pages = Pages("federation", "kpa_federation", scopes=records.SCOPES)
    endpoints.add_to(pages)
    records.add_to(pages)
    peer_pages.add_to(pages)
    alarm_pages.add_to(pages)
    key_pages.add_to(pages)
    network.add_to(pages)
    carrying.add_to(pages)
    pages.before_request(_closed_when_left)
    return pages


def _closed_when_left() -> None:
    """Answer no machine once this instance left the network: as if nothing was here."""
    if request.path.startswith(MACHINES) and leaving.has_left(current_work().session):
        raise NotFound()
