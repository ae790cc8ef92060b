"""What an address or a name looks like to a person: its one spelling, and what it resembles. Pure.

Nothing here says who somebody is: that is the origin. A look-alike is told to the person who joins,
and refused to nobody.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from kpa_core.api import N_, HttpError, parse_web_address

LETTERS = N_(
    "Attention, cette adresse a des lettres qui peuvent tromper. "
    "En lettres simples, elle s'écrit {about}."
)
SAME_PLACE = N_(
    "Attention, {about} est déjà à cette adresse, avec d'autres mots. Ce n'est peut-être pas eux."
)
LIKE_PLACE = N_(
    "Attention, cette adresse ressemble à celle de {about}, mais c'est une autre. Compare les mots."
)
LIKE_NAME = N_(
    "Attention, ce nom ressemble à « {about} », mais c'est un autre KPA. Compare les mots."
)
LONGEST, MOST_READ = 80, 1000
"""Signs of a name that are kept, and that are looked at."""
ENOUGH = 6
"""Letters of a name below which one letter makes another name."""

TWINS = str.maketrans(
    dict(
        zip(
            "авсԁеɡһіјкӏмոорԛгѕтԝхуѵαβεγικνορτυχωıłøđħßɩǀ0135|!$@",
            "abcdeghijklmnopqrstwxyvabeyiknoptuxwilodhbiloleslisa",
            strict=True,
        )
    )
)
"""Letters of other alphabets, and digits, beside the letter they pass for."""
PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"))
FEW = str.maketrans("i", "l")
"""A capital i, a small L and the digit one are one stroke in most typefaces."""


@dataclass(frozen=True)
class Seen:
    """A KPA as people see it: who it is, what it is called, where it answers."""

    origin: str
    name: str
    address: str


@dataclass(frozen=True)
class Warned:
    """A sentence for the person who decides, and what to fill in."""

    sentence: str
    about: str


def one_spelling(address: str) -> str:
    """Return the one way to write an address: small ASCII letters, no usual port, no last slash.

    Raises:
        HttpRefused: it is none.
    """
    return parse_web_address(address).url.rstrip("/")


def warnings(one: Seen, known: Iterable[Seen]) -> list[Warned]:
    """Return what a person should know before they take ``one`` for somebody they know."""
    found = []
    place = _place(one.address)
    if place and (not one.address.isascii() or "xn--" in place):
        found.append(Warned(LETTERS, place))
    for other in known:
        if other.origin == one.origin:
            continue
        there = _place(other.address)
        name = other.name or there
        if place and place == there:
            found.append(Warned(SAME_PLACE, name))
        elif place and there and _are_alike(place, there):
            found.append(Warned(LIKE_PLACE, name))
        if one.name and skeleton(one.name) == skeleton(other.name):
            found.append(Warned(LIKE_NAME, other.name))
    return found


def tidy_name(text: str) -> str:
    """Return a name as it may be shown and kept: one line, without signs that turn it around."""
    seen = "".join(
        sign if unicodedata.category(sign)[0] not in "CZ" else " " for sign in text[:MOST_READ]
    )
    return " ".join(seen.split())[:LONGEST]


@lru_cache(4096)
def skeleton(text: str) -> str:
    """Return what is left of a text for a hurried eye: no accents, alphabets, signs or spaces."""
    folded = unicodedata.normalize("NFKD", text.casefold()).casefold().translate(TWINS)
    for pair, single in PAIRS:
        folded = folded.replace(pair, single)
    kept = "".join(sign for sign in folded if sign.isalnum()).translate(FEW)
    return kept or text


@lru_cache(4096)
def _place(address: str) -> str:
    try:
        return one_spelling(address) if address else ""
    except HttpError:
        return ""


def _are_alike(place: str, other: str) -> bool:
    one, two = (urlsplit(where).hostname or "" for where in (place, other))
    if _is_number(one) or _is_number(two) or "localhost" in (one, two):
        return False  # the machines of one room: their numbers tell them apart
    if one == two:
        return True  # another port of the same machine
    mine, theirs = (skeleton(_shown(host).rpartition(".")[0] or host) for host in (one, two))
    return mine == theirs or (min(len(mine), len(theirs)) >= ENOUGH and _is_one_off(mine, theirs))


def _is_number(host: str) -> bool:
    return ":" in host or host.replace(".", "").isdecimal()


def _shown(host: str) -> str:
    """Return a host as its owner writes it."""
    from idna import IDNAError, decode  # big tables, for the few names that need them

    try:
        return decode(host) if "xn--" in host else host
    except IDNAError:
        return host


def _is_one_off(one: str, other: str) -> bool:
    """Tell whether one letter was changed, added, left out, or swapped with the next."""
    short, long = sorted((one, other), key=len)
    if len(long) - len(short) > 1:
        return False
    at = next((i for i, sign in enumerate(short) if sign != long[i]), len(short))
    if len(short) < len(long):
        return short[at:] == long[at + 1 :]
    swapped = long[at + 1 : at + 2] + long[at : at + 1]
    return short[at + 1 :] == long[at + 1 :] or (
        short[at : at + 2] == swapped and short[at + 2 :] == long[at + 2 :]
    )
