"""Can this engagement stand on this day? The rules of each kind, without signature and insurance.

The core asks for the signature, the dates and the insurance itself, for every kind, and shows them
beside what is found here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from kpa_cape.days import ONE_DAY, last_day
from kpa_cape.findings import refused, remark
from kpa_cape.kinds import Kind, kind_of
from kpa_cape.minor_words import said_day
from kpa_cape.papers import papers
from kpa_cape.policy import Policy
from kpa_core.api import N_, EngagementFacts, PersonFacts, Problem

SHORTEN = N_("Raccourcis le contrat : il finit au plus tard le {last}.")
WHAT_NEXT = N_("Parle de la suite avec la maison qui facture.")


@dataclass(frozen=True)
class Renewal:
    """What comes after an engagement: how many renewals are left, and the next one's widest dates.

    ``last_end`` is None when no renewal is left.
    """

    left: int
    starts_on: date
    last_end: date | None


def problems(
    person: PersonFacts, engagement: EngagementFacts, day: date, policy: Policy
) -> Iterator[Problem]:
    """Yield why the engagement cannot stand on ``day``: the person's papers, then the contract.

    Raises:
        Misuse: the kind is not one of ours.
    """
    kind = kind_of(engagement.kind)
    yield from papers(kind, person, engagement, day, policy)
    yield from _dates(engagement)
    if kind.follows_cape_law:
        yield from _lengths(engagement, policy)
        yield from _renewals(kind, engagement, policy)
        yield from _late_signature(engagement)
    if kind.season is not None and not kind.season.holds(engagement.starts_on, engagement.ends_on):
        yield refused(
            "contract",
            N_("La CJS va de juin à septembre. Ces dates sortent de l'été."),
            {},
            source=policy.limit(kind.max_age_rule, engagement.starts_on).source,
            todo=N_("Change les dates, ou fais un CAPE."),
        )


def last_standing_day(engagement: EngagementFacts) -> date:
    """Return the last day of the engagement, ended early or not."""
    return min(engagement.ends_on, engagement.ended_on or engagement.ends_on)


def renewal(engagement: EngagementFacts, policy: Policy) -> Renewal:
    """Tell what renewal the law and the carrier still allow.

    A renewal starts the day after the end. A period shorter than 12 months uses up one all the
    same, and the whole may not pass 36 months.
    """
    kind = kind_of(engagement.kind)
    starts_on = engagement.ends_on + ONE_DAY
    if not (kind.renewable and kind.follows_cape_law):
        return Renewal(0, starts_on, None)
    most = policy.limit("cape_renewals", starts_on).value
    last_end = latest_end(starts_on, engagement.first_starts_on, policy)
    left = max(most - engagement.renewal_number, 0) if last_end >= starts_on else 0
    return Renewal(left, starts_on, last_end if left else None)


def latest_end(starts_on: date, first_starts_on: date, policy: Policy) -> date:
    """Return the last day a period may reach: its own 12 months, and 36 in all."""
    months = policy.limit("cape_months", starts_on).value
    total = policy.limit("cape_total_months", starts_on).value
    return min(last_day(starts_on, months), last_day(first_starts_on, total))


def _dates(engagement: EngagementFacts) -> Iterator[Problem]:
    start, first = engagement.starts_on, engagement.first_starts_on
    if engagement.ends_on < start:
        yield refused(
            "contract",
            N_("Le contrat finit le {end}, avant son début le {start}."),
            {"start": said_day(start), "end": said_day(engagement.ends_on)},
            todo=N_("Corrige les dates."),
        )
    number = engagement.renewal_number
    if number < 0 or first > start or (number > 0) != (first < start):
        yield refused(
            "contract",
            N_("Renouvellement n° {number}, premier contrat du {first} : cela ne va pas ensemble."),
            {"number": number, "first": said_day(first)},
            todo=N_("Regarde la date du premier contrat et le nombre de renouvellements."),
        )


def _lengths(engagement: EngagementFacts, policy: Policy) -> Iterator[Problem]:
    start, first = engagement.starts_on, engagement.first_starts_on
    period, total = policy.limit("cape_months", start), policy.limit("cape_total_months", start)
    last = latest_end(start, first, policy)
    shown = {"last": said_day(last)}
    if engagement.ends_on > last_day(start, period.value):
        yield refused(
            "contract",
            N_("Ce contrat dure trop longtemps : {limit} mois au plus."),
            {"limit": period.value, **shown},
            source=period.source,
            todo=SHORTEN if last >= start else WHAT_NEXT,
        )
    if engagement.ends_on > last_day(first, total.value):
        yield refused(
            "contract",
            N_("Avec les contrats d'avant, c'est trop long : {limit} mois en tout."),
            {"limit": total.value, **shown},
            source=total.source,
            todo=SHORTEN if last >= start else WHAT_NEXT,
        )


def _renewals(kind: Kind, engagement: EngagementFacts, policy: Policy) -> Iterator[Problem]:
    limit = policy.limit("cape_renewals", engagement.starts_on)
    if not kind.renewable and engagement.renewal_number > 0:
        yield refused(
            "contract",
            N_("La CJS ne se renouvelle pas."),
            {},
            source=policy.limit(kind.max_age_rule, engagement.starts_on).source,
            todo=N_("Fais plutôt un CAPE."),
        )
    elif engagement.renewal_number > limit.value:
        yield refused(
            "contract",
            N_("Un contrat se renouvelle {limit} fois au plus. Celui-ci est de trop."),
            {"limit": limit.value},
            source=limit.source,
            todo=WHAT_NEXT,
        )


def _late_signature(engagement: EngagementFacts) -> Iterator[Problem]:
    signed_on = engagement.signed_on
    if signed_on is not None and signed_on > engagement.starts_on:
        yield remark(
            "contract",
            N_("Le contrat est signé le {signed}, après son début le {start}."),
            {"signed": said_day(signed_on), "start": said_day(engagement.starts_on)},
            source="documentation.opteos.fr, Fonctionnement_KPA",
            todo=N_("Demande à la maison qui facture s'il faut le refaire."),
        )
