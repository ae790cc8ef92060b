"""A new machine takes the place of a lost one: the log comes home from those who keep it.

Only the origin is needed, and the address of a neighbour; everything else is verified. The key is
gone with the machine: the guardians give the log another one next.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core.api import N_, HttpError, Misuse, Refused, Work, now
from kpa_federation.log import keeping, pulling
from kpa_federation.log.models import EntryRow, LogRow, OwnRow, RecordRow, SightingRow
from kpa_federation.log.serving import Asked
from kpa_federation.own import head, mark
from kpa_federation.own.writing import own_origin
from kpa_federation.peers import asking, service, visiting
from kpa_federation.peers.over_http import HttpPeer
from kpa_federation.peers.visiting import WorkStore
from kpa_federation.protocol.bundle import BundleReader
from kpa_federation.protocol.entries import ORIGIN
from kpa_federation.protocol.errors import ProtocolError

NEEDS = "federation.keys"
TABLES = (EntryRow, RecordRow, SightingRow)


def recover_server(work: Work, origin: str, addresses: Sequence[str]) -> int:
    """Make a lost KPA's log this machine's own; return how many entries it has.

    ``addresses`` are those of neighbours who follow it; who does not answer is left out.

    Raises:
        Misuse: this is no origin, or no address.
        Refused: this machine has a log with something in it, or no neighbour has that one.
    """
    work.require(NEEDS)
    origin = origin.strip().removeprefix("kpa/").lower()
    if not ORIGIN.fullmatch(origin):
        raise Misuse(N_("Ce n'est pas l'identité d'un KPA : 32 lettres et chiffres."))
    _check_new(work.session, origin)
    found = {name: address for address in addresses if (name := _bring(work, origin, address))}
    row = keeping.log_row(work.session, origin)
    if row is None or not found:
        raise Refused(
            N_("Aucun de ces voisins n'a le journal de {origin}, ou ne répond."), origin=origin
        )
    _take_place(work, origin, found)
    return row.size


def _check_new(session: Session, origin: str) -> None:
    own = own_origin(session)
    row = keeping.log_row(session, own)
    if own != origin and row is not None and row.size > 1:
        raise Refused(
            N_("Cet ordinateur a déjà un KPA qui a publié ({own}). Prends un KPA neuf."), own=own
        )


def _bring(work: Work, origin: str, address: str) -> str:
    """Bring the log home from one neighbour; return who it is, or nothing."""
    peer = visiting.peer_at(work, address)
    try:
        name = _name_of(peer)
        store = WorkStore(work)
        pulling.pull(store, peer, "", follows=lambda one: one == origin, now=now())
    except (HttpError, ProtocolError):
        return ""
    return name if name != origin else ""


def _name_of(peer: HttpPeer) -> str:
    reader = BundleReader(peer.sync(Asked({})))
    for _ in reader:
        pass
    return reader.peer


def _take_place(work: Work, origin: str, found: dict[str, str]) -> None:
    root = work.instance.settings.root
    with work.transaction() as session:
        before = own_origin(session)
        row = keeping.log_row(session, origin)
        assert row is not None
        if before != origin:
            _forget(session, before)
            session.merge(OwnRow(id=1, origin=origin))
            session.flush()
            _set_head(root, row)
        for name, address in found.items():
            service.meet(work, name, address, "")
        after = {"origin": origin, "size": row.size, "from": sorted(found.values())}
        work.record(NEEDS, f"origin:{origin}", before={"origin": before}, after=after)
    mark.put(work, "")
    with suppress(Refused):
        asking.ask(work)


def _forget(session: Session, origin: str) -> None:
    """Drop the empty log that a new instance began with: nobody ever saw it."""
    row = keeping.log_row(session, origin)
    if row is None:
        return
    for table in TABLES:
        session.execute(sa.delete(table).where(table.log_id == row.id))
    session.execute(sa.delete(LogRow).where(LogRow.id == row.id))


def _set_head(root: Path, row: LogRow) -> None:
    state = keeping.state_in(row)
    head.start_from(root, head.Head(state.size, state.frontier.root()))
