"""The rules of the green light: papers, contract, insurance, each for one engagement on one day.

Pure. The kind's own rules come from a plugin; the core asks for the signature, the dates and the
insurance itself, whatever the kind. Anything that is not known for certain is no light.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from kpa_core.contracts import EngagementFacts, Problem
from kpa_core.errors import N_

LightName = Literal["papers", "contract", "insurance"]
LightState = Literal["ok", "waiting", "refused"]

LABELS: dict[LightName, str] = {
    "papers": N_("Papiers"),
    "contract": N_("Contrat"),
    "insurance": N_("Assurance"),
}
STATES: dict[LightState, str] = {
    "ok": N_("C'est bon."),
    "waiting": N_("On attend."),
    "refused": N_("C'est non."),
}
_WORST_LAST: tuple[LightState, ...] = ("ok", "waiting", "refused")


@dataclass(frozen=True)
class Finding:
    """Something said under one light. A state of *ok* is only a remark."""

    light: LightName
    state: LightState
    problem: Problem


@dataclass(frozen=True)
class Ruling:
    """The findings of one engagement on one day, for each light."""

    findings: tuple[Finding, ...] = field(default=())

    def state(self, light: LightName) -> LightState:
        """Return the worst state found under a light."""
        found = [_WORST_LAST.index(one.state) for one in self.findings if one.light == light]
        return _WORST_LAST[max(found, default=0)]

    def problem(self, light: LightName) -> Problem | None:
        """Return what decides a light: its worst finding, or its first remark."""
        mine = [one for one in self.findings if one.light == light]
        mine.sort(key=lambda one: -_WORST_LAST.index(one.state))  # stable: the first said wins
        return mine[0].problem if mine else None

    @property
    def is_green(self) -> bool:
        """Tell whether all three lights are on."""
        return all(self.state(light) == "ok" for light in LABELS)

    @property
    def lights_on(self) -> int:
        """How many of the three are on."""
        return sum(self.state(light) == "ok" for light in LABELS)


def ruling(
    engagement: EngagementFacts,
    state: str,
    *,
    paid_work: bool,
    problems: Iterable[Problem],
    day: date,
) -> Ruling:
    """Return the lights of an engagement whose kind is loaded; ``problems`` are the kind's own."""
    found = [Finding(problem.light, _state(problem), problem) for problem in problems]
    found += _contract(engagement, state, paid_work, day)
    found += _insurance(engagement, day)
    return Ruling(tuple(found))


def no_engagement() -> Ruling:
    """Return the lights of somebody who has no contract at all."""
    missing = Problem(
        N_("Il n'y a pas encore de contrat."),
        todo=N_("Prépare-le avec la maison qui facture."),
    )
    return Ruling(tuple(Finding(light, "waiting", missing) for light in LABELS))


def unknown_kind(kind: str) -> Ruling:
    """Return the lights when the module with the kind's rules is not loaded: none."""
    return closed(
        N_("Le module qui connaît les règles du contrat « {kind} » n'est pas là."),
        {"kind": kind},
        todo=N_("Demande à la personne qui gère la machine de le remettre."),
    )


def closed(message: str, params: Mapping[str, object], *, todo: str) -> Ruling:
    """Return three lights off for one reason that no paper can lift."""
    problem = Problem(message, params, todo=todo)
    return Ruling(tuple(Finding(light, "refused", problem) for light in LABELS))


def last_day(engagement: EngagementFacts) -> date:
    """Return the last day of an engagement, ended early or not."""
    return min(engagement.ends_on, engagement.ended_on or engagement.ends_on)


def _contract(
    engagement: EngagementFacts, state: str, paid_work: bool, day: date
) -> Iterator[Finding]:
    last = last_day(engagement)
    if not paid_work:
        yield _off(
            "contract",
            "refused",
            N_("Avec ce contrat, on aide sans être payé·e."),
            todo=N_("Pour un travail payé, demande un autre contrat à la maison qui facture."),
        )
    if state == "refused":
        yield _off(
            "contract",
            "refused",
            N_("Le contrat a été refusé."),
            todo=N_("Demande pourquoi à la maison qui facture."),
        )
    elif engagement.signed_on is None or engagement.signed_on > day:
        yield _off(
            "contract",
            "waiting",
            N_("Le contrat n'est pas encore signé."),
            todo=N_("Signe-le avec la maison qui facture."),
        )
    if day < engagement.starts_on:
        yield _off(
            "contract",
            "waiting",
            N_("Le contrat commence le {day:%d/%m/%Y}."),
            {"day": engagement.starts_on},
            todo=N_("Attends ce jour."),
        )
    elif day > last:
        yield _off(
            "contract",
            "refused",
            N_("Le contrat est fini depuis le {day:%d/%m/%Y}."),
            {"day": last},
            todo=N_("Demande s'il peut être renouvelé."),
        )


def _insurance(engagement: EngagementFacts, day: date) -> Iterator[Finding]:
    since, until = engagement.insured_from, engagement.insured_until
    if since is None:
        yield _off(
            "insurance",
            "waiting",
            N_("L'assurance n'a pas encore dit oui."),
            todo=N_("Attends sa réponse avant de commencer."),
        )
    elif day < since:
        yield _off(
            "insurance",
            "waiting",
            N_("L'assurance commence le {day:%d/%m/%Y}."),
            {"day": since},
            todo=N_("Attends ce jour."),
        )
    elif until is not None and day > until:
        yield _off(
            "insurance",
            "refused",
            N_("L'assurance est finie depuis le {day:%d/%m/%Y}."),
            {"day": until},
            todo=N_("Demande à la maison qui facture de la prolonger."),
        )


def _state(problem: Problem) -> LightState:
    if not problem.blocking:
        return "ok"
    return "waiting" if problem.waiting else "refused"


def _off(
    light: LightName,
    state: LightState,
    message: str,
    params: Mapping[str, object] | None = None,
    *,
    todo: str,
) -> Finding:
    return Finding(light, state, Problem(message, params or {}, todo=todo))
