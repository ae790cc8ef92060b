"""Which origins are followed because others recommend them, and nobody here decided. Pure.

A person's word counts first, and is never changed here. Then an origin comes in when followed
origins vouch for it: one in a village, two in a larger network, within two steps of somebody whom a
person here chose. Who came in stays while one recommendation is left; so a village that grows
loses nobody, and one that is flooded takes in no more than a village.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from kpa_federation.peers.choosing import VILLAGE
from kpa_federation.trust.saying import Vouch

STEPS = 2
"""From somebody a person here chose to whoever may be followed by itself."""
NEEDED = 2
"""Recommendations in a network that is larger than a village."""
NOBODY = 2**31
MOST = 500
"""Origins that come in by recommendation, all in all: two that conspire bring no more."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known before recommendations count.

    ``chosen`` are followed by a person's word; ``closed`` are those nobody may recommend: one's
    own origin, suspended and blocked ones. ``paused`` are stopped by a list as long as it says so.
    ``welcomed`` came in by recommendations, the longest first.
    """

    chosen: frozenset[str]
    closed: frozenset[str] = frozenset()
    paused: frozenset[str] = frozenset()
    welcomed: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """How far an origin is from somebody chosen here, and who recommends it, the nearest first."""

    step: int
    by: tuple[str, ...]


def welcome(known: Known, waiting: Iterable[str], vouches: Iterable[Vouch]) -> dict[str, Standing]:
    """Return the origins to follow by recommendation; ``waiting`` come in in this order."""
    backing = _backing(vouches)
    steps = dict.fromkeys(known.chosen, 0)
    stopped = known.chosen | known.closed | known.paused
    kept = [one for one in known.welcomed if one not in stopped]
    _add(steps, kept, backing, lambda: 1)
    fresh = [one for one in waiting if one not in stopped and one not in steps]
    full = len(known.chosen) + MOST
    _add(steps, fresh, backing, lambda: needed(len(steps) + 1) if len(steps) < full else NOBODY)
    return {
        origin: Standing(step, tuple(_nearest(backing[origin], steps)))
        for origin, step in steps.items()
        if origin not in known.chosen
    }


def needed(count: int) -> int:
    """Return how many must recommend one who would be the ``count``-th neighbour."""
    return 1 if count <= VILLAGE else NEEDED


def recommending(
    origin: str, vouches: Iterable[Vouch], steps: Mapping[str, int]
) -> tuple[str, ...]:
    """Return who recommends an origin among those whose word counts, the nearest first."""
    return tuple(_nearest(_backing(vouches).get(origin, ()), steps))


def _add(
    steps: dict[str, int],
    origins: Iterable[str],
    backing: Mapping[str, Sequence[str]],
    need: Callable[[], int],
) -> None:
    """Add the origins that enough nearer ones recommend, step by step."""
    asked = list(dict.fromkeys(origins))
    for step in range(1, STEPS + 1):
        for one in asked:
            nearer = sum(steps.get(by, STEPS) < step for by in backing.get(one, ()))
            if one not in steps and nearer >= need():
                steps[one] = step


def _backing(vouches: Iterable[Vouch]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in vouches:
        if one.by != one.origin and one.by not in found.setdefault(one.origin, []):
            found[one.origin].append(one.by)
    return found


def _nearest(backers: Iterable[str], steps: Mapping[str, int]) -> list[str]:
    counted = [one for one in backers if steps.get(one, STEPS) < STEPS]
    return sorted(counted, key=lambda one: (steps[one], one))
