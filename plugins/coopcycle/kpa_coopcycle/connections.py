"""Connect an activity to the server of a bike co-op, and leave it again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_coopcycle.client import CoopCycle
from kpa_coopcycle.models import OPEN, ROLES, ConnectionRow, DeliveryRow
from kpa_core.api import (
    N_,
    Conflict,
    NotFound,
    PluginWork,
    Refused,
    Scope,
    Work,
    activities_for,
    now,
    open_sealed,
    seal,
)

EVENTS = tuple(
    f"delivery.{one}"
    for one in ("assigned", "started", "in_transit", "picked", "completed", "failed")
)
"""What we ask to be told of: one webhook each."""

CONNECT = "coopcycle.connect"


@dataclass(frozen=True)
class NewConnection:
    """A server to connect: its address, our key there, who we are to it, the kinds of packages.

    A store's key does not let one read the kinds of packages: people type them.
    """

    address: str
    key: str
    role: str = "client"
    packages: Sequence[str] = ()


def connect(work: Work, activity_id: UUID, new: NewConnection) -> ConnectionRow:
    """Ask a server who it is and who we are there, and remember it for an activity.

    Connecting again with another key replaces the key.

    Raises:
        Refused: the server is not CoopCycle, the key is not good, or it counts in another currency.
        NotFound: the activity is not for this actor.
    """
    work.require(CONNECT, Scope(activity_id=activity_id))
    if new.role not in ROLES:
        raise Refused(N_("Le rôle est « client » ou « coop »."), field="role")
    server = CoopCycle(work.instance.http, new.address, new.key)
    facts, us = server.server(), server.me()
    if facts.currency != "EUR":
        raise Refused(N_("Ce serveur compte en {currency}, pas en euros."), currency=facts.currency)
    store, slots = server.store(us.store), server.slots()
    with work.transaction() as session:
        row = _known(session, server.address, us.store, activity_id)
        if row is None:
            row = ConnectionRow(activity_id=activity_id, address=server.address, store=us.store)
            row.created_by = work.actor.party_id
            session.add(row)
        row.name, row.currency, row.zone = us.name, facts.currency, facts.zone
        row.role, row.pickup, row.closed_at = new.role, store.address, None
        row.key, row.packages = seal(work, new.key), [one.strip() for one in new.packages if one]
        row.slots, row.read_at = slots, now()
        session.flush()
        work.record(CONNECT, row, scope=Scope(activity_id=activity_id), after={"at": row.address})
    return row


def hook(work: Work, connection_id: UUID, address: str) -> int:
    """Ask the server to tell us of each event; return how many it was asked now.

    Done event by event, each secret kept at once: it is told only here, and a server has no list
    of webhooks. Asking again asks only for what is missing.
    """
    row = find(work, connection_id, CONNECT)
    server, asked = opened(work, row), 0
    for event in EVENTS:
        with work.transaction():
            known = secrets_of(work, row)
            if event in known:
                continue
            known[event] = server.add_webhook(event, address)
            row.secrets = seal(work, json.dumps(known))
            asked += 1
    return asked


def disconnect(work: Work, connection_id: UUID) -> ConnectionRow:
    """Leave a server: its key is forgotten, its past deliveries stay.

    Raises:
        Conflict: a delivery is still on its way.
    """
    with work.transaction() as session:
        row = find(work, connection_id, CONNECT)
        if open_deliveries(session, row.id):
            raise Conflict(N_("Une livraison est encore en route. Attends qu'elle finisse."))
        row.closed_at, row.key, row.secrets, row.slots = now(), b"", None, []
        work.record(CONNECT, row, scope=Scope(activity_id=row.activity_id), after={"closed": True})
    return row


def find(work: Work, connection_id: UUID, capability: str) -> ConnectionRow:
    """Return a server that is connected.

    Raises:
        NotFound: there is none, it was left, or it is not for this actor.
    """
    row = work.session.get(ConnectionRow, connection_id)
    if row is None or row.closed_at or not work.can(capability, Scope(activity_id=row.activity_id)):
        raise NotFound()
    return row


def of_activity(session: Session, activity_id: UUID) -> list[ConnectionRow]:
    """Return the servers that serve an activity."""
    query = sa.select(ConnectionRow).where(ConnectionRow.activity_id == activity_id)
    return list(session.scalars(_live(query)))


def seen_by(work: Work | PluginWork) -> list[ConnectionRow]:
    """Return the servers of the activities the actor delivers for or connects."""
    mine = {
        one.id for needs in (CONNECT, "coopcycle.deliver") for one in activities_for(work, needs)
    }
    query = sa.select(ConnectionRow).where(ConnectionRow.activity_id.in_(mine))
    return list(work.session.scalars(_live(query)))


def all_open(session: Session) -> Iterable[ConnectionRow]:
    """Return every server that is connected."""
    return session.scalars(_live(sa.select(ConnectionRow))).all()


def opened(work: Work, row: ConnectionRow) -> CoopCycle:
    """Return a client of a server.

    Raises:
        Refused: it was left.
    """
    if row.closed_at is not None:
        raise Refused(N_("Cette coop n'est plus branchée."))
    return CoopCycle(work.instance.http, row.address, open_sealed(work, row.key))


def open_deliveries(session: Session, connection_id: UUID) -> Sequence[DeliveryRow]:
    """Return the deliveries of a server that are ordered or on their way."""
    query = sa.select(DeliveryRow).where(
        DeliveryRow.connection_id == connection_id,
        DeliveryRow.state.in_(("ordered", "booked", "cancelling")),
        DeliveryRow.status.in_(OPEN),
    )
    return session.scalars(query.order_by(DeliveryRow.created_at, DeliveryRow.id)).all()


def secrets_of(work: Work, row: ConnectionRow) -> dict[str, str]:
    """Return the secret of each webhook."""
    kept = open_sealed(work, row.secrets) if row.secrets else "{}"
    found: dict[str, str] = json.loads(kept)
    return found


def remote_of(row: ConnectionRow) -> str:
    """Return the name of the other machine, as the list of what waits shows it."""
    return urlsplit(row.address).netloc


def scope_of_connection(session: Session, connection_id: UUID) -> Scope | None:
    """Return where a server belongs."""
    row = session.get(ConnectionRow, connection_id)
    return Scope(activity_id=row.activity_id) if row else None


def _live(query: sa.Select[ConnectionRow]) -> sa.Select[ConnectionRow]:
    live = query.where(ConnectionRow.closed_at.is_(None))
    return live.order_by(ConnectionRow.name, ConnectionRow.id)


def _known(session: Session, address: str, store: str, activity_id: UUID) -> ConnectionRow | None:
    query = sa.select(ConnectionRow).where(
        ConnectionRow.address == address,
        ConnectionRow.store == store,
        ConnectionRow.activity_id == activity_id,
    )
    return session.scalar(query)
