"""A workshop with objects in each state, a stock and machines."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from kpa_core import clock
from kpa_core.activities.models import Order
from kpa_core.work import KPA
from kpa_workshop.models import MachineRow, PartMoveRow, PartRow, TicketRow
from kpa_workshop.rules import STATES

if TYPE_CHECKING:
    from browsing.told import Told

LONG = "Vélo de livraison à deux roues avant, cadre bleu, cadenas sur la fourche"


def tell(told: Told) -> None:
    """Fill the workshop of the activity that the story's order is of."""
    with told.kpa.work(KPA) as work, work.transaction() as session:
        order = session.get_one(Order, UUID(told.order))
        part = PartRow(activity_id=order.activity_id, name="Patin de frein", cost_cents=300)
        part.stock = 5
        machine = MachineRow(
            activity_id=order.activity_id,
            name="Découpe laser",
            cents_per_hour=2400,
            needs_training=True,
        )
        session.add_all([part, machine])
        session.flush()
        session.add(PartMoveRow(part_id=part.id, count=5, cost_cents=300))
        for number, state in enumerate(STATES, start=1):
            row = TicketRow(
                activity_id=order.activity_id,
                order_id=order.id,
                number=number,
                what=LONG,
                owner="Mme Roy, 06 12 34 56 78",
                wrong="Le frein ne tient plus",
                state=state,
            )
            if state != "received":
                row.todo, row.minutes, row.price_cents = "Changer le câble", 45, 1800
            if state not in ("received", "diagnosed"):
                row.said_how, row.said_at = "phone", clock.now()
            session.add(row)
