"""A shop whose order waits for a rate, with a shelf for visitors."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from kpa_core import clock
from kpa_core.activities.models import Order
from kpa_core.work import KPA, seal
from kpa_ofn.models import RateRow, SaleRow, ShopRow

if TYPE_CHECKING:
    from browsing.told import Told

LONG = "Pommes de terre primeur de l'Allier, filet de cinq kilogrammes"


def tell(told: Told) -> None:
    """Connect a shop to the activity of the story's next order, which came from it."""
    with told.kpa.work(KPA) as work, work.transaction() as session:
        order = session.get_one(Order, UUID(told.next_order))
        shop = ShopRow(
            activity_id=order.activity_id,
            address="https://127.0.0.1:9",
            enterprise="3",
            name="La Halle des producteurs du Bourbonnais",
            page="/halle/shop",
            with_tax=True,
            key=seal(work, "x"),
            secret=seal(work, "k" * 22),
            shelf=[{"name": LONG, "unit": "5 kg", "cents": 850, "from": "Ferme du Val"}],
            articles=[
                {"offer": "/o/1", "name": LONG, "price_cents": 850, "stock": 3},
                {"offer": "/o/2", "name": "Œufs", "price_cents": 300, "stock": -1},
            ],
            read_at=clock.now(),
            drift=[{"told": "R123456789 : le total de la boutique n'est pas la somme."}],
        )
        session.add(shop)
        session.flush()
        session.add(RateRow(shop_id=shop.id, category="1", example=LONG))
        session.add(
            SaleRow(
                shop_id=shop.id,
                order_id=order.id,
                number="R123456789",
                state="complete",
                total_cents=850,
                print="",
                lines=[{"category": "1", "label": LONG}],
                reason="La boutique a changé : le prix est déjà promis ici.",
                seen_at=clock.now(),
            )
        )
