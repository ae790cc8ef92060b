"""Visits: every peer whose turn it is is asked, and what it has is brought home."""

from __future__ import annotations

import logging
import random
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core.api import HttpError, Refused, Work, backoff, now
from kpa_federation.log import intake, missing, pulling
from kpa_federation.log.keeping import Verified
from kpa_federation.log.quotas import quota
from kpa_federation.log.taking_in import Pulled
from kpa_federation.own import leaving
from kpa_federation.own.writing import own_origin
from kpa_federation.peers import choosing, progress, troubles
from kpa_federation.peers.gathering import Gathering
from kpa_federation.peers.models import GATHERED, PeerRow
from kpa_federation.peers.over_http import HttpPeer, PeerBusy
from kpa_federation.peers.service import MANAGE, new_peer
from kpa_federation.protocol.errors import ProtocolError

log = logging.getLogger(__name__)
STRANGERS = 500
"""Origins that nobody here decided about: more are not written down."""
STRANGERS_EACH = (50, 5, 5)
"""Of those, how many one peer may have named first, by its distance (``PeerRow.step``)."""


def peer_at(work: Work, address: str) -> HttpPeer:
    """Return a peer to be asked at an address.

    Raises:
        Refused: this instance left the network, be it a moment ago.
    """
    check_still_inside(work)
    return HttpPeer(work.instance.http, address)


def check_still_inside(work: Work) -> None:
    """See that this instance takes part, as the database is now: people may leave at any moment.

    Raises:
        Refused: it left.
    """
    work.session.rollback()
    leaving.check_inside(work)


@contextmanager
def asked(work: Work, row: PeerRow) -> Iterator[HttpPeer]:
    """Lend a peer to ask; when it wants to be left alone, all leave it alone.

    Raises:
        Refused: this instance left the network.
        HttpError: the peer does not answer, or is busy.
    """
    origin = row.origin
    peer = peer_at(work, row.address)
    try:
        yield peer
    except PeerBusy as error:
        note_busy(work, origin, error.seconds)
        raise


def note_busy(work: Work, origin: str, seconds: float | None) -> None:
    """Ask a peer nothing before the time it said."""
    with work.transaction() as session:
        row = session.get_one(PeerRow, origin)
        row.next_try_at = _later(row, seconds or 0.0)


def reachable(
    session: Session, *more: sa.ColumnElement[bool], failing_too: bool = False
) -> Sequence[PeerRow]:
    """Return whom one may ask now: who is followed, has an address, and is not to be left alone.

    ``failing_too`` counts who did not answer last time: only who asked for quiet is left alone.
    """
    ready = sa.or_(PeerRow.next_try_at.is_(None), PeerRow.next_try_at <= now())
    if failing_too:
        ready = sa.or_(ready, PeerRow.failures > 0)
    followed = sa.and_(PeerRow.trust == "followed", PeerRow.address != "")
    return session.scalars(sa.select(PeerRow).where(followed, ready, *more)).all()


class WorkStore:
    """The instance's database as a place for logs."""

    def __init__(self, work: Work) -> None:
        self.work = work

    def reading(self) -> AbstractContextManager[Session]:
        """See :class:`kpa_federation.log.taking_in.Store`."""
        return nullcontext(self.work.session)

    def writing(self) -> AbstractContextManager[Session]:
        """See :class:`kpa_federation.log.taking_in.Store`."""
        return self.work.transaction()


class _Following(WorkStore):
    """The database, with who is followed now: it is read again within every transaction."""

    def __init__(self, work: Work, told_by: str) -> None:
        super().__init__(work)
        self.met: set[str] = set()
        self.gathering = Gathering(work, told_by)
        self.waiting: set[str] = set()
        self._followed = _followed(work.session)
        self._full = intake.full(work.session, self._followed, now().date())

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """See :class:`kpa_federation.log.taking_in.Store`."""
        with self.work.transaction() as session:
            leaving.check_inside(self.work)
            self._followed = _followed(session)
            self.gathering.look(session)
            yield session

    def follows(self, origin: str) -> bool:
        """Tell whether an origin is followed, and may bring more today; remember it was met."""
        self.met.add(origin)
        if origin in self._followed and origin in self._full:
            self.waiting.add(origin)
            return False
        return origin in self._followed or self.gathering.takes(origin)

    def room(
        self, session: Session, found: Sequence[Verified]
    ) -> tuple[Sequence[Verified], set[str]]:
        """See :data:`kpa_federation.log.taking_in.Room`."""
        return intake.fit(session, found, self._followed, now().date())

    def branch_bytes(self, origin: str) -> int:
        """Return how many bytes of another branch of an origin are looked at."""
        return quota(self._followed.get(origin, 0)).size


