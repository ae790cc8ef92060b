"""A KPA whose group cooks, with a carrier in each mode, and orders as far along as a test wants."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
import time_machine

from kpa_core import clock
from kpa_core.activities import activities, asking, customers, lines
from kpa_core.activities import service as orders
from kpa_core.activities.models import Order
from kpa_core.contracts import Actor
from kpa_core.invoices.carrier import carriers, series
from kpa_core.invoices.drafts import correcting
from kpa_core.invoices.life import answers
from kpa_core.invoices.making import issuing, quotes
from kpa_core.invoices.models import Document
from kpa_core.testing import TestKpa
from kpa_core.work import KPA, Work

sys.path.insert(0, str(Path(__file__).parent.parent / "disk"))

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
IDENTITY = {
    "legal_form": "SCOP à capital variable",
    "capital_cents": 1_850_000,
    "address": ["80 rue de Lille", "59100 Roubaix"],
    "siret": "73282932000074",
    "rcs": "RCS Lille Métropole",
    "vat_number": "FR44732829320",
    "iban": "FR7630006000011234567890189",
}
TOWN = customers.NewCustomer(
    "Ville de Lille",
    "public",
    email="mairie@example.org",
    address="Place Augustin-Laurent",
    postcode="59000",
    town="Lille",
    siret="21590350100017",
    engagement_number="EJ-2026-004512",
)
BUFFET = lines.NewLine("Buffet oriental", Decimal(40), 1500, 1000, unit="pers.")


@dataclass
class House:
    """One KPA with its people: ``treasurer``, ``referent``, ``one``, ``two``, ``host``."""

    kpa: TestKpa
    carrier_id: UUID
    activity_id: UUID
    customer_id: UUID
    people: dict[str, Actor] = field(default_factory=dict)
    identity: dict[str, Any] = field(default_factory=lambda: dict(IDENTITY))

    @contextmanager
    def work(self, who: str = "treasurer") -> Iterator[Work]:
        with self.kpa.work(self.people.get(who, KPA)) as work:
            yield work

    def order(self, *priced: lines.NewLine) -> UUID:
        """Return an order that was asked for and has a price."""
        with self.work("one") as work:
            wanted = asking.Wanted(title="Buffet pour 40 personnes", day=work.today)
            order = asking.add_order(work, self.activity_id, self.customer_id, wanted)
            for line in priced or (BUFFET,):
                lines.add_line(work, order.id, line)
            return order.id

    def approve(self, order_id: UUID, what: str = "quote", *who: str) -> None:
        for name in who or ("one", "two"):
            with self.work(name) as work:
                orders.approve(work, order_id, what)

    def quoted(self, *priced: lines.NewLine) -> Document:
        """Return the quote of a new order, sent."""
        order_id = self.order(*priced)
        self.approve(order_id)
        with self.work("one") as work:
            return quotes.send_quote(work, order_id)

    def done(self, *priced: lines.NewLine) -> UUID:
        """Return an order whose work is done."""
        quote = self.quoted(*priced)
        with self.work("one") as work:
            quotes.answer_quote(work, quote.id, "accepted", by_name="Mme Durand")
            orders.move(work, quote.order_id, "done")
        return quote.order_id

    def issued(self, *priced: lines.NewLine) -> Document:
        """Return the invoice or the hand-over of a new order."""
        order_id = self.done(*priced)
        with self.work() as work:
            return issuing.issue(work, order_id)

    def invoiced(self, *priced: lines.NewLine) -> Document:
        """Return what asks for money, the carrier's number noted where it numbers."""
        return self._numbered(self.issued(*priced))

    def corrected(self, invoice: Document) -> Document:
        """Return the corrective of an invoice, with another price, numbered by its carrier."""
        with self.work() as work:
            correcting.reopen(work, invoice.id, "prix")
        with self.work("one") as work:
            (line,) = lines.lines_of(work.session, invoice.order_id)
            new = lines.NewLine(line.label, line.quantity, 1400, 1000, unit=line.unit)
            lines.change_line(work, line.id, line.version, new)
        return self._numbered(self.issued_of(invoice.order_id))

    def issued_of(self, order_id: UUID) -> Document:
        """Return the bill made of an order as it is."""
        with self.work() as work:
            return issuing.issue(work, order_id)

    def _numbered(self, document: Document) -> Document:
        if document.kind == "handover":
            with self.work() as work:
                number = answers.CarrierNumber(
                    f"CAE-{document.reference}", work.today, document.to_pay_cents
                )
                answers.note_number(work, document.id, number)
        return document

    def state(self, order_id: UUID) -> str:
        with self.work("kpa") as work:
            return work.session.get_one(Order, order_id).state


