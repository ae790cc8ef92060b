"""People, engagements and tasks as the core would hand them over; and a whole KPA."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
import time_machine

from kpa_cape import CapePlugin
from kpa_core import jobs
from kpa_core.accounts import messages
from kpa_core.accounts.models import Message as MessageRow
from kpa_core.activities import activities
from kpa_core.api import Actor, Assignment, EngagementFacts, PersonFacts, Work, person_facts
from kpa_core.invoices.carrier import carriers
from kpa_core.members import engagements
from kpa_core.testing import TestKpa
from kpa_core.work import KPA

SAMIR = PersonFacts(
    id=UUID(int=1),
    display_name="Samir",
    birth_date=date(2010, 3, 15),
    guardian_consent_on=date(2026, 3, 20),
)
AMINA = PersonFacts(id=UUID(int=2), display_name="Amina", birth_date=date(1988, 7, 2))

DAY_ONE = date(2026, 1, 2)
CAPE = EngagementFacts(
    id=UUID(int=10),
    person_id=AMINA.id,
    kind="cape",
    carrier_id=UUID(int=20),
    starts_on=date(2026, 1, 5),
    ends_on=date(2027, 1, 4),
    renewal_number=0,
    first_starts_on=date(2026, 1, 5),
    signed_on=DAY_ONE,
    insured_from=date(2026, 1, 5),
    insured_until=None,
    terms={"full_time_employee": False},
)

# Wednesday 20 May 2026: no Sunday, no holiday near but Monday the 25th (Whit Monday).
TASK = Assignment(
    person=SAMIR,
    carrier_id=UUID(int=20),
    activity_id=UUID(int=30),
    activity_kind="catering",
    task_id=UUID(int=40),
    title="Livrer le buffet",
    tags=(),
    day=date(2026, 5, 20),
    starts_at=time(10),
    ends_at=time(12),
    paid=True,
)


@pytest.fixture
def samir() -> PersonFacts:
    """A boy who is 16 until 14 March 2027; his mother has signed."""
    return SAMIR


@pytest.fixture
def amina() -> PersonFacts:
    return AMINA


@pytest.fixture
def cape() -> Callable[..., EngagementFacts]:
    """Make Amina's good CAPE of 2026, changed as asked. What came before follows the start."""

    def make(**changes: Any) -> EngagementFacts:
        if "starts_on" in changes:
            changes.setdefault("first_starts_on", changes["starts_on"])
            changes.setdefault("signed_on", min(DAY_ONE, changes["starts_on"]))
        return replace(CAPE, **changes)

    return make


@pytest.fixture
def task() -> Callable[..., Assignment]:
    """Make a task for Samir: ``task("2026-05-20 10:00-12:00", others=[…], paid=False)``."""

    def make(when: str = "2026-05-20 10:00-12:00", **changes: Any) -> Assignment:
        day, starts_at, ends_at = when_of(when)
        others = tuple(when_of(other) for other in changes.pop("others", ()))
        return replace(
            TASK, day=day, starts_at=starts_at, ends_at=ends_at, others=others, **changes
        )

    return make


def when_of(text: str) -> tuple[date, time, time]:
    day, hours = text.split(" ")
    starts_at, ends_at = hours.split("-")
    return date.fromisoformat(day), time.fromisoformat(starts_at), time.fromisoformat(ends_at)


# --- a whole KPA ----------------------------------------------------------------------------------

NOW = datetime(2026, 5, 20, 8, 0, tzinfo=UTC)
"""A Wednesday morning."""


@dataclass
class House:
    """A KPA with this plugin, one carrier, one activity, and short ways to fill it."""

    kpa: TestKpa
    carrier_id: UUID
    activity_id: UUID

    def work(self, actor: Actor = KPA) -> AbstractContextManager[Work]:
        return self.kpa.work(actor)

    def person(self, name: str, *roles: str, **more: Any) -> Actor:
        """Welcome a member: a host of the carrier, an animator of all, a referent here…"""
        places: dict[str, dict[str, UUID]] = {
            "host": {"carrier_id": self.carrier_id},
            "animator": {},
        }
        inside = {"activity_id": self.activity_id}
        return self.kpa.person(name, *((role, places.get(role, inside)) for role in roles), **more)

    def contract(
        self,
        person: Actor,
        *,
        kind: str = "cape",
        starts_on: date = date(2026, 1, 5),
        ends_on: date = date(2027, 1, 4),
        signed: bool = True,
        insured: bool = True,
        terms: dict[str, Any] | None = None,
    ) -> UUID:
        """Prepare a person's contract, by default signed and insured from its first day."""
        asked = {"full_time_employee": False} if terms is None else terms
        assert person.party_id is not None
        new = engagements.NewEngagement(
            person.party_id, kind, starts_on, ends_on, self.carrier_id, asked
        )
        with self.work() as work, work.transaction():
            made = engagements.draft(work, new)
            if signed:
                engagements.sign(work, made.id, min(starts_on, work.today))
            if insured:
                engagements.insure(work, made.id, starts_on)
        return made.id

    def run_jobs(self) -> None:
        """Be the worker for once."""
        jobs.run_due(self.kpa.instance)

    def messages(self) -> list[tuple[str, str, str]]:
        """Return who was told what: (person, subject, text), in order."""
        with self.work() as work:
            rows = work.session.scalars(sa.select(MessageRow).order_by(MessageRow.id))
            return [
                (
                    person_facts(work, row.party_id).display_name,
                    *messages.opened(work, row),
                )
                for row in rows
            ]


@pytest.fixture
def house(make_kpa: Callable[..., TestKpa]) -> Iterator[House]:
    """A KPA on 20 May 2026."""
    with time_machine.travel(NOW):
        yield new_house(make_kpa)


def new_house(make_kpa: Callable[..., TestKpa], **options: Any) -> House:
    kpa = make_kpa(plugins=[CapePlugin], **options)
    with kpa.work() as work, work.transaction():
        carrier = carriers.add_carrier(work, carriers.NewCarrier("Optéos", "draft_for_carrier", {}))
        activity = activities.propose_activity(work, activities.NewActivity("Traiteur"))
        activity.carrier_id = carrier.id
    return House(kpa, carrier.id, activity.id)


@pytest.fixture
def make_house(make_kpa: Callable[..., TestKpa]) -> Iterator[Callable[..., House]]:
    """Make a house in a time zone, or with settings of the plugin."""

    def make(zone: str = "Europe/Paris", **options: Any) -> House:
        return new_house(make_kpa, instance={"timezone": zone}, **options)

    with time_machine.travel(NOW):
        yield make
