"""May this person do paid work on this day? Worked out each time, never stored.

Fail closed: a kind of engagement whose plugin is not loaded, or whose rules break, gives no light,
and the sentence says so.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core.contracts import EngagementFacts, EngagementKind, PersonFacts, Problem, Text
from kpa_core.errors import N_, KpaError, NotFound, PluginError
from kpa_core.i18n import Texts
from kpa_core.instance import Instance
from kpa_core.members import lights
from kpa_core.members.lights import LightName, LightState, Ruling
from kpa_core.members.models import Engagement, Party
from kpa_core.members.service import person_facts
from kpa_core.work import Work

log = logging.getLogger("kpa.members")
_SHOWN: dict[LightState, str] = {"ok": "ok", "waiting": "wait", "refused": "stop"}


@dataclass(frozen=True)
class Light:
    """One of the three lights, in the reader's words."""

    name: LightName
    label: str
    state: LightState
    sentence: str
    todo: str

    @property
    def shown(self) -> dict[str, str]:
        """What the macro ``lights`` draws."""
        text = f"{self.sentence} {self.todo}".strip()
        return {"label": self.label, "state": _SHOWN[self.state], "text": text}


@dataclass(frozen=True)
class GreenLight:
    """The three lights of one person on one day, and one sentence on what that means."""

    ok: bool
    lights: tuple[Light, Light, Light]
    sentence: str
    engagement_id: UUID | None = None

    @property
    def items(self) -> list[dict[str, str]]:
        """What the macro ``lights`` draws."""
        return [light.shown for light in self.lights]

    @property
    def reason(self) -> str:
        """The first thing that keeps the light off, and what to do about it; empty when green."""
        off = [light for light in self.lights if light.state != "ok"]
        return f"{off[0].sentence} {off[0].todo}".strip() if off else ""


def green_light(work: Work, person_id: UUID, day: date) -> GreenLight:
    """Return whether a person may do paid work on a day, and why.

    Rights are the caller's matter: whoever lacks ``engagement.read`` is shown ``ok`` alone.

    Raises:
        NotFound: there is no such person.
    """
    party = work.session.get(Party, person_id)
    if party is None or party.kind != "person":
        raise NotFound()
    found = [
        (_judge(work, party, engagement, day), engagement)
        for engagement in engagements_of(work.session, person_id)
    ]
    if not found:
        return _told(work, party, lights.no_engagement(), None)
    best, engagement = max(found, key=_rank)
    return _told(work, party, best, engagement)


def shown(work: Work, person_id: UUID) -> GreenLight:
    """Return the lights of a person today, for the page of who may read them."""
    return green_light(work, person_id, work.today)


def light_of(work: Work, engagement: Engagement, day: date) -> GreenLight:
    """Return the lights of one engagement, for its own page."""
    party = work.session.get_one(Party, engagement.person_id)
    return _told(work, party, _judge(work, party, engagement, day), engagement)


def engagements_of(session: Session, person_id: UUID) -> list[Engagement]:
    """Return a person's engagements, the oldest first."""
    query = sa.select(Engagement).where(Engagement.person_id == person_id)
    return list(session.scalars(query.order_by(Engagement.starts_on, Engagement.id)))


def facts_of(session: Session, engagement: Engagement) -> EngagementFacts:
    """Return an engagement as its kind's rules see it."""
    first = engagement
    while first.renews_id is not None:
        first = session.get_one(Engagement, first.renews_id)
    return EngagementFacts(
        id=engagement.id,
        person_id=engagement.person_id,
        kind=engagement.kind,
        carrier_id=engagement.carrier_id,
        starts_on=engagement.starts_on,
        ends_on=engagement.ends_on,
        renewal_number=engagement.renewal_number,
        first_starts_on=first.starts_on,
        signed_on=engagement.signed_on,
        insured_from=engagement.insured_from,
        insured_until=engagement.insured_until,
        ended_on=engagement.ended_on,
        terms=dict(engagement.terms),
        state=engagement.state,  # type: ignore[arg-type]
    )


