"""Tables of carriers, series, documents and payments.

A document is written once, at issue, and never changes: drafts live on the order, and what happens
later (sent, accepted, the carrier's number, a payment) are rows beside it. Rows of a ``Kept`` table
are only ever added: ``guards.py`` holds this in the database itself.
"""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kpa_core.contracts import Scope
from kpa_core.db import Base, Kept, Row, Versioned

MODES = ("draft_for_carrier", "delegated_series", "own_structure")
KINDS = ("quote", "handover", "invoice", "credit_note")
EVENTS = ("sent", "mailed", "maybe_mailed", "accepted", "refused", "returned")


class Carrier(Versioned, Base):
    """The legal seller behind a KPA's invoices: a CAE, a couveuse, an association.

    ``late_penalty`` is its own rate for late payments, in words (empty: the law's default). From
    ``emits_from`` on, the law has it send invoices between businesses through a platform (CGI 289
    bis: 1 September 2026 or 2027, by size).
    ``email`` is where it reads what is handed to it.
    """

    __tablename__ = "carrier"
    __table_args__ = (
        CheckConstraint(f"mode IN {MODES}", name="mode_known"),
        CheckConstraint("payment_days BETWEEN 0 AND 365", name="payment_days_in_range"),
        CheckConstraint("quote_days BETWEEN 1 AND 365", name="quote_days_in_range"),
    )

    party_id: Mapped[UUID] = mapped_column(ForeignKey("party.id"))
    name: Mapped[str] = mapped_column(unique=True)
    mode: Mapped[str] = mapped_column(default="draft_for_carrier")
    analytic_code: Mapped[str] = mapped_column(default="")
    timezone: Mapped[str] = mapped_column(default="Europe/Paris")
    payment_days: Mapped[int] = mapped_column(default=30)
    quote_days: Mapped[int] = mapped_column(default=30)
    paid_when: Mapped[str] = mapped_column(default="")
    ask_whom: Mapped[str] = mapped_column(default="")
    late_penalty: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")
    emits_from: Mapped[date | None]
    ends_on: Mapped[date | None]

    @property
    def scope(self) -> Scope:
        """Where it belongs: to itself."""
        return Scope(carrier_id=self.id)


class CarrierIdentity(Kept, Base):
    """What the law wants to read about a carrier, from a day on.

    ``identity`` holds the fields of :class:`kpa_core.invoices.paper.snapshot.Seller`.
    """

    __tablename__ = "carrier_identity"

    carrier_id: Mapped[UUID] = mapped_column(ForeignKey("carrier.id"), index=True)
    starts_on: Mapped[date]
    identity: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    source: Mapped[str] = mapped_column(default="")


class Series(Row, Base):
    """A series of numbers that a carrier granted to this KPA (CGI ann. II art. 242 nonies A).

    ``pattern`` has the places ``{year}`` and ``{number}``; the chain of what is handed over, which
    gives no number, has none. ``last_sequence`` and ``head`` move in the issuing transaction, under
    a lock on this row.
    """

    __tablename__ = "series"
    __table_args__ = (
        UniqueConstraint("carrier_id", "code"),
        CheckConstraint("last_sequence >= 0", name="sequence_not_negative"),
        CheckConstraint("chain_length >= 0", name="length_not_negative"),
    )

    carrier_id: Mapped[UUID] = mapped_column(ForeignKey("carrier.id"))
    code: Mapped[str]
    pattern: Mapped[str]
    yearly: Mapped[bool] = mapped_column(default=True)
    year: Mapped[int] = mapped_column(default=0)
    last_sequence: Mapped[int] = mapped_column(default=0)
    last_issued_on: Mapped[date | None]
    chain_length: Mapped[int] = mapped_column(default=0)
    head: Mapped[bytes | None]
    granted_on: Mapped[date | None]
    source: Mapped[str] = mapped_column(default="")
    closed_on: Mapped[date | None]


