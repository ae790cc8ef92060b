"""A text as a reader sees it: what looks the same becomes the same, and its place is kept."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import filterfalse

_DASHES = dict.fromkeys("‐‑‒–—―−﹣－", "-")
_QUOTES = dict.fromkeys("’‘ʼ＇`´", "'")
_APART = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ß": "ss"})


@dataclass(frozen=True)
class Reading:
    """A text made plain. ``places[i]`` is where the plain text's sign ``i`` stood in ``source``.

    Digits of any alphabet are 0 to 9, wide letters are narrow, spaces of any width are spaces, and
    marks that cannot be seen are gone. Line breaks, accents and capitals stay.
    """

    source: str
    plain: str
    places: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where a stretch of the plain text, not empty, stood in the source."""
        return self.places[start], self.places[end - 1] + 1


def read(source: str) -> Reading:
    """Return the text made plain; it takes time in proportion to its length."""
    plain: list[str] = []
    places: list[int] = []
    for place, sign in enumerate(source):
        for made in _plain(sign):
            plain.append(made)
            places.append(place)
    return Reading(source, "".join(plain), tuple(places))


@lru_cache(maxsize=4096)
def _plain(sign: str) -> str:
    if sign < "\x7f":
        return sign if sign >= " " or sign == "\n" else " "
    if (same := _DASHES.get(sign) or _QUOTES.get(sign)) is not None:
        return same
    if (digit := unicodedata.decimal(sign, None)) is not None:
        return str(digit)
    kind = unicodedata.category(sign)
    if kind in ("Zl", "Zp"):
        return "\n"
    if kind in ("Zs", "Cc"):
        return " "
    if kind == "Cf":
        return ""
    return unicodedata.normalize("NFKC", sign)


@lru_cache(maxsize=4096)
def fold(word: str) -> str:
    """Return a word without capitals and accents, as names are compared."""
    return fold_text(word)


def fold_text(text: str) -> str:
    """Return a text without capitals and accents; nothing is kept in memory."""
    letters = unicodedata.normalize("NFKD", text.translate(_APART).casefold())
    return "".join(filterfalse(unicodedata.combining, letters))
