"""A workshop per activity: objects in three states, a part, a machine and who was trained."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpa_core import clock
from kpa_workshop.models import MachineRow, PartMoveRow, PartRow, TicketRow, TrainingRow
from world.deed import Deed, on
from world.places import Place

if TYPE_CHECKING:
    from world.build import World

NEEDS = ("workshop.work",)
AGREED = on(ticket="agreed")
DEEDS = {
    "workshop.take_in": Deed(
        "participant_a", NEEDS, {"what": "vélo", "owner": "Roy", "wrong": "frein", "order": ""}
    ),
    "workshop.diagnose": Deed(
        "participant_a", NEEDS, {"todo": "câble", "minutes": "0h45", "price": "18"}
    ),
    "workshop.answer": Deed("participant_a", NEEDS, {"yes": "yes", "how": "phone"}),
    "workshop.use_part": Deed("participant_a", NEEDS, {"count": "1"}, uses=AGREED),
    "workshop.use_machine": Deed("participant_a", NEEDS, {"minutes": "0h20"}, uses=AGREED),
    "workshop.finish": Deed("participant_a", NEEDS, {"version": "1"}, uses=AGREED),
    "workshop.give_back": Deed(
        "participant_a", NEEDS, {"version": "1"}, uses=on(ticket="received")
    ),
    "workshop.add_part": Deed("participant_a", NEEDS, {"name": "patin", "cost": "3", "count": "2"}),
    "workshop.bring": Deed("participant_a", NEEDS, {"count": "2", "cost": "3"}),
    "workshop.add_machine": Deed("participant_a", NEEDS, {"name": "scie", "cost": "6"}),
    "workshop.train": Deed("referent_a", ("workshop.train",), {"person_id": "$person_id"}),
}


def fill(world: World, place: Place) -> None:
    """Add what a workshop holds."""
    letter = place.letter
    with world.work() as work, work.transaction() as session:
        part = PartRow(activity_id=place.activity, name=f"CanariPiece{letter}", cost_cents=300)
        part.stock = 5
        machine = MachineRow(
            activity_id=place.activity,
            name=f"CanariMachine{letter}",
            cents_per_hour=2400,
            needs_training=True,
        )
        session.add_all([part, machine])
        session.flush()
        session.add(PartMoveRow(part_id=part.id, count=5, cost_cents=300))
        participant = world.cast[f"participant_{letter.lower()}"].person
        session.add(TrainingRow(machine_id=machine.id, person_id=participant, given_on=work.today))
        states = {"diagnosed": 1, "agreed": 2, "received": 3}
        rows = {state: _ticket(place, state, number) for state, number in states.items()}
        session.add_all(rows.values())
        session.flush()
        place.ids.update(ticket_id=rows["diagnosed"].id, part_id=part.id, machine_id=machine.id)
        place.more["ticket_id:agreed"] = rows["agreed"].id
        place.more["ticket_id:received"] = rows["received"].id


def _ticket(place: Place, state: str, number: int) -> TicketRow:
    row = TicketRow(
        activity_id=place.activity,
        number=number,
        what=f"CanariObjet{place.letter}",
        owner=f"CanariProprietaire{place.letter}",
        wrong="frein",
        state=state,
    )
    if state != "received":
        row.todo, row.minutes, row.price_cents = "câble", 45, 1800
    if state == "agreed":
        row.said_how, row.said_at = "phone", clock.now()
    return row
