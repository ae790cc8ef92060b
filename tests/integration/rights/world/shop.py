"""A shop per activity, with a sale and a category of VAT that waits for an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpa_core import clock
from kpa_core.work import seal
from kpa_ofn.models import RateRow, SaleRow, ShopRow
from world.deed import Deed
from world.places import Place

if TYPE_CHECKING:
    from world.build import World

OFFER = "/api/dfc/enterprises/3/offers/1"
DEEDS = {
    "ofn.offer": Deed("participant_a", ("ofn.sell",), {"what": OFFER, "price": "4", "stock": "3"}),
    "ofn.rate": Deed("treasurer_a", ("ofn.vat",), {"rate": "5,5"}),
}


def fill(world: World, place: Place) -> None:
    """Connect a shop to the activity; one of its orders came from there."""
    with world.work() as work, work.transaction() as session:
        shop = ShopRow(
            activity_id=place.activity,
            address="https://127.0.0.1:9",
            enterprise="3",
            name=f"CanariBoutique{place.letter}",
            with_tax=True,
            key=seal(work, "canari"),
            secret=seal(work, "k" * 22),
            articles=[{"offer": OFFER, "name": "Pommes", "price_cents": 250, "stock": 5}],
        )
        session.add(shop)
        session.flush()
        rate = RateRow(shop_id=shop.id, category="1", example=f"CanariArticle{place.letter}")
        sale = SaleRow(
            shop_id=shop.id,
            number=f"R{place.letter}",
            state="complete",
            total_cents=900,
            print="",
            seen_at=clock.now(),
        )
        session.add_all([rate, sale])
        session.flush()
        place.ids.update(shop_id=shop.id, rate_id=rate.id)
