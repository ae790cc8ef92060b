"""What a contract and the law give a person, as sentences with the limits of that day.

Only what the rules of this plugin know: each sentence stands for one dated rule and carries its
source. Spoken to the person.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from kpa_cape.kinds import Kind
from kpa_cape.policy import Policy, shown
from kpa_cape.works import WORKS
from kpa_core.api import N_


@dataclass(frozen=True)
class Right:
    """One sentence, its values, where it is written, and whether the law or the carrier says so."""

    message: str
    values: dict[str, object]
    source: str
    from_law: bool


CONTRACT = (
    ("cape_written", N_("Ton contrat est écrit et signé. Sinon, il ne vaut rien.")),
    ("insurance", N_("L'assurance dit oui avant ton premier travail pour un client.")),
    ("cape_months", N_("Ton contrat dure {limit} mois au plus.")),
    ("cape_renewals", N_("On peut le renouveler {limit} fois au plus.")),
    ("cape_total_months", N_("Avec les renouvellements, il dure {limit} mois en tout.")),
    ("cape_full_time_jobs", N_("Il n'est pas possible avec un emploi à temps plein à côté.")),
)
MINOR = (
    ("daily_minutes", N_("Tu travailles {limit} par jour au plus.")),
    ("weekly_minutes", N_("Tu travailles {limit} par semaine au plus.")),
    ("stretch_minutes", N_("Tu as une pause après {limit} de travail.")),
    ("break_minutes", N_("Ta pause dure {limit} ou plus.")),
    ("night_from", N_("Tu ne travailles pas après {limit}.")),
    ("night_until", N_("Tu ne travailles pas avant {limit}.")),
    ("daily_rest_minutes", N_("Entre deux jours de travail, tu te reposes {limit} ou plus.")),
    (
        "daily_spread_minutes",
        N_("Entre le début et la fin de ta journée, il y a {limit} au plus."),
    ),
    ("weekly_rest_days", N_("Chaque semaine, tu as {limit} jours de repos de suite.")),
    ("sunday_minutes", N_("Tu ne travailles pas pour un client le dimanche.")),
    ("holiday_minutes", N_("Tu ne travailles pas pour un client les jours fériés.")),
)


def contract_rights(kind: Kind, policy: Policy, day: date) -> Iterator[Right]:
    """Yield what holds for a contract of this kind."""
    if kind.follows_cape_law:
        for key, message in CONTRACT:
            yield _right(key, message, policy, day)


def minor_rights(policy: Policy, day: date) -> Iterator[Right]:
    """Yield what protects somebody under 18 at work."""
    for key, message in MINOR:
        yield _right(key, message, policy, day)


def works_kept_away(policy: Policy, day: date) -> list[str]:
    """List the works that are not for people under 18: the law's labels, the carrier's words."""
    labels = [work.label for work in WORKS if work.since <= day]
    return [*labels, *sorted(policy.on(day).refused_works)]


def _right(key: str, message: str, policy: Policy, day: date) -> Right:
    limit = policy.limit(key, day)
    return Right(message, {"limit": shown(key, limit.value)}, limit.source, limit.from_law)
