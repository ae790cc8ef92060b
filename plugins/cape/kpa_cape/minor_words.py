"""What is said to whoever gives a minor a task: why not, and what to do instead.

Each limit has two sentences, because it matters who says no: the law, or the carrier's own rule.
Short words, one idea per sentence; the page shows the source under it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from kpa_core.api import N_


@dataclass(frozen=True)
class Words:
    """The sentences of one limit. ``carrier`` is empty where only the law can set it."""

    law: str
    todo: str
    carrier: str = ""


ANOTHER_DAY = N_("Choisis un autre jour, ou une personne majeure.")

WORDS = {
    "min_age": Words(
        law=N_("{name} a {age} ans. La loi demande {limit} ans pour travailler."),
        carrier=N_("{name} a {age} ans. La maison qui facture demande {limit} ans."),
        todo=N_(
            "Propose un moment pour apprendre, sans client. Le travail commence à {limit} ans."
        ),
    ),
    "night_from": Words(
        law=N_("{name} a {age} ans. La loi ne permet pas de travailler après {limit}."),
        carrier=N_("{name} a {age} ans. La maison qui facture dit : pas de travail après {limit}."),
        todo=N_("Finis la tâche à {limit}, ou choisis une personne majeure."),
    ),
    "night_until": Words(
        law=N_("{name} a {age} ans. La loi ne permet pas de travailler avant {limit}."),
        carrier=N_("{name} a {age} ans. La maison qui facture dit : pas de travail avant {limit}."),
        todo=N_("Commence la tâche à {limit}, ou choisis une personne majeure."),
    ),
    "sunday_minutes": Words(
        law=N_("{name} a {age} ans. Le {day} est un dimanche. La loi en fait son jour de repos."),
        todo=ANOTHER_DAY,
    ),
    "holiday_minutes": Words(
        law=N_("{name} a {age} ans. Le {day} est férié. La loi ne permet pas d'y travailler."),
        todo=ANOTHER_DAY,
    ),
    "daily_minutes": Words(
        law=N_("{name} a {age} ans. La loi permet {limit} par jour. Le {day} ferait {found}."),
        carrier=N_(
            "{name} a {age} ans. La maison qui facture permet {limit} par jour. "
            "Le {day} ferait {found}."
        ),
        todo=N_("Raccourcis la tâche, ou partage-la avec une autre personne."),
    ),
    "weekly_minutes": Words(
        law=N_(
            "{name} a {age} ans. La loi permet {limit} par semaine. "
            "La semaine du {day} ferait {found}."
        ),
        carrier=N_(
            "{name} a {age} ans. La maison qui facture permet {limit} par semaine. "
            "La semaine du {day} ferait {found}."
        ),
        todo=N_("Raccourcis la tâche, ou donne-la à une autre personne cette semaine."),
    ),
    "stretch_minutes": Words(
        law=N_(
            "{name} a {age} ans. La loi demande une pause après {limit} de travail. "
            "Ici, {found} sans pause."
        ),
        carrier=N_(
            "{name} a {age} ans. La maison qui facture demande une pause après {limit}. "
            "Ici, {found} sans pause."
        ),
        todo=N_("Coupe la tâche en deux, avec une pause de {pause} au milieu."),
    ),
    "daily_rest_minutes": Words(
        law=N_(
            "{name} a {age} ans. La loi demande {limit} de repos entre deux jours. "
            "Ici, il reste {found}."
        ),
        carrier=N_(
            "{name} a {age} ans. La maison qui facture demande {limit} de repos entre deux jours. "
            "Ici, il reste {found}."
        ),
        todo=N_("Commence plus tard, ou finis plus tôt la veille."),
    ),
    "daily_spread_minutes": Words(
        law=N_(
            "{name} a {age} ans. Entre le début et la fin de la journée, la loi permet {limit}. "
            "Le {day} ferait {found}."
        ),
        carrier=N_(
            "{name} a {age} ans. Entre le début et la fin de la journée, "
            "la maison qui facture permet {limit}. Le {day} ferait {found}."
        ),
        todo=N_("Rapproche les tâches de la journée."),
    ),
    "weekly_rest_days": Words(
        law=N_(
            "{name} a {age} ans. La loi demande {limit} jours de repos de suite par semaine. "
            "La semaine du {day} ne les a plus."
        ),
        carrier=N_(
            "{name} a {age} ans. La maison qui facture demande {limit} jours de repos de suite "
            "par semaine. La semaine du {day} ne les a plus."
        ),
        todo=ANOTHER_DAY,
    ),
}

WORK_TODO = N_("Donne une autre tâche, ou choisis une personne majeure.")
CARRIER_WORK = N_("{name} a {age} ans. La maison qui facture refuse « {work} » avant 18 ans.")

CONSENT_MISSING = N_("{name} a {age} ans. L'accord d'un parent manque.")
CONSENT_TODO = N_(
    "Demande la signature d'un parent ou du tuteur. Avant, {name} peut venir apprendre."
)
CONSENT_TODO_ALWAYS = N_("Demande la signature d'un parent ou du tuteur avant de commencer.")

AGE_UNKNOWN = N_("On ne connaît pas l'âge de {name}. Cette tâche n'est pas pour les mineurs.")
AGE_UNKNOWN_TODO = N_("Écris sa date de naissance, ou choisis une personne majeure.")


def said_length(minutes: int) -> str:
    """Write a length or a clock time: 270 is "4 h 30", 1320 is "22 h", 45 is "45 min"."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest} min"
    return f"{hours} h {rest:02d}" if rest else f"{hours} h"


def said_day(day: date) -> str:
    """Write a day: 25/05/2026."""
    return f"{day:%d/%m/%Y}"
