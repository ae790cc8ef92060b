"""The table of files that came from elsewhere."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kpa_core.api import Base


class BlobRow(Base):
    """A file that a record of ``origin`` names. ``file_id`` is set once it is whole and right."""

    __tablename__ = "federation_blob"
    __table_args__ = (sa.CheckConstraint("size >= 0", name="size_not_negative"),)

    sha256: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    origin: Mapped[str] = mapped_column(sa.String(32), index=True)
    size: Mapped[int]
    file_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("stored_file.id"))
    asked_at: Mapped[datetime]
    used_at: Mapped[datetime]
