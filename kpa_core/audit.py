"""The audit log: who did what, where, from what to what, in the same transaction as the act.

Append-only and hash-chained. A chain shows a changed, swapped or missing middle; a cut tail shows
against the head kept beside the log; a log rewritten whole shows against the anchors, noted each
day and at each backup in a file outside the database.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from kpa_core import clock
from kpa_core.contracts import Actor, Scope
from kpa_core.db import Base, insert_once
from kpa_core.errors import N_

if TYPE_CHECKING:
    from kpa_core.rights.reach import Reach

HASH_VERSION = 1
GENESIS = b"\0" * 32
PAGE = 500
ANCHOR = re.compile(r"(\d+) ([0-9a-f]{64}) (\d{4}-\d\d-\d\d)")
UNREADABLE = (ValueError, TypeError, AttributeError, LookupError)


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


_HEAD = AuditHead.__table__.c
_END = sa.select(_HEAD.seq, _HEAD.hash).where(_HEAD.id == 1).with_for_update()
_FOLLOW = sa.update(AuditHead).where(_HEAD.id == 1)


@dataclass(frozen=True)
class Break:
    """The first entry that does not stand, and why."""

    seq: int
    reason: str


@dataclass(frozen=True)
class Anchor:
    """Where the chain was on a day, as noted outside the database."""

    seq: int
    hash: bytes
    day: date


@dataclass(frozen=True)
class Verdict:
    """How many entries stand, the first that does not, and how many anchors were matched."""

    count: int
    broken: Break | None
    anchors: int


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
    seq, previous = _locked_head(session)
    entry = AuditEntry(
        seq=seq + 1,
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
        previous=previous,
        hash=b"",
    )
    entry.hash = _hash(entry)
    session.add(entry)
    session.flush()
    session.connection().execute(_FOLLOW, {"seq": entry.seq, "hash": entry.hash})
    return entry


def _locked_head(session: Session) -> tuple[int, bytes]:
    """Lock the end of the chain, so that writers append one after the other.

    It is read from the database each time: what was written in a savepoint may have been undone.
    """
    connection = session.connection()
    head = connection.execute(_END).one_or_none()
    if head is None:
        insert_once(session, AuditHead, "id", {"id": 1, "seq": 0, "hash": GENESIS})
        head = connection.execute(_END).one()
    return head.seq, head.hash


# --- checking -------------------------------------------------------------------------------------


def verify(session: Session, anchors: Iterable[Anchor] = ()) -> Verdict:
    """Check the whole chain, where it ends, and every anchor kept outside the database."""
    kept: dict[int, set[bytes]] = {}
    for one in anchors:
        kept.setdefault(one.seq, set()).add(one.hash)
    previous, count, matched = GENESIS, 0, 0
    for entry in _entries(session):
        reason = _fault(entry, count + 1, previous)
        told = kept.pop(count + 1, set())
        if not reason and told:
            matched += 1
            reason = "" if told == {entry.hash} else N_("elle ne va pas avec le repère gardé")
        if reason or entry is None:
            return Verdict(count, Break(count + 1, reason), matched)
        previous, count = entry.hash, count + 1
    return Verdict(count, _end(session, count, previous, kept), matched)


def _fault(entry: Any, expected: int, previous: bytes) -> str:
    if entry is None:
        return N_("elle ne peut pas être lue")
    if entry.seq != expected:
        return N_("elle manque")
    if entry.hash_version != HASH_VERSION:
        return N_("sa version n'est pas celle de ce journal")
    try:
        stands = (entry.previous, entry.hash) == (previous, _hash(entry))
    except (TypeError, ValueError):
        stands = False
    return "" if stands else N_("elle a changé")


def _end(session: Session, count: int, last: bytes, kept: Mapping[int, set[bytes]]) -> Break | None:
    head = session.execute(sa.select(AuditHead.seq, AuditHead.hash)).one_or_none()
    if head is None and count:
        return Break(count, N_("la fin du journal n'est plus notée"))
    if head is not None and tuple(head) != (count, last):
        return Break(min(head.seq, count) + 1, N_("la fin du journal a été coupée ou remplacée"))
    if kept:
        return Break(count + 1, N_("la fin du journal a été coupée : un repère va plus loin"))
    return None


def _entries(session: Session) -> Iterator[Any]:
    """Yield the rows as they are stored, in order; None for one that cannot even be read."""
    columns = sa.select(*AuditEntry.__table__.columns).order_by(AuditEntry.seq)
    page = columns.limit(PAGE)
    while True:
        try:
            rows: list[Any] = list(session.execute(page))
        except UNREADABLE:
            rows = list(_one_by_one(session, page))
        yield from rows
        if len(rows) < PAGE or rows[-1] is None:
            return
        page = columns.where(AuditEntry.seq > rows[-1].seq).limit(PAGE)


def _one_by_one(session: Session, page: sa.Select[Any]) -> Iterator[Any]:
    for offset in range(PAGE):
        try:
            row = session.execute(page.limit(1).offset(offset)).one_or_none()
        except UNREADABLE:
            yield None
            return
        if row is None:
            return
        yield row


# --- anchors --------------------------------------------------------------------------------------


def anchor(session: Session, path: Path, day: date) -> None:
    """Note on one line of ``path`` where the chain is today, synced to the disk.

    Whoever rewrites the log and its head in the database does not fit this file, nor its copies in
    the backups.
    """
    head = session.execute(sa.select(AuditHead.seq, AuditHead.hash)).one_or_none()
    if head is None:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as kept:
        if kept.seek(0, os.SEEK_END) and not path.read_bytes().endswith(b"\n"):
            kept.write(b"\n")  # a line that a power cut broke off
        kept.write(f"{head.seq} {head.hash.hex()} {day.isoformat()}\n".encode())
        kept.flush()
        os.fsync(kept.fileno())


def read_anchors(path: Path) -> list[Anchor]:
    """Return the anchors of a file; a line that was broken off is left out."""
    if not path.exists():
        return []
    lines = path.read_text("ascii", errors="replace").splitlines()
    found = (ANCHOR.fullmatch(line) for line in lines)
    return [
        Anchor(int(one[1]), bytes.fromhex(one[2]), date.fromisoformat(one[3]))
        for one in found
        if one
    ]


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


def visible(
    session: Session,
    reach: Reach,
    some: Reach,
    acts: Iterable[str],
    *,
    before: int | None = None,
    most: int = 50,
) -> list[AuditEntry]:
    """Return the newest entries inside a reach, and inside ``some`` those of the ``acts`` named.

    An act is named by how its capability begins.
    """
    named = sa.or_(*(AuditEntry.capability.startswith(act, autoescape=True) for act in acts))
    allowed = sa.or_(_inside(reach), sa.and_(_inside(some), named))
    query = sa.select(AuditEntry).where(allowed).order_by(AuditEntry.seq.desc()).limit(most)
    if before is not None:
        query = query.where(AuditEntry.seq < before)
    return list(session.scalars(query))


def _inside(reach: Reach) -> sa.ColumnElement[bool]:
    return reach.where(
        activity=AuditEntry.activity_id, carrier=AuditEntry.carrier_id, person=AuditEntry.person_id
    )
