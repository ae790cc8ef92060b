"""Connect an activity to a shop on an Open Food Network server, and leave it again."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from urllib.parse import urlsplit
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core.api import (
    N_,
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
from kpa_ofn.client import OpenFood
from kpa_ofn.models import ShopRow

CONNECT, SELL = "ofn.connect", "ofn.sell"


@dataclass(frozen=True)
class NewShop:
    """A shop to connect: the server, our key there, the number of the enterprise, its tax."""

    address: str
    key: str
    enterprise: str
    with_tax: bool


def connect(work: Work, activity_id: UUID, new: NewShop) -> ShopRow:
    """Ask a server for a shop and its catalogue, and remember it for an activity.

    Connecting again replaces the key.

    Raises:
        Refused: the key is not good, or a price is not in euros.
        NotFound: the activity or the shop is not for this actor.
    """
    work.require(CONNECT, Scope(activity_id=activity_id))
    server = OpenFood(work.instance.http, new.address, new.key)
    found, articles = server.shop(new.enterprise), server.articles(new.enterprise)
    other = [one.unit for one in articles if one.unit != "EUR"]
    if other:
        raise Refused(N_("Cette boutique compte en {unit}, pas en euros."), unit=other[0])
    with work.transaction() as session:
        row = _known(session, server.address, new.enterprise, activity_id)
        if row is None:
            row = ShopRow(
                activity_id=activity_id,
                address=server.address,
                enterprise=new.enterprise,
                secret=seal(work, secrets.token_urlsafe(24)),
            )
            row.created_by = work.actor.party_id
            session.add(row)
        row.name, row.page, row.with_tax = found.name, found.path, new.with_tax
        row.key, row.closed_at = seal(work, new.key), None
        row.articles = [asdict(one) for one in articles]
        session.flush()
        work.record(CONNECT, row, scope=Scope(activity_id=activity_id), after={"at": row.address})
    return row


def disconnect(work: Work, shop_id: UUID) -> ShopRow:
    """Leave a shop: its key is forgotten, what was sold stays."""
    with work.transaction():
        row = find(work, shop_id, CONNECT)
        row.closed_at, row.key, row.shelf, row.articles = now(), b"", [], []
        work.record(CONNECT, row, scope=Scope(activity_id=row.activity_id), after={"closed": True})
    return row


def find(work: Work, shop_id: UUID, capability: str) -> ShopRow:
    """Return a shop that is connected.

    Raises:
        NotFound: there is none, it was left, or it is not for this actor.
    """
    row = work.session.get(ShopRow, shop_id)
    if row is None or row.closed_at or not work.can(capability, Scope(activity_id=row.activity_id)):
        raise NotFound()
    return row


def seen_by(work: Work | PluginWork) -> list[ShopRow]:
    """Return the shops of the activities the actor sells for or connects."""
    mine = {one.id for needs in (CONNECT, SELL) for one in activities_for(work, needs)}
    return [row for row in all_open(work.session) if row.activity_id in mine]


def all_open(session: Session) -> Iterable[ShopRow]:
    """Return every shop that is connected."""
    query = sa.select(ShopRow).where(ShopRow.closed_at.is_(None))
    return session.scalars(query.order_by(ShopRow.name, ShopRow.id)).all()


def opened(work: Work, row: ShopRow) -> OpenFood:
    """Return a client of a shop's server.

    Raises:
        Refused: it was left.
    """
    if row.closed_at is not None:
        raise Refused(N_("Cette boutique n'est plus branchée."))
    return OpenFood(work.instance.http, row.address, open_sealed(work, row.key))


def remote_of(row: ShopRow) -> str:
    """Return the name of the other machine, as the list of what waits shows it."""
    return urlsplit(row.address).netloc


def scope_of_shop(session: Session, shop_id: UUID) -> Scope | None:
    """Return where a shop belongs."""
    row = session.get(ShopRow, shop_id)
    return Scope(activity_id=row.activity_id) if row else None


def hook_address(work: Work, row: ShopRow) -> str:
    """Return the address to type on the server, for it to tell us: nobody can guess it."""
    home = work.instance.settings.instance.base_url.rstrip("/")
    return f"{home}/ofn/signal/{row.id}/{open_sealed(work, row.secret)}"


def _known(session: Session, address: str, enterprise: str, activity_id: UUID) -> ShopRow | None:
    query = sa.select(ShopRow).where(
        ShopRow.address == address,
        ShopRow.enterprise == enterprise,
        ShopRow.activity_id == activity_id,
    )
    return session.scalar(query)
