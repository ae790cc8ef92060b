"""What this plugin keeps about a person: who answered for an allergen, who wrote in the log."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_catering import words
from kpa_catering.control_models import ControlProofRow, ControlRow
from kpa_catering.diets import Origin
from kpa_catering.hygiene import POINTS
from kpa_catering.models import DeclarationRow, IngredientRow
from kpa_catering.origin_models import OriginRow
from kpa_catering.texts import gettext, lazy
from kpa_core.api import PersonalItem

WHAT = lazy("Réponse sur un allergène")
WHY = lazy("Pour te redemander : la santé de quelqu'un peut en dépendre.")
ORIGIN = lazy("Réponse sur l'origine d'un ingrédient")
LOGGED = lazy("Ligne du carnet d'hygiène")
LOGGED_WHY = lazy("Pour te redemander, si quelqu'un est malade.")
UNTIL = lazy("Jusqu'à ce que tu effaces ta fiche.")


def answers_of(session: Session, person_id: UUID) -> Iterator[PersonalItem]:
    """Yield every answer this person gave about an allergen."""
    query = (
        sa.select(IngredientRow.name, DeclarationRow)
        .join(DeclarationRow, DeclarationRow.ingredient_id == IngredientRow.id)
        .where(DeclarationRow.said_by == person_id)
        .order_by(IngredientRow.slug, DeclarationRow.id)
    )
    for name, row in session.execute(query):
        said = f"{words.allergen(row.allergen)} : {words.presence(row.presence)}"
        yield PersonalItem(
            WHAT, f"{name}, {said} ({row.source}, {row.said_on:%d/%m/%Y})", WHY, UNTIL
        )
    origins = (
        sa.select(IngredientRow.name, OriginRow)
        .join(OriginRow, OriginRow.ingredient_id == IngredientRow.id)
        .where(OriginRow.said_by == person_id)
        .order_by(IngredientRow.slug)
    )
    for name, origin in session.execute(origins):
        label = gettext(Origin(origin.origin).label)
        yield PersonalItem(ORIGIN, f"{name}, {label} ({origin.said_on:%d/%m/%Y})", WHY, UNTIL)
    lines = (
        sa.select(ControlRow)
        .join(ControlProofRow, ControlProofRow.control_id == ControlRow.id)
        .where(ControlProofRow.said_by == person_id)
        .order_by(ControlRow.id)
    )
    for line in session.scalars(lines):
        told = f"{gettext(POINTS[line.kind].label)}, {line.what} ({line.at:%d/%m/%Y})"
        yield PersonalItem(LOGGED, told, LOGGED_WHY, UNTIL)


def forget_person(session: Session, person_id: UUID) -> None:
    """Keep what a person wrote, without the person: what is in the food stays known."""
    for model in (DeclarationRow, OriginRow, ControlProofRow):
        session.execute(sa.update(model).where(model.said_by == person_id).values(said_by=None))
