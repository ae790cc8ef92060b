"""People, their engagements, and the reasons against a task."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from typing import Literal
from uuid import UUID

from kpa_core.contracts.actors import PluginWork, Text


@dataclass(frozen=True)
class Problem:
    """A reason against something, and what to do about it.

    A ``blocking`` problem refuses the act; another is shown as a warning. ``message`` and ``todo``
    are message ids whose ``{places}`` are filled from ``params``; ``source`` names the law or rule.
    Of an engagement, ``light`` says which of the three it puts out, and ``waiting`` that an answer,
    a signature or a day can still lift it. Of a record, ``where`` is the field.
    """

    message: str
    params: Mapping[str, object] = field(default_factory=dict)
    blocking: bool = True
    source: str = ""
    todo: str = ""
    light: Literal["papers", "contract", "insurance"] = "papers"
    waiting: bool = False
    where: str = ""


@dataclass(frozen=True)
class PersonFacts:
    """What an engagement rule may know of a person: no name beyond the one shown."""

    id: UUID
    display_name: str
    birth_date: date | None
    guardian_consent_on: date | None = None


@dataclass(frozen=True)
class PersonNames:
    """How a person may be named in a text, and whether they are known to be under 18."""

    id: UUID
    display_name: str
    family_name: str
    is_minor: bool


@dataclass(frozen=True)
class EngagementFacts:
    """One engagement of a person, as stored by the core."""

    id: UUID
    person_id: UUID
    kind: str
    carrier_id: UUID | None
    starts_on: date
    ends_on: date
    renewal_number: int
    first_starts_on: date
    signed_on: date | None
    insured_from: date | None
    insured_until: date | None
    ended_on: date | None = None
    terms: Mapping[str, object] = field(default_factory=dict)
    state: Literal["draft", "signed", "ended", "refused"] = "signed"


EngagementCheck = Callable[[PluginWork, PersonFacts, EngagementFacts, date], list[Problem]]


@dataclass(frozen=True)
class Question:
    """A yes or no that an engagement's rules need; the answer is kept in its ``terms[key]``."""

    key: str
    label: Text


@dataclass(frozen=True)
class EngagementKind:
    """A kind of engagement, with the rules a plugin brings for it.

    ``check(work, person, engagement, day)`` returns the reasons why the engagement cannot stand on
    ``day``; the core adds "signed" and "insured". ``paid_work`` says whether it can ever give the
    green light for paid work. ``reminders`` are days before the end at which the person and the
    referent are told. ``questions`` are asked on the engagement's page. ``task_tags`` are what a
    task may ask of people that these rules look at, as (tag, label), offered on the task's form.
    """

    key: str
    label: Text
    sentence: Text
    paid_work: bool
    check: EngagementCheck
    reminders: tuple[int, ...] = ()
    renewable: bool = True
    questions: tuple[Question, ...] = ()
    task_tags: tuple[tuple[str, Text], ...] = ()


@dataclass(frozen=True)
class Assignment:
    """A person asked to do a task: what a plugin needs to say yes or no."""

    person: PersonFacts
    carrier_id: UUID | None
    activity_id: UUID
    activity_kind: str
    task_id: UUID
    title: str
    tags: tuple[str, ...]
    day: date
    starts_at: time
    ends_at: time
    paid: bool
    others: tuple[tuple[date, time, time], ...] = ()


@dataclass(frozen=True)
class MemberRef:
    """A member as a plugin's card sees it."""

    id: UUID
    display_name: str
