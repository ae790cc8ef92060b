"""The three kinds of engagement this plugin brings.

- ``cape``: the contract that lets somebody test an activity under the carrier's name.
- ``cjs``: a summer cohort of 16 to 18 year olds. Its members sign a CAPE too, so the CAPE law holds
  for them, with the cohort's own ages and season on top.
- ``benevole``: a volunteer. Never paid work; a task without pay is fine. Who is paid for the work
  is an employee and not a volunteer (associations.gouv.fr), so this kind gives no green light.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from kpa_core.api import N_, Misuse


@dataclass(frozen=True)
class Season:
    """The part of a year a kind lives in, both ends counted, as (month, day)."""

    first: tuple[int, int]
    last: tuple[int, int]

    def holds(self, starts_on: date, ends_on: date) -> bool:
        """Tell whether a period lies inside one season of one year."""
        first = date(starts_on.year, *self.first)
        last = date(starts_on.year, *self.last)
        return first <= starts_on and ends_on <= last


@dataclass(frozen=True)
class Kind:
    """What a kind of engagement is, before any person or date."""

    key: str
    label: str
    sentence: str
    paid_work: bool
    follows_cape_law: bool
    renewable: bool
    max_age_rule: str = ""
    season: Season | None = None
    reminders: tuple[int, ...] = ()


_BEFORE_THE_END = (60, 30, 7)

KINDS = {
    kind.key: kind
    for kind in (
        Kind(
            key="cape",
            label=N_("CAPE"),
            sentence=N_(
                "Un contrat pour essayer ton activité. Ce n'est pas un contrat de travail."
            ),
            paid_work=True,
            follows_cape_law=True,
            renewable=True,
            reminders=_BEFORE_THE_END,
        ),
        Kind(
            key="cjs",
            label=N_("CJS (l'été, de 16 à 18 ans)"),
            sentence=N_("Une coopérative de jeunes, le temps d'un été."),
            paid_work=True,
            follows_cape_law=True,
            renewable=False,
            max_age_rule="cjs_max_age",
            season=Season((6, 1), (9, 30)),
            reminders=_BEFORE_THE_END,
        ),
        Kind(
            key="benevole",
            label=N_("Bénévole"),
            sentence=N_("Tu donnes un coup de main, sans être payé."),
            paid_work=False,
            follows_cape_law=False,
            renewable=True,
        ),
    )
}


def kind_of(key: str) -> Kind:
    """Return one of our kinds.

    Raises:
        Misuse: the kind belongs to somebody else; its rules are not here.
    """
    if key not in KINDS:
        raise Misuse(
            N_("Le contrat « {kind} » n'est pas connu ici. Choisis : {known}."),
            kind=key,
            known=", ".join(KINDS),
        )
    return KINDS[key]
