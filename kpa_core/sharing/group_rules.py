"""The rules of the charter as a group reads and changes them, each value checked for its rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from kpa_core.errors import N_, Refused
from kpa_core.members import charter
from kpa_core.members.models import CharterRule
from kpa_core.money import MAX_CENTS, MAX_RATE_BP
from kpa_core.sharing import share_rules
from kpa_core.work import Work

RANGES: dict[str, tuple[int, int]] = {
    "people": (1, 20),
    "rate_bp": (0, MAX_RATE_BP),
    "from_cents": (0, MAX_CENTS),
    "adults": (0, 100),
    "day": (1, 28),
}
"""The least and the most of each number; the other settings are yes or no."""
LABELS = {
    "people": N_("Personnes"),
    "referent": N_("Référent·e"),
    "two_members": N_("Deux membres"),
    "rate_bp": N_("Part"),
    "key": N_("Règle"),
    "from_cents": N_("À partir de"),
    "adults": N_("Adultes"),
    "day": N_("Jour"),
}


@dataclass(frozen=True)
class Holding:
    """A rule as it holds today; ``starts_on`` is None while nobody changed it."""

    key: str
    sentence: str
    value: Mapping[str, Any]
    starts_on: date | None
    source: str


def rules(work: Work) -> list[Holding]:
    """Return every rule of the group as it holds today."""
    if not work.reach("charter.read").anywhere:
        return []
    return [rule(work, key) for key in charter.RULES]


def rule(work: Work, key: str) -> Holding:
    """Return one rule as it holds today for the whole group.

    Raises:
        Refused: it is not known.
    """
    if key not in charter.RULES:
        raise Refused(N_("La règle {key!r} n'existe pas."), key=key)
    found = work.session.scalar(
        sa.select(CharterRule)
        .where(CharterRule.key == key, CharterRule.starts_on <= work.today)
        .where(CharterRule.activity_id.is_(None))
        .order_by(CharterRule.starts_on.desc(), CharterRule.id.desc())
        .limit(1)
    )
    value = {**charter.RULES[key].default, **(found.value if found else {})}
    starts_on, source = (found.starts_on, found.source) if found else (None, "")
    if key == "share.rule":
        chosen = next((one for one in share_rules.versions(work) if _holds(work, one)), None)
        if chosen is not None:
            value, starts_on, source = {"key": chosen.key}, chosen.starts_on, chosen.voted
    return Holding(key, charter.RULES[key].sentence, value, starts_on, source)


def _holds(work: Work, version: Any) -> bool:
    return version.activity_id is None and version.starts_on <= work.today


def fields_of(key: str) -> tuple[str, ...]:
    """Return the names of a rule's settings."""
    return tuple(charter.RULES[key].default)


def first_day(work: Work, key: str) -> date:
    """Return the first day from which a new version of a rule of the whole group may hold."""
    return share_rules.first_day(work) if key == "share.rule" else charter.first_day(work, key)


def change(work: Work, key: str, value: Mapping[str, Any], *, starts_on: date, source: str) -> None:
    """Write a new version of a rule for the whole group.

    Raises:
        Refused: the rule or a setting is not known, a number is out of its range, the day is past
            or too near, or nothing says who decided.
    """
    if key not in charter.RULES or set(value) - set(charter.RULES[key].default):
        raise Refused(N_("La règle {key!r} n'existe pas."), key=key)
    if not source.strip():
        raise Refused(N_("Écris quand et comment le groupe a décidé."), field="source")
    if key == "share.rule":
        share_rules.choose(work, str(value.get("key")), starts_on=starts_on, voted=source)
        return
    checked = {name: _checked(key, name, given) for name, given in value.items()}
    with work.transaction():
        work.require("charter.write")
        if starts_on >= work.today:
            charter.check_first_day(starts_on, charter.first_day(work, key))
        charter.set_rule(work, key, checked, starts_on=starts_on, source=source.strip())


def _checked(key: str, name: str, given: Any) -> int | bool:
    if isinstance(charter.RULES[key].default[name], bool):
        return bool(given)
    least, most = RANGES[name]
    if type(given) is not int or not least <= given <= most:
        raise Refused(
            N_("Écris un nombre de {least} à {most}."), field=name, least=least, most=most
        )
    return given
