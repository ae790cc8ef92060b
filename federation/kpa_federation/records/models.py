"""What people write before it is published, what they took from others, who agreed to be named."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kpa_core.api import N_, Base, Row, Versioned
from kpa_federation.log.models import PLAIN

STATE_LABELS = {
    "draft": N_("brouillon"),
    "published": N_("publiée"),
    "withdrawn": N_("retirée"),
}
STATES = tuple(STATE_LABELS)


class DraftRow(Versioned, Base):
    """A record as it is written here; ``record`` is its place in the log once it was published.

    ``unsent`` says that something changed since. ``derived_from`` holds what it was made of:
    objects with ``record``, ``revision``, ``licence``, and ``credit``, the line that goes along.
    ``thing_id`` is the plugin's own thing it speaks of, such as a menu.
    """

    __tablename__ = "federation_draft"
    __table_args__ = (
        sa.CheckConstraint(f"state IN {STATES}", name="state_known"),
        sa.CheckConstraint("(state = 'draft') = (record IS NULL)", name="published_has_a_place"),
        sa.UniqueConstraint("record"),
        sa.Index("ix_federation_draft_thing", "kind", "thing_id"),
    )

    kind: Mapped[str] = mapped_column(sa.String(120))
    body: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    licence: Mapped[str] = mapped_column(sa.String(40))
    derived_from: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON, default=list)
    state: Mapped[str] = mapped_column(sa.String(16), default="draft")
    record: Mapped[int | None]
    revision: Mapped[int] = mapped_column(default=0)
    unsent: Mapped[bool] = mapped_column(default=True)
    thing_id: Mapped[UUID | None]


class DraftFileRow(Row, Base):
    """A file beside a draft, clean already."""

    __tablename__ = "federation_draft_file"

    draft_id: Mapped[UUID] = mapped_column(sa.ForeignKey("federation_draft.id"), index=True)
    file_id: Mapped[UUID] = mapped_column(sa.ForeignKey("stored_file.id"))
    name: Mapped[str] = mapped_column(sa.String(120))
    sha256: Mapped[str] = mapped_column(sa.String(64), index=True)
    size: Mapped[int]
    media_type: Mapped[str] = mapped_column(sa.String(60))


class TakenRow(Row, Base):
    """What was taken over from another KPA: the credit and the licence stay when it is gone."""

    __tablename__ = "federation_taken"

    record: Mapped[str] = mapped_column(sa.String(80), index=True)
    revision: Mapped[int]
    kind: Mapped[str] = mapped_column(sa.String(120))
    title: Mapped[str] = mapped_column(sa.String(200))
    origin_name: Mapped[str] = mapped_column(sa.String(80))
    licence: Mapped[str] = mapped_column(sa.String(40))
    credit: Mapped[str]
    address: Mapped[str] = mapped_column(sa.String(300))


class ConsentRow(Base):
    """An adult who agreed, on a day, to be named in records."""

    __tablename__ = "federation_consent"

    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("party.id"), primary_key=True)
    said_on: Mapped[date]


class ToldRow(Base):
    """How far plugins were told of a record of another KPA."""

    __tablename__ = "federation_told"

    log_id: Mapped[int] = mapped_column(PLAIN, primary_key=True, autoincrement=False)
    record: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    place: Mapped[int]
