"""Who is in an activity, and which card a row about a person stands for now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from kpa_core.members.models import Party, Role
from kpa_core.members.roles import holds

IN_IT = ("participant", "referent", "treasurer")
"""The roles that make someone a part of an activity."""


@dataclass(frozen=True)
class Place:
    """A person's place in an activity: the kinds of role held."""

    person: Party
    kinds: tuple[str, ...]


def places(session: Session, activity_id: UUID, day: date) -> list[Place]:
    """Return who is in an activity on a day, by name."""
    query = (
        sa.select(Party, Role.kind)
        .join(Role, Role.party_id == Party.id)
        .where(Role.activity_id == activity_id, Role.kind.in_(IN_IT), *holds(day))
        .where(Party.merged_into_id.is_(None))
        .order_by(Party.display_name, Party.id, Role.kind)
    )
    kinds: dict[Party, list[str]] = {}
    for person, kind in session.execute(query):
        kinds.setdefault(person, []).append(kind)
    return [Place(person, tuple(held)) for person, held in kinds.items()]


def is_in(session: Session, activity_id: UUID, person_id: UUID, *days: date) -> bool:
    """Tell whether a person is in an activity on one of these days."""
    query = sa.select(Role.id).where(
        Role.party_id == person_id, Role.activity_id == activity_id, Role.kind.in_(IN_IT)
    )
    held = sa.or_(*(sa.and_(*holds(day)) for day in days))
    return session.scalar(query.where(held).limit(1)) is not None


def current_id(column: Any) -> sa.ScalarSelect[UUID]:
    """Return the id of the card a person lives on now: time once written is never moved."""
    card = _card()
    joined = sa.func.coalesce(card.merged_into_id, card.id)
    return sa.select(joined).where(card.id == column).scalar_subquery()


@cache
def _card() -> type[Party]:
    """Return the one alias all these questions use; making it costs more than asking."""
    return aliased(Party, name="card")


def card_now(person: Party) -> UUID:
    """Return the id of the card a person lives on now."""
    return person.merged_into_id or person.id
