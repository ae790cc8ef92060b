"""A small KPA on a SQLite file: Moulins Coop, its people, its carrier, a paid order."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

import pytest
from flask import Flask
from stdnum import luhn

from kpa_core import accounts, clock, db
from kpa_core.activities import activities, asking, contributions, customers, lines
from kpa_core.activities.models import Order
from kpa_core.config import Settings
from kpa_core.contracts import Actor, EngagementKind
from kpa_core.demo.browser import PlainBrowser
from kpa_core.features import FEATURES
from kpa_core.hookspecs import hookimpl
from kpa_core.instance import Instance
from kpa_core.invoices import guards
from kpa_core.invoices.carrier import carriers, series
from kpa_core.invoices.life import answers as carrier_answers
from kpa_core.invoices.making import issuing
from kpa_core.invoices.models import Document
from kpa_core.invoices.paying import payments
from kpa_core.members.models import Engagement, Party, Role
from kpa_core.members.roles import grants_of
from kpa_core.plugins import Plugin
from kpa_core.sharing import answers, closing, expenses, scales, shareouts
from kpa_core.sharing.fees import Tier
from kpa_core.sharing.models import Allocation, Expense, ShareOut
from kpa_core.testing import TestKpa
from kpa_core.testing.databases import PostgresServer
from kpa_core.testing.warm import share_statements
from kpa_core.vault import new_key
from kpa_core.work import KPA, Work

SQLITE = "sqlite:///data/kpa.sqlite3"
TIERS = (Tier(30_000_00, 1150), Tier(60_000_00, 1050), Tier(90_000_00, 950), Tier(None, 850))
COOKS = ("Amina", "Bakary", "Chloé", "Driss")
RIDERS = ("Elif", "Farid")
STORY_HOURS = {**dict.fromkeys(COOKS, 6 * 60), **dict.fromkeys(RIDERS, 3 * 60)}
_LONG_AGO = clock.today("Europe/Paris") - timedelta(days=400)
IDENTITY = {
    "address": ["1 rue des Moulins", "59000 Lille"],
    "siren": "732829320",
    "vat_number": "FR44732829320",
}


class Contracts(Plugin):
    """Contracts without rules of their own."""

    name = "contracts"
    api_version = 1

    @hookimpl
    def register_engagement_kinds(self) -> list[EngagementKind]:
        return [EngagementKind("contract", "Contrat", "", True, lambda *_: [])]


_PLACES = count(1)


def _siret() -> str:
    """Return the SIRET of another place of one town: no two customers share theirs."""
    known = f"215903501{next(_PLACES):04}"
    return known + luhn.calc_check_digit(known)


@dataclass
class House:
    """The KPA of a test, and short ways to do what its members do through forms."""

    cooks: ClassVar = COOKS
    riders: ClassVar = RIDERS
    tiers: ClassVar = TIERS

    instance: Instance
    activity_id: UUID = field(init=False)
    carrier_id: UUID = field(init=False)
    people: dict[str, UUID] = field(default_factory=dict)

    def work(self, name: str = "") -> Work:
        """Work as a person of the KPA, or as kpa itself."""
        return self.instance.work(self.actor(name) if name else KPA)

    def actor(self, name: str) -> Actor:
        """Return a person with the roles of today."""
        with self.instance.work(KPA) as work:
            grants = grants_of(work.session, self.people[name], work.today)
        return Actor("person", name, party_id=self.people[name], grants=grants)

    def welcome(self, name: str, *kinds: str, birth: date | None = None) -> UUID:
        """Add a person with roles in the activity; a host's is at the carrier."""
        with self.work() as work, work.transaction() as session:
            sealed = self.instance.vault.seal(birth.isoformat()) if birth else None
            party = Party(kind="person", display_name=name, birth_sealed=sealed)
            session.add(party)
            session.flush()
            for kind in (*kinds, "member"):
                place = {"member": {}, "host": {"carrier_id": self.carrier_id}}
                where = place.get(kind, {"activity_id": self.activity_id})
                session.add(Role(party_id=party.id, kind=kind, starts_on=_LONG_AGO, **where))
            session.add(
                Engagement(
                    person_id=party.id,
                    carrier_id=self.carrier_id,
                    kind="contract",
                    state="signed",
                    starts_on=_LONG_AGO,
                    ends_on=_LONG_AGO + timedelta(days=800),
                    signed_on=_LONG_AGO,
                    insured_from=_LONG_AGO,
                )
            )
        self.people[name] = party.id
        return party.id

    def carrier(self, name: str, mode: str, *, scaled: bool = True) -> UUID:
        """Add a carrier, with the scale of the story unless told."""
        with self.work() as work:
            new = carriers.NewCarrier(
                name=name,
                mode=mode,
                identity=IDENTITY,
                paid_when="Optéos paie le 28 du mois.",
                ask_whom="Nadia, à Optéos",
            )
            carrier = carriers.add_carrier(work, new)
            if mode != "draft_for_carrier":
                series.grant_series(
                    work, carrier.id, code="K", pattern="K{year}-{number:04}", source="mandat"
                )
            if scaled:
                new_scale = scales.NewScale(starts_on=_LONG_AGO, tiers=TIERS, source="Barème")
                scales.add_scale(work, carrier.id, new_scale)
        return carrier.id

    def leave(self, *names: str) -> None:
        """End people's roles."""
        with self.work() as work, work.transaction():
            for name in names:
                for role in work.session.query(Role).filter_by(party_id=self.people[name]):
                    role.ends_on = work.today

    def order(self, guests: int = 40, price_cents: int = 15_00) -> UUID:
        """Write an order that is accepted and done."""
        with self.work() as work, work.transaction() as session:
            new = customers.NewCustomer(
                name=f"Mairie {secrets.token_hex(3)}",
                kind="public",
                address="Place Roger Salengro",
                postcode="59000",
                town="Lille",
                siret=_siret(),
                email=f"{secrets.token_hex(4)}@exemple.fr",
            )
            customer = customers.add_customer(work, new)
            wanted = asking.Wanted(title="Buffet de 40", day=work.today, guests=guests)
            order = asking.add_order(work, self.activity_id, customer.id, wanted)
            lines.add_line(
                work,
                order.id,
                lines.NewLine("Buffet oriental", Decimal(guests), price_cents, 1000),
            )
            order.state = "done"
            session.flush()
        return order.id

    def hours(self, order_id: UUID, minutes: dict[str, int], kind: str = "sale") -> None:
        """Write the time people gave, in the order given."""
        with self.work("Gaëlle") as work:
            for name, spent in minutes.items():
                new = contributions.NewTime(
                    self.people[name], work.today, spent, kind=kind, order_id=order_id
                )
                contributions.add_time(work, self.activity_id, new)

    def buy(self, order_id: UUID, cents: int, by: str = "", **more: Any) -> Expense:
        """Write a receipt paid by the carrier, or advanced by a member."""
        given = {"in_name_of": "carrier", **more}
        if by:
            given |= {"paid_by": "member", "paid_by_id": self.people[by]}
        with self.work("Gaëlle") as work:
            new = expenses.NewExpense(work.today, "Métro", "Légumes", cents, **given)
            return expenses.record(work, order_id, new)

    def invoice(self, order_id: UUID) -> Document:
        """Issue the invoice, or hand it over and note the carrier's number."""
        with self.work("Hôte") as work:
            document = issuing.issue(work, order_id)
            if document.kind == "handover":
                number = carrier_answers.CarrierNumber(
                    f"OPT-{secrets.token_hex(3)}", document.issued_on, document.to_pay_cents
                )
                carrier_answers.note_number(work, document.id, number)
        return document

    def pay(self, document: Document, cents: int, by: str = "Hôte") -> None:
        """Write a payment; the carrier's own word confirms it."""
        with self.work(by) as work:
            payments.record_payment(work, document.id, cents, work.today)

    def paid_order(
        self,
        price_cents: int = 15_00,
        paid: int | None = None,
        hours: dict[str, int] = STORY_HOURS,
    ) -> UUID:
        """The story up to the money: 30 hours, two receipts, invoiced and paid."""
        order_id = self.order(price_cents=price_cents)
        self.hours(order_id, hours)
        self.buy(order_id, 118_00)
        self.buy(order_id, 80_00, by="Bakary")
        document = self.invoice(order_id)
        self.pay(document, document.to_pay_cents if paid is None else paid)
        return order_id

    def propose(self, order_id: UUID, by: str = "Gaëlle", **more: bool) -> UUID:
        """Propose a share-out."""
        with self.work(by) as work:
            return shareouts.propose(work, order_id, **more).id

    def say(self, share_out_id: UUID, answer: str = "agreed", *names: str, note: str = "") -> None:
        """Let people answer for their part; everybody when nobody is named."""
        for name in names or tuple(self.parts(share_out_id)):
            with self.work(name) as work:
                answers.answer(work, self.part(share_out_id, name).id, answer, note)

    def close(self, share_out_id: UUID, by: str = "Trésor", note: str = "") -> ShareOut:
        """Close a share-out."""
        with self.work(by) as work:
            return closing.close(work, share_out_id, note)

    def shared(self, order_id: UUID, by: str = "Trésor") -> ShareOut:
        """Propose, agree and close."""
        share_out_id = self.propose(order_id)
        self.say(share_out_id)
        return self.close(share_out_id, by)

    def parts(self, share_out_id: UUID) -> dict[str, int]:
        """Return each person's cents by name."""
        with self.work() as work:
            rows = shareouts.allocations_of(work.session, share_out_id)
            return {party.display_name: part.cents for part, party in rows}

    def part(self, share_out_id: UUID, name: str) -> Allocation:
        """Return a person's part."""
        with self.work() as work:
            rows = shareouts.allocations_of(work.session, share_out_id)
            return next(part for part, party in rows if party.display_name == name)

    @cached_property
    def app(self) -> Flask:
        """The application."""
        return TestKpa(self.instance).app

    def browser(self, name: str) -> PlainBrowser:
        """Open a person's browser, signed in by card."""
        browser = PlainBrowser(self.app.test_client())
        with self.work() as work:
            code = accounts.new_card(work, self.people[name])
        browser.enter(code)
        return browser

    def state(self, order_id: UUID) -> str:
        """Return where the order is."""
        with self.work() as work:
            return work.session.get_one(Order, order_id).state


