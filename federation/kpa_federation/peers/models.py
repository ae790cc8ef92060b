"""The table of peers."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kpa_core.api import N_, Base

TRUST_LABELS = {
    "waiting": N_("à accueillir"),
    "followed": N_("voisin"),
    "suspended": N_("en pause"),
    "blocked": N_("bloqué"),
}
TRUST = tuple(TRUST_LABELS)
GATHERED = 3
"""The step of whom a network node follows by itself: farther than any recommendation reaches."""


class InvitationRow(Base):
    """An invitation that was made: its secret's hash, and who came with it."""

    __tablename__ = "federation_invitation"

    secret_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32), primary_key=True)
    expires_at: Mapped[datetime]
    used_by: Mapped[str] = mapped_column(sa.String(32))


class NonceRow(Base):
    """A signed request that was heard; the same one is not heard again."""

    __tablename__ = "federation_nonce"

    origin: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    nonce: Mapped[str] = mapped_column(sa.String(100), primary_key=True)
    heard_at: Mapped[datetime]


class PeerRow(Base):
    """Another instance: what we think of it, where it answers, and how far we got with it.

    ``name`` is what its people call it, never its identity: that is the origin. ``cursor`` is what
    it told after the last whole pull. ``step`` is 0 when a person here decided; else how far the
    origin is from one that people chose: neighbours recommend it, or a node gathered it.
    ``told_by`` named it first.
    ``signs_on`` is the day when it was last asked for signs of life.
    """

    __tablename__ = "federation_peer"
    __table_args__ = (sa.CheckConstraint(f"trust IN {TRUST}", name="trust_known"),)

    origin: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(80))
    address: Mapped[str] = mapped_column(sa.String(300))
    trust: Mapped[str] = mapped_column(sa.String(16))
    added_at: Mapped[datetime]
    cursor: Mapped[str] = mapped_column(sa.String(64))
    failures: Mapped[int]
    next_try_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
    trouble: Mapped[str] = mapped_column(sa.String(300))
    step: Mapped[int] = mapped_column(default=0, server_default="0")
    told_by: Mapped[str] = mapped_column(sa.String(32), default="", server_default="")
    signs_on: Mapped[date | None]
