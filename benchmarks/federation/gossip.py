"""Five thousand nodes on paper: how many rounds until all have an entry, and who was asked for it.

The origin tells a few; each node asks the few peers that the product's own rule picks, once a
round; it pulls from the first that has what it lacks. Nothing is pushed.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from kpa_federation.peers import choosing


@dataclass(frozen=True)
class Spread:
    """How one entry spread."""

    rounds: int
    from_origin: int


def spread(nodes: int, seed: int) -> Spread:
    """Let an entry of node 0 reach everybody; all know all, so anyone may ask its origin."""
    chance, everyone = random.Random(seed), range(nodes)
    has = bytearray(nodes)
    told = choosing.whom_to_tell(everyone[1:], chance)
    for one in (0, *told):
        has[one] = 1
    left = [one for one in everyone if not has[one]]
    rounds, pulls = 0, len(told)
    while left:
        rounds += 1
        before = bytes(has)  # at worst all ask at once: what came in this round helps nobody yet
        for one in left:
            answers = [other for other in choosing.whom_to_ask(everyone, chance) if before[other]]
            if answers:
                has[one] = 1
                pulls += answers[0] == 0
        left = [one for one in left if not has[one]]
    return Spread(rounds, pulls)


def worst(nodes: int, seeds: int) -> Spread:
    """Return the most rounds and the most pulls from the origin over all seeds."""
    found = [spread(nodes, seed) for seed in range(seeds)]
    return Spread(max(one.rounds for one in found), max(one.from_origin for one in found))
