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

from kpa_core.api import N_, HttpError, HttpRefused, parse_web_address

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
        HttpRefused: it is none, or it has a query: what is asked of a peer is ours to say.
    """
    found = parse_web_address(address)
    if "?" in found.path:
        raise HttpRefused(N_("Cette adresse a un « ? ». Garde seulement ce qui est avant."))
    return found.url.rstrip("/")


def hinted(address: str) -> str:
    """Return an address that a stranger told, in its one spelling; an empty text unless it is good.

    It names a machine only: nobody else chooses the pages that this instance asks.
    """
    try:
        found = parse_web_address(address)
    except HttpError:
        return ""
    return found.place if found.path == "/" else ""


class Known:
    """Those who are known already, found by what they look like; thousands of them, too."""

    def __init__(self, known: Iterable[Seen] = ()) -> None:
        self._places: dict[str, str] = {}
        self._hosts: dict[str, list[tuple[str, str]]] = {}
        self._names: dict[str, str] = {}
        for one in known:
            self.add(one)

    def add(self, one: Seen) -> None:
        """Know one more."""
        place = _place(one.address)
        called = one.name or place
        if place:
            self._places.setdefault(place, called)
            for part in _parts(place):
                self._hosts.setdefault(part, []).append((place, called))
        if one.name:
            self._names.setdefault(skeleton(one.name), one.name)

    def warnings(self, one: Seen) -> list[Warned]:
        """Return what a person should know before they take ``one`` for somebody they know."""
        found, place = [], _place(one.address)
        if place and (not one.address.isascii() or "xn--" in place):
            found.append(Warned(LETTERS, place))
        if place in self._places:
            found.append(Warned(SAME_PLACE, self._places[place]))
        elif alike := self._alike(place):
            found.append(Warned(LIKE_PLACE, alike))
        if one.name and skeleton(one.name) in self._names:
            found.append(Warned(LIKE_NAME, self._names[skeleton(one.name)]))
        return found

    def _alike(self, place: str) -> str:
        near = (pair for part in _parts(place) for pair in self._hosts.get(part, ()))
        return next((called for other, called in near if _are_alike(place, other)), "")


def warnings(one: Seen, known: Iterable[Seen]) -> list[Warned]:
    """Return what to tell of ``one`` beside all others that are known."""
    return Known(other for other in known if other.origin != one.origin).warnings(one)


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


@lru_cache(4096)
def _parts(place: str) -> frozenset[str]:
    """Return what two addresses that look alike have in common: all but one letter of a name."""
    host = urlsplit(place).hostname or ""
    if not host or host == "localhost" or _is_number(host):
        return frozenset()  # the machines of one room: their numbers tell them apart
    bones = _bones(host)
    less = {bones[:at] + bones[at + 1 :] for at in range(len(bones))}
    return frozenset({bones, *less} if len(bones) >= ENOUGH else {bones})


def _are_alike(place: str, other: str) -> bool:
    one, two = (_bones(urlsplit(where).hostname or "") for where in (place, other))
    return one == two or (min(len(one), len(two)) >= ENOUGH and _is_one_off(one, two))


@lru_cache(4096)
def _bones(host: str) -> str:
    return skeleton(_shown(host).rpartition(".")[0] or host)


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
