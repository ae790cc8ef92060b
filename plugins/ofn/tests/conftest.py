"""An Open Food Network server on loopback, and a KPA whose shop is there."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from ofn_peer.server import KEY, SHOP, Peer

from kpa_core import jobs
from kpa_core.activities.activities import NewActivity, propose_activity, set_carrier
from kpa_core.activities.models import Order, OrderLine
from kpa_core.api import Actor, Work
from kpa_core.invoices.carrier.carriers import NewCarrier, add_carrier
from kpa_core.safehttp.addresses import AddressRule
from kpa_core.safehttp.client import SafeHttp
from kpa_core.testing import TestKpa
from kpa_ofn import OfnPlugin, booking, reading, shops
from kpa_ofn.client import OpenFood
from kpa_ofn.models import SaleRow, ShopRow

IDENTITY = {
    "address": ["1 rue des Moulins", "59000 Lille"],
    "siren": "732829320",
    "vat_number": "FR44732829320",
}


@pytest.fixture
def peer() -> Iterator[Peer]:
    """Run a server; what it said otherwise than the contract fails the test."""
    one = Peer()
    yield one
    one.close()
    assert not one.wrong, "the simulator left the contract: " + "; ".join(one.wrong)


@pytest.fixture
def client(peer: Peer) -> OpenFood:
    """Return a client of the server."""
    return OpenFood(SafeHttp(AddressRule([peer.place])), peer.address, KEY)


@dataclass
class Halle:
    """The hall of Moulins: an activity that sells by a shop."""

    kpa: TestKpa
    peer: Peer
    activity: UUID
    shop: UUID
    seller: Actor
    treasurer: Actor
    other: Actor

    def work(self, actor: Actor | None = None) -> AbstractContextManager[Work]:
        """Work as the seller, or as another."""
        return self.kpa.work(actor or self.seller)

    def read(self, *, whole: bool = False) -> reading.Count:
        """Read the shop's orders now."""
        with self.kpa.work() as work:
            return reading.read_orders(work, work.session.get_one(ShopRow, self.shop), whole=whole)

    def run(self) -> None:
        """Let the worker do what is due now."""
        jobs.run_due(self.kpa.instance)

    def row(self) -> ShopRow:
        """Return the shop as it is in the database."""
        with self.kpa.work() as work:
            return work.session.get_one(ShopRow, self.shop)

    def sale(self, number: str = "R000000001") -> SaleRow | None:
        """Return what was read of an order."""
        with self.kpa.work() as work:
            return booking.of_number(work.session, self.shop, number)

    def order(self, number: str = "R000000001") -> tuple[Order, list[OrderLine]]:
        """Return our order of it, with its lines."""
        row = self.sale(number)
        with self.kpa.work() as work:
            order = work.session.get_one(Order, row.order_id)
            query = work.session.query(OrderLine).filter_by(order_id=order.id)
            return order, query.order_by(OrderLine.position).all()


@pytest.fixture
def halle(make_kpa: Callable[..., TestKpa], peer: Peer) -> Halle:
    kpa = make_kpa(plugins=[OfnPlugin], name="Moulins Coop", network={"allow": [peer.place]})
    with kpa.work() as work:
        carrier = add_carrier(work, NewCarrier("CAE d'ici", "draft_for_carrier", IDENTITY)).id
        activity = propose_activity(work, NewActivity("Halle")).id
        set_carrier(work, activity, carrier)
        shop = shops.connect(work, activity, shops.NewShop(peer.address, KEY, SHOP, True)).id
    here = {"activity_id": activity}
    seller = kpa.person("Amina", "member", ("participant", here))
    treasurer = kpa.person("Bob", "member", ("treasurer", {**here, "carrier_id": carrier}))
    other = kpa.person("Lise", "member")
    return Halle(kpa, peer, activity, shop, seller, treasurer, other)