def open_instance(folder: Path, url: str) -> Instance:
    """Open the KPA in a folder."""
    settings = Settings.model_validate(
        {"root": folder, "instance": {"name": "Moulins Coop"}, "database": {"url": url}}
    )
    instance = Instance(settings, features=FEATURES, plugin_classes=(Contracts,), strict=True)
    share_statements(instance.engine)
    return instance


def make_house(folder: Path, mode: str, url: str = SQLITE) -> House:
    """Make the KPA of the story."""
    (folder / "secrets").mkdir(parents=True)
    (folder / "data").mkdir()
    (folder / "secrets" / "session.key").write_text(secrets.token_hex(32))
    (folder / "secrets" / "data.key").write_bytes(new_key())
    instance = open_instance(folder, url)
    db.Base.metadata.create_all(instance.engine)
    db.prepare_sqlite(instance.engine)
    with instance.engine.begin() as connection:
        guards.install(connection)
    house = House(instance)
    house.carrier_id = house.carrier("Optéos", mode)
    with house.work() as work:
        activity = activities.propose_activity(work, activities.NewActivity("Moulins Coop"))
        activities.set_carrier(work, activity.id, house.carrier_id)
        activities.set_state(work, activity.id, "running")
    house.activity_id = activity.id
    house.welcome("Hôte", "host")
    house.welcome("Gaëlle", "referent")
    house.welcome("Trésor", "treasurer")
    house.welcome("Animatrice", "animator")
    for name in (*COOKS, *RIDERS):
        house.welcome(name, "participant")
    return house