class Document(Kept, Base):
    """A quote, a hand-over, an invoice or a credit note, as it left us.

    ``snapshot`` is the canonical JSON of the whole paper; ``hash`` seals it, with the SHA-256 of
    its XML and PDF, after ``previous`` in the chain of its series. Quotes stand outside any series
    and chain. ``type_code`` is the law's own kind (UNTDID 1001); papers of the first kpa have
    none.
    """

    __tablename__ = "document"
    __table_args__ = (
        CheckConstraint(f"kind IN {KINDS}", name="kind_known"),
        CheckConstraint(
            "(kind IN ('invoice', 'credit_note')) = (number IS NOT NULL)", name="number_where_due"
        ),
        CheckConstraint("(kind = 'quote') = (series_id IS NULL)", name="series_where_due"),
        CheckConstraint("(kind = 'quote') = (hash IS NULL)", name="sealed_where_due"),
        CheckConstraint(
            "kind <> 'credit_note' OR corrects_id IS NOT NULL", name="corrects_something"
        ),
        CheckConstraint("gross_cents = net_cents + vat_cents", name="gross_adds_up"),
        UniqueConstraint("carrier_id", "number"),
        UniqueConstraint("series_id", "chain_position"),
        UniqueConstraint("reference"),
    )

    kind: Mapped[str]
    reference: Mapped[str]
    order_id: Mapped[UUID] = mapped_column(ForeignKey("customer_order.id"), index=True)
    activity_id: Mapped[UUID] = mapped_column(ForeignKey("activity.id"))
    carrier_id: Mapped[UUID] = mapped_column(ForeignKey("carrier.id"))
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("party.id"))
    series_id: Mapped[UUID | None] = mapped_column(ForeignKey("series.id"))
    number: Mapped[str | None]
    chain_position: Mapped[int | None]
    corrects_id: Mapped[UUID | None] = mapped_column(ForeignKey("document.id"), index=True)
    issued_on: Mapped[date]
    due_on: Mapped[date | None]
    valid_until: Mapped[date | None]
    net_cents: Mapped[int]
    vat_cents: Mapped[int]
    gross_cents: Mapped[int]
    rounding_cents: Mapped[int]
    type_code: Mapped[str] = mapped_column(default="")
    prepaid_cents: Mapped[int] = mapped_column(default=0)
    snapshot: Mapped[bytes]
    xml_sha256: Mapped[bytes | None]
    pdf_sha256: Mapped[bytes | None]
    hash_version: Mapped[int | None]
    previous: Mapped[bytes | None]
    hash: Mapped[bytes | None]

    @property
    def to_pay_cents(self) -> int:
        """What the customer is asked, whatever was paid before."""
        return self.gross_cents + self.rounding_cents

    @property
    def scope(self) -> Scope:
        """Where it belongs."""
        return Scope(activity_id=self.activity_id, carrier_id=self.carrier_id)


class DepositDeduction(Kept, Base):
    """A deposit that an invoice takes back. While that invoice lives, no other takes it."""

    __tablename__ = "deposit_deduction"
    __table_args__ = (UniqueConstraint("document_id", "deposit_id"),)

    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"), index=True)
    deposit_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"), index=True)


class DocumentEvent(Kept, Base):
    """What happened to a document after it was written."""

    __tablename__ = "document_event"
    __table_args__ = (CheckConstraint(f"kind IN {EVENTS}", name="kind_known"),)

    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"), index=True)
    kind: Mapped[str]
    by_name: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")


class CarrierAnswer(Kept, Base):
    """The number and total under which the carrier issued a hand-over.

    A differing total waits in this table until someone says in ``reason`` why it is right, in a
    further row; only a row whose ``stands`` is true makes the order invoiced.
    """

    __tablename__ = "carrier_answer"
    __table_args__ = (
        CheckConstraint("number <> ''", name="has_a_number"),
        CheckConstraint("gross_cents > 0", name="total_positive"),
        sa.Index(
            "uq_carrier_answer_standing",
            "document_id",
            unique=True,
            sqlite_where=sa.text("stands"),
            postgresql_where=sa.text("stands"),
        ),
    )

    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"), index=True)
    number: Mapped[str] = mapped_column(index=True)
    issued_on: Mapped[date]
    gross_cents: Mapped[int]
    stands: Mapped[bool]
    reason: Mapped[str] = mapped_column(default="")


class Payment(Kept, Base):
    """Money someone says has arrived. A mistake is a payment the other way."""

    __tablename__ = "payment"
    __table_args__ = (CheckConstraint("amount_cents <> 0", name="not_nothing"),)

    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"), index=True)
    amount_cents: Mapped[int]
    received_on: Mapped[date]
    method: Mapped[str]
    note: Mapped[str] = mapped_column(default="")


class PaymentConfirmation(Kept, Base):
    """The carrier's word that a payment is in its bank."""

    __tablename__ = "payment_confirmation"

    payment_id: Mapped[UUID] = mapped_column(ForeignKey("payment.id"), unique=True)
    confirmed_on: Mapped[date]


class DocumentFile(Kept, Base):
    """The PDF or the XML of a document, made once from its snapshot."""

    __tablename__ = "document_file"
    __table_args__ = (UniqueConstraint("document_id", "media_type"),)

    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"))
    media_type: Mapped[str]
    file_id: Mapped[UUID] = mapped_column(ForeignKey("stored_file.id"))


class ReferenceCounter(Base):
    """Our own references (``D-2026-0001``, ``P-2026-0001``): unique, moved under a lock."""

    __tablename__ = "reference_counter"

    prefix: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]
