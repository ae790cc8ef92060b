"""What KPAs say of each other in their logs: that they know one, or that one should be careful.

Both are ordinary records of reserved kinds, written by people with the right to do so, and read
here from their bodies. Pure: a body that is not as it must be says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from kpa_core.api import N_
from kpa_federation.catalogue.contacts import emails, phones
from kpa_federation.peers.appearance import LONGEST, tidy_name
from kpa_federation.protocol.entries import DAY, ORIGIN, RECORD

VOUCH = "kpa-cite.fr/vouch/1"
MODERATION = "kpa-cite.fr/moderation/1"
RESERVED = (VOUCH, MODERATION)
"""Kinds that say something of other KPAs: nobody writes, reads or takes them over as records."""
LICENCE = "CC0-1.0"
NAME = LONGEST
ADDRESS = 300
ADDRESSED = re.compile(rf"(?=.{{1,{ADDRESS}}}$)https?://(?:(?![/?#])[!-~])+/?")
"""A machine only: a path or a query would be the writer's, and asked by us."""
ACTIONS = {
    "warn": N_("Prévenir : on le voit, avec un avertissement"),
    "hide": N_("Cacher : on ne le voit plus dans les listes"),
    "block": N_("Arrêter : on ne garde plus rien de nouveau de ce KPA"),
}
REASONS = {
    "spam": N_("Il envoie beaucoup trop de choses."),
    "wrong": N_("Ce qui est écrit est faux."),
    "unsafe": N_("C'est dangereux."),
    "hateful": N_("C'est blessant ou haineux."),
    "privacy": N_("On y reconnaît des personnes."),
    "rights": N_("Il prend le travail des autres."),
    "stolen": N_("Quelqu'un d'autre écrit à sa place."),
}


@dataclass(frozen=True, slots=True)
class Vouch:
    """One KPA knows another: which, where it may answer, how it calls itself."""

    by: str
    origin: str
    address: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Advice:
    """What one KPA's list says about an origin or a record; ``until`` is its last day."""

    by: str
    about: str
    action: str
    reason: str
    until: date | None = None


def vouch_body(origin: str, address: str, name: str) -> dict[str, Any]:
    """Return what a vouch says; of a name, nothing by which to reach a person."""
    return {"address": address, "name": plain_name(name), "origin": origin}


def advice_body(about: str, action: str, reason: str, until: date | None) -> dict[str, Any]:
    """Return what an entry of a list says."""
    said = {"about": about, "action": action, "reason": reason}
    return {**said, "until": until.isoformat()} if until else said


def read_vouch(by: str, body: Mapping[str, Any]) -> Vouch | None:
    """Return what a body vouches for; None when it is no vouch, or one for oneself."""
    origin, address = body.get("origin"), body.get("address", "")
    if not _fits(ORIGIN, origin) or origin == by:
        return None
    name = body.get("name", "")
    hint = address if _fits(ADDRESSED, address) else ""
    return Vouch(by, str(origin), hint, plain_name(name) if isinstance(name, str) else "")


def read_advice(by: str, body: Mapping[str, Any]) -> Advice | None:
    """Return what an entry of a list says; None when it says nothing that is known here.

    A record is not blocked, only its origin: ``block`` about a record hides it. Nobody's list says
    anything about the KPA that reads it: see ``effects``.
    """
    about, action, reason = (body.get(one) for one in ("about", "action", "reason"))
    if not (_fits(ORIGIN, about) or _fits(RECORD, about)):
        return None
    if action not in tuple(ACTIONS) or reason not in tuple(REASONS):
        return None
    until = body.get("until")
    if until is not None and not _is_day(until):
        return None
    last = date.fromisoformat(str(until)) if until is not None else None
    done = "hide" if action == "block" and "/" in str(about) else action
    return Advice(by, str(about), str(done), str(reason), last)


def plain_name(name: str) -> str:
    """Return a name on one line, cut; an empty text when one could reach a person by it."""
    line = tidy_name(name)
    return "" if _found(emails(line)) or _found(phones(line)) else line


def _found(spans: Iterator[Any]) -> bool:
    return next(spans, None) is not None


def _fits(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _is_day(value: object) -> bool:
    if not _fits(DAY, value):
        return False
    try:
        date.fromisoformat(str(value))
    except ValueError:
        return False
    return True
