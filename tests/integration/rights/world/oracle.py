"""What the table of rights promises, worked out again and more simply than the code does it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from world.people import Cast
from world.places import Where


def holds(holders: Mapping[str, str], actor: Cast, where: Where) -> bool:
    """Tell whether somebody holds a capability on a thing that belongs there."""
    return any(_reaches(holders.get(role, ""), actor, held, where) for role, *held in actor.roles)


def holds_somewhere(holders: Mapping[str, str], actor: Cast) -> bool:
    """Tell whether somebody holds a capability on anything at all."""
    return any(holders.get(role) for role, _, _ in actor.roles)


def holds_all(holders: Mapping[str, str], actor: Cast, wheres: Iterable[Where]) -> bool:
    """Tell whether somebody may open an address that names these things, perhaps none."""
    named = list(wheres)
    if not named:
        return holds_somewhere(holders, actor)
    return all(holds(holders, actor, where) for where in named)


def _reaches(reach: str, actor: Cast, held: list[object], where: Where) -> bool:
    activity, carrier = held
    if reach == "activity":
        return activity is None or activity in where.activities
    if reach == "carrier":
        return carrier is not None and carrier == where.carrier
    if reach == "self":
        return actor.person is not None and actor.person == where.person
    return reach == "all"
