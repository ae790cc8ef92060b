"""The table of what people declared about where ingredients come from."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kpa_catering.diets import Origin
from kpa_core.api import Base, Row

ORIGINS = tuple(origin.value for origin in Origin)


class OriginRow(Row, Base):
    """Where one ingredient comes from; no row is unknown."""

    __tablename__ = "catering_origin"
    __table_args__ = (
        UniqueConstraint("ingredient_id"),
        CheckConstraint(f"origin IN {ORIGINS}", name="origin_known"),
    )

    ingredient_id: Mapped[UUID] = mapped_column(ForeignKey("catering_ingredient.id"))
    origin: Mapped[str]
    said_by: Mapped[UUID | None] = mapped_column(ForeignKey("party.id"), index=True)
    said_on: Mapped[date]
