"""What this plugin keeps about a person: the letters written to them."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import sqlalchemy as sa

from kpa_cape.models import LetterRow
from kpa_cape.texts import lazy
from kpa_core.api import N_, PersonalItem, PluginWork

WHY = lazy(N_("Pour te prévenir quand rien d'autre ne t'atteint."))
UNTIL = lazy(N_("Jusqu'à ce que tu effaces ta fiche."))


def personal_data(work: PluginWork, person_id: UUID) -> Iterator[PersonalItem]:
    """Yield the letters written to a person."""
    query = sa.select(LetterRow).where(LetterRow.person_id == person_id).order_by(LetterRow.id)
    for letter in work.session.scalars(query):
        said = f"{letter.created_at:%d/%m/%Y} : {letter.subject} {letter.text}"
        yield PersonalItem(lazy(N_("Lettre à remettre")), said, WHY, UNTIL)


def erase_personal_data(work: PluginWork, person_id: UUID) -> None:
    """Forget the letters written to a person; no law makes us keep them."""
    work.session.execute(sa.delete(LetterRow).where(LetterRow.person_id == person_id))
