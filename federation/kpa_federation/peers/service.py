"""Peers: adding them, and what one thinks of them."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core.api import N_, Misuse, NotFound, Work, now
from kpa_federation.log import intake, keeping
from kpa_federation.own.writing import own_origin
from kpa_federation.peers.appearance import one_spelling, tidy_name
from kpa_federation.peers.models import TRUST, PeerRow
from kpa_federation.protocol.entries import ORIGIN

MANAGE = "federation.peers"
VISIT = "federation.visit"
"""The job that asks one peer that has something new."""
CLOSED = {
    "suspended": N_("Ce KPA est en pause ici. Demande aux gens d'ici."),
    "blocked": N_("Ce KPA est bloqué ici."),
}
"""What no hello changes."""


def add_peer(work: Work, origin: str, address: str, name: str = "") -> PeerRow:
    """Follow another instance from now on.

    Raises:
        Misuse: the origin or the address cannot be one.
    """
    work.require(MANAGE)
    return meet(work, origin, address, name)


def meet(work: Work, origin: str, address: str, name: str) -> PeerRow:
    """Follow another instance, whoever decided it: a person here, or an invitation they made.

    A hello changes nothing that people here decided: only they end a pause.

    Raises:
        Misuse: the origin or the address cannot be one; or it is blocked or in pause here.
    """
    if not ORIGIN.fullmatch(origin):
        raise Misuse(N_("Ce n'est pas l'identité d'un KPA : 32 lettres et chiffres."))
    address, name = one_spelling(address) if address else "", tidy_name(name)
    with work.transaction() as session:
        if origin == own_origin(session):
            raise Misuse(N_("C'est l'identité de ce KPA."))
        row = session.get(PeerRow, origin) or new_peer(session, origin)
        if row.trust in CLOSED and not work.can(MANAGE):
            raise Misuse(CLOSED[row.trust])
        before = {"trust": row.trust, "address": row.address}
        row.address, row.name, row.trust = address or row.address, name or row.name, "followed"
        row.failures, row.next_try_at, row.step = 0, None, 0
        intake.release(session, origin)
        ask_for_everything(session)
        after = {"trust": row.trust, "address": row.address}
        work.record(MANAGE, f"origin:{origin}", before=before, after=after)
        if row.address:
            work.ask(VISIT, {"origin": origin}, key=f"{origin}:met:{now():%Y%m%d%H%M%S}")
    return row


def set_trust(work: Work, origin: str, trust: str) -> None:
    """Follow, suspend or block an origin.

    Raises:
        NotFound: it is not known here.
    """
    work.require(MANAGE)
    assert trust in TRUST
    with work.transaction() as session:
        row = session.get(PeerRow, origin)
        if row is None:
            raise NotFound()
        before, row.trust, row.step = row.trust, trust, 0
        intake.release(session, origin)
        log = keeping.log_row(session, origin)
        if before == "blocked" and log is not None:
            keeping.arrive(session, log)  # peers may hear of it from here again
        if trust == "followed":
            ask_for_everything(session)
        work.record(MANAGE, f"origin:{origin}", before={"trust": before}, after={"trust": trust})


def ask_for_everything(session: Session) -> None:
    """Ask every peer for all heads once more: it told of this origin's while nobody listened."""
    session.execute(sa.update(PeerRow).values(cursor=""))


def peers(session: Session) -> list[PeerRow]:
    """Return every origin that is known, by name."""
    return list(session.scalars(sa.select(PeerRow).order_by(PeerRow.name, PeerRow.origin)))


def new_peer(session: Session, origin: str) -> PeerRow:
    """Write down an origin that nobody decided about."""
    row = PeerRow(
        origin=origin,
        name="",
        address="",
        trust="waiting",
        added_at=now(),
        cursor="",
        failures=0,
        next_try_at=None,
        seen_at=None,
        trouble="",
        step=0,
        told_by="",
        signs_on=None,
    )
    session.add(row)
    return row
