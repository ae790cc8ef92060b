"""Read a TOML table word by word, and refuse what nobody asked for.

Cookbooks come from other kitchens, so this is a border: sizes are bounded, numbers stay exact, and
each refusal says where it happened and what was expected.
"""

from __future__ import annotations

import tomllib
import unicodedata
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, TypeVar

from kpa_core.api import N_, Refused

MAX_BYTES = 262_144
MAX_ITEMS = 500
MAX_TEXT = 120

_MUST_BE_THERE: Any = object()
T = TypeVar("T")


def parse_toml(text: str) -> dict[str, Any]:
    """Parse TOML with exact numbers.

    Raises:
        Refused: too large, or not TOML.
    """
    try:
        if len(text.encode()) > MAX_BYTES:
            raise Refused(N_("Le fichier est trop gros : {most} octets au plus."), most=MAX_BYTES)
        return tomllib.loads(text, parse_float=Decimal)
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise Refused(N_("Le fichier est mal écrit : {why}."), why=str(error)[:200]) from error


class Table:
    """A TOML table that knows where it stands and which words are left.

    `take`, `text`, `number` and the others each consume one word; `end` refuses the rest.
    """

    def __init__(self, where: str, content: object) -> None:
        if not isinstance(content, dict):
            raise Refused(N_("{where} : il faut une table."), where=where)
        self.where = where
        self._left: dict[str, Any] = dict(content)
        self._known: list[str] = []

    def has(self, word: str) -> bool:
        """Tell whether a word is there, and remember that it may be."""
        self._known.append(word)
        return word in self._left

    def take(self, word: str, kind: type[T], default: Any = _MUST_BE_THERE) -> T:
        """Return the value of a word; without default the word must be there.

        Raises:
            Refused: the word is missing or its value is of another kind.
        """
        self._known.append(word)
        if word not in self._left:
            if default is _MUST_BE_THERE:
                raise Refused(N_("{where} : il manque « {word} »."), where=self.where, word=word)
            return default  # type: ignore[no-any-return] # the caller's own value
        value = self._left.pop(word)
        # bool is an int for isinstance; here true is never 1
        if type(value) is not kind:
            raise Refused(
                N_("{where} : « {word} » n'est pas de la bonne sorte."), where=self.where, word=word
            )
        return value

    def text(self, word: str, default: Any = _MUST_BE_THERE) -> str:
        """Return a short text without spaces at its ends, not empty."""
        found = self.take(word, str, default)
        return found if found == default else self._checked(word, found, MAX_TEXT)

    def texts(self, word: str, most: int = MAX_TEXT) -> tuple[str, ...]:
        """Return a list of texts; none when the word is not there."""
        return tuple(self._checked(word, item, most) for item in self._items(word))

    def number(self, word: str, default: Any = _MUST_BE_THERE) -> Decimal:
        """Return a number with or without decimals."""
        if type(self._left.get(word)) is int:
            self._left[word] = Decimal(self._left[word])
        return self.take(word, Decimal, default)

    def table(self, word: str) -> Table:
        """Return a table; an empty one when the word is not there."""
        return Table(f"{self.where}, {word}", self.take(word, dict, {}))

    def tables(self, word: str) -> list[Table]:
        """Return a list of tables; none when the word is not there."""
        items = enumerate(self._items(word), 1)
        return [Table(f"{self.where}, {word} {n}", item) for n, item in items]

    def end(self) -> None:
        """Refuse the words that are left, naming the nearest known one."""
        for word in self._left:
            near = get_close_matches(word, self._known, 1) or sorted(set(self._known))
            raise Refused(
                N_("{where} : le mot « {word} » n'existe pas. Peut-être : {near}."),
                where=self.where,
                word=word[:40],
                near=", ".join(near),
            )

    def _items(self, word: str) -> list[Any]:
        items = self.take(word, list, [])
        if len(items) > MAX_ITEMS:
            raise Refused(
                N_("{where} : trop de « {word} », {most} au plus."),
                where=self.where,
                word=word,
                most=MAX_ITEMS,
            )
        return items

    def _checked(self, word: str, text: object, most: int) -> str:
        if not isinstance(text, str) or not 0 < len(text.strip()) <= most or _has_controls(text):
            raise Refused(
                N_("{where} : « {word} » doit être un texte de 1 à {most} lettres."),
                where=self.where,
                word=word,
                most=most,
            )
        return text.strip()


def _has_controls(text: str) -> bool:
    """Tell whether a text hides control characters, which could break a page or a terminal."""
    return any(unicodedata.category(letter) == "Cc" for letter in text)
