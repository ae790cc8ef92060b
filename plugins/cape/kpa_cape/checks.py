"""The rules put to the core's questions, with the policy each carrier has stored."""

from __future__ import annotations

from datetime import date

from kpa_cape.engagement import problems
from kpa_cape.minors import check_minor
from kpa_cape.policies import history_of
from kpa_core.api import Assignment, EngagementFacts, PersonFacts, PluginWork, Problem


def check_engagement(
    work: PluginWork, person: PersonFacts, engagement: EngagementFacts, day: date
) -> list[Problem]:
    """Return why an engagement cannot stand on a day, signature and insurance left out.

    Raises:
        Refused: the carrier's policy cannot be read; the core shows no light then.
    """
    return list(problems(person, engagement, day, history_of(work, engagement.carrier_id)))


def check_task(work: PluginWork, assignment: Assignment) -> tuple[Problem, ...]:
    """Return why a person should not do a task because of their age.

    Raises:
        Refused: the carrier's policy cannot be read; nobody is given the task then.
    """
    return check_minor(assignment, history_of(work, assignment.carrier_id), work.zone)
