"""The path of an object left at the workshop, and what the work on it costs. Pure.

Nobody works on an object before the client said yes to a price: a consumer is told it before they
are bound (Code de la consommation, art. L. 112-1).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from kpa_core.api import N_, Refused, round_half_away

STATES = ("received", "diagnosed", "agreed", "refused", "done", "returned")
LABELS = {
    "received": N_("Reçu"),
    "diagnosed": N_("Le client doit répondre"),
    "agreed": N_("D'accord, au travail"),
    "refused": N_("Le client dit non"),
    "done": N_("Fini"),
    "returned": N_("Rendu"),
}
KINDS = {"agreed": "wait", "done": "ok", "returned": "ok", "refused": "stop"}
ALLOWED = {
    "diagnosed": ("received", "diagnosed"),
    "agreed": ("diagnosed",),
    "refused": ("diagnosed",),
    "done": ("agreed",),
    "returned": ("done", "refused", "received"),
}
"""From where each state may be reached."""
WHY_NOT = {
    "diagnosed": N_("Le client a déjà répondu. Le prix ne change plus."),
    "agreed": N_("Écris d'abord ce qu'il faut faire, et le prix."),
    "refused": N_("Écris d'abord ce qu'il faut faire, et le prix."),
    "done": N_("Le client n'a pas encore dit oui. On ne travaille pas avant."),
    "returned": N_("Le travail n'est pas fini, ou l'objet est déjà rendu."),
}
WAYS = {
    "here": N_("sur place"),
    "phone": N_("au téléphone"),
    "written": N_("par écrit"),
}
"""How a client said yes or no."""
MOST_CENTS = 10_000_000
MOST_MINUTES = 60 * 1000
MOST_COUNT = 100_000


@dataclass(frozen=True)
class Cost:
    """What an object cost us, in cents: what was put in, and the machines' time."""

    parts_cents: int
    machines_cents: int

    @property
    def total_cents(self) -> int:
        """Both."""
        return self.parts_cents + self.machines_cents


def check_step(before: str, after: str) -> None:
    """Refuse a step that skips one.

    Raises:
        Refused: the sentence says what is missing.
    """
    if before not in ALLOWED[after]:
        raise Refused(WHY_NOT[after])


def machine_cents(minutes: int, cents_per_hour: int) -> int:
    """Return what so many minutes cost, half a cent away from zero."""
    return round_half_away(Fraction(minutes * cents_per_hour, 60))


def whole(field: str, value: int, least: int, most: int) -> int:
    """Return a number in its range.

    Raises:
        Refused: it is out of it.
    """
    if not least <= value <= most:
        text = N_("Écris un nombre de {least} à {most}.")
        raise Refused(text, field=field, least=least, most=most)
    return value


def words(field: str, text: str, longest: int = 200) -> str:
    """Return a text on one line.

    Raises:
        Refused: it is empty or too long.
    """
    told = " ".join(text.split())
    if not told:
        raise Refused(N_("Écris quelque chose ici."), field=field)
    if len(told) > longest:
        raise Refused(N_("C'est trop long. Écris plus court."), field=field)
    return told
