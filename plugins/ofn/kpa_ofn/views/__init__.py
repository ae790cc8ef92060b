"""The pages under ``/ofn/``: the shops, their articles and VAT, the public shelf, the webhooks."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from kpa_core.api import Pages, Scope, current_locale, current_work, format_cents
from kpa_ofn import booking, rates, shops
from kpa_ofn.models import ShopRow
from kpa_ofn.views import public_pages, shop_pages, webhook


def euros(cents: int) -> str:
    """Return an amount."""
    return format_cents(cents, current_locale())


def moment(at: datetime) -> str:
    """Return an instant in the hours of the KPA."""
    here = at.astimezone(ZoneInfo(current_work().zone))
    return f"{here.day}/{here.month:02d} {here:%H:%M}"


def scope(shop: ShopRow) -> Scope:
    """Return where a shop belongs, for ``can``."""
    return Scope(activity_id=shop.activity_id)


def blueprint() -> Pages:
    """Return the pages of this plugin."""
    scopes = {"shop_id": shops.scope_of_shop, "rate_id": rates.scope_of_rate}
    pages = Pages("ofn", "kpa_ofn", scopes=scopes)
    for filter_ in (euros, moment, scope, booking.named):
        pages.add_app_template_filter(filter_, f"ofn_{filter_.__name__}")
    shop_pages.add(pages)
    public_pages.add(pages)
    webhook.add(pages)
    return pages
