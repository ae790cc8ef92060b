"""Give a record its name: never empty, never that of another record of its kind."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_catering.names import checked_name, slug
from kpa_core.api import N_, Conflict


def give_name(session: Session, row: Any, text: str, *among: sa.ColumnElement[bool]) -> None:
    """Name a row of the kitchen; ``among`` says where the name must be the only one.

    Raises:
        Refused: no letter in it, or too long.
        Conflict: another row has it, however it is written.
    """
    model, name = type(row), checked_name(text)
    same = sa.select(model.name).where(model.slug == slug(name), *among)
    if row.id is not None:
        same = same.where(model.id != row.id)
    with session.no_autoflush:
        taken = session.scalar(same)
    if taken is not None:
        raise Conflict(
            N_("« {name} » existe déjà. Ouvre-le, ou choisis un autre nom."),
            field="name",
            name=taken,
        )
    row.name, row.slug = name, slug(name)


def check_version(row: Any, version: int) -> None:
    """Stop here when someone else changed the row after this person opened it.

    Raises:
        Conflict: they did.
    """
    if row.version != version:
        raise Conflict(N_("Quelqu'un d'autre a changé « {name} ». Rouvre la page."), name=row.name)


def next_position(rows: list[Any]) -> int:
    """Return the place after the last of some ordered rows."""
    return max((row.position for row in rows), default=0) + 1
