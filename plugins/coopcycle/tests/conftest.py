"""A CoopCycle server on loopback, and a KPA that may ask it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from coopcycle_peer.server import API_KEY, KEY, SECRET, Peer

from kpa_coopcycle import CoopCyclePlugin, connections, deliveries
from kpa_coopcycle.client import CoopCycle
from kpa_coopcycle.models import DeliveryRow
from kpa_coopcycle.wishes import Stop, Window, Wish
from kpa_core import jobs
from kpa_core.activities.activities import NewActivity, propose_activity, set_carrier
from kpa_core.activities.asking import Wanted, add_order
from kpa_core.activities.customers import NewCustomer, add_customer
from kpa_core.api import Actor, Work
from kpa_core.invoices.carrier.carriers import NewCarrier, add_carrier
from kpa_core.safehttp.addresses import AddressRule
from kpa_core.safehttp.client import SafeHttp
from kpa_core.testing import TestKpa

RIVOLI = Stop("48, Rue de Rivoli Paris", "Jeanne", "+33612345678", lat=48.857127, lng=2.354766)


@pytest.fixture
def peer() -> Iterator[Peer]:
    """Run a server; what it said otherwise than the contract fails the test."""
    one = Peer()
    yield one
    one.close()
    assert not one.wrong, "the simulator left the contract: " + "; ".join(one.wrong)


@pytest.fixture
def client(peer: Peer) -> CoopCycle:
    """Return a client of the server, as its store."""
    return CoopCycle(SafeHttp(AddressRule([peer.place])), peer.address, f"{KEY}:{SECRET}")


@pytest.fixture
def by_key(peer: Peer) -> CoopCycle:
    """Return a client with an API key."""
    return CoopCycle(SafeHttp(AddressRule([peer.place])), peer.address, API_KEY)


@dataclass
class Moulins:
    """Moulins Coop: caterers whose food a bike co-op brings."""

    kpa: TestKpa
    peer: Peer
    activity: UUID
    cook: Actor
    other: Actor
    order: UUID
    connection: UUID

    def work(self, actor: Actor | None = None) -> AbstractContextManager[Work]:
        """Work as the cook, or as another."""
        return self.kpa.work(actor or self.cook)

    def wish(self, *stops: Stop, **more: str) -> Wish:
        """Return a wish in the first slot that is offered tomorrow."""
        with self.work() as work:
            slots = connections.find(work, self.connection, "coopcycle.deliver").slots
        return Wish(Window.read(slots[-1], offered=True), stops or (RIVOLI,), **more)

    def asked(self, *stops: Stop) -> UUID:
        """Ask for a price and let the worker get it."""
        with self.work() as work:
            row = deliveries.ask(work, self.order, self.connection, self.wish(*stops))
        self.run()
        return row.id

    def ordered(self, *stops: Stop) -> UUID:
        """Ask, read the price, order; nothing is sent yet."""
        delivery_id = self.asked(*stops)
        with self.work() as work:
            deliveries.order(work, delivery_id, self.peer.coop.books.price)
        return delivery_id

    def run(self) -> None:
        """Let the worker do what is due now."""
        jobs.run_due(self.kpa.instance)

    def row(self, delivery_id: UUID) -> DeliveryRow:
        """Return a delivery as it is in the database."""
        with self.kpa.work() as work:
            return work.session.get_one(DeliveryRow, delivery_id)

    def theirs(self) -> list[Any]:
        """Return what the co-op has."""
        return list(self.peer.coop.books.deliveries.values())


@pytest.fixture
def moulins(make_kpa: Callable[..., TestKpa], peer: Peer) -> Moulins:
    kpa = make_kpa(plugins=[CoopCyclePlugin], name="Moulins Coop", network={"allow": [peer.place]})
    with kpa.work() as work:
        new = NewCarrier("CAE d'ici", "draft_for_carrier", {})
        carrier = add_carrier(work, new).id
        activity = propose_activity(work, NewActivity("Traiteur")).id
        set_carrier(work, activity, carrier)
        customer = add_customer(work, NewCustomer("Mairie de Moulins", "public")).id
        order = add_order(work, activity, customer, Wanted(title="Buffet", guests=40)).id
        at = connections.NewConnection(peer.address, f"{KEY}:{SECRET}", packages=("SMALL", "XL"))
        connection = connections.connect(work, activity, at).id
    cook = kpa.person("Amina", "member", ("participant", {"activity_id": activity}))
    other = kpa.person("Lise", "member")
    return Moulins(kpa, peer, activity, cook, other, order, connection)
