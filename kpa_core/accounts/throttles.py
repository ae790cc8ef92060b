"""How many attempts are allowed, counted in the database, per person asked for and per address.

Windows are short: a stranger who types someone's number must not keep them out for long. Counting
commits before the attempt is made, so that a failing attempt counts too.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from kpa_core import clock, db
from kpa_core.accounts.codes import bucket
from kpa_core.accounts.models import Throttle
from kpa_core.errors import N_, KpaError
from kpa_core.work import Work


@dataclass(frozen=True)
class Limit:
    """At most ``most`` attempts of one kind in each window."""

    kind: str
    most: int
    window: timedelta


MINUTES = timedelta(minutes=1)
LINK_TO_ONE = Limit("link.to", 3, 10 * MINUTES)
LINK_TO_ONE_AN_HOUR = Limit("link.to.hour", 8, 60 * MINUTES)
LINK_FROM = Limit("link.from", 40, 10 * MINUTES)
OPEN_FROM = Limit("open.from", 40, 10 * MINUTES)
CARD_FROM = Limit("card.from", 20, 10 * MINUTES)
PASSWORD_OF = Limit("password.of", 5, 10 * MINUTES)
PASSWORD_FROM = Limit("password.from", 20, 10 * MINUTES)


class TooMany(KpaError):
    """Too many attempts; ``retry_after`` is in seconds."""

    status = 429

    def __init__(self, retry_after: int) -> None:
        super().__init__(
            N_("Trop d'essais. Recommence dans {minutes} min."), minutes=-(-retry_after // 60)
        )
        self.retry_after = retry_after


def count(work: Work, *attempts: tuple[Limit, str]) -> None:
    """Count an attempt in each bucket, in a transaction of its own.

    Raises:
        TooMany: one of them is full.
    """
    now, over = clock.now(), 0
    key = work.instance.settings.data_key
    with work.transaction():
        # In one order always: two requests must not wait for each other.
        for limit, name in sorted(attempts, key=lambda one: one[0].kind):
            start = window_start(now, limit.window)
            if _add_one(work, bucket(key, limit.kind, name), start) > limit.most:
                left = start + limit.window - now
                over = max(over, int(left.total_seconds()) + 1)
    if over:
        raise TooMany(over)


def forgive(work: Work, *attempts: tuple[Limit, str]) -> None:
    """Take back an attempt that succeeded: only failures are counted against people."""
    key, now = work.instance.settings.data_key, clock.now()
    with work.transaction() as session:
        for limit, name in sorted(attempts, key=lambda one: one[0].kind):
            session.execute(
                sa.update(Throttle)
                .where(
                    Throttle.bucket == bucket(key, limit.kind, name),
                    Throttle.window_start == window_start(now, limit.window),
                    Throttle.count > 0,
                )
                .values(count=Throttle.count - 1)
            )


def window_start(now: datetime, window: timedelta) -> datetime:
    """Return when the window of an instant began."""
    seconds = int(now.timestamp())
    return datetime.fromtimestamp(seconds - seconds % int(window.total_seconds()), UTC)


def sweep(work: Work) -> None:
    """Forget windows that are over."""
    before = clock.now() - timedelta(days=2)
    work.session.execute(sa.delete(Throttle).where(Throttle.window_start < before))


def neighbourhood(address: str) -> str:
    """Return what an address is counted as: a subscriber of IPv6 has a whole /64."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


def _add_one(work: Work, name: str, start: datetime) -> int:
    insert = db.insert_into(work.session, Throttle)
    upsert = insert.values(bucket=name, window_start=start, count=1).on_conflict_do_update(
        index_elements=["bucket", "window_start"], set_={"count": Throttle.count + 1}
    )
    return int(work.session.scalars(upsert.returning(Throttle.count)).one())
