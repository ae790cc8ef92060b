"""Tables of what suppliers send: the papers taken, their lines, and files that wait for a yes."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kpa_core.contracts import Scope
from kpa_core.db import Base, Kept, Row
from kpa_core.money import MAX_CENTS


class SupplierPaper(Kept, Base):
    """An invoice or a credit note of a supplier, as its file says; ``expense_id`` is what it made,
    or what a credit note cancelled.

    ``supplier_key`` is its strongest number (SIREN, then VAT number, then name). ``turn`` is 1; it
    grows when a paper is taken again after its expense was cancelled by mistake. ``doubts`` are the
    sentences somebody read before saying yes.
    """

    __tablename__ = "supplier_paper"
    __table_args__ = (
        UniqueConstraint(
            "carrier_id", "supplier_key", "kind", "number", "turn", name="uq_supplier_paper_once"
        ),
        CheckConstraint("kind IN ('invoice', 'credit_note')", name="kind_known"),
        CheckConstraint("number <> '' AND supplier_key <> ''", name="says_whose"),
        CheckConstraint("net_cents + vat_cents = gross_cents", name="adds_up"),
        CheckConstraint(f"gross_cents BETWEEN 1 AND {MAX_CENTS}", name="gross_in_range"),
    )

    carrier_id: Mapped[UUID] = mapped_column(ForeignKey("carrier.id"))
    expense_id: Mapped[UUID] = mapped_column(ForeignKey("expense.id"), index=True)
    kind: Mapped[str]
    type_code: Mapped[str]
    supplier_key: Mapped[str]
    supplier: Mapped[str]
    siren: Mapped[str]
    vat_number: Mapped[str]
    number: Mapped[str]
    turn: Mapped[int]
    corrects: Mapped[str]
    day: Mapped[date]
    due_on: Mapped[date | None]
    buyer: Mapped[str]
    net_cents: Mapped[int]
    vat_cents: Mapped[int]
    gross_cents: Mapped[int]
    to_pay_cents: Mapped[int]
    vat_groups: Mapped[list[Any]] = mapped_column(sa.JSON)
    notes: Mapped[list[Any]] = mapped_column(sa.JSON)
    doubts: Mapped[list[Any]] = mapped_column(sa.JSON)
    file_id: Mapped[UUID] = mapped_column(ForeignKey("stored_file.id"))


class ExpenseLine(Kept, Base):
    """One line of a supplier's paper; quantity and unit price are texts, as exact as it wrote them.

    ``kind`` is ``line``, ``changed_line`` (it has its own discount), ``allowance`` or ``charge``.
    """

    __tablename__ = "expense_line"
    __table_args__ = (
        UniqueConstraint("paper_id", "position"),
        CheckConstraint(f"abs(net_cents) <= {MAX_CENTS}", name="net_in_range"),
    )

    paper_id: Mapped[UUID] = mapped_column(ForeignKey("supplier_paper.id"))
    position: Mapped[int]
    kind: Mapped[str]
    label: Mapped[str]
    quantity: Mapped[str]
    unit: Mapped[str]
    unit_price: Mapped[str]
    category: Mapped[str]
    rate_bp: Mapped[int | None]
    net_cents: Mapped[int]


class ReceivedDraft(Row, Base):
    """A file somebody sent and has not said yes to; it goes after some days."""

    __tablename__ = "received_draft"

    order_id: Mapped[UUID | None] = mapped_column(ForeignKey("customer_order.id"), index=True)
    activity_id: Mapped[UUID] = mapped_column(ForeignKey("activity.id"))
    carrier_id: Mapped[UUID | None] = mapped_column(ForeignKey("carrier.id"))
    file_id: Mapped[UUID] = mapped_column(ForeignKey("stored_file.id"))

    @property
    def scope(self) -> Scope:
        """Where it belongs: where its expense will."""
        return Scope(activity_id=self.activity_id, carrier_id=self.carrier_id)
