"""Follow deliveries: read each while it is open, hear webhooks, compare both sides' lists.

The truth is what the server says when it is asked. A webhook carries nothing but a name, comes
twice or out of order or never: it makes us ask sooner, and nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_coopcycle import connections, drift, noting
from kpa_coopcycle.deliveries import READ, ref_of
from kpa_coopcycle.models import ConnectionRow, DeliveryRow
from kpa_coopcycle.signature import is_signed
from kpa_core.api import N_, NotFound, Refused, Work, now

EVERY = timedelta(minutes=5)
SOON = timedelta(seconds=10)
REFRESH = "coopcycle.refresh"
BACK = timedelta(days=7)
"""How far back both sides' lists are compared."""
FORGET = timedelta(days=30)
"""How long after its end a delivery's addresses, phones and door codes are kept."""


def ask_to_read(work: Work, row: DeliveryRow, after: timedelta = EVERY) -> None:
    """Ask to read a delivery soon, in the current transaction.

    All who ask for the same while ask for the same reading; one that starts after it covers them.
    """
    span = after.total_seconds()
    slot = int(now().timestamp() // span) + 1
    work.ask(
        READ,
        {"delivery": str(row.id)},
        key=f"{row.id}:{span:.0f}:{slot}",
        due_at=datetime.fromtimestamp(slot * span, UTC),
        remote=connections.remote_of(row.connection),
    )


def read(work: Work, payload: Mapping[str, Any]) -> None:
    """Ask where a delivery is; while it is open, it is asked for again."""
    row = work.session.get(DeliveryRow, UUID(payload["delivery"]))
    if row is None or row.path is None or row.connection.closed_at is not None:
        return
    seen = connections.opened(work, row.connection).delivery(row.path)
    with work.transaction():
        noting.note(work, row, seen, str(payload.get("source", "poll")))
        if row.is_open:
            ask_to_read(work, row)


def follow(work: Work, _payload: Mapping[str, Any]) -> None:
    """Every hour: ask each server what it offers and what it has; see that nothing is left unread.

    A delivery that ended is read once more a day later: statuses go back.
    """
    hour = now().strftime("%Y-%m-%dT%H")
    for at in connections.all_open(work.session):
        remote = connections.remote_of(at)
        work.ask(REFRESH, {"connection": str(at.id)}, key=f"{at.id}:{hour}", remote=remote)
        for row in connections.open_deliveries(work.session, at.id):
            if row.path is not None:
                ask_to_read(work, row)
        for row in _ended_yesterday(work.session, at.id):
            once = f"{row.id}:after"
            work.ask(READ, {"delivery": str(row.id), "source": "sweep"}, key=once, remote=remote)


def refresh(work: Work, payload: Mapping[str, Any]) -> None:
    """Read what a server offers, and compare its deliveries with ours."""
    at = work.session.get(ConnectionRow, UUID(payload["connection"]))
    if at is None or at.closed_at is not None:
        return
    slots = connections.opened(work, at).slots()
    found = compare(work, at)
    with work.transaction():
        at.slots, at.read_at = slots, now()
        at.drift = [asdict(one) for one in found]


def compare(work: Work, at: ConnectionRow) -> list[drift.Difference]:
    """Ask a server for its deliveries and return where they differ from ours."""
    since = now() - BACK
    theirs = list(connections.opened(work, at).deliveries(at.store, since))
    query = sa.select(DeliveryRow).where(
        DeliveryRow.connection_id == at.id, DeliveryRow.path.is_not(None)
    )
    ours = [
        drift.Ours(row.path or "", ref_of(work, row.id), row.status, row.price_cents)
        for row in work.session.scalars(query)
        if _due(row) >= since
    ]
    mine = f"{work.instance.settings.instance.base_url}:"
    return drift.differences(ours, theirs, mine)


def hear(work: Work, connection_id: UUID, raw: bytes, signature: str) -> None:
    """Hear a webhook: when it is signed with a secret of ours, ask about its delivery soon.

    Raises:
        NotFound: no such server is connected.
        Refused: the signature is not of one of its secrets.
    """
    at = work.session.get(ConnectionRow, connection_id)
    if at is None or at.closed_at is not None:
        raise NotFound()
    # All are tried, so that the time taken tells nothing of which one fits.
    kept = connections.secrets_of(work, at).values()
    fitting = [secret for secret in kept if is_signed(secret, raw, signature)]
    if not fitting:
        raise Refused(N_("La signature n'est pas bonne."))
    path = _object_of(raw)
    query = sa.select(DeliveryRow).where(
        DeliveryRow.connection_id == at.id, DeliveryRow.path == path
    )
    row = work.session.scalar(query)
    if row is not None:
        with work.transaction():
            ask_to_read(work, row, SOON)


def forget(work: Work, _payload: Mapping[str, Any]) -> None:
    """Forget the addresses, phones and door codes of deliveries that ended long ago."""
    old = sa.update(DeliveryRow).where(DeliveryRow.ended_at < now() - FORGET)
    work.session.execute(old.values(wish=None, street="", tracking_url=""))


def _object_of(raw: bytes) -> str:
    try:
        said = json.loads(raw)["data"]["object"]
    except (ValueError, KeyError, TypeError):
        return ""
    return said if isinstance(said, str) else ""


def _ended_yesterday(session: Session, connection_id: UUID) -> list[DeliveryRow]:
    query = sa.select(DeliveryRow).where(
        DeliveryRow.connection_id == connection_id,
        DeliveryRow.path.is_not(None),
        DeliveryRow.ended_at.between(now() - timedelta(days=2), now() - timedelta(days=1)),
    )
    return list(session.scalars(query))


def _due(row: DeliveryRow) -> datetime:
    return datetime.fromisoformat(row.slot.split("/")[1])
