"""The tables of the workshop: objects, parts and their moves, machines, trainings and uses."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kpa_core.api import Base, Kept, Row, Versioned
from kpa_workshop.rules import STATES, WAYS


class TicketRow(Versioned, Base):
    """An object left to be repaired, or something to be made: from its ticket to its return.

    ``price_cents`` is what the client agreed to pay, without VAT.
    """

    __tablename__ = "workshop_ticket"
    __table_args__ = (
        UniqueConstraint("activity_id", "number"),
        CheckConstraint(f"state IN {STATES}", name="state_known"),
        CheckConstraint(f"said_how IS NULL OR said_how IN {tuple(WAYS)}", name="way_known"),
        CheckConstraint("price_cents >= 0 AND minutes >= 0", name="not_negative"),
        CheckConstraint(
            "state NOT IN ('agreed', 'done') OR (said_at IS NOT NULL AND price_cents IS NOT NULL)",
            name="work_needs_a_yes",
        ),
    )

    activity_id: Mapped[UUID] = mapped_column(ForeignKey("activity.id"), index=True)
    order_id: Mapped[UUID | None] = mapped_column(ForeignKey("customer_order.id"), index=True)
    number: Mapped[int]
    what: Mapped[str]
    owner: Mapped[str]
    wrong: Mapped[str]
    state: Mapped[str] = mapped_column(default="received")
    todo: Mapped[str] = mapped_column(default="")
    minutes: Mapped[int | None]
    price_cents: Mapped[int | None]
    said_how: Mapped[str | None]
    said_at: Mapped[datetime | None]
    said_to: Mapped[UUID | None] = mapped_column(ForeignKey("party.id"))


class PartRow(Versioned, Base):
    """Something in stock: a part, a sheet, goods to sell; ``cost_cents`` is for one."""

    __tablename__ = "workshop_part"
    __table_args__ = (
        UniqueConstraint("activity_id", "name"),
        CheckConstraint("cost_cents >= 0", name="cost_not_negative"),
        CheckConstraint("stock >= 0", name="stock_not_negative"),
    )

    activity_id: Mapped[UUID] = mapped_column(ForeignKey("activity.id"))
    name: Mapped[str]
    cost_cents: Mapped[int]
    stock: Mapped[int] = mapped_column(default=0)


class PartMoveRow(Kept, Base):
    """So many came in (above zero) or went into an object (below), at that cost for one."""

    __tablename__ = "workshop_part_move"
    __table_args__ = (CheckConstraint("count <> 0", name="moves_something"),)

    part_id: Mapped[UUID] = mapped_column(ForeignKey("workshop_part.id"), index=True)
    ticket_id: Mapped[UUID | None] = mapped_column(ForeignKey("workshop_ticket.id"), index=True)
    count: Mapped[int]
    cost_cents: Mapped[int]


class MachineRow(Versioned, Base):
    """A machine, what an hour of it costs, and whether one must have been trained on it."""

    __tablename__ = "workshop_machine"
    __table_args__ = (
        UniqueConstraint("activity_id", "name"),
        CheckConstraint("cents_per_hour >= 0", name="cost_not_negative"),
    )

    activity_id: Mapped[UUID] = mapped_column(ForeignKey("activity.id"))
    name: Mapped[str]
    cents_per_hour: Mapped[int]
    needs_training: Mapped[bool]


class TrainingRow(Row, Base):
    """Somebody was trained on a machine, on that day."""

    __tablename__ = "workshop_training"
    __table_args__ = (UniqueConstraint("machine_id", "person_id"),)

    machine_id: Mapped[UUID] = mapped_column(ForeignKey("workshop_machine.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("party.id"), index=True)
    given_on: Mapped[date]


class MachineUseRow(Kept, Base):
    """So many minutes of a machine for an object, and what they cost at that hour's price."""

    __tablename__ = "workshop_machine_use"
    __table_args__ = (CheckConstraint("minutes > 0 AND cost_cents >= 0", name="in_range"),)

    machine_id: Mapped[UUID] = mapped_column(ForeignKey("workshop_machine.id"))
    ticket_id: Mapped[UUID] = mapped_column(ForeignKey("workshop_ticket.id"), index=True)
    minutes: Mapped[int]
    cost_cents: Mapped[int]
