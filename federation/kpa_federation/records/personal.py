"""What the federation keeps about a person here: that they agreed to be named, what they wrote."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core.api import PersonalItem, PluginWork
from kpa_federation.records import naming, unnaming
from kpa_federation.records.models import ConsentRow, DraftFileRow, DraftRow, TakenRow
from kpa_federation.texts import gettext, lazy

WRITTEN: tuple[type[Any], ...] = (DraftRow, DraftFileRow, TakenRow)


def kept_about(session: Session, person_id: UUID) -> Iterator[PersonalItem]:
    """Yield what is kept about a person."""
    consent = session.get(ConsentRow, person_id)
    if consent is not None:
        yield PersonalItem(
            lazy("Ton nom dans les fiches"),
            gettext("Oui, depuis le {day}.").format(day=consent.said_on.strftime("%d/%m/%Y")),
            lazy("Tu as dit oui. Tu peux changer d'avis."),
        )
    count = sa.select(sa.func.count()).where(DraftRow.created_by == person_id)
    written = session.scalar(count) or 0
    if written:
        yield PersonalItem(
            lazy("Les fiches que tu as écrites"),
            str(written),
            lazy("Pour que tu puisses les changer. Les autres KPA ne le voient pas."),
        )


def forget_person(work: PluginWork, person_id: UUID) -> None:
    """Take a person's name off what they wrote, and out of what was published with their yes."""
    session = work.session
    if session.get(ConsentRow, person_id) is not None:
        unnaming.withdraw_later(work, person_id, naming.names_of(work, person_id))
    session.execute(sa.delete(ConsentRow).where(ConsentRow.person_id == person_id))
    for model in WRITTEN:
        mine = sa.update(model).where(model.created_by == person_id)
        session.execute(mine.values(created_by=None))
