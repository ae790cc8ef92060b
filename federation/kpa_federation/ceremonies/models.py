"""The table of ceremonies."""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kpa_core.api import Base, Versioned

STATES = ("open", "written", "stopped")


class CeremonyRow(Versioned, Base):
    """A ceremony: public hashes, public keys that were used, and signatures; one open at a time.

    ``cut`` is the size from which the log goes on after a theft; None elsewhere. ``kept`` is what
    ``guardians.kept`` makes of it; ``drill_on`` the day of its drills.
    """

    __tablename__ = "federation_ceremony"
    __table_args__ = (sa.CheckConstraint(f"state IN {STATES}", name="state_known"),)

    why: Mapped[str] = mapped_column(sa.String(16))
    state: Mapped[str] = mapped_column(sa.String(8), index=True)
    cut: Mapped[int | None]
    drill_on: Mapped[date]
    kept: Mapped[dict[str, Any]]