def _make_house(kpa: TestKpa, mode: str = "delegated_series", **identity: Any) -> House:
    with kpa.work() as work, work.transaction():
        new = carriers.NewCarrier("Optéos", mode, {**IDENTITY, **identity}, analytic_code="MOUL")
        carrier = carriers.add_carrier(work, new)
        if mode != "draft_for_carrier":
            pattern = "KPA-{year}-{number:04}"
            series.grant_series(work, carrier.id, code="KPA", pattern=pattern, source="mail")
        activity = activities.propose_activity(work, activities.NewActivity("Buffets"))
        activities.set_carrier(work, activity.id, carrier.id)
        customer = customers.add_customer(work, TOWN)
    place = {"activity_id": activity.id}
    people = {
        "treasurer": kpa.person("Fatou", "member", ("treasurer", place)),
        "referent": kpa.person("Amina", "member", ("referent", place)),
        "one": kpa.person("Leïla", "member", ("participant", place)),
        "two": kpa.person("Rosa", "member", ("participant", place)),
        "host": kpa.person("Claire", ("host", {"carrier_id": carrier.id})),
        "stranger": kpa.person("Zoé", "member"),
    }
    return House(kpa, carrier.id, activity.id, customer.id, people)


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    """Let every story begin on the same day, so that numbers and dates can be told."""
    with time_machine.travel(NOON, tick=True):
        yield


@pytest.fixture
def make_house_of(noon: None) -> Callable[..., House]:
    """Make the house of some KPA, with a mode and changes to its carrier's identity."""

    def make(kpa: TestKpa, mode: str = "delegated_series", **identity: Any) -> House:
        return _make_house(kpa, mode, **identity)

    return make


@pytest.fixture
def make_house(kpa: TestKpa, make_house_of: Callable[..., House]) -> Callable[..., House]:
    """Make the house of the one KPA."""
    return lambda *mode, **identity: make_house_of(kpa, *mode, **identity)


@pytest.fixture
def house(make_house: Callable[..., House]) -> House:
    """A KPA whose carrier lent it a series of numbers."""
    return make_house()


@pytest.fixture
def drafting_house(make_house: Callable[..., House]) -> House:
    """A KPA whose carrier numbers its invoices itself."""
    return make_house("draft_for_carrier")


@pytest.fixture
def sqlite_house(tmp_path: Path, make_house_of: Callable[..., House]) -> Iterator[House]:
    """The house on SQLite, whatever databases the others are tried on."""
    kpa = TestKpa.make(tmp_path / "on-sqlite")
    yield make_house_of(kpa)
    kpa.close()


@pytest.fixture
def other() -> Callable[[Any, sa.Column[Any]], Any]:
    """Give another value of the same kind as a column's."""
    return _other


def _other(value: Any, column: sa.Column[Any]) -> Any:
    """Return another value of the same kind."""
    kind = type(value) if value is not None else column.type.python_type
    if kind is bool:
        return not value
    if kind is int:
        return (value or 0) + 1
    if kind is UUID:
        return uuid4()
    if kind is datetime:
        return (value or datetime.now(UTC)) + timedelta(seconds=1)
    if kind is date:
        return (value or clock.today("Europe/Paris")) + timedelta(days=1)
    if kind is bytes:
        return (value or b"") + b"x"
    return {"changed": True} if kind in (dict, list) else f"{value or ''}x"
