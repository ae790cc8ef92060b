"""Offers, orders, tasks, hours and counters of an activity."""

from __future__ import annotations

from datetime import time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from kpa_core.activities import (
    answers,
    approvals,
    asking,
    assignments,
    contributions,
    impact,
    lines,
    offers,
    service,
    tasks,
)
from world.places import Place

if TYPE_CHECKING:
    from world.build import World

BUFFET = lines.NewLine("Buffet", Decimal(40), 15_00, 1000, planned_cost_cents=19_800)


def fill(world: World, place: Place) -> None:
    """Fill an activity up to a quote that is ready to leave."""
    letter, low = place.letter, place.letter.lower()
    with world.work() as work:
        offer = offers.add_offer(
            work, place.activity, offers.NewOffer(f"CanariBrouillon{letter}", 15_00, 1000)
        )
        public = offers.add_offer(work, place.activity, offers.NewOffer(f"Offre {letter}", 9, 0))
        offers.set_offer_state(work, public.id, "published")
        counter = impact.add_counter(work, place.activity, f"CanariCompteur{letter}", "kg")
        impact.add_amount(work, counter.id, Decimal(3), work.today)
    place.ids.update(offer_id=offer.id, counter_id=counter.id)
    place.more["offer_id:published"] = public.id
    place.ids["order_id"] = asked(world, place)
    place.more["order_id:priced"] = asked(world, place)
    with world.work() as work:
        first = lines.lines_of(work.session, place.ids["order_id"])[0]
        place.ids["line_id"] = first.id
    for key in (f"participant_{low}", f"second_{low}"):
        with world.work(key) as work:
            approvals.approve(work, place.more["order_id:priced"])
    _plan(world, place)


def asked(world: World, place: Place, title: str = "") -> UUID:
    """Write an order with its price."""
    letter = place.letter
    with world.work() as work:
        wanted = asking.Wanted(
            title=title or f"CanariCommande{letter}",
            day=work.today,
            guests=40,
            wishes=f"CanariSouhait{letter}",
            place=f"CanariLieu{letter}",
        )
        order = asking.add_order(work, place.activity, place.ids["customer_id"], wanted)
        lines.add_line(work, order.id, BUFFET)
        lines.add_line(work, order.id, lines.NewLine(f"CanariLigne{letter}", Decimal(1), 100, 1000))
        service.add_note(work, order.id, f"CanariRemarque{letter}")
    return order.id


def _plan(world: World, place: Place) -> None:
    letter, low, person = place.letter, place.letter.lower(), place.ids["person_id"]
    with world.work() as work:
        new = tasks.NewTask(
            f"CanariTache{letter}",
            work.today + timedelta(days=3),
            time(9),
            time(11),
            people_needed=3,
            place=f"CanariEndroit{letter}",
        )
        task = tasks.add_task(work, place.activity, new)
        assignments.assign(work, task.id, person)
        today = tasks.NewTask("Ranger", work.today, time(9), time(11))
        place.more["task_id:today"] = tasks.add_task(work, place.activity, today).id
        spent = contributions.NewTime(
            person, work.today, 30, kind="volunteer", note=f"CanariHeure{letter}"
        )
        row = contributions.add_time(work, place.activity, spent)
    with world.work(f"participant_{low}") as work:
        answers.answer(work, task.id, "coming")
    place.ids.update(task_id=task.id, contribution_id=row.id)
