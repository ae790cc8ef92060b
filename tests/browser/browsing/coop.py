"""A bike co-op with deliveries in each of the states that people see."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from kpa_coopcycle.models import ConnectionRow, DeliveryRow, StepRow
from kpa_coopcycle.wishes import Stop, Window, Wish
from kpa_core import clock
from kpa_core.activities.models import Order
from kpa_core.work import KPA, Work, seal

if TYPE_CHECKING:
    from browsing.told import Told

STREET = "48, rue de Rivoli, bâtiment des Tourneurs-sur-Métaux, 75004 Paris"
DIFFERENT = (
    {"kind": "price", "path": "/api/deliveries/12", "ours": "416", "theirs": "1299"},
    {"kind": "theirs_missing", "path": "/api/deliveries/7", "ours": "", "theirs": ""},
)


def tell(told: Told) -> None:
    """Connect a co-op to the activity of the story's order, and ask it for four deliveries."""
    with told.kpa.work(KPA) as work, work.transaction() as session:
        order = session.get_one(Order, UUID(told.order))
        at = ConnectionRow(
            activity_id=order.activity_id,
            address="https://127.0.0.1:9",
            store="/api/stores/1",
            name="Les Coursiers du Bourbonnais",
            role="client",
            currency="EUR",
            zone="Europe/Paris",
            pickup="1 rue des Moulins",
            key=seal(work, "ak_x"),
            packages=["SMALL", "XL"],
            read_at=clock.now(),
            drift=list(DIFFERENT),
        )
        session.add(at)
        session.flush()
        window = Window(clock.now() + timedelta(days=2), clock.now() + timedelta(days=2, hours=2))
        at.slots = [window.written()]
        # The last made is the one that pages of a delivery are looked at with.
        for state, more in (
            ("refused", {"reason": "Le serveur ne trouve pas cette adresse."}),
            ("booked", {"status": "done", "path": "/api/deliveries/1", "total_cents": 499}),
            (
                "booked",
                {"status": "doing", "path": "/api/deliveries/2", "tracking_url": "https://x/"},
            ),
            ("priced", {"price_cents": 499, "price_tax_cents": 83, "street": STREET}),
        ):
            _add(work, at, order, window, state, more)


def _add(
    work: Work,
    at: ConnectionRow,
    order: Order,
    window: Window,
    state: str,
    more: dict[str, object],
) -> None:
    stops = (Stop(STREET, "Jeanne", packages=(("XL", 2),)), Stop("1 rue du Port"))
    row = DeliveryRow(
        connection_id=at.id,
        order_id=order.id,
        state=state,
        slot=window.written(),
        wish=seal(work, json.dumps(Wish(window, stops, "1 rue des Moulins").kept())),
        **more,
    )
    work.session.add(row)
    work.session.flush()
    step = StepRow(delivery_id=row.id, was="", became="todo", source="create")
    step.at = clock.now()
    work.session.add(step)
