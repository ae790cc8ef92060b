"""The audit log: who did what, where, from what to what, in the same transaction as the act.

Append-only and hash-chained. A chain shows a changed, swapped or missing middle; a cut tail shows
against the head kept beside the log and, later, against peers' cosignatures.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from kpa_core import clock
from kpa_core.contracts import Actor, Scope
from kpa_core.db import Base

if TYPE_CHECKING:
    from kpa_core.rights.reach import Reach

HASH_VERSION = 1
GENESIS = b"\0" * 32


class AuditEntry(Base):
    """One act. ``before`` and ``after`` are digests or small facts, never secrets or bodies."""

    __tablename__ = "audit_entry"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor_id: Mapped[UUID | None] = mapped_column(index=True)
    actor_kind: Mapped[str]
    via: Mapped[str]
    capability: Mapped[str]
    activity_id: Mapped[UUID | None]
    carrier_id: Mapped[UUID | None]
    person_id: Mapped[UUID | None] = mapped_column(index=True)
    subject: Mapped[str]
    before: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    after: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    result: Mapped[str]
    request_id: Mapped[str]
    hash_version: Mapped[int]
    previous: Mapped[bytes]
    hash: Mapped[bytes]


class AuditHead(Base):
    """Where the chain ends: one row, locked by each writer, compared by ``verify``."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int]
    hash: Mapped[bytes]


@dataclass(frozen=True)
class Break:
    """The first entry that does not stand, and why."""

    seq: int
    reason: str


def record(
    session: Session,
    actor: Actor,
    capability: str,
    subject: str,
    *,
    scope: Scope,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    result: str = "done",
    request_id: str = "",
) -> AuditEntry:
    """Append one entry to the chain, in the caller's transaction."""
    head = session.get(AuditHead, 1, with_for_update=True, populate_existing=True)
    if head is None:
        head = AuditHead(id=1, seq=0, hash=GENESIS)
        session.add(head)
    entry = AuditEntry(
        seq=head.seq + 1,
        at=clock.now(),
        actor_id=actor.party_id,
        actor_kind=actor.kind,
        via=actor.via,
        capability=capability,
        activity_id=scope.activity_id,
        carrier_id=scope.carrier_id,
        person_id=scope.person_id,
        subject=_one_line(subject),
        before=_plain(before),
        after=_plain(after),
        result=result,
        request_id=request_id,
        hash_version=HASH_VERSION,
        previous=head.hash,
        hash=b"",
    )
    entry.hash = _hash(entry)
    head.seq, head.hash = entry.seq, entry.hash
    session.add(entry)
    session.flush()
    return entry


def verify(session: Session) -> tuple[int, Break | None]:
    """Check the whole chain; return how many entries stand and the first break."""
    previous, count = GENESIS, 0
    for entry in _entries(session):
        count += 1
        if entry.seq != count:
            return count - 1, Break(count, "missing")
        if entry.hash_version < HASH_VERSION:
            return count - 1, Break(count, "older hash version")
        if entry.previous != previous or entry.hash != _hash(entry):
            return count - 1, Break(count, "changed")
        previous = entry.hash
    head = session.get(AuditHead, 1)
    if head is not None and (head.seq, head.hash) != (count, previous):
        return count, Break(count + 1, "cut off")
    if head is None and count:
        return count, Break(count, "no head")
    return count, None


def _entries(session: Session) -> Iterator[AuditEntry]:
    yield from session.scalars(
        sa.select(AuditEntry).order_by(AuditEntry.seq).execution_options(yield_per=500)
    )


def _hash(entry: AuditEntry) -> bytes:
    facts = {
        column.name: _text(getattr(entry, column.key))
        for column in AuditEntry.__table__.columns
        if column.name not in ("hash", "previous")
    }
    body = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()
    return hashlib.sha256(bytes([entry.hash_version]) + entry.previous + body).digest()


def _text(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds")
    return str(value) if isinstance(value, UUID) else value


def _plain(facts: dict[str, Any] | None) -> dict[str, Any]:
    # Through JSON and back, so that the stored and the hashed facts are the same.
    loaded = json.loads(json.dumps(facts or {}, default=str))
    assert isinstance(loaded, dict)
    return loaded


def _one_line(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text)[:300]


def visible(session: Session, reach: Reach, *, most: int = 200) -> list[AuditEntry]:
    """Return the newest entries inside a reach."""
    allowed = reach.where(
        activity=AuditEntry.activity_id, carrier=AuditEntry.carrier_id, person=AuditEntry.person_id
    )
    query = sa.select(AuditEntry).where(allowed).order_by(AuditEntry.seq.desc()).limit(most)
    return list(session.scalars(query))
