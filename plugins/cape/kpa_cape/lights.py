"""The green light as three lights: Papiers, Contrat, Assurance.

Paid work needs all three on that very day: the papers answered, a signed contract inside its dates,
and an insurer who has said yes. What a person may do meanwhile is always said.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from kpa_cape.engagement import findings
from kpa_cape.findings import Finding, LightName, LightState, refused, remark, waiting
from kpa_cape.insurance import insurance
from kpa_cape.kinds import Kind, kind_of
from kpa_cape.minor_words import said_day
from kpa_cape.policy import CarrierPolicy, Consent
from kpa_core.api import N_, EngagementFacts, PersonFacts, Problem

GREEN = N_("Feu vert. Tu peux travailler pour un client.")
LEARN = N_("Tu peux venir apprendre, pas encore travailler pour un client.")
HELP = N_("Tu peux donner un coup de main, sans être payé.")
STAY = N_("Attends l'accord d'un parent avant de venir.")

_LIGHTS: tuple[tuple[LightName, str], ...] = (
    ("papers", N_("Papiers")),
    ("contract", N_("Contrat")),
    ("insurance", N_("Assurance")),
)
_WORST_LAST: tuple[LightState, ...] = ("ok", "waiting", "refused")


@dataclass(frozen=True)
class Light:
    """One of the three lights, and what is said under it."""

    name: LightName
    label: str
    state: LightState
    reasons: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class GreenLight:
    """The three lights of one person on one day, and what this person may do, as a sentence."""

    papers: Light
    contract: Light
    insurance: Light
    sentence: str

    @property
    def lights(self) -> tuple[Light, Light, Light]:
        """The three, in the order they are shown."""
        return self.papers, self.contract, self.insurance

    @property
    def is_green(self) -> bool:
        """Tell whether paid work is possible on that day."""
        return all(light.state == "ok" for light in self.lights)

    @property
    def reasons(self) -> tuple[Problem, ...]:
        """Everything said, in the order of the lights."""
        return tuple(reason for light in self.lights for reason in light.reasons)


def green_light(
    person: PersonFacts, engagement: EngagementFacts, day: date, policy: CarrierPolicy
) -> GreenLight:
    """Return the lights for paid work on ``day``.

    Raises:
        Misuse: the kind is not one of ours.
    """
    kind = kind_of(engagement.kind)
    found = list(findings(person, engagement, day, policy))
    if kind.paid_work:
        found += [*_signature(engagement, day, policy), *_period(engagement, day)]
        found += insurance(engagement, day, policy)
    else:
        found.append(_never_paid())
    papers, contract, insured = (_light(name, label, found) for name, label in _LIGHTS)
    return GreenLight(papers, contract, insured, _sentence(kind, papers, contract, insured, policy))


def last_standing_day(engagement: EngagementFacts) -> date:
    """Return the last day of the engagement, ended early or not."""
    if engagement.ended_on is None:
        return engagement.ends_on
    return min(engagement.ends_on, engagement.ended_on)


def _light(name: LightName, label: str, found: list[Finding]) -> Light:
    mine = [one for one in found if one.light == name]
    worst = max((_WORST_LAST.index(one.state) for one in mine), default=0)
    return Light(name, label, _WORST_LAST[worst], tuple(one.problem for one in mine))


def _sentence(
    kind: Kind, papers: Light, contract: Light, insured: Light, policy: CarrierPolicy
) -> str:
    if all(light.state == "ok" for light in (papers, contract, insured)):
        return GREEN
    if policy.consent is Consent.ALWAYS and papers.state != "ok":
        return STAY
    return LEARN if kind.paid_work else HELP


def _never_paid() -> Finding:
    return refused(
        "contract",
        N_("Un bénévole n'est jamais payé pour son travail."),
        {},
        source="associations.gouv.fr, « bénévole ou salarié »",
        todo=N_("Pour un travail payé, demande un autre contrat à la maison qui facture."),
    )


def _signature(engagement: EngagementFacts, day: date, policy: CarrierPolicy) -> Iterator[Finding]:
    signed_on = engagement.signed_on
    if signed_on is None or signed_on > day:
        yield waiting(
            "contract",
            N_("Le contrat n'est pas encore signé."),
            {},
            source=policy.limit("cape_written", day).source,
            todo=N_("Signe-le avec la maison qui facture."),
        )
    elif signed_on > engagement.starts_on:
        yield remark(
            "contract",
            N_("Le contrat est signé le {signed}, après son début le {start}."),
            {"signed": said_day(signed_on), "start": said_day(engagement.starts_on)},
            source="documentation.opteos.fr, Fonctionnement_KPA",
            todo=N_("Demande à la maison qui facture s'il faut le refaire."),
        )


def _period(engagement: EngagementFacts, day: date) -> Iterator[Finding]:
    last = last_standing_day(engagement)
    if day < engagement.starts_on:
        yield waiting(
            "contract",
            N_("Le contrat commence le {start}."),
            {"start": said_day(engagement.starts_on)},
            todo=N_("Attends ce jour pour travailler."),
        )
    elif day > last:
        yield refused(
            "contract",
            N_("Le contrat est fini depuis le {last}."),
            {"last": said_day(last)},
            todo=N_("Demande à la maison qui facture si on peut le renouveler."),
        )