def loaded_kind(instance: Instance, key: str) -> EngagementKind | None:
    """Return a kind of engagement whose plugin answers now, or None."""
    plugin, kind = instance.registered.engagement_kinds.get(key, ("", None))
    return kind if instance.plugins.is_active(plugin) else None


def loaded_kinds(instance: Instance) -> list[EngagementKind]:
    """Return every kind of engagement that can be chosen now."""
    found = (loaded_kind(instance, key) for key in instance.registered.engagement_kinds)
    return [kind for kind in found if kind is not None]


def task_tags(instance: Instance) -> list[tuple[str, Text]]:
    """Return what a task may ask of people that some kind's rules look at, as (tag, label)."""
    return list(dict(tag for kind in loaded_kinds(instance) for tag in kind.task_tags).items())


def _judge(work: Work, party: Party, engagement: Engagement, day: date) -> Ruling:
    kind = loaded_kind(work.instance, engagement.kind)
    if kind is None:
        return lights.unknown_kind(engagement.kind)
    facts = facts_of(work.session, engagement)
    try:
        problems = _ask(work, kind, person_facts(work, party), facts, day)
    except Exception as error:
        if isinstance(error, KpaError) and not isinstance(error, PluginError):
            # A policy that cannot be read, a birth date sealed with a lost key.
            return lights.closed(error.message, error.params, todo=N_("Lance « kpa doctor »."))
        log.exception("engagement kind %r: its check failed", kind.key)
        return lights.closed(
            N_("Les règles du contrat « {kind} » sont en panne."),
            {"kind": kind.key},
            todo=N_("Demande à la personne qui gère la machine de regarder."),
        )
    return lights.ruling(
        facts, engagement.state, paid_work=kind.paid_work, problems=problems, day=day
    )


def _ask(
    work: Work, kind: EngagementKind, person: PersonFacts, facts: EngagementFacts, day: date
) -> list[Problem]:
    plugin, _ = work.instance.registered.engagement_kinds[kind.key]

    def check() -> list[Problem]:
        problems = list(kind.check(lent, person, facts, day))
        if not all(isinstance(problem, Problem) for problem in problems):
            raise TypeError(f"{kind.key}: check must return problems")
        return problems

    with work.for_plugin(plugin) as lent:
        return work.instance.plugins.guarded(plugin, f"check {kind.key}", check)


def _rank(found: tuple[Ruling, Engagement]) -> tuple[bool, int, bool, date]:
    ruling, engagement = found
    return ruling.is_green, ruling.lights_on, engagement.state != "refused", engagement.starts_on


def _told(work: Work, party: Party, ruling: Ruling, engagement: Engagement | None) -> GreenLight:
    texts = work.instance.texts
    papers, contract, insurance = (_light(texts, ruling, name) for name in lights.LABELS)
    if work.actor.party_id == party.id:
        yes, no = (
            N_("Feu vert. Tu peux travailler pour un client."),
            N_("Tu peux venir apprendre, pas encore travailler pour un client."),
        )
    else:
        yes, no = (
            N_("Feu vert. {name} peut travailler pour un client."),
            N_("{name} peut venir apprendre, pas encore travailler pour un client."),
        )
    sentence = texts.gettext(yes if ruling.is_green else no).format(name=party.display_name)
    return GreenLight(
        ruling.is_green,
        (papers, contract, insurance),
        sentence,
        engagement.id if engagement else None,
    )


def _light(texts: Texts, ruling: Ruling, name: LightName) -> Light:
    state, problem = ruling.state(name), ruling.problem(name)
    return Light(
        name=name,
        label=texts.gettext(lights.LABELS[name]),
        state=state,
        sentence=_say(texts, problem.message, problem)
        if problem
        else texts.gettext(lights.STATES[state]),
        todo=_say(texts, problem.todo, problem) if problem and problem.todo else "",
    )


def _say(texts: Texts, message: str, problem: Problem) -> str:
    text = texts.gettext(message)
    return text.format(**problem.params) if problem.params else text
