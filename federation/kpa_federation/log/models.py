"""The tables of logs. They are filled with Core's bulk statements: a first sync has many rows."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kpa_core.api import Base

PLAIN = sa.Integer().with_variant(sa.BigInteger(), "postgresql")
"""An integer that SQLite counts by itself as a primary key."""


class LogRow(Base):
    """A log as far as it was verified.

    ``note`` is the last signed checkpoint; ``target`` its size, larger than ``size`` while a long
    log is on its way. ``arrival`` is the serving counter when it last grew here.
    """

    __tablename__ = "federation_log"

    id: Mapped[int] = mapped_column(PLAIN, primary_key=True, autoincrement=True)
    origin: Mapped[str] = mapped_column(sa.String(32), unique=True)
    size: Mapped[int]
    frontier: Mapped[bytes]
    identity: Mapped[dict[str, Any]]
    note: Mapped[str]
    target: Mapped[int]
    arrival: Mapped[int] = mapped_column(index=True)
    frozen_at: Mapped[int | None]
    grew_at: Mapped[datetime]


class EntryRow(Base):
    """One entry: its exact bytes, and its body as long as it is live or just was.

    ``dead_on`` is the own day when another entry took its effect away.
    """

    __tablename__ = "federation_entry"

    log_id: Mapped[int] = mapped_column(PLAIN, primary_key=True, autoincrement=False)
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    line: Mapped[bytes]
    body: Mapped[bytes | None]
    void: Mapped[str | None]
    dead_on: Mapped[date | None] = mapped_column(index=True)


class RecordRow(Base):
    """Where a record stands; ``place`` is its last entry with an effect."""

    __tablename__ = "federation_record"
    __table_args__ = (sa.Index("ix_federation_record_kind", "kind", "op"),)

    log_id: Mapped[int] = mapped_column(PLAIN, primary_key=True, autoincrement=False)
    record: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    op: Mapped[str]
    revision: Mapped[int]
    place: Mapped[int]
    kind: Mapped[str]
    licence: Mapped[str]
    changed_on: Mapped[date]


class SightingRow(Base):
    """How large a log was verified to be by the end of an own day: see ``log.ageing``."""

    __tablename__ = "federation_sighting"

    log_id: Mapped[int] = mapped_column(PLAIN, primary_key=True, autoincrement=False)
    day: Mapped[date] = mapped_column(primary_key=True)
    size: Mapped[int]


class CosignatureRow(Base):
    """A witness's line under a checkpoint."""

    __tablename__ = "federation_cosignature"

    log_id: Mapped[int] = mapped_column(PLAIN, primary_key=True, autoincrement=False)
    witness: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    size: Mapped[int]
    line: Mapped[str]


class CosignedRow(Base):
    """The head of a log that this instance cosigned last."""

    __tablename__ = "federation_cosigned"

    log_id: Mapped[int] = mapped_column(PLAIN, primary_key=True, autoincrement=False)
    size: Mapped[int]
    root: Mapped[bytes]


class EvidenceRow(Base):
    """Two heads of one log that cannot both be true, for a person to look at."""

    __tablename__ = "federation_evidence"

    id: Mapped[int] = mapped_column(PLAIN, primary_key=True, autoincrement=True)
    origin: Mapped[str] = mapped_column(sa.String(32), index=True)
    found_at: Mapped[datetime]
    first: Mapped[str]
    second: Mapped[str]
    other_root: Mapped[bytes]
    proof: Mapped[bytes]
    verdict: Mapped[str]


class IntakeRow(Base):
    """What came of an origin on the last day that something came; ``is_held`` says more waits."""

    __tablename__ = "federation_intake"

    origin: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    day: Mapped[date]
    entries: Mapped[int]
    size: Mapped[int]
    is_held: Mapped[bool]


class SignRow(Base):
    """The last sign of life of an origin: when it cosigned its own head, which, and the line."""

    __tablename__ = "federation_sign"

    origin: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    at: Mapped[datetime]
    size: Mapped[int]
    line: Mapped[str]


class CounterRow(Base):
    """The serving counter: one row. A restored database starts another ``epoch``.

    ``own_day`` and ``noted_on``, what the clock last showed, are for ``log.ageing``; ``given`` is
    for ``own.cursors``.
    """

    __tablename__ = "federation_counter"

    id: Mapped[int] = mapped_column(PLAIN, primary_key=True, autoincrement=False)
    epoch: Mapped[str]
    count: Mapped[int]
    own_day: Mapped[date | None]
    noted_on: Mapped[date | None]
    given: Mapped[str | None] = mapped_column(sa.String(16))


class OwnRow(Base):
    """Which log is this instance's own: one row."""

    __tablename__ = "federation_own"

    id: Mapped[int] = mapped_column(PLAIN, primary_key=True, autoincrement=False)
    origin: Mapped[str] = mapped_column(sa.String(32))
