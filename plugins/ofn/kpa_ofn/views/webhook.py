"""Where an Open Food Network server tells that something happened: heard, answered at once."""

from __future__ import annotations

from uuid import UUID

from flask import Response, request

from kpa_core.api import Pages, current_work
from kpa_ofn import reading


def add(pages: Pages) -> None:
    """Add the secret address of each shop."""

    @pages.machine("/signal/<uuid:shop_id>/<secret>", needs="public.read", method="POST")
    def signal(shop_id: UUID, secret: str) -> Response:
        reading.hear(current_work(), shop_id, secret, request.get_data())
        return Response(status=204)
