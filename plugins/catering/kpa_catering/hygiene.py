"""What a kitchen measures and traces, the limits, and what to do outside them. Pure rules.

Limits: French order of 21 December 2009 on retail of food of animal origin, annex I (chilled at
most +4 °C, dishes made in advance +3 °C, frozen -18 °C) and annex IV (hot at least +63 °C, from +63
to +10 °C within two hours, from +10 to +63 °C within one hour). A product whose label asks
for colder keeps its label's.
What to do is on the careful side: food whose time in the warm nobody knows is thrown away.
Lots: regulation (EC) No 178/2002, article 18: what came, from whom.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from kpa_core.api import N_, Refused

LOWEST, HIGHEST = -600, 3000
"""What a kitchen thermometer can read, in tenths of a degree."""

KEPT_DAYS = 1827
"""Five years: the longest of the guidance on article 18 (six months after the use-by date for fresh
food, five years for the rest), so that one length is never too short."""

THROW = N_("Si c'est resté hors limite plus de deux heures, ou si on ne sait pas : jette.")


@dataclass(frozen=True)
class Point:
    """One thing to write down; ``least`` and ``most`` are tenths of a degree, None is no limit."""

    key: str
    label: str
    least: int | None = None
    most: int | None = None
    act: tuple[str, ...] = ()
    measured: bool = True

    def outside(self, tenths: int | None) -> bool:
        """Tell whether a temperature is out of the limits."""
        if tenths is None:
            return False
        too_low = self.least is not None and tenths < self.least
        return too_low or (self.most is not None and tenths > self.most)


COLDER = N_("Ferme la porte, règle plus froid, mesure encore dans trente minutes.")
MOVE = N_("Toujours trop chaud : mets tout dans un autre frigo. Préviens la personne référente.")
REFUSE = N_("Refuse la livraison, ou mets à part. Écris-le sur le bon et préviens le vendeur.")

POINTS = {
    one.key: one
    for one in (
        Point("fridge", N_("Frigo des plats préparés"), 0, 30, (COLDER, MOVE, THROW)),
        Point(
            "freezer",
            N_("Congélateur"),
            None,
            -180,
            (
                COLDER,
                N_("Fondu mais froid : cuis-le vite. Sinon, jette. Ne recongèle rien."),
            ),
        ),
        Point("cold_in", N_("Produit frais reçu"), None, 40, (REFUSE,)),
        Point("frozen_in", N_("Produit surgelé reçu"), None, -180, (REFUSE,)),
        Point(
            "hot",
            N_("Plat gardé ou porté chaud"),
            630,
            None,
            (N_("Réchauffe vite à 63 °C ou plus, et mesure encore."), THROW),
        ),
        Point(
            "cooled",
            N_("Plat refroidi, deux heures après la cuisson"),
            None,
            100,
            (N_("Plus de 10 °C après deux heures : jette le plat."),),
        ),
        Point(
            "reheated",
            N_("Plat réchauffé, en une heure au plus"),
            630,
            None,
            (N_("Moins de 63 °C après une heure : jette le plat."),),
        ),
        Point(
            "carried_cold",
            N_("Plat porté froid"),
            None,
            30,
            (N_("Mets des pains de glace, mesure à l'arrivée."), THROW),
        ),
        Point("lot_in", N_("Lot reçu"), measured=False),
        Point("lot_used", N_("Lot utilisé"), measured=False),
    )
}
"""What can be written down, by its key."""


def read_tenths(text: str) -> int:
    """Read a temperature such as "-18,5" or "3 °C" as tenths of a degree.

    Raises:
        Refused: not a temperature a kitchen thermometer shows.
    """
    bare = re.sub(r"\s|°|[cC]$", "", text.strip()).replace("\N{MINUS SIGN}", "-")
    found = re.fullmatch(r"([+-]?)(\d{1,3})(?:[.,](\d))?", bare, re.ASCII)
    tenths = None
    if found:
        sign, whole, tenth = found.groups()
        tenths = (int(whole) * 10 + int(tenth or 0)) * (-1 if sign == "-" else 1)
    if tenths is None or not LOWEST <= tenths <= HIGHEST:
        raise Refused(
            N_("« {text} » n'est pas une température. Exemple : 3,5 ou -18."),
            field="temperature",
            text=text[:40],
        )
    return tenths


def shown(tenths: int) -> str:
    """Write tenths of a degree: -185 is "-18,5"."""
    whole, rest = divmod(abs(tenths), 10)
    return f"{'-' if tenths < 0 else ''}{whole}" + (f",{rest}" if rest else "")
