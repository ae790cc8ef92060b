"""Where in a text a member is named, without making French unusable.

- First name and surname together count, in either order, and a first name with the surname's
  initial ("Amina B."), whatever the capitals and accents.
- The first name of a minor counts alone; that of an adult does not: thousands share it.
- A surname counts alone.
- A name that is also a French word (Rose, Pierre, Petit) counts alone only with a capital where
  none is due: inside a sentence, outside a line of capitals. "De la rose" passes, "avec Rose" not.
- Nothing counts alone inside a compound ("Saint-Martin") or after a word of place ("rue Pierre").

People who agreed to be named are left out of the list by the caller.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from kpa_federation.catalogue.reading import fold

Span = tuple[int, int]


@dataclass(frozen=True)
class PersonName:
    """The names of one member. A minor is named by the first name alone."""

    first_name: str
    surname: str = ""
    minor: bool = False


COMMON = frozenset(
    word
    for line in (Path(__file__).parent / "words_that_are_names.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
    for word in line.split()
)
"""Folded names that are also words, saints of streets or brands of everyday French."""

_PLACE = re.compile(
    r"rue|avenue|boulevard|place|quai|square|impasse|allee|chemin|ecole|college|lycee|"
    r"salle|saint|sainte|st|ste|quartier|residence|cite|stade|pont|port|parc|gare|cour"
    r"s|faubourg|mairie|hopital|eglise|halle|centre|espace|maison|theatre|fondation|in"
    r"stitut|collegiale|prix|tour|marche|moulin|village|baie"
)
_WORD = re.compile(r"[^\W\d_]+(?:[\u0300-\u036f]+[^\W\d_]*)*")
_MAY_FOLLOW = re.compile(r"[ \t]{1,3}|-|'|,[ ]|[ \n]")
_SENTENCE_END = re.compile(r"[.!?…:;\n•*«»\"“”()\[\]/|+-]\s*$|^\s*$")
_INITIAL = re.compile(r"[ ](?P<letter>[^\W\d_])(?:\.|(?![\w']))")


@dataclass(frozen=True)
class _Word:
    text: str
    folded: str
    start: int
    end: int


class NamedPeople:
    """Finds the members of one list in texts; made once, used for every field."""

    def __init__(self, people: Iterable[PersonName]) -> None:
        self._together: dict[str, set[tuple[str, ...]]] = {}
        self._alone: dict[str, set[tuple[str, ...]]] = {}
        self._initials: dict[str, set[tuple[tuple[str, ...], str]]] = {}
        for person in people:
            self._add(_folded_words(person.first_name), _folded_words(person.surname), person.minor)

    def _add(self, first: tuple[str, ...], last: tuple[str, ...], minor: bool) -> None:
        if first and last:
            for whole in (first + last, last + first):
                self._together.setdefault(whole[0], set()).add(whole)
            self._initials.setdefault(first[0], set()).add((first, last[0][0]))
        if last:
            self._alone.setdefault(last[0], set()).add(last)
        if first and minor:
            self._alone.setdefault(first[0], set()).add(first)

    def spans(self, plain: str) -> Iterator[Span]:
        """Yield where a member is named."""
        words = [
            _Word(found.group(), fold(found.group()), *found.span())
            for found in _WORD.finditer(plain)
        ]
        for at, word in enumerate(words):
            for name in self._together.get(word.folded, ()):
                if _reads(plain, words, at, name):
                    yield word.start, words[at + len(name) - 1].end
            for name, letter in self._initials.get(word.folded, ()):
                if _reads(plain, words, at, name):
                    last = words[at + len(name) - 1]
                    if _initial_follows(plain, last, letter):
                        yield word.start, last.end + 2
            for name in self._alone.get(word.folded, ()):
                if _reads(plain, words, at, name) and _counts_alone(plain, words, at, name):
                    yield word.start, words[at + len(name) - 1].end


def _folded_words(name: str) -> tuple[str, ...]:
    return tuple(fold(found.group()) for found in _WORD.finditer(name))


def _reads(plain: str, words: Sequence[_Word], at: int, name: tuple[str, ...]) -> bool:
    """Tell whether the words from ``at`` on are this name, one right after the other."""
    if at + len(name) > len(words):
        return False
    stretch = words[at : at + len(name)]
    return tuple(word.folded for word in stretch) == name and all(
        _MAY_FOLLOW.fullmatch(plain, one.end, next_.start) for one, next_ in pairwise(stretch)
    )


def _initial_follows(plain: str, last: _Word, letter: str) -> bool:
    found = _INITIAL.match(plain, last.end)
    return (
        found is not None
        and found["letter"].isupper()
        and fold(found["letter"])[:1] == letter
        and last.text[0].isupper()
    )


def _counts_alone(plain: str, words: Sequence[_Word], at: int, name: tuple[str, ...]) -> bool:
    first, last = words[at], words[at + len(name) - 1]
    if (
        plain[first.start - 1 : first.start] == "-"
        and plain[first.start - 2 : first.start - 1].isalnum()
    ):
        return False
    if plain[last.end : last.end + 1] == "-" and plain[last.end + 1 : last.end + 2].isalpha():
        return False
    if (
        at
        and _PLACE.fullmatch(words[at - 1].folded)
        and plain[words[at - 1].end : first.start] == " "
    ):
        return False
    if len(name) == 1 and (name[0] in COMMON or len(name[0]) <= 2):
        return _has_a_capital_of_its_own(plain, words, at)
    return True


def _has_a_capital_of_its_own(plain: str, words: Sequence[_Word], at: int) -> bool:
    word = words[at]
    if not word.text[0].isupper() or _SENTENCE_END.search(
        plain[max(0, word.start - 3) : word.start]
    ):
        return False
    if word.start == 0:
        return False
    near = [words[i].text for i in (at - 1, at + 1) if 0 <= i < len(words)]
    shouted = word.text.isupper() and len(word.text) > 1
    return not (shouted and any(text.isupper() and len(text) > 1 for text in near))
