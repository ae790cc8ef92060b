"""A KPA with two activities, its cooks, and an order for 40 guests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from uuid import UUID

import pytest

from kpa_catering import CateringPlugin, pantry
from kpa_catering.books import import_cookbook
from kpa_catering.cookbook import example
from kpa_catering.models import MenuRow
from kpa_catering.recipes import Pack
from kpa_catering.settings import Settings
from kpa_catering.units import Quantity, Unit
from kpa_core.activities.activities import NewActivity, propose_activity
from kpa_core.activities.asking import Wanted, add_order
from kpa_core.activities.customers import NewCustomer, add_customer
from kpa_core.api import Actor
from kpa_core.testing import TestKpa

SETTINGS = Settings()


@dataclass
class Moulins:
    """Moulins Coop: a catering activity with a cook, bikes with a rider, and the town hall."""

    kpa: TestKpa
    catering: UUID
    bikes: UUID
    cook: Actor
    rider: Actor
    member: Actor
    customer: UUID

    def work(self, actor: Actor | None = None):
        """Work as the cook, or as another."""
        return self.kpa.work(actor or self.cook)

    def order(self, guests: int | None = 40, activity: UUID | None = None) -> UUID:
        """Write down an order of the town hall."""
        with self.kpa.work() as work:
            wanted = Wanted(title="Buffet de la mairie", guests=guests)
            return add_order(work, activity or self.catering, self.customer, wanted).id

    def buffet(self) -> UUID:
        """Take in the example; return the id of its menu."""
        with self.work() as work:
            done = import_cookbook(work, example(), self.catering, vat_rate_bp=1000)
            return done.menus[0].id

    def price(self, name: str, cents: int | None) -> None:
        """Change the price of an ingredient."""
        with self.work() as work:
            row = next(one for one in pantry.ingredients(work) if one.name == name)
            size = Quantity(Fraction(row.pack_thousandths, 1000), Unit(row.pack_unit))
            pantry.price_ingredient(work, row.id, row.version, Pack(size, row.pack_label, cents))

    def read_menu(self, menu_id: UUID) -> MenuRow:
        """Return a menu as it is in the database."""
        with self.kpa.work() as work:
            return work.session.get_one(MenuRow, menu_id)


@pytest.fixture
def moulins(make_kpa: Callable[..., TestKpa]) -> Moulins:
    kpa = make_kpa(plugins=[CateringPlugin], name="Moulins Coop")
    with kpa.work() as work:
        catering = propose_activity(work, NewActivity("Traiteur de Moulins", "catering")).id
        bikes = propose_activity(work, NewActivity("Vélos de Moulins")).id
        customer = add_customer(work, NewCustomer("Mairie de Moulins", "public")).id
    cook = kpa.person("Amina", "member", ("participant", {"activity_id": catering}))
    rider = kpa.person("Samir", "member", ("participant", {"activity_id": bikes}))
    member = kpa.person("Lise", "member")
    return Moulins(kpa, catering, bikes, cook, rider, member, customer)
