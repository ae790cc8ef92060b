"""A person's contracts as they are told: dates, what is missing, what comes after, rights."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from kpa_cape.checks import check_engagement
from kpa_cape.days import age_on
from kpa_cape.engagement import Renewal, last_standing_day, renewal
from kpa_cape.kinds import KINDS, Kind
from kpa_cape.minors import ADULT
from kpa_cape.policies import history_of
from kpa_cape.rights import Right, contract_rights, minor_rights, works_kept_away
from kpa_cape.texts import told
from kpa_core.api import (
    EngagementFacts,
    PluginWork,
    Problem,
    carrier_name,
    engagements,
    person_facts,
)


@dataclass(frozen=True)
class Reason:
    """A problem in the reader's words."""

    text: str
    todo: str
    source: str
    blocking: bool


@dataclass(frozen=True)
class Contract:
    """One contract, with what stands against it today and what may follow it.

    ``days_left`` counts to its last day; None when that day has passed.
    """

    facts: EngagementFacts
    kind: Kind
    carrier: str
    last: date
    reasons: tuple[Reason, ...]
    renewal: Renewal
    days_left: int | None
    rights: tuple[Reason, ...]

    @property
    def label(self) -> str:
        """The kind in the reader's words."""
        return told(self.kind.label)

    @property
    def sentence(self) -> str:
        """What the kind is, in the reader's words."""
        return told(self.kind.sentence)

    @property
    def is_over(self) -> bool:
        """Tell whether nothing more will come of it."""
        return self.facts.state in ("ended", "refused") or self.days_left is None


@dataclass(frozen=True)
class Protection:
    """What protects somebody under 18: the limits, and the works kept away."""

    rights: tuple[Reason, ...]
    works: tuple[str, ...]


def contracts_of(work: PluginWork, person_id: UUID) -> list[Contract]:
    """Return a person's contracts of our kinds that the actor may see, the latest end first.

    Raises:
        NotFound: there is no such person.
        Refused: a carrier's policy cannot be read.
    """
    person, today = person_facts(work, person_id), work.today
    found = [one for one in engagements(work, person_id) if one.kind in KINDS]
    return [
        _contract(work, one, check_engagement(work, person, one, today)) for one in reversed(found)
    ]


def protection_of(work: PluginWork, person_id: UUID) -> Protection | None:
    """Return what protects a person at work today, or None for an adult.

    An unknown age is nobody's business here: the papers ask for it.

    Raises:
        NotFound: there is no such person.
    """
    person, today = person_facts(work, person_id), work.today
    if person.birth_date is None or age_on(person.birth_date, today) >= ADULT:
        return None
    found = [one for one in engagements(work, person_id) if one.kind in KINDS]
    policy = history_of(work, found[-1].carrier_id if found else None)
    return Protection(
        _in_words(minor_rights(policy, today)),
        tuple(told(label) for label in works_kept_away(policy, today)),
    )


def reason(problem: Problem) -> Reason:
    """Return a problem in the reader's words."""
    todo = told(problem.todo, **problem.params) if problem.todo else ""
    return Reason(
        told(problem.message, **problem.params), todo, told(problem.source), problem.blocking
    )


def _contract(work: PluginWork, facts: EngagementFacts, found: list[Problem]) -> Contract:
    policy, kind = history_of(work, facts.carrier_id), KINDS[facts.kind]
    last = last_standing_day(facts)
    return Contract(
        facts=facts,
        kind=kind,
        carrier=carrier_name(work, facts.carrier_id),
        last=last,
        reasons=tuple(reason(problem) for problem in found),
        renewal=renewal(facts, policy),
        days_left=(last - work.today).days if last >= work.today else None,
        rights=_in_words(contract_rights(kind, policy, facts.starts_on)),
    )


def _in_words(rights: Iterable[Right]) -> tuple[Reason, ...]:
    return tuple(
        Reason(told(one.message, **one.values), "", told(one.source), blocking=False)
        for one in rights
    )
