"""Gzip in blocks: one stream that any reader of gzip takes, hardly longer than in one go."""

from __future__ import annotations

import gzip
import random

import pytest

from kpa_federation.peers.pressing import BLOCK, LEVEL, press


@pytest.mark.parametrize("size", [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 17])
def test_it_is_read_back_whatever_its_length(size: int) -> None:
    data = random.Random(size).randbytes(size)
    lines = [data[at : at + 1000] for at in range(0, size, 1000)]
    assert gzip.decompress(press(lines)) == data


def test_blocks_cost_next_to_nothing() -> None:
    chance = random.Random(7)
    words = [chance.randbytes(5).hex().encode() for _ in range(2000)]
    lines = [b" ".join(chance.choices(words, k=100)) + b"\n" for _ in range(1500)]
    alone = len(gzip.compress(b"".join(lines), LEVEL))
    assert len(b"".join(lines)) > 2 * BLOCK
    assert len(press(lines)) < 1.001 * alone
