"""What this plugin keeps about a person: who answered for an allergen, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_catering import words
from kpa_catering.models import DeclarationRow, IngredientRow
from kpa_catering.texts import lazy
from kpa_core.api import PersonalItem

WHAT = lazy("Réponse sur un allergène")
WHY = lazy("Pour te redemander : la santé de quelqu'un peut en dépendre.")
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


def forget_person(session: Session, person_id: UUID) -> None:
    """Keep a person's answers, without the person: what is in the food stays known."""
    session.execute(
        sa.update(DeclarationRow).where(DeclarationRow.said_by == person_id).values(said_by=None)
    )
