"""People, engagements and tasks as the core would hand them over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, time
from typing import Any
from uuid import UUID

import pytest

from kpa_core.api import Assignment, EngagementFacts, PersonFacts

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
