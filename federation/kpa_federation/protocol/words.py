"""The fingerprint of an origin: six French words, to compare by voice or on paper."""

from __future__ import annotations

import base64
from pathlib import Path

WORDS = tuple(Path(__file__).with_name("words.txt").read_text("utf-8").split())
"""1,024 nouns in alphabetical order; no two begin with the same four letters, accents left out."""

COUNT = 6
BITS = 10


def fingerprint(origin: str) -> tuple[str, ...]:
    """Return the words of an origin's first 60 bits, ten for each word, highest first."""
    bits = int.from_bytes(base64.b32decode(origin.upper()), "big") >> (160 - COUNT * BITS)
    mask = (1 << BITS) - 1
    return tuple(WORDS[bits >> BITS * place & mask] for place in reversed(range(COUNT)))


def words_of(origin: str) -> str:
    """Return the six words as they are read aloud."""
    return " ".join(fingerprint(origin))
