"""Tables of what goes to a carrier and comes back: its accounts, links, imported lines.

All are ``Kept``: an end, a correction or a newer version is another row.
"""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from kpa_core.db import Base, Kept


class CarrierAccounts(Kept, Base):
    """The account numbers of a carrier's own plan, from a day on.

    ``accounts`` holds the fields of :class:`kpa_core.invoices.exports.accounts.Accounts`.
    """

    __tablename__ = "carrier_accounts"

    carrier_id: Mapped[UUID] = mapped_column(ForeignKey("carrier.id"), index=True)
    starts_on: Mapped[date]
    accounts: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    source: Mapped[str] = mapped_column(default="")


class ImportedLine(Kept, Base):
    """A payment read in a carrier's file; its digest keeps the same line from counting twice.

    ``payment_id`` is the payment it noted, or the one somebody had noted by hand before.
    """

    __tablename__ = "imported_line"

    digest: Mapped[str] = mapped_column(unique=True)
    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"), index=True)
    payment_id: Mapped[UUID] = mapped_column(ForeignKey("payment.id"), index=True)
    outside_reference: Mapped[str] = mapped_column(default="")


class CarrierLink(Kept, Base):
    """An address at which a carrier answers without an account.

    It opens the hand-overs of one activity, or of all when the carrier's own people made it, and
    ``gives`` names what its maker could do: a link can do no more.
    """

    __tablename__ = "carrier_link"

    carrier_id: Mapped[UUID] = mapped_column(ForeignKey("carrier.id"), index=True)
    activity_id: Mapped[UUID | None] = mapped_column(ForeignKey("activity.id"), index=True)
    gives: Mapped[list[str]] = mapped_column(sa.JSON)
    expires_on: Mapped[date]


class CarrierLinkEnd(Kept, Base):
    """Somebody closed a link before its last day."""

    __tablename__ = "carrier_link_end"

    link_id: Mapped[UUID] = mapped_column(ForeignKey("carrier_link.id"), unique=True)


class DocumentSeen(Kept, Base):
    """A carrier said, by its link, that it has seen a hand-over. Once is enough."""

    __tablename__ = "document_seen"

    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"), unique=True)
    link_id: Mapped[UUID] = mapped_column(ForeignKey("carrier_link.id"))
