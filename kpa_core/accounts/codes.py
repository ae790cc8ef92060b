"""Codes and tokens: made from randomness, kept by their digest. Pure.

A card's code has 16 signs of Crockford's alphabet, 80 bits: no I, L, O or U, and a zero read as the
letter O, or a one read as I or L, still works.
"""

from __future__ import annotations

import hashlib
import re
import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 16
GROUP = 4
_READ_AS = str.maketrans("OILU", "011V")


def new_code() -> str:
    """Return a new card code, in groups as it is printed."""
    signs = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    return grouped(signs)


def grouped(signs: str) -> str:
    """Return a code's signs in groups of four."""
    return " ".join(signs[i : i + GROUP] for i in range(0, len(signs), GROUP))


def read_code(text: str) -> str:
    """Return the signs of a code as people type it, or an empty text when it cannot be one."""
    signs = re.sub(r"[\s\-–_.]", "", text).upper().translate(_READ_AS)
    is_code = len(signs) == CODE_LENGTH and all(sign in ALPHABET for sign in signs)
    return signs if is_code else ""


def new_token() -> str:
    """Return a new token of 256 bits, safe in an address."""
    return secrets.token_urlsafe(32)


def digest(kind: str, secret: str) -> str:
    """Return what the database keeps of a secret; ``kind`` keeps a card from being a link.

    A plain digest is enough: the secrets have 80 bits of chance or more.
    """
    return hashlib.sha256(f"kpa {kind}\0{secret}".encode()).hexdigest()


def bucket(key: bytes, kind: str, name: str) -> str:
    """Return the keyed digest under which attempts are counted: names cannot be read back."""
    return hashlib.blake2b(f"{kind}\0{name}".encode(), key=key[:64], digest_size=16).hexdigest()
