"""What some acts need to have happened just before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpa_core.accounts import cards
from kpa_core.invoices import carriers, series
from kpa_core.invoices.models import Carrier

if TYPE_CHECKING:
    from world.build import World


def a_card_that_waits(world: World) -> None:
    """The referent makes a card for the participant, who also helps the treasury of B."""
    from kpa_core.members import roles

    person = world.a.ids["person_id"]
    with world.work() as work:
        roles.give_role(
            work, person, "treasurer", starts_on=work.today, activity_id=world.b.activity
        )
    with world.work("referent_a") as work:
        cards.issue(work, person)


def a_carrier_without_series(world: World) -> None:
    """The carrier of A lets us number, and has closed its series."""
    with world.work("host_a") as work:
        carrier = work.session.get_one(Carrier, world.a.carrier)
        carriers.change_carrier(work, carrier.id, carrier.version, {"mode": "delegated_series"})
        series.close_series(work, world.a.ids["series_id"])
