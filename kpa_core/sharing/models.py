"""Tables of expenses, pots, the ledger, fee scales, share rules, share-outs and pay requests.

Most rows are written once: a mistake is answered by another row. The database itself keeps each
move inside one carrier, and each share-out adding up.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, UniqueConstraint, event
from sqlalchemy.orm import Mapped, mapped_column, object_session

from kpa_core.contracts import Scope
from kpa_core.db import Base, Kept, Row, Versioned
from kpa_core.errors import N_, Refused
from kpa_core.money import MAX_CENTS
from kpa_core.sharing.accounts import KINDS, MOVES, PASSAGE, POTS

FEE_BASES = ("margin", "turnover")
FEE_PERIODS = ("year", "month", "none")
PAID_BY = ("carrier", "member", "pot")
NAMES_ON_RECEIPTS = ("carrier", "member")
SHARE_OUT_KINDS = ("share", "correction")
SHARE_OUT_STATES = ("proposed", "closed", "withdrawn")
ANSWERS = ("waiting", "agreed", "to_pot", "questioned")
PAY_REQUEST_STATES = ("open", "sent", "paid")


def _one_of(column: str, values: Iterable[str]) -> str:
    return f"{column} IN {tuple(values)}"


def _only_where(name: str, *columns: str, condition: str) -> sa.Index:
    where = sa.text(condition)
    return sa.Index(name, *columns, unique=True, sqlite_where=where, postgresql_where=where)


class FeeScale(Kept, Base):
    """What a carrier keeps, from a day on. The one that holds is the newest that has begun.

    ``tiers`` are ``{"up_to_cents", "rate_bp"}`` in order; ``exemptions`` are ``{"from", "until",
    "why"}``, days without a fee. ``scope`` is ``all`` or a kind of activity.
    """

    __tablename__ = "fee_scale"
    __table_args__ = (
        CheckConstraint(_one_of("base", FEE_BASES), name="base_known"),
        CheckConstraint(_one_of("period", FEE_PERIODS), name="period_known"),
        CheckConstraint("scope <> ''", name="has_a_scope"),
    )

    carrier_id: Mapped[UUID] = mapped_column(ForeignKey("carrier.id"), index=True)
    starts_on: Mapped[date]
    base: Mapped[str] = mapped_column(default="margin")
    period: Mapped[str] = mapped_column(default="year")
    scope: Mapped[str] = mapped_column(default="all")
    tiers: Mapped[list[Any]] = mapped_column(sa.JSON)
    exemptions: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    source: Mapped[str] = mapped_column(default="")


class ShareRuleVersion(Kept, Base):
    """How a group shares, from a day on, and how it was decided (``voted``)."""

    __tablename__ = "share_rule"

    activity_id: Mapped[UUID | None] = mapped_column(ForeignKey("activity.id"), index=True)
    key: Mapped[str]
    params: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    starts_on: Mapped[date]
    voted: Mapped[str] = mapped_column(default="")


class Pot(Row, Base):
    """A place money can be in, at one carrier: a pot of the group or an account of passage."""

    __tablename__ = "pot"
    __table_args__ = (
        CheckConstraint(_one_of("kind", KINDS), name="kind_known"),
        CheckConstraint("kind <> 'activity' OR activity_id IS NOT NULL", name="activity_named"),
        CheckConstraint(f"name <> '' OR NOT {_one_of('kind', POTS)}", name="has_a_name"),
        UniqueConstraint("id", "carrier_id"),
        _only_where(
            "uq_pot_passage",
            "carrier_id",
            "kind",
            condition=_one_of("kind", (*PASSAGE, "common")),
        ),
        _only_where("uq_pot_activity", "carrier_id", "activity_id", condition="kind = 'activity'"),
    )

    carrier_id: Mapped[UUID] = mapped_column(ForeignKey("carrier.id"), index=True)
    kind: Mapped[str]
    activity_id: Mapped[UUID | None] = mapped_column(ForeignKey("activity.id"), index=True)
    name: Mapped[str] = mapped_column(default="")

    @property
    def is_of_the_group(self) -> bool:
        """Tell whether members see it as a pot of theirs."""
        return self.kind in POTS

    @property
    def scope(self) -> Scope:
        """Where it belongs: its carrier, and its activity if it has one."""
        return Scope(activity_id=self.activity_id, carrier_id=self.carrier_id)


class LedgerMove(Kept, Base):
    """Money going from some places to others of one carrier, for one reason, on one day."""

    __tablename__ = "ledger_move"
    __table_args__ = (
        CheckConstraint(_one_of("kind", MOVES), name="kind_known"),
        UniqueConstraint("id", "carrier_id"),
    )

    carrier_id: Mapped[UUID] = mapped_column(ForeignKey("carrier.id"), index=True)
    kind: Mapped[str]
    day: Mapped[date]
    what: Mapped[str] = mapped_column(default="")
    order_id: Mapped[UUID | None] = mapped_column(ForeignKey("customer_order.id"), index=True)
    share_out_id: Mapped[UUID | None] = mapped_column(ForeignKey("share_out.id"), index=True)


class LedgerEntry(Kept, Base):
    """One place's part in a move, above zero when it receives; a move's entries add up to zero.

    ``party_id`` is the person owed, on the accounts that hold what is owed to people. The two
    paired foreign keys keep every entry inside the carrier of its move.
    """

    __tablename__ = "ledger_entry"
    __table_args__ = (
        CheckConstraint("amount_cents <> 0", name="not_nothing"),
        ForeignKeyConstraint(
            ["move_id", "carrier_id"],
            ["ledger_move.id", "ledger_move.carrier_id"],
            name="fk_ledger_entry_move",
        ),
        ForeignKeyConstraint(
            ["pot_id", "carrier_id"], ["pot.id", "pot.carrier_id"], name="fk_ledger_entry_pot"
        ),
    )

    move_id: Mapped[UUID] = mapped_column(index=True)
    pot_id: Mapped[UUID] = mapped_column(index=True)
    carrier_id: Mapped[UUID]
    party_id: Mapped[UUID | None] = mapped_column(ForeignKey("party.id"), index=True)
    amount_cents: Mapped[int]


class Expense(Kept, Base):
    """Something bought, with its receipt, in cents. It is never changed: see the cancellation.

    ``paid_by_id`` is the member who advanced the money, ``pot_id`` the pot that paid; without an
    order, ``pot_id`` is the pot that bears the cost, whoever paid.
    """

    __tablename__ = "expense"
    __table_args__ = (
        CheckConstraint("supplier <> '' AND what <> ''", name="says_what"),
        CheckConstraint(f"net_cents BETWEEN 0 AND {MAX_CENTS}", name="net_in_range"),
        CheckConstraint("vat_cents >= 0 AND vat_cents <= net_cents", name="vat_in_range"),
        CheckConstraint("net_cents > 0", name="not_nothing"),
        CheckConstraint(_one_of("paid_by", PAID_BY), name="paid_by_known"),
        CheckConstraint("(paid_by = 'member') = (paid_by_id IS NOT NULL)", name="member_named"),
        CheckConstraint(
            "(pot_id IS NOT NULL) = (paid_by = 'pot' OR order_id IS NULL)", name="pot_named"
        ),
        CheckConstraint(_one_of("in_name_of", NAMES_ON_RECEIPTS), name="in_name_of_known"),
        CheckConstraint(
            "in_name_of = 'carrier' OR NOT vat_recoverable", name="vat_only_in_its_own_name"
        ),
    )

    order_id: Mapped[UUID | None] = mapped_column(ForeignKey("customer_order.id"), index=True)
    activity_id: Mapped[UUID] = mapped_column(ForeignKey("activity.id"), index=True)
    carrier_id: Mapped[UUID] = mapped_column(ForeignKey("carrier.id"))
    day: Mapped[date]
    supplier: Mapped[str]
    what: Mapped[str]
    net_cents: Mapped[int]
    vat_cents: Mapped[int]
    vat_recoverable: Mapped[bool]
    paid_by: Mapped[str]
    paid_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("party.id"), index=True)
    pot_id: Mapped[UUID | None] = mapped_column(ForeignKey("pot.id"))
    in_name_of: Mapped[str]
    receipt_file_id: Mapped[UUID | None] = mapped_column(ForeignKey("stored_file.id"))

    @property
    def cost_cents(self) -> int:
        """What it takes from the margin: the VAT too when nobody gets it back."""
        return self.net_cents + (0 if self.vat_recoverable else self.vat_cents)

    @property
    def back_cents(self) -> int:
        """The VAT in it that the carrier gets back from the State."""
        return self.vat_cents if self.vat_recoverable else 0

    @property
    def paid_cents(self) -> int:
        """What the supplier was paid."""
        return self.net_cents + self.vat_cents

    @property
    def scope(self) -> Scope:
        """Where it belongs."""
        return Scope(activity_id=self.activity_id, carrier_id=self.carrier_id)


class ExpenseCancellation(Kept, Base):
    """Says that an expense does not count, and why."""

    __tablename__ = "expense_cancellation"
    __table_args__ = (CheckConstraint("reason <> ''", name="says_why"),)

    expense_id: Mapped[UUID] = mapped_column(ForeignKey("expense.id"), unique=True)
    reason: Mapped[str]


class ShareOut(Versioned, Base):
    """What one arrival of money became; all of an order's closed ones add up to its money.

    A ``share`` is proposed, answered and closed by people. A ``correction`` follows a credit note:
    it takes back what can be and leaves the rest as a debt of the common pot. ``figures`` keeps
    what the amounts were worked out from. A closed or withdrawn one never changes.
    """

    __tablename__ = "share_out"
    __table_args__ = (
        CheckConstraint(_one_of("kind", SHARE_OUT_KINDS), name="kind_known"),
        CheckConstraint(_one_of("state", SHARE_OUT_STATES), name="state_known"),
        CheckConstraint(
            "received_cents = vat_cents + expenses_cents + fee_cents + pot_cents + to_share_cents",
            name="adds_up",
        ),
        CheckConstraint("to_share_cents >= 0 AND expenses_cents >= 0", name="takes_from_nobody"),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed_is_dated"),
        _only_where("uq_share_out_open", "order_id", condition="state = 'proposed'"),
    )

    kind: Mapped[str] = mapped_column(default="share")
    state: Mapped[str] = mapped_column(default="proposed")
    order_id: Mapped[UUID] = mapped_column(ForeignKey("customer_order.id"), index=True)
    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"), index=True)
    credit_note_id: Mapped[UUID | None] = mapped_column(ForeignKey("document.id"), unique=True)
    activity_id: Mapped[UUID] = mapped_column(ForeignKey("activity.id"))
    carrier_id: Mapped[UUID] = mapped_column(ForeignKey("carrier.id"), index=True)
    proposed_by: Mapped[UUID | None] = mapped_column(ForeignKey("party.id"))
    closed_by: Mapped[UUID | None] = mapped_column(ForeignKey("party.id"))
    closed_at: Mapped[datetime | None]
    closing_note: Mapped[str] = mapped_column(default="")
    received_cents: Mapped[int]
    vat_cents: Mapped[int]
    expenses_cents: Mapped[int]
    fee_cents: Mapped[int]
    pot_cents: Mapped[int]
    to_share_cents: Mapped[int]
    fee_base_cents: Mapped[int]
    fee_period: Mapped[str] = mapped_column(default="", index=True)
    figures: Mapped[dict[str, Any]] = mapped_column(sa.JSON)

    @property
    def scope(self) -> Scope:
        """Where it belongs."""
        return Scope(activity_id=self.activity_id, carrier_id=self.carrier_id)


class ExpenseCover(Kept, Base):
    """How much of an expense a closed share-out paid back, and the VAT that went with it."""

    __tablename__ = "expense_cover"
    __table_args__ = (
        UniqueConstraint("share_out_id", "expense_id"),
        CheckConstraint("cost_cents >= 0 AND vat_cents >= 0", name="not_negative"),
    )

    share_out_id: Mapped[UUID] = mapped_column(ForeignKey("share_out.id"))
    expense_id: Mapped[UUID] = mapped_column(ForeignKey("expense.id"), index=True)
    cost_cents: Mapped[int]
    vat_cents: Mapped[int]


class AdvanceRepayment(Kept, Base):
    """Money handed back to the member who advanced it for an expense."""

    __tablename__ = "advance_repayment"
    __table_args__ = (CheckConstraint("cents > 0", name="not_nothing"),)

    expense_id: Mapped[UUID] = mapped_column(ForeignKey("expense.id"), index=True)
    cents: Mapped[int]
    paid_on: Mapped[date]


class Allocation(Versioned, Base):
    """One person's part of a share-out, why, and what they said of it. It is not pay yet."""

    __tablename__ = "allocation"
    __table_args__ = (
        UniqueConstraint("share_out_id", "person_id"),
        CheckConstraint("cents >= 0", name="not_negative"),
        CheckConstraint("minutes >= 0", name="minutes_not_negative"),
        CheckConstraint(_one_of("answer", ANSWERS), name="answer_known"),
    )

    share_out_id: Mapped[UUID] = mapped_column(ForeignKey("share_out.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("party.id"), index=True)
    minutes: Mapped[int]
    cents: Mapped[int]
    reason: Mapped[list[Any]] = mapped_column(sa.JSON)
    answer: Mapped[str] = mapped_column(default="waiting")
    answer_note: Mapped[str] = mapped_column(default="")
    answered_at: Mapped[datetime | None]


class PayRequest(Versioned, Base):
    """What an activity's people ask a carrier to pay in a month; ``month`` is its first day."""

    __tablename__ = "pay_request"
    __table_args__ = (
        UniqueConstraint("carrier_id", "activity_id", "month"),
        CheckConstraint(_one_of("state", PAY_REQUEST_STATES), name="state_known"),
        CheckConstraint("(state = 'open') = (sent_at IS NULL)", name="sent_is_dated"),
        CheckConstraint("(state = 'paid') = (paid_on IS NOT NULL)", name="paid_is_dated"),
    )

    carrier_id: Mapped[UUID] = mapped_column(ForeignKey("carrier.id"))
    activity_id: Mapped[UUID] = mapped_column(ForeignKey("activity.id"), index=True)
    month: Mapped[date]
    cut_off: Mapped[date]
    state: Mapped[str] = mapped_column(default="open")
    sent_at: Mapped[datetime | None]
    sent_by: Mapped[UUID | None] = mapped_column(ForeignKey("party.id"))
    paid_on: Mapped[date | None]

    @property
    def scope(self) -> Scope:
        """Where it belongs."""
        return Scope(activity_id=self.activity_id, carrier_id=self.carrier_id)


class PayRequestLine(Kept, Base):
    """One agreed allocation in a pay request; an allocation is asked for once."""

    __tablename__ = "pay_request_line"
    __table_args__ = (CheckConstraint("cents > 0", name="not_nothing"),)

    pay_request_id: Mapped[UUID] = mapped_column(ForeignKey("pay_request.id"), index=True)
    allocation_id: Mapped[UUID] = mapped_column(ForeignKey("allocation.id"), unique=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("party.id"), index=True)
    cents: Mapped[int]


@event.listens_for(ShareOut, "before_update")
def _refuse_to_reopen(_mapper: object, _connection: object, row: ShareOut) -> None:
    """A share-out that people agreed on is history; only a further one can answer it."""
    session = object_session(row)
    was = sa.inspect(row).attrs.state.history
    if session is not None and not session.is_modified(row):
        return
    if (was.deleted or was.unchanged or [row.state])[0] != "proposed":
        raise Refused(N_("Un partage fini ne change plus. Fais une correction à côté."))
