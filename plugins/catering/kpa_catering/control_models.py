"""The tables of the hygiene log: lines only ever added, and what goes with them for a time.

The database itself refuses to change or remove a line. So who wrote it and its photo stand in a row
of their own: they go when the person is erased, or when the years of keeping are over.
"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kpa_catering.hygiene import HIGHEST, LOWEST, POINTS
from kpa_core.api import Base, Kept, Row

KINDS = tuple(POINTS)
NOT_MEASURED = tuple(key for key, point in POINTS.items() if not point.measured)


class ControlProofRow(Row, Base):
    """Who wrote a line of the hygiene log, and its photo; nobody once the person has left."""

    __tablename__ = "catering_control_proof"
    __table_args__ = (UniqueConstraint("control_id"),)

    control_id: Mapped[UUID] = mapped_column(ForeignKey("catering_control.id"))
    said_by: Mapped[UUID | None] = mapped_column(ForeignKey("party.id"), index=True)
    photo_id: Mapped[UUID | None] = mapped_column(ForeignKey("stored_file.id"))


class ControlRow(Kept, Base):
    """A temperature measured or a lot traced; a correction is another line that names this one.

    The limits are those of that day.
    """

    __tablename__ = "catering_control"
    __table_args__ = (
        UniqueConstraint("corrects_id"),
        CheckConstraint(f"kind IN {KINDS}", name="kind_known"),
        CheckConstraint("what <> ''", name="says_what"),
        CheckConstraint(
            f"(kind IN {NOT_MEASURED}) = (tenths IS NULL)", name="temperature_when_measured"
        ),
        CheckConstraint(f"tenths BETWEEN {LOWEST} AND {HIGHEST}", name="tenths_in_range"),
        CheckConstraint(
            "tenths IS NULL OR action <> '' OR"
            " (tenths >= COALESCE(least_tenths, tenths)"
            " AND tenths <= COALESCE(most_tenths, tenths))",
            name="outside_says_what_was_done",
        ),
        CheckConstraint("tenths IS NOT NULL OR lot <> ''", name="lot_has_a_number"),
        CheckConstraint("(corrects_id IS NULL) = (why = '')", name="correction_says_why"),
    )

    activity_id: Mapped[UUID] = mapped_column(ForeignKey("activity.id"), index=True)
    order_id: Mapped[UUID | None] = mapped_column(ForeignKey("customer_order.id"), index=True)
    kind: Mapped[str]
    at: Mapped[datetime]
    what: Mapped[str]
    tenths: Mapped[int | None]
    least_tenths: Mapped[int | None]
    most_tenths: Mapped[int | None]
    action: Mapped[str] = mapped_column(default="")
    lot: Mapped[str] = mapped_column(default="")
    supplier: Mapped[str] = mapped_column(default="")
    best_before: Mapped[date | None]
    corrects_id: Mapped[UUID | None] = mapped_column(ForeignKey("catering_control.id"))
    why: Mapped[str] = mapped_column(default="")

    proof: Mapped[ControlProofRow | None] = relationship(lazy="selectin", viewonly=True)

    @property
    def outside(self) -> bool:
        """Whether the temperature was out of the limits of that day."""
        if self.tenths is None:
            return False
        too_low = self.least_tenths is not None and self.tenths < self.least_tenths
        return too_low or (self.most_tenths is not None and self.tenths > self.most_tenths)