def copied(first: House, folder: Path, server: PostgresServer | None) -> House:
    """Return a copy of a KPA, in its own folder and its own database."""
    settings = first.instance.settings
    shutil.copytree(settings.root, folder)
    url = server.copy(settings.database.url) if server else settings.database.url
    house = House(open_instance(folder, url), people=dict(first.people))
    house.activity_id, house.carrier_id = first.activity_id, first.carrier_id
    return house


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest, kpa_database: str) -> PostgresServer | None:
    """The PostgreSQL server, when the story is told there."""
    return request.getfixturevalue("kpa_server") if kpa_database == "postgresql" else None


@pytest.fixture(scope="session")
def first_of(
    tmp_path_factory: pytest.TempPathFactory, server: PostgresServer | None
) -> Callable[[str], House]:
    """Return a function that makes the KPA of a mode once, closed, to be copied."""
    made: dict[str, House] = {}

    def first(mode: str) -> House:
        if mode not in made:
            url = server.new_database() if server else SQLITE
            made[mode] = make_house(tmp_path_factory.mktemp("made") / mode, mode, url)
            made[mode].instance.close()
        return made[mode]

    return first


@pytest.fixture
def open_one(
    tmp_path: Path, first_of: Callable[[str], House], server: PostgresServer | None
) -> Iterator[Callable[[str], House]]:
    """Return a function that opens a KPA in a mode, on the database being tested."""
    made: list[House] = []

    def open_mode(mode: str) -> House:
        made.append(copied(first_of(mode), tmp_path / f"kpa-{len(made)}", server))
        return made[-1]

    yield open_mode
    for house in made:
        house.instance.close()
        if server:
            server.drop(house.instance.settings.database.url)


@pytest.fixture(params=["draft_for_carrier", "delegated_series"])
def house(request: pytest.FixtureRequest, open_one: Callable[[str], House]) -> House:
    """The KPA, once with a carrier that numbers by itself and once with a granted series."""
    return open_one(request.param)


@pytest.fixture
def numbered(open_one: Callable[[str], House]) -> House:
    """The KPA with a granted series alone."""
    return open_one("delegated_series")
