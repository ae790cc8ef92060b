"""Ask peers for a file, a piece at a time; what came before a cut is kept, the whole is checked.

Each origin has a quota; beyond all of them the file that was used longest ago gives way.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core.api import INSTANCE, N_, HttpError, NotFound, Refused, StoredFile, TryAgain, Work, now
from kpa_federation.blobs import named
from kpa_federation.blobs.models import BlobRow
from kpa_federation.log.quotas import quota
from kpa_federation.own import leaving
from kpa_federation.peers import visiting
from kpa_federation.peers.models import PeerRow
from kpa_federation.peers.over_http import HttpPeer
from kpa_federation.protocol.bodies import Attachment

JOB = "federation.fetch"
PIECE = 512 * 1024
LARGEST = 32 * 2**20
ALL = 500 * 2**20
PARTS = Path("data", "federation")
UNKNOWN = "application/octet-stream"


def want(work: Work, origin: str, file: Attachment) -> None:
    """Ask for a file of a record; the worker brings it.

    Raises:
        Refused: it is too large, or its origin has used up its room here; or this KPA left.
    """
    leaving.check_inside(work)
    with work.transaction() as session:
        row = _room_for(work, session, origin, file)
        if row is None:
            raise Refused(N_("Ce fichier est trop gros pour ici. Demande-le à l'autre KPA."))
        if row.file_id is None:
            key = f"{file.sha256}:{now():%Y%m%d%H}"
            work.ask(JOB, {"sha256": file.sha256}, key=key)


def bring(work: Work, origin: str, file: Attachment, data: bytes) -> bool:
    """Keep a file of a record that was carried here; return whether it is it, and fits."""
    if len(data) != file.size or hashlib.sha256(data).hexdigest() != file.sha256:
        return False
    with work.transaction() as session:
        row = _room_for(work, session, origin, file)
        if row is None:
            return False
        if row.file_id is None:
            kept = work.instance.files.keep(session, data, media_type=UNKNOWN, scope=INSTANCE)
            row.file_id, row.used_at = kept.id, now()
    return True


def fetch(work: Work, sha256: str) -> None:
    """Bring a wanted file home; peers are asked in turn, its own origin first.

    Raises:
        TryAgain: nobody has it now.
    """
    row = work.session.get(BlobRow, sha256)
    if row is None or row.file_id is not None:
        return
    if not _fits(work.session, row.origin, row.size):  # others of this origin came before it
        return
    part = _part(work, sha256)
    part.parent.mkdir(parents=True, exist_ok=True)
    if part.exists() and part.stat().st_size > row.size:
        part.unlink()  # of a record that said another size
    for one in _peers(work.session, row.origin):
        with suppress(HttpError), visiting.asked(work, one) as peer:
            _bring(peer, row, part)
        if part.exists() and part.stat().st_size == row.size:
            if _keep(work, sha256, part):
                return
            part.unlink()  # the bytes are not those of the hash: from somebody else, then
    raise TryAgain(N_("Personne n'a ce fichier pour l'instant."))


def read(work: Work, sha256: str) -> bytes:
    """Return a file that came from elsewhere.

    Raises:
        NotFound: it is not here.
    """
    row = work.session.get(BlobRow, sha256)
    if row is None or row.file_id is None:
        raise NotFound()
    return work.instance.files.read(work.session.get_one(StoredFile, row.file_id))


def stored(session: Session, sha256: str) -> StoredFile | None:
    """Return a file that came from elsewhere, as long as a live record names it."""
    row, found = session.get(BlobRow, sha256), kept(session, sha256)
    if row is None or found is None or not named.is_named(session, sha256, row.origin):
        return None
    return found


def kept(session: Session, sha256: str) -> StoredFile | None:
    """Return a file that came from elsewhere, named or not: show it to nobody."""
    row = session.get(BlobRow, sha256)
    return session.get(StoredFile, row.file_id) if row is not None and row.file_id else None


def _room_for(work: Work, session: Session, origin: str, file: Attachment) -> BlobRow | None:
    """Return the row of a file, made now if there is none; None when it does not fit.

    What another record said of a file that is not here yet counts no longer: a size may be a lie.
    """
    row = session.get(BlobRow, file.sha256)
    if row is not None and row.file_id is not None:
        return row
    if not _fits(session, origin, file.size):
        return None
    if row is None:
        row = BlobRow(sha256=file.sha256, origin=origin, size=file.size, file_id=None)
        row.used_at = now()
        session.add(row)
    elif row.size != file.size:
        part = _part(work, file.sha256)
        work.after_commit(lambda: part.unlink(missing_ok=True))
    row.origin, row.size, row.asked_at = origin, file.size, now()
    session.flush()
    _make_room(work, session, file.size)
    return row


def _fits(session: Session, origin: str, size: int) -> bool:
    """Tell whether an origin has room for a file: those that are here are counted."""
    used = sa.select(sa.func.coalesce(sa.func.sum(BlobRow.size), 0))
    mine = session.scalar(used.where(BlobRow.origin == origin, BlobRow.file_id.is_not(None))) or 0
    return size <= LARGEST and mine + size <= _quota(session, origin)


def _part(work: Work, sha256: str) -> Path:
    return work.instance.settings.root / PARTS / f"{sha256}.part"


def _quota(session: Session, origin: str) -> int:
    """Return how many bytes of an origin's files may be here: fewer of who is further away."""
    row = session.get(PeerRow, origin)
    return quota(row.step if row is not None else 0).files


def _bring(peer: HttpPeer, row: BlobRow, part: Path) -> None:
    """Add pieces to the part until it is whole, or a peer has no more."""
    with part.open("ab") as file:
        while (have := file.tell()) < row.size:
            piece = peer.piece(row.sha256, have, min(have + PIECE, row.size))
            if not piece or have + len(piece) > row.size:
                return
            file.write(piece)
            file.flush()


def _keep(work: Work, sha256: str, part: Path) -> bool:
    data = part.read_bytes()
    if hashlib.sha256(data).hexdigest() != sha256:
        return False
    with work.transaction() as session:
        row = session.get_one(BlobRow, sha256)
        kept = work.instance.files.keep(session, data, media_type=UNKNOWN, scope=INSTANCE)
        row.file_id, row.size, row.used_at = kept.id, len(data), now()
    part.unlink()
    return True


def _peers(session: Session, origin: str) -> list[PeerRow]:
    """Return whom to ask, the origin of the file first."""
    rows = visiting.reachable(session, failing_too=True)
    return sorted(rows, key=lambda row: (row.origin != origin, row.origin))


def _make_room(work: Work, session: Session, size: int) -> None:
    """Let the files go that were used longest ago, until one more of this size fits."""
    here = sa.select(BlobRow).where(BlobRow.file_id.is_not(None)).order_by(BlobRow.used_at)
    rows = session.scalars(here).all()
    total = size + sum(row.size for row in rows)
    for row in rows:
        if total <= ALL:
            return
        total -= row.size
        kept = session.get_one(StoredFile, row.file_id)
        session.delete(row)
        session.flush()
        work.instance.files.forget(session, kept, work.after_commit)
