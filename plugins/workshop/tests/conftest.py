"""A workshop with its people, and an order of the town hall."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from uuid import UUID

import pytest

from kpa_core.activities.activities import NewActivity, propose_activity
from kpa_core.activities.asking import Wanted, add_order
from kpa_core.activities.customers import NewCustomer, add_customer
from kpa_core.activities.models import Order
from kpa_core.api import Actor, Work
from kpa_core.testing import TestKpa
from kpa_workshop import WorkshopPlugin, tickets
from kpa_workshop.models import TicketRow


@dataclass
class Atelier:
    """La Cape: screen printing, wood and a laser, with people who may work there."""

    kpa: TestKpa
    activity: UUID
    other_activity: UUID
    maker: Actor
    referent: Actor
    stranger: Actor
    order: UUID
    reference: str

    def work(self, actor: Actor | None = None) -> AbstractContextManager[Work]:
        """Work as the maker, or as another."""
        return self.kpa.work(actor or self.maker)

    def taken(self, order: str = "") -> TicketRow:
        """Take in a bike."""
        with self.work() as work:
            new = tickets.NewTicket("vélo bleu", "Mme Roy, 06 12", "le frein", order)
            return tickets.take_in(work, self.activity, new)

    def priced(self, order: str = "") -> TicketRow:
        """Take it in and tell a price: 45 minutes, 18 euros."""
        row = self.taken(order)
        with self.work() as work:
            return tickets.diagnose(work, row.id, row.version, "changer le câble", 45, 1800)

    def agreed(self, order: str = "") -> TicketRow:
        """The client says yes."""
        row = self.priced(order)
        with self.work() as work:
            return tickets.answer(work, row.id, row.version, yes=True, how="phone")

    def row(self, ticket_id: UUID) -> TicketRow:
        """Return a ticket as it is in the database."""
        with self.kpa.work() as work:
            return work.session.get_one(TicketRow, ticket_id)


@pytest.fixture
def atelier(make_kpa: Callable[..., TestKpa]) -> Atelier:
    kpa = make_kpa(plugins=[WorkshopPlugin], name="La Cape")
    with kpa.work() as work:
        activity = propose_activity(work, NewActivity("Atelier", "workshop")).id
        other = propose_activity(work, NewActivity("Vélos", "workshop")).id
        customer = add_customer(work, NewCustomer("Mairie", "public")).id
        order = add_order(work, activity, customer, Wanted(title="Dix chaises"))
        reference = work.session.get_one(Order, order.id).reference
    here = {"activity_id": activity}
    maker = kpa.person("Amina", "member", ("participant", here))
    referent = kpa.person("Omar", "member", ("referent", here))
    stranger = kpa.person("Lise", "member", ("participant", {"activity_id": other}))
    return Atelier(kpa, activity, other, maker, referent, stranger, order.id, reference)
