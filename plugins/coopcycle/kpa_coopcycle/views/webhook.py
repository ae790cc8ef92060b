"""Where a co-op's server tells that something happened: heard, and answered at once."""

from __future__ import annotations

from uuid import UUID

from flask import Response, request

from kpa_coopcycle import following
from kpa_coopcycle.signature import HEADER
from kpa_core.api import Pages, current_work


def add(pages: Pages) -> None:
    """Add the address that webhooks are sent to; its answer says nothing of what is known here."""

    @pages.machine("/signal/<uuid:connection_id>", needs="public.read", method="POST")
    def signal(connection_id: UUID) -> Response:
        signature = request.headers.get(HEADER, "")
        following.hear(current_work(), connection_id, request.get_data(), signature)
        return Response(status=204)
