"""A small KPA for the tests of activities: people, an activity, a customer, two plugins."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from kpa_core.activities import asking, customers, lines, tasks
from kpa_core.activities.models import Activity, Order, Task
from kpa_core.contracts import (
    ActivityType,
    Actor,
    Assignment,
    Card,
    EngagementKind,
    Line,
    OrderRef,
    Problem,
    QuoteRequest,
)
from kpa_core.hookspecs import hookimpl
from kpa_core.instance import Instance
from kpa_core.members.models import Engagement, Party
from kpa_core.members.roles import give_role, grants_of
from kpa_core.plugins import Plugin
from kpa_core.testing import TestKpa
from kpa_core.work import KPA, Work


class Kitchen(Plugin):
    """A kitchen that prices by the guest."""

    name = "kitchen"
    api_version = 1
    proposed: tuple[Line, ...] | None = None

    @hookimpl
    def register_activity_types(self) -> list[ActivityType]:
        return [ActivityType("meals", "Repas")]

    @hookimpl
    def quote_lines(self, request: QuoteRequest) -> list[Line] | None:
        if request.activity_kind != "meals" or request.guests is None:
            return None
        if self.proposed is not None:
            return list(self.proposed)
        return [
            Line(
                "Buffet oriental",
                Decimal(request.guests),
                1500,
                1000,
                unit="personne",
                planned_cost_cents=19_800,
            )
        ]

    @hookimpl
    def order_cards(self, order: OrderRef) -> list[Card]:
        return [Card("Le menu du jour", "public/people.svg.html", "order.read", {})]


class Guard(Plugin):
    """Rules about contracts and about young people."""

    name = "guard"
    api_version = 1
    remark = ""

    @hookimpl
    def register_engagement_kinds(self) -> list[EngagementKind]:
        return [EngagementKind("try", "Essai", "On essaie.", True, lambda *_: [])]

    @hookimpl
    def check_assignment(self, assignment: Assignment) -> list[Problem]:
        if self.remark:
            return [Problem(self.remark, blocking=False)]
        if assignment.starts_at < time(22) or assignment.person.display_name != "Yanis":
            return []
        return [
            Problem("{name} a 17 ans : pas la nuit.", {"name": "Yanis"}, todo="Change l'heure.")
        ]


@dataclass
class House:
    """One instance on an empty database, and short ways to fill it."""

    instance: Instance
    activity: Activity = field(init=False)

    def work(self, actor: Actor = KPA) -> Work:
        return self.instance.work(actor)

    def start(self, title: str, kind: str = "") -> Activity:
        """Make an activity that sells."""
        with self.work() as work, work.transaction() as session:
            activity = Activity(title=title, kind=kind, state="running")
            session.add(activity)
        return activity

    def person(
        self, name: str, *roles: str, at: Activity | None = None, light: bool = True
    ) -> Actor:
        """Welcome someone with roles in an activity, by default with a contract and insurance."""
        at = at or self.activity
        with self.work() as work, work.transaction() as session:
            party = Party(
                kind="person", display_name=name, phone=f"+336{secrets.randbelow(10**8):08d}"
            )
            session.add(party)
            session.flush()
            give_role(work, party.id, "member", starts_on=work.today - timedelta(days=99))
            for role in roles:
                start = work.today - timedelta(days=90)
                give_role(work, party.id, role, starts_on=start, activity_id=at.id)
            if light:
                session.add(contract(party.id, work.today))
        return self.actor(party.id, name)

    def actor(self, party_id: UUID, name: str = "") -> Actor:
        """Return a person as actor with the roles of today."""
        with self.work() as work:
            grants = grants_of(work.session, party_id, work.today)
        return Actor("person", name, party_id=party_id, grants=grants)

    def order(self, **wanted: Any) -> Order:
        """Write a town hall's request for a buffet for forty."""
        with self.work() as work:
            town = customers.add_customer(
                work,
                customers.NewCustomer("Mairie", "public", email=f"{secrets.token_hex(4)}@v.fr"),
            )
            facts = {
                "title": "Buffet",
                "guests": 40,
                "day": work.today + timedelta(days=10),
                **wanted,
            }
            at = facts.pop("at", self.activity)
            return asking.add_order(work, at.id, town.id, asking.Wanted(**facts))

    def priced(self, **wanted: Any) -> Order:
        """Write an order and type its price: 40 x 15.00 without VAT, 198.00 of purchases."""
        order = self.order(**wanted)
        with self.work() as work:
            lines.add_line(work, order.id, buffet())
        return order

    def task(self, title: str = "Cuisiner", **facts: Any) -> Task:
        """Put a task on the planning."""
        with self.work() as work:
            given = {
                "day": work.today,
                "starts_at": time(9),
                "ends_at": time(15),
                "people_needed": 2,
                **facts,
            }
            return tasks.add_task(work, self.activity.id, tasks.NewTask(title, **given))


def buffet(**changes: Any) -> lines.NewLine:
    """Return the line of the buffet, changed by keyword."""
    facts = {"label": "Buffet", "quantity": Decimal(40), "unit_price_cents": 1500}
    facts |= {"vat_rate_bp": 1000, "planned_cost_cents": 19_800, **changes}
    return lines.NewLine(**facts)


def contract(person_id: UUID, today: date) -> Engagement:
    """Return an engagement that is signed and insured around today."""
    start, end = today - timedelta(days=90), today + timedelta(days=200)
    return Engagement(
        person_id=person_id,
        kind="try",
        state="signed",
        starts_on=start,
        ends_on=end,
        signed_on=start,
        insured_from=start,
    )


@pytest.fixture
def open_house(make_kpa: Callable[..., TestKpa]) -> Callable[..., House]:
    def make(*plugins: type[Plugin]) -> House:
        kpa = make_kpa(name="Moulins Coop", plugins=plugins or (Kitchen, Guard))
        house = House(kpa.instance)
        house.activity = house.start("Traiteur", "meals" if not plugins else "")
        return house

    return make


@pytest.fixture
def house(open_house: Callable[..., House]) -> House:
    return open_house()


@pytest.fixture
def site(house: House) -> TestKpa:
    """The pages of the house, with browsers."""
    return TestKpa(house.instance)


@pytest.fixture
def make_line() -> Callable[..., lines.NewLine]:
    return buffet


@pytest.fixture
def cook(house: House) -> Actor:
    return house.person("Amina", "participant")


@pytest.fixture
def referent(house: House) -> Actor:
    return house.person("Fatou", "referent", "participant")
