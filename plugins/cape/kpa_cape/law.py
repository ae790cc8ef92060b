"""The law an engagement stands on, as dated data.

A rule is a number, and which way is stricter: a ban is a limit of 0, a duty is a minimum of 1. Each
one says since when it holds, where the law writes it, how sure we are, and where we read it. A new
version of a rule is a new row, never an edit: last year's engagement keeps last year's law.

The CAPE (contrat d'appui au projet d'entreprise) is in the Code de commerce, art. L127-1 to L127-7
and R127-1 to R127-3. It is not an employment contract.

Guardian consent under 18 is *not* here. The pages we read disagree on who must sign for a minor,
and no article settles it, so it is the carrier's decision: see :mod:`kpa_cape.policy`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal

from kpa_core.api import N_, Misuse


class Certainty(StrEnum):
    """How sure we are that a rule says what we write."""

    VERIFIED = "verified"
    """The article, or an official page that states it, was read."""
    READING = "reading"
    """The text was read; that it means this here is an interpretation."""
    RECALLED = "recalled"
    """Not read again: have it checked before relying on it."""


@dataclass(frozen=True)
class Rule:
    """One limit, from the day ``since`` until a later row of the same key.

    ``read_in`` tells a person who doubts where to look first.
    """

    key: str
    value: int
    stricter: Literal["lower", "higher"]
    since: date
    source: str
    certainty: Certainty
    read_in: str

    def allows(self, value: int) -> bool:
        """Tell whether ``value`` stays within this rule."""
        return value <= self.value if self.stricter == "lower" else value >= self.value


# Décret n° 2005-505, published on 20 May 2005, in force the day after.
_CAPE_SINCE = date(2005, 5, 21)
_SHEET = "service-public.fr, fiche F11299, 11/10/2024"

CAPE_RULES = (
    Rule(
        "cape_written",
        1,
        "higher",
        _CAPE_SINCE,
        "Code de commerce, art. L127-2 (écrit, à peine de nullité)",
        Certainty.VERIFIED,
        "industrie-hoteliere.com, « (re)découvrir le CAPE » ; " + _SHEET,
    ),
    Rule(
        "cape_months",
        12,
        "lower",
        _CAPE_SINCE,
        "Code de commerce, art. L127-2 (12 mois au plus)",
        Certainty.VERIFIED,
        _SHEET,
    ),
    Rule(
        "cape_renewals",
        2,
        "lower",
        _CAPE_SINCE,
        "Code de commerce, art. L127-2 (renouvelable deux fois)",
        Certainty.VERIFIED,
        "industrie-hoteliere.com : deux fois, même si chaque période est courte",
    ),
    Rule(
        "cape_total_months",
        36,
        "lower",
        _CAPE_SINCE,
        "Code de commerce, art. L127-2 (3 ans en tout)",
        Certainty.VERIFIED,
        _SHEET,
    ),
    Rule(
        "cape_full_time_jobs",
        0,
        "lower",
        _CAPE_SINCE,
        "Code de commerce, art. L127-1 (personne non salariée à temps complet)",
        Certainty.VERIFIED,
        "trouver-avocats.fr, texte de l'article ; " + _SHEET,
    ),
    Rule(
        "insurance",
        1,
        "higher",
        _CAPE_SINCE,
        "Règle du projet, d'après la pratique des CAE : ne pas commencer avant l'accord de "
        "l'assureur",
        Certainty.VERIFIED,
        "documentation.opteos.fr, Fonctionnement_KPA",
    ),
    Rule(
        "min_age",
        16,
        "higher",
        # Ordonnance n° 2007-329: the Code du travail as numbered today.
        date(2008, 5, 1),
        "Code du travail, art. L4153-1 (16 ans), appliqué par prudence au CAPE",
        Certainty.READING,
        "juriblio.fr, texte de l'article ; movilab.org dit 16 ans pour le CAPE, une autre page 18",
    ),
    Rule(
        "cjs_max_age",
        18,
        "lower",
        date(2013, 6, 1),
        "Pratique des coopératives jeunesse de services : de 16 à 18 ans, l'été",
        Certainty.VERIFIED,
        "odas.apriles.net ; apetitspas.net",
    ),
)


def rule_on(day: date, key: str, rows: Iterable[Rule] = CAPE_RULES) -> Rule:
    """Return the rule in force on a day.

    Raises:
        Misuse: no rule has this key, or none was in force yet.
    """
    in_force = [row for row in rows if row.key == key and row.since <= day]
    if not in_force:
        raise Misuse(
            N_("Aucune règle « {key} » n'est connue le {day}. Regarde l'année de la date."),
            key=key,
            day=f"{day:%d/%m/%Y}",
        )
    return max(in_force, key=lambda row: row.since)
