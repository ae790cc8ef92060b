"""The rules of the group: names, numbers and choices the members set, each from a day on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core.errors import N_, Refused
from kpa_core.members.models import CharterRule
from kpa_core.work import Work


@dataclass(frozen=True)
class Rule:
    """A rule the core knows: its sentence, and what holds until the group decides."""

    key: str
    sentence: str
    default: Mapping[str, Any]


RULES = {
    rule.key: rule
    for rule in (
        Rule("quote.approvals", N_("Combien de personnes disent oui à un devis."), {"people": 2}),
        Rule(
            "invoice.issuers",
            N_("Qui émet une facture : trésorier·e seulement, référent·e aussi, ou deux membres."),
            {"referent": True, "two_members": True},
        ),
        Rule("pot.common", N_("La part qui va dans la cagnotte commune."), {"rate_bp": 1500}),
        Rule("share.rule", N_("La règle de partage."), {"key": "hours"}),
        Rule(
            "share.second_person",
            N_("À partir de quelle somme une autre personne valide."),
            {"from_cents": 0, "adults": 4},
        ),
        Rule("pay.cut_off_day", N_("Le jour du mois où partent les demandes de paie."), {"day": 5}),
    )
}


MONEY = ("quote.approvals", "invoice.issuers", "pot.common", "share.rule", "share.second_person")
"""Rules about money: once decided, they change from tomorrow on, so that everyone can see it."""


def rule(
    session: Session,
    key: str,
    day: date,
    activity_id: UUID | None = None,
    *,
    known_at: datetime | None = None,
    not_by: UUID | None = None,
) -> Mapping[str, Any]:
    """Return a rule's value on a day: the activity's own, else the group's, else the default.

    ``known_at`` leaves out what was written later, ``not_by`` what this person wrote.
    """
    query = sa.select(CharterRule)
    if known_at is not None:
        query = query.where(CharterRule.created_at <= known_at)
    if not_by is not None:
        query = query.where(CharterRule.created_by.is_distinct_from(not_by))
    found = session.scalar(
        query.where(CharterRule.key == key, CharterRule.starts_on <= day)
        .where(sa.or_(CharterRule.activity_id == activity_id, CharterRule.activity_id.is_(None)))
        .order_by(
            CharterRule.activity_id.is_(None), CharterRule.starts_on.desc(), CharterRule.id.desc()
        )
        .limit(1)
    )
    return {**RULES[key].default, **(found.value if found else {})}


def rules_for(
    work: Work, key: str, day: date, activity_id: UUID, *, known_at: datetime | None = None
) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Return a rule as it holds, and as it would without what the actor wrote.

    Nobody raises themself: a rule binds whoever wrote it as the others would have had it.
    """
    return (
        rule(work.session, key, day, activity_id, known_at=known_at),
        rule(work.session, key, day, activity_id, known_at=known_at, not_by=work.actor.party_id),
    )


def first_day(work: Work, key: str) -> date:
    """Return the first day from which a new version of a rule may hold."""
    decided = sa.select(CharterRule.id).where(CharterRule.key == key).limit(1)
    waits = key in MONEY and work.session.scalar(decided) is not None
    return work.today + timedelta(days=1) if waits else work.today


def check_first_day(starts_on: date, first: date) -> None:
    """Stop unless a new version starts late enough.

    Raises:
        Refused: it is about money and starts before everyone could see it.
    """
    if starts_on < first:
        raise Refused(
            N_("Cette règle touche à l'argent. Elle change demain, au plus tôt."),
            field="starts_on",
        )


def set_rule(
    work: Work,
    key: str,
    value: Mapping[str, Any],
    *,
    starts_on: date,
    source: str,
    activity_id: UUID | None = None,
) -> CharterRule:
    """Write a new version of a rule; earlier ones stay, and closed share-outs keep theirs.

    Raises:
        Refused: the rule is not known, or starts in the past.
    """
    if key not in RULES or set(value) - set(RULES[key].default):
        raise Refused(N_("La règle {key!r} n'existe pas."), key=key)
    if starts_on < work.today:
        raise Refused(N_("Une règle commence aujourd'hui ou plus tard."), field="starts_on")
    with work.transaction() as session:
        row = CharterRule(
            key=key,
            value=dict(value),
            starts_on=starts_on,
            source=source,
            activity_id=activity_id,
            created_by=work.actor.party_id,
        )
        session.add(row)
        session.flush()
        work.record("charter.write", row, after={"key": key, **value})
    return row
