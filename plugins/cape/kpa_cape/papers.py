"""The papers light: age, a guardian's consent, no full-time job beside, the cohort's ages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from kpa_cape.days import age_on
from kpa_cape.findings import refused, remark, waiting
from kpa_cape.kinds import Kind
from kpa_cape.minors import consent_problem
from kpa_cape.policy import Consent, Policy
from kpa_core.api import N_, EngagementFacts, PersonFacts, Problem

FULL_TIME = "full_time_employee"
"""The term of the engagement that answers "already employed full time?": True, False or absent."""


def papers(
    kind: Kind, person: PersonFacts, engagement: EngagementFacts, day: date, policy: Policy
) -> Iterator[Problem]:
    """Yield what is missing or wrong in a person's papers for this engagement."""
    if person.birth_date is None:
        # A volunteer need not say their age; tasks that minors may not do ask for it.
        say = waiting if kind.paid_work else remark
        yield say(
            "papers",
            N_("On ne connaît pas la date de naissance de {name}."),
            {"name": person.display_name},
            source=policy.limit("min_age", day).source,
            todo=N_("Demande-la, puis écris-la sur sa fiche."),
        )
    else:
        yield from _ages(kind, person, person.birth_date, engagement, policy)
        if kind.paid_work or policy.on(day).consent is Consent.ALWAYS:
            yield from _consent(person, person.birth_date, day, policy)
    if kind.follows_cape_law:
        yield from _full_time(person, engagement, policy)


def _ages(
    kind: Kind,
    person: PersonFacts,
    birth_date: date,
    engagement: EngagementFacts,
    policy: Policy,
) -> Iterator[Problem]:
    starts_on = engagement.starts_on
    # Whoever signed too young does not become old enough by waiting: the contract is redone.
    first = min(engagement.signed_on or starts_on, starts_on)
    minimum = policy.limit("min_age", first)
    if age_on(birth_date, first) < minimum.value:
        yield refused(
            "papers",
            N_("Au début du contrat, {name} n'a pas {limit} ans."),
            {"name": person.display_name, "limit": minimum.value},
            source=minimum.source,
            todo=N_("Attends ses {limit} ans, puis refais le contrat. Avant, on peut apprendre."),
        )
    if kind.max_age_rule:
        oldest = policy.limit(kind.max_age_rule, starts_on)
        if age_on(birth_date, starts_on) > oldest.value:
            yield refused(
                "papers",
                N_(
                    "Au début du contrat, {name} a plus de {limit} ans. La CJS est pour les jeunes."
                ),
                {"name": person.display_name, "limit": oldest.value},
                source=oldest.source,
                todo=N_("Fais plutôt un CAPE."),
            )


def _consent(person: PersonFacts, birth_date: date, day: date, policy: Policy) -> Iterator[Problem]:
    problem = consent_problem(
        person.display_name,
        age_on(birth_date, day),
        person.guardian_consent_on,
        day,
        policy.on(day).consent,
    )
    if problem is not None:
        yield replace(problem, waiting=True)


def _full_time(
    person: PersonFacts, engagement: EngagementFacts, policy: Policy
) -> Iterator[Problem]:
    source = policy.limit("cape_full_time_jobs", engagement.starts_on).source
    answer = engagement.terms.get(FULL_TIME)
    if answer is True:
        yield refused(
            "papers",
            N_("{name} a déjà un emploi à temps plein. Le CAPE n'est alors pas possible."),
            {"name": person.display_name},
            source=source,
            todo=N_("Parle avec la maison qui facture d'un autre contrat."),
        )
    elif answer is not False:
        yield waiting(
            "papers",
            N_("On ne sait pas si {name} a un emploi à temps plein."),
            {"name": person.display_name},
            source=source,
            todo=N_("Pose la question, puis note la réponse dans le contrat."),
        )
