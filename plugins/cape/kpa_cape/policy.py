"""What a carrier asks on top of the law.

Two kinds of choice, kept apart:

- *limits* may only be stricter than the law. A policy that loosens one cannot be made at all, and
  a law that becomes stricter later wins over an older policy;
- *guardian consent* for people under 18 is the carrier's own decision, because no article settles
  it. Until the carrier decides, a minor may learn and help, and not work for a customer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import InitVar, dataclass, field
from datetime import date
from difflib import get_close_matches
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol

from kpa_cape.law import CAPE_RULES, Rule, rule_on
from kpa_cape.minor_rules import MINOR_RULES
from kpa_cape.minor_words import said_length
from kpa_core.api import N_, Refused

RULES: tuple[Rule, ...] = (*CAPE_RULES, *MINOR_RULES)
CLOCK_KEYS = ("night_from", "night_until")
OWN_KEYS = ("guardian_consent", "refused_works")
# A policy on these would have no meaning: they are duties or facts, not amounts.
FIXED_KEYS = (
    "cape_written",
    "cape_full_time_jobs",
    "insurance",
    "sunday_minutes",
    "holiday_minutes",
)
# Where "higher is stricter", this is the top; everything else is minutes of one day.
MOST = {"min_age": 99, "weekly_rest_days": 7}
SETTABLE = tuple(dict.fromkeys(row.key for row in RULES if row.key not in FIXED_KEYS))

CARRIER_RULE = N_("Règle de la maison qui facture")


class Consent(StrEnum):
    """When a minor needs a guardian's consent."""

    PAID_WORK = "paid_work"
    """Learning and unpaid help only, until consent. The default."""
    ALWAYS = "always"
    """Nothing at all before consent."""
    NEVER = "never"
    """The carrier has decided that it asks for none."""


@dataclass(frozen=True)
class Limit:
    """The limit that holds on a day, and who sets it."""

    key: str
    value: int
    source: str
    from_law: bool


class Policy(Protocol):
    """What the rules ask of a carrier's policy, whether it ever changed or not."""

    def on(self, day: date) -> CarrierPolicy:
        """Return the policy in force on a day."""

    def limit(self, key: str, day: date) -> Limit:
        """Return the stricter of the law and the carrier's own limit on a day."""


@dataclass(frozen=True)
class CarrierPolicy:
    """A carrier's limits: ``values`` by rule key, in the rule's own unit.

    ``refused_works`` are task tags the carrier keeps from minors besides the law's list. A
    ``stored`` policy was checked when it was made: where a newer law is stricter, the law wins.

    Raises:
        Refused: a limit is looser than the law, has no sense, or has a key nobody knows.
    """

    values: Mapping[str, int] = field(default_factory=dict)
    consent: Consent = Consent.PAID_WORK
    refused_works: frozenset[str] = frozenset()
    stored: InitVar[bool] = False

    def __post_init__(self, stored: bool) -> None:
        for key, value in self.values.items():
            (_check_known if stored else _check_stricter)(key, value)
        object.__setattr__(self, "values", MappingProxyType(dict(self.values)))

    def on(self, day: date) -> CarrierPolicy:
        """Return itself: one version holds on any day."""
        return self

    def limit(self, key: str, day: date) -> Limit:
        """Return the stricter of the law on that day and this carrier's own limit."""
        rule = rule_on(day, key, RULES)
        own = self.values.get(key, rule.value)
        if own == rule.value or not rule.allows(own):
            return Limit(key, rule.value, rule.source, from_law=True)
        return Limit(key, own, CARRIER_RULE, from_law=False)


def read_policy(table: Mapping[str, object], *, stored: bool = False) -> CarrierPolicy:
    """Read a carrier's table of settings, new or ``stored`` earlier.

    Lengths are minutes, ages years, ``night_from`` and ``night_until`` clock times ("21:00") or
    minutes after midnight. A key nobody knows is refused, because a misspelt protection would
    protect nobody.

    Raises:
        Refused: as :class:`CarrierPolicy`, or a value that cannot be read.
    """
    limits = {key: value for key, value in table.items() if key not in OWN_KEYS}
    for key in limits:
        _check_known(key)
    values = {key: _number(key, value) for key, value in limits.items()}
    return CarrierPolicy(
        values=values,
        consent=_consent(table.get("guardian_consent", Consent.PAID_WORK)),
        refused_works=_tags(table.get("refused_works", ())),
        stored=stored,
    )


def shown(key: str, value: int) -> str:
    """Write a limit as people say it: minutes are "8 h", the others a plain number."""
    in_minutes = key in CLOCK_KEYS or key.endswith("_minutes")
    return said_length(value) if in_minutes and value >= 0 else str(value)


def _check_known(key: str, _value: object = None) -> None:
    if key not in SETTABLE:
        near = get_close_matches(key, [*SETTABLE, *OWN_KEYS], n=1)
        raise Refused(
            N_("Le réglage « {key} » n'existe pas. Le plus proche : {near}."),
            field=key,
            key=key,
            near=near[0] if near else ", ".join(SETTABLE),
        )


def _check_stricter(key: str, value: int) -> None:
    _check_known(key)
    newest = rule_on(date.max, key, RULES)
    if not newest.allows(value):
        raise Refused(
            N_("« {value} » protège moins que la loi. La loi dit : {law}. Source : {source}."),
            field=key,
            value=shown(key, value),
            law=shown(key, newest.value),
            source=newest.source,
        )
    most = MOST.get(key, 24 * 60) if newest.stricter == "higher" else newest.value
    if not 0 <= value <= most:
        raise Refused(
            N_("« {value} » n'a pas de sens. Choisis entre 0 et {most}."),
            field=key,
            value=value,
            most=shown(key, most),
        )


def _number(key: str, value: object) -> int:
    if isinstance(value, str) and key in CLOCK_KEYS:
        return _minutes_after_midnight(key, value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise Refused(
            N_("« {key} » : « {value} » n'est pas un nombre entier."),
            field=key,
            key=key,
            value=value,
        )
    return value


def _minutes_after_midnight(key: str, value: str) -> int:
    hours, _, minutes = value.partition(":")
    right = hours.isascii() and hours.isdigit() and minutes.isascii() and minutes.isdigit()
    if not right or len(minutes) != 2 or int(hours) > 23 or int(minutes) > 59:
        raise Refused(
            N_("« {key} » : « {value} » n'est pas une heure. Écris par exemple 21:00."),
            field=key,
            key=key,
            value=value,
        )
    return int(hours) * 60 + int(minutes)


def _consent(value: object) -> Consent:
    try:
        return Consent(str(value))
    except ValueError:
        raise Refused(
            N_("« guardian_consent » : « {value} » n'est pas un choix. Choisis : {known}."),
            field="guardian_consent",
            value=value,
            known=", ".join(Consent),
        ) from None


def _tags(value: object) -> frozenset[str]:
    if isinstance(value, (list, tuple, set, frozenset)) and all(
        isinstance(tag, str) for tag in value
    ):
        return frozenset(value)
    raise Refused(
        N_("« refused_works » : « {value} » n'est pas une liste de mots."),
        field="refused_works",
        value=value,
    )
