"""The shelf of a shop, for visitors: what is sold now, and where to order."""

from __future__ import annotations

from uuid import UUID

from flask import Response

from kpa_core.api import NotFound, Pages, current_work, page
from kpa_ofn.models import ShopRow


def add(pages: Pages) -> None:
    """Add this page to the blueprint."""

    @pages.get("/boutique/<uuid:shop_id>", needs="public.read")
    def shelf(shop_id: UUID) -> Response:
        shop = current_work().session.get(ShopRow, shop_id)
        if shop is None or shop.closed_at is not None:
            raise NotFound()
        return page("ofn/shelf.html", shop=shop, where=shop.address + shop.page)
