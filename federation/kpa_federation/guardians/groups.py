"""Bytes as groups of signs that people copy by hand; what was miscopied is found. Pure.

Crockford's alphabet: no I, L, O or U; small letters, a zero read as the letter O and a one read as
I or L still work. Thirty-two bytes are fourteen groups of five. In the first thirteen the fifth
sign checks the other four and the group's place, so that a mistake is shown where it is; the last
group checks everything, and says whether this is a secret or a guardian's line.

Always found: one wrong sign, two signs swapped, near or far, and two of the first thirteen groups
swapped. Whatever else goes wrong passes once in 33 million times.
"""

from __future__ import annotations

import base64
import re
from hashlib import sha256
from typing import Literal

from kpa_core.api import N_, KpaError

Kind = Literal["secret", "guardian"]
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
GROUP = 5
GROUPS = 14
_RFC = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_READ_AS = str.maketrans("OILU", "011V")
_TO_RFC = str.maketrans(ALPHABET, _RFC)
_FROM_RFC = str.maketrans(_RFC, ALPHABET)


class Miscopied(KpaError):
    """A text was not copied as it is written; ``places`` are the groups at fault, from 1."""

    def __init__(
        self,
        message: str,
        places: tuple[int, ...] = (),
        *,
        field: str | None = None,
        **params: object,
    ) -> None:
        super().__init__(message, field=field, **params)
        self.places = places


def write(kind: Kind, data: bytes) -> str:
    """Return 32 bytes as fourteen groups, with spaces between."""
    signs = to_signs(data)
    groups = [signs[at : at + GROUP - 1] for at in range(0, len(signs), GROUP - 1)]
    checked = [group + _check_sign(place, group) for place, group in enumerate(groups)]
    return " ".join([*checked, last_group(kind.encode(), data)])


def read(kind: Kind, text: str) -> bytes:
    """Return the 32 bytes of fourteen groups, typed with or without spaces.

    Raises:
        Miscopied: it says which groups to read again.
    """
    signs = signs_of(text)
    if len(signs) != GROUP * GROUPS:
        raise Miscopied(
            N_("Il faut {wanted} signes, il y en a {found}. Relis la feuille, groupe par groupe."),
            wanted=GROUP * GROUPS,
            found=len(signs),
        )
    groups = [signs[at : at + GROUP] for at in range(0, len(signs), GROUP)]
    wrong = tuple(
        place + 1
        for place, group in enumerate(groups[:-1])
        if group[-1] != _check_sign(place, group[:-1])
    )
    if wrong:
        raise Miscopied(
            N_("Mal copié. Relis sur la feuille : groupe {groups}."),
            wrong,
            groups=", ".join(map(str, wrong)),
        )
    data = from_signs("".join(group[:-1] for group in groups[:-1]))
    if data is None:
        raise Miscopied(N_("Mal copié. Relis sur la feuille : groupe {groups}."), (13,), groups=13)
    _check_last(kind, data, groups[-1])
    return data


def signs_of(text: str) -> str:
    """Return the signs of a text as they are written, without what people put between them.

    Raises:
        Miscopied: it holds a sign that is not in the alphabet.
    """
    signs = re.sub(r"[\s\-–_.,]", "", text).upper().translate(_READ_AS)
    strange = next((sign for sign in signs if sign not in ALPHABET), "")
    if strange:
        raise Miscopied(N_("Le signe {sign!r} n'existe pas sur la feuille."), sign=strange)
    return signs


def to_signs(data: bytes) -> str:
    """Return bytes in the alphabet, five bits a sign."""
    return base64.b32encode(data).decode().rstrip("=").translate(_FROM_RFC)


def from_signs(signs: str) -> bytes | None:
    """Return the bytes of these signs, or nothing when they are no bytes' one spelling."""
    try:
        data = base64.b32decode(signs.translate(_TO_RFC) + "=" * (-len(signs) % 8))
    except ValueError:
        return None
    return data if to_signs(data) == signs else None


def last_group(what: bytes, data: bytes) -> str:
    """Return five signs over everything: 25 bits of a hash that says what the bytes are."""
    return to_signs(sha256(b"kpa " + what + b"\n" + data).digest())[:GROUP]


def _check_last(kind: Kind, data: bytes, found: str) -> None:
    if found == last_group(kind.encode(), data):
        return
    if found == last_group(b"secret", data):
        raise Miscopied(
            N_("C'est le secret de ta feuille. Ne l'envoie à personne : il faut la ligne à donner.")
        )
    if found == last_group(b"guardian", data):
        raise Miscopied(
            N_("C'est la ligne à donner au KPA, pas le secret. Tape le secret de la feuille.")
        )
    raise Miscopied(
        N_("Mal copié. Relis toute la feuille, et le dernier groupe en premier."), (GROUPS,)
    )


def _check_sign(place: int, group: str) -> str:
    """Return the sign that checks the signs before it in the group at a place.

    Each sign is a number of the field of 32 numbers, and has a weight of its own: one changed sign
    moves the sum, and so do two swapped ones. The place is in the sum, so that groups do not swap.
    """
    total = place + 1
    for power, sign in enumerate(group, start=1):
        total ^= _times_two(ALPHABET.index(sign), power)
    return ALPHABET[total]


def _times_two(number: int, times: int) -> int:
    """Return a number doubled so many times in the field of 32 numbers (x^5 + x^2 + 1)."""
    for _ in range(times):
        number <<= 1
        if number & 0b100000:
            number ^= 0b100101
    return number
