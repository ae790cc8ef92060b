"""Lists to choose from, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from kpa_catering.allergens import Presence
from kpa_catering.texts import lazy
from kpa_catering.units import Unit
from kpa_core.api import Work, activities_for

UNITS = [
    (Unit.G.value, lazy("grammes (g)")),
    (Unit.KG.value, lazy("kilos (kg)")),
    (Unit.ML.value, lazy("millilitres (ml)")),
    (Unit.CL.value, lazy("centilitres (cl)")),
    (Unit.L.value, lazy("litres (l)")),
    (Unit.PIECE.value, lazy("pièces")),
]
ANSWERS = [
    (presence.value, lazy(presence.label))
    for presence in (Presence.CONTAINS, Presence.TRACES, Presence.ABSENT, Presence.UNKNOWN)
]


def named(rows: Iterable[Any]) -> list[tuple[UUID, str]]:
    """Return rows as (id, name) pairs."""
    return [(row.id, row.name) for row in rows]


def activities(work: Work) -> list[tuple[UUID, str]]:
    """Return the activities the actor may make menus for."""
    return [(one.id, one.title) for one in activities_for(work, "catering.choose")]
