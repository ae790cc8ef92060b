"""Tables of accounts: ways in, sessions, counters of attempts, messages to people.

No secret is kept: links, cards and sessions by their digest, passwords by argon2. What a message
says is sealed, because it may hold a way in.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from kpa_core import clock
from kpa_core.db import Base, Row, Versioned, new_id

CREDENTIAL_KINDS = ("link", "card", "password")
MESSAGE_STATES = ("waiting", "sent", "told_by_hand", "failed")


class Account(Versioned, Base):
    """A person who can sign in. What they may do comes from their roles, read at each request."""

    __tablename__ = "account"

    party_id: Mapped[UUID] = mapped_column(ForeignKey("party.id"), unique=True)
    active: Mapped[bool] = mapped_column(default=True)


class Credential(Row, Base):
    """A way in. ``approved_by`` is the second person, for a card that needs one."""

    __tablename__ = "credential"
    __table_args__ = (
        CheckConstraint(f"kind IN {CREDENTIAL_KINDS}", name="kind_known"),
        sa.Index("ix_credential_account_kind", "account_id", "kind"),
    )

    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    kind: Mapped[str]
    hash: Mapped[str] = mapped_column(unique=True)
    expires_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    needs_second: Mapped[bool] = mapped_column(default=False)
    approved_by: Mapped[UUID | None]


class SignIn(Base):
    """A session, kept on the server so that it can be ended from anywhere."""

    __tablename__ = "sign_in"
    __table_args__ = (CheckConstraint("via IN ('web', 'cli')", name="via_known"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    credential_id: Mapped[UUID | None] = mapped_column(ForeignKey("credential.id"))
    token_hash: Mapped[str] = mapped_column(unique=True)
    started_at: Mapped[datetime] = mapped_column(default=clock.now)
    seen_at: Mapped[datetime] = mapped_column(default=clock.now)
    ended_at: Mapped[datetime | None]
    shared: Mapped[bool] = mapped_column(default=False)
    via: Mapped[str] = mapped_column(default="web")


class Throttle(Base):
    """How many attempts one bucket had in one window. A bucket is a keyed digest, never a name."""

    __tablename__ = "throttle"

    bucket: Mapped[str] = mapped_column(primary_key=True)
    window_start: Mapped[datetime] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column(default=0)


class Message(Row, Base):
    """Something to tell one person: by mail, by a plugin's channel, or by someone's own phone.

    ``tried_at`` is set before a machine is asked to send it: a message that was tried and is still
    *waiting* may or may not have left.
    """

    __tablename__ = "message"
    __table_args__ = (
        CheckConstraint(f"state IN {MESSAGE_STATES}", name="state_known"),
        sa.Index("ix_message_state", "state", "created_at"),
    )

    party_id: Mapped[UUID] = mapped_column(ForeignKey("party.id"), index=True)
    kind: Mapped[str]
    key: Mapped[str] = mapped_column(unique=True)
    subject_sealed: Mapped[bytes | None]
    text_sealed: Mapped[bytes | None]
    locale: Mapped[str]
    secret: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(default="waiting")
    channel: Mapped[str] = mapped_column(default="")
    tried_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    told_by: Mapped[UUID | None]
    expires_at: Mapped[datetime | None]
    last_error: Mapped[str] = mapped_column(default="")