def _followed(session: Session) -> dict[str, int]:
    """Return who is followed, and how many steps away each is."""
    followed = sa.select(PeerRow.origin, PeerRow.step).where(PeerRow.trust == "followed")
    return {row.origin: row.step for row in session.execute(followed)}


def pull_all(work: Work, tell: progress.Tell | None = None) -> dict[str, Pulled | str]:
    """Ask every peer whose turn it is; return what came, or the trouble, by origin."""
    leaving.check_inside(work)
    return {origin: pull_from(work, origin, tell) for origin in _ready(work)}


def pull_some(work: Work) -> None:
    """Ask as many of them as a round needs: the others are asked another time."""
    chance = random.Random()
    picked = choosing.whom_to_ask(_ready(work), chance)
    chosen = _ready(work, PeerRow.step == 0)
    if chosen and not set(picked) & set(chosen):  # never only those whom others recommend
        picked.append(chance.choice(chosen))
    for origin in picked:
        pull_from(work, origin)


def _ready(work: Work, *more: sa.ColumnElement[bool]) -> Sequence[str]:
    return [row.origin for row in reachable(work.session, *more)]


def pull_from(work: Work, origin: str, tell: progress.Tell | None = None) -> Pulled | str:
    """Bring home what a peer has of the origins that are followed; return what went wrong else.

    ``tell`` hears how far it is, about every second.

    Raises:
        Refused: this instance left the network, be it in the meantime.
    """
    row = work.session.get_one(PeerRow, origin)
    peer, since = peer_at(work, row.address), row.cursor
    store = _Following(work, origin)
    far = progress.Progress(work.instance.settings.root, origin, tell)
    wait: float | None = None
    try:
        done: Pulled | str = _pull(work, store, peer, since, far)
        missing.ask(store, peer, _followed(work.session))
    except PeerBusy as error:
        done, wait = str(error), error.seconds or 0.0
    except ProtocolError as error:
        log.info("what %s sends is refused: %s", origin, error)
        done = troubles.sentence(error)
    except HttpError as error:
        done = str(error)
    except Refused:
        raise  # this instance left: nobody else is asked
    except Exception:  # whatever one peer brings about, the others are asked
        log.exception("asking %s failed", origin)
        done = troubles.HERE
    if isinstance(done, Pulled) and done.is_whole:
        far.end()
    with work.transaction() as session:
        row = session.get_one(PeerRow, origin)
        _note(row, done, wait)
        gathered = store.gathering.came(session)
        _note_strangers(work, row, store.met, gathered)
    return done


def _pull(
    work: Work, store: _Following, peer: HttpPeer, since: str, far: progress.Progress
) -> Pulled:
    done = pulling.pull(
        store,
        peer,
        since,
        follows=store.follows,
        now=now(),
        own=own_origin(work.session),
        room=store.room,
        branch_bytes=store.branch_bytes,
        progress=far,
    )
    if store.waiting:
        done.cursor = since  # tomorrow they are asked for from there
    return done


def _note(row: PeerRow, done: Pulled | str, wait: float | None) -> None:
    """Note how it went; a peer that wants us to ``wait`` has not failed."""
    if isinstance(done, str):
        row.failures += wait is None
        row.trouble = done[:300]
        row.next_try_at = _later(row, wait)
        return
    row.failures, row.next_try_at, row.trouble = 0, None, ""
    row.seen_at, row.cursor = now(), done.cursor


def _later(row: PeerRow, wait: float | None) -> datetime:
    return now() + timedelta(seconds=backoff(row.failures, random.Random(), asked=wait))


def _note_strangers(work: Work, told_by: PeerRow, met: Iterable[str], gathered: set[str]) -> None:
    """Write down origins that a peer named and nobody here decided about, up to a number.

    ``gathered`` are those that a network node follows from now on.
    """
    session = work.session
    known = {row.origin: row for row in session.scalars(sa.select(PeerRow))}
    strangers = set(met) - known.keys() - {own_origin(session)}
    most = STRANGERS - 1  # its own log is one that is known
    for origin in sorted(strangers & gathered)[: max(most - len(known), 0)]:
        known[origin] = new_peer(session, origin)
    told = sum(row.trust == "waiting" and row.told_by == told_by.origin for row in known.values())
    room = min(most - len(known), STRANGERS_EACH[min(told_by.step, len(STRANGERS_EACH) - 1)] - told)
    for origin in sorted(strangers - gathered)[: max(room, 0)]:
        new_peer(session, origin).told_by = told_by.origin
    for origin in sorted(gathered & known.keys()):
        row = known[origin]
        if row.trust == "waiting":
            row.trust, row.step, row.told_by = "followed", GATHERED, told_by.origin
            after = {"trust": "followed", "gathered": told_by.origin}
            work.record(MANAGE, f"origin:{origin}", after=after)
