"""A bike co-op per activity, a delivery that waits for a yes, and what people do with it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from kpa_coopcycle.models import ConnectionRow, DeliveryRow
from kpa_coopcycle.wishes import Stop, Window, Wish
from kpa_core.work import Work, seal
from world.deed import Deed
from world.places import Place

if TYPE_CHECKING:
    from world.build import World

NEEDS = ("coopcycle.deliver",)
ASKED = {
    "street": "1 rue du Port",
    "phone": "",
    "place": "",
    "weight": "",
    "count": "",
    "slot": "",
    "day": "2035-04-02",
    "start": "10:00",
    "end": "12:00",
}
STOP = {key: ASKED[key] for key in ("street", "phone", "place", "weight", "count")}
DEEDS = {
    "coopcycle.ask": Deed("participant_a", NEEDS, ASKED),
    "coopcycle.correct": Deed("participant_a", NEEDS, ASKED),
    "coopcycle.add_stop": Deed("participant_a", NEEDS, STOP),
    "coopcycle.order_delivery": Deed("participant_a", NEEDS, {"price_cents": "499"}),
    "coopcycle.cancel_delivery": Deed("participant_a", NEEDS),
}


def fill(world: World, place: Place) -> None:
    """Connect a co-op to the activity, with a delivery of its order that has a price."""
    with world.work() as work, work.transaction() as session:
        at = ConnectionRow(
            activity_id=place.activity,
            address="https://127.0.0.1:9",
            store="/api/stores/1",
            name=f"CanariCoop{place.letter}",
            role="client",
            currency="EUR",
            zone="Europe/Paris",
            pickup=f"CanariDepart{place.letter}",
            key=seal(work, "ak_canari"),
        )
        session.add(at)
        session.flush()
        row = _delivery(work, place, at)
        place.ids.update(connection_id=at.id, delivery_id=row.id)


def _delivery(work: Work, place: Place, at: ConnectionRow) -> DeliveryRow:
    noon = datetime(2035, 4, 2, 10, tzinfo=UTC)
    window = Window(noon, noon + timedelta(hours=2))
    wish = Wish(window, (Stop(f"CanariRue{place.letter}", f"CanariPour{place.letter}"),))
    row = DeliveryRow(
        connection_id=at.id,
        order_id=place.ids["order_id"],
        state="priced",
        slot=window.written(),
        price_cents=499,
        price_tax_cents=83,
        wish=seal(work, json.dumps(wish.kept())),
    )
    work.session.add(row)
    work.session.flush()
    return row
