"""Files that no record names any more are let go, and those that nobody had.

A body is kept for some days after its record was withdrawn or replaced; a file as long as a kept
body names it, so that a recovery that takes the withdrawal back finds both.
"""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core.api import StoredFile, Work, now
from kpa_federation.blobs.fetching import PARTS
from kpa_federation.blobs.models import BlobRow
from kpa_federation.blobs.named import SOME, listed
from kpa_federation.log.models import EntryRow, LogRow
from kpa_federation.peers.models import PeerRow
from kpa_federation.protocol.bodies import SHA256
from kpa_federation.protocol.limits import KEEP_DAYS


def erase(work: Work) -> None:
    """Let files go, each in a transaction of its own: looking for them holds nobody up."""
    session = work.session
    rows = session.execute(sa.select(BlobRow.sha256, BlobRow.file_id, BlobRow.asked_at)).all()
    kept = _kept(session) if rows else set()
    long_ago = now() - timedelta(days=KEEP_DAYS)
    for sha256, file_id, asked_at in rows:
        if sha256 not in kept or (file_id is None and asked_at < long_ago):
            _let_go(work, sha256)
    _remove_parts(work)


def _kept(session: Session) -> set[str]:
    """Return what the bodies name that are kept here, but those of origins that are blocked."""
    blocked = sa.select(PeerRow.origin).where(PeerRow.trust == "blocked")
    bodies = (
        sa.select(EntryRow.body)
        .join(LogRow, LogRow.id == EntryRow.log_id)
        .where(EntryRow.body.is_not(None), LogRow.origin.not_in(blocked))
        .execution_options(yield_per=SOME)
    )
    return {one.sha256 for body in session.scalars(bodies) for one in listed(body or b"")}


def _let_go(work: Work, sha256: str) -> None:
    with work.transaction() as session:
        row = session.get(BlobRow, sha256)
        if row is None:
            return
        file = session.get(StoredFile, row.file_id) if row.file_id else None
        session.delete(row)
        session.flush()
        if file is not None:
            work.instance.files.forget(session, file, work.after_commit)


def _remove_parts(work: Work) -> None:
    """Remove the pieces of files that nobody waits for."""
    waits = set(work.session.scalars(sa.select(BlobRow.sha256).where(BlobRow.file_id.is_(None))))
    for part in (work.instance.settings.root / PARTS).glob("*.part"):
        if SHA256.fullmatch(part.stem) and part.stem not in waits:
            part.unlink(missing_ok=True)
