"""What lists of others do here. Pure: nothing is stored, so leaving a list undoes it at once.

The own list counts before all others, and a person's word here before that: an origin that people
chose to follow is never stopped or hidden by somebody else's list. They are told, and decide.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from kpa_federation.trust.saying import Advice

STRENGTH = {"warn": 1, "hide": 2, "block": 3}


@dataclass(frozen=True)
class Word:
    """What was decided here: one's own origin, whom people chose, what they show all the same."""

    own: str
    chosen: frozenset[str] = frozenset()
    shown: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Effects:
    """What counts now: advice on each origin or record, the strongest first."""

    by_about: dict[str, tuple[Advice, ...]] = field(default_factory=dict)

    def on(self, *abouts: str) -> tuple[Advice, ...]:
        """Return the advice on any of these: a record and its origin."""
        found = (one for about in abouts for one in self.by_about.get(about, ()))
        return tuple(sorted(found, key=_weight))

    def hidden(self) -> frozenset[str]:
        """Return what is left out of lists."""
        return self._with(("hide", "block"))

    def blocked(self) -> frozenset[str]:
        """Return the origins of which nothing new is kept."""
        return self._with(("block",))

    def _with(self, actions: tuple[str, ...]) -> frozenset[str]:
        found = self.by_about.items()
        return frozenset(about for about, all_ in found if any(a.action in actions for a in all_))


def effects(advice: Iterable[Advice], word: Word, today: date) -> Effects:
    """Return what lists do here on a day; ``advice`` is one's own and that of lists one reads."""
    found: dict[str, list[Advice]] = {}
    for one in advice:
        if is_in_force(one, today) and not _is_ours(one, word):
            found.setdefault(one.about, []).append(_softened(one, word))
    return Effects({about: _counted(all_, word) for about, all_ in found.items()})


def is_in_force(one: Advice, today: date) -> bool:
    """Tell whether an entry counts on a day; its last day is one."""
    return one.until is None or today <= one.until


def _is_ours(one: Advice, word: Word) -> bool:
    """Tell whether an entry is about ourselves, or about what people here show all the same."""
    return one.about.partition("/")[0] == word.own or one.about in word.shown


def _softened(one: Advice, word: Word) -> Advice:
    """Return a warning in place of what would undo a choice made here."""
    if one.by == word.own or one.about not in word.chosen:
        return one
    return Advice(one.by, one.about, "warn", one.reason, one.until)


def _counted(advice: list[Advice], word: Word) -> tuple[Advice, ...]:
    ours = [one for one in advice if one.by == word.own]
    return tuple(sorted(ours or advice, key=_weight))


def _weight(one: Advice) -> tuple[int, str]:
    return -STRENGTH[one.action], one.by
