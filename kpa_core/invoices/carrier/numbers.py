"""Patterns of invoice numbers: ``KPA-{year}-{number:04}`` gives ``KPA-2026-0001``. Pure."""

from __future__ import annotations

import re

from kpa_core.errors import N_, Refused

LONGEST = 35
"""The most an electronic invoice's number may have (BR-FR-01)."""

ALLOWED = re.compile(r"[A-Za-z0-9+\-_/{}:]{1,60}")
PLACES = re.compile(r"\{(year|number)(?::0([1-9]))?\}")
CODE = re.compile(r"[A-Za-z0-9+\-_/]{1,20}")


def check_pattern(pattern: str, *, yearly: bool) -> None:
    """See that a pattern makes distinct numbers of 1 to 35 allowed characters (BR-FR-01, -02).

    Raises:
        Refused: it does not.
    """
    places = [place[0] for place in PLACES.findall(pattern)]
    rest = PLACES.sub("", pattern)
    if not ALLOWED.fullmatch(pattern) or set("{}:") & set(rest):
        raise Refused(
            N_("Le modèle « {pattern} » a des signes interdits. Exemple : {example}."),
            field="pattern",
            pattern=pattern,
            example="KPA-{year}-{number:04}",
        )
    if places.count("number") != 1 or places.count("year") > 1:
        raise Refused(
            N_("Le modèle « {pattern} » doit dire {place} une fois."),
            field="pattern",
            pattern=pattern,
            place="{number}",
        )
    if yearly and "year" not in places:
        raise Refused(
            N_("Une série qui repart à 1 chaque année doit dire {place}."),
            field="pattern",
            place="{year}",
        )
    if len(number_of(pattern, 2026, 9_999_999)) > LONGEST:
        raise Refused(
            N_("Le modèle « {pattern} » est trop long : {most} signes au plus."),
            field="pattern",
            pattern=pattern,
            most=LONGEST,
        )


def number_of(pattern: str, year: int, sequence: int) -> str:
    """Return the number a pattern makes."""
    return PLACES.sub(
        lambda place: str(year if place[1] == "year" else sequence).zfill(int(place[2] or 1)),
        pattern,
    )


def same_numbers(one: str, other: str) -> bool:
    """Tell whether two patterns differ only in their zeros: their numbers would look alike."""
    bare = r"{\1}"
    return PLACES.sub(bare, one) == PLACES.sub(bare, other)
