"""May this minor do this task?

Under 16, everything is refused. At 16 and 17 the limits of :mod:`kpa_cape.minor_limits` hold, as a
protective default of this project: the CAPE is no employment contract, and the labour law behind
these limits speaks of employees. The carrier's policy makes them stricter, never looser. An unknown
age is treated as 16: better a question than a mistake.
"""

from __future__ import annotations

from datetime import date

from kpa_cape import minor_words as words
from kpa_cape.days import age_on
from kpa_cape.minor_limits import Case, refusals
from kpa_cape.policy import CARRIER_RULE, Consent, Policy
from kpa_cape.spans import merged, span
from kpa_core.api import Assignment, Problem

ADULT = 18
YOUNGEST = 16
PARIS = "Europe/Paris"


def check_minor(assignment: Assignment, policy: Policy, zone: str = PARIS) -> tuple[Problem, ...]:
    """Return why this person should not do this task because of their age; nothing for an adult.

    ``zone`` is the instance's: the task's day and times are on its wall clocks. The age is the one
    on the day the task starts.
    """
    person = assignment.person
    if person.birth_date is None:
        return _age_unknown(_case(assignment, policy, zone, YOUNGEST))
    age = age_on(person.birth_date, assignment.day)
    if age >= ADULT:
        return ()
    case = _case(assignment, policy, zone, age)
    too_young = _too_young(case)
    if too_young is not None:
        return (too_young,)
    consent = None
    asked = policy.on(case.day).consent
    if case.paid or asked is Consent.ALWAYS:
        consent = consent_problem(case.name, age, person.guardian_consent_on, case.day, asked)
    return (*((consent,) if consent else ()), *refusals(case))


def consent_problem(
    name: str, age: int, consent_on: date | None, day: date, consent: Consent
) -> Problem | None:
    """Return what to say when a minor's consent is asked for and not there on that day."""
    given = consent_on is not None and consent_on <= day
    if given or consent is Consent.NEVER or age >= ADULT:
        return None
    always = consent is Consent.ALWAYS
    return Problem(
        message=words.CONSENT_MISSING,
        params={"name": name, "age": age},
        source=CARRIER_RULE,
        todo=words.CONSENT_TODO_ALWAYS if always else words.CONSENT_TODO,
    )


def _too_young(case: Case) -> Problem | None:
    minimum = case.limit("min_age")
    return case.problem(minimum, minimum.value) if case.age < minimum.value else None


def _age_unknown(case: Case) -> tuple[Problem, ...]:
    refused = _too_young(case) or next(refusals(case), None)
    if refused is None:
        return ()
    return (
        Problem(
            message=words.AGE_UNKNOWN,
            params={"name": case.name},
            source=refused.source,
            todo=words.AGE_UNKNOWN_TODO,
        ),
    )


def _case(assignment: Assignment, policy: Policy, zone: str, age: int) -> Case:
    task = span(assignment.day, assignment.starts_at, assignment.ends_at, zone)
    others = [span(day, starts, ends, zone) for day, starts, ends in assignment.others]
    return Case(
        name=assignment.person.display_name,
        age=age,
        paid=assignment.paid,
        tags=assignment.tags,
        task=task,
        before=tuple(merged(others)),
        after=tuple(merged([*others, task])),
        policy=policy,
        day=assignment.day,
    )
