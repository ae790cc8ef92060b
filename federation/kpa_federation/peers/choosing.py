"""Which peers are asked this time: in a village everyone, in a large network a few at random.

Whoever is asked passes everybody's records on, so a few are enough for all; and an origin that
wrote something is not asked by thousands in the same hour.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar

VILLAGE = 16
"""Up to so many peers, everyone is asked and told."""
ASKED, TOLD = 3, 4

One = TypeVar("One")


def whom_to_ask(peers: Sequence[One], chance: random.Random) -> list[One]:
    """Return the peers to ask in this round."""
    return _some(peers, ASKED, chance)


def whom_to_tell(peers: Sequence[One], chance: random.Random) -> list[One]:
    """Return the peers to tell of something new here; the others hear of it by asking."""
    return _some(peers, TOLD, chance)


def _some(peers: Sequence[One], count: int, chance: random.Random) -> list[One]:
    return chance.sample(peers, len(peers) if len(peers) <= VILLAGE else count)
