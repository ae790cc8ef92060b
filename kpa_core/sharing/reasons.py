"""Why a person receives what they receive, kept as data and told in the reader's language.

A sentence is stored as its French message and plain values, never as finished text: a share-out
of last year can still be read in Arabic tomorrow, and its figures can still be checked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypedDict

from kpa_core.money import format_cents


class SentenceData(TypedDict):
    """A sentence as it is stored in JSON."""

    message: str
    params: dict[str, int | str]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A message id and its values.

    The end of a value's name says how it is shown: ``…_cents`` as an amount, ``…_minutes`` as a
    duration, anything else as it is.
    """

    message: str
    params: Mapping[str, int | str] = field(default_factory=dict)

    def text(self, translate: Callable[[str], str] = str, locale: str = "fr") -> str:
        """Return the sentence in the language of ``translate``, its values as in ``locale``."""
        shown = {name: _shown(name, value, locale) for name, value in self.params.items()}
        return translate(self.message).format(**shown)


@dataclass(frozen=True, slots=True)
class Reason:
    """The sentences that lead to one share, in order."""

    sentences: tuple[Sentence, ...]

    def text(self, translate: Callable[[str], str] = str, locale: str = "fr") -> str:
        """Return all the sentences as one paragraph."""
        return " ".join(sentence.text(translate, locale) for sentence in self.sentences)

    def as_data(self) -> list[SentenceData]:
        """Return what to store, as plain JSON values."""
        return [
            {"message": sentence.message, "params": dict(sentence.params)}
            for sentence in self.sentences
        ]

    @classmethod
    def from_data(cls, data: Sequence[SentenceData]) -> Reason:
        """Return the reason that ``as_data`` stored."""
        return cls(tuple(Sentence(each["message"], each["params"]) for each in data))


def format_minutes(minutes: int) -> str:
    """Return a duration as people write it: ``45 min``, ``6 h``, ``1 h 05``."""
    hours, rest = divmod(minutes, 60)
    if hours == 0:
        return f"{rest}\u00a0min"
    return f"{hours}\u00a0h\u00a0{rest:02}" if rest else f"{hours}\u00a0h"


def _shown(name: str, value: int | str, locale: str) -> str:
    if isinstance(value, int) and name.endswith("_cents"):
        return format_cents(value, locale)
    if isinstance(value, int) and name.endswith("_minutes"):
        return format_minutes(value)
    return str(value)
