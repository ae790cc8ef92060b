"""Peers: adding them, what one thinks of them, and bringing their logs home."""

from __future__ import annotations

import logging
import random
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core.api import N_, HttpError, Misuse, NotFound, Work, backoff, now, parse_web_address
from kpa_federation.log import missing, pulling
from kpa_federation.log.pulling import Pulled
from kpa_federation.own import head, keyring, leaving
from kpa_federation.own.writing import own_origin
from kpa_federation.peers import choosing, hearing, signing
from kpa_federation.peers.gathering import Gathering
from kpa_federation.peers.models import TRUST, PeerRow
from kpa_federation.peers.over_http import BASE, HttpPeer
from kpa_federation.peers.signing import Message
from kpa_federation.protocol.entries import ORIGIN
from kpa_federation.protocol.errors import ProtocolError

log = logging.getLogger(__name__)
MANAGE = "federation.peers"
VISIT = "federation.visit"
STRANGERS = 500
"""Origins that nobody here decided about: more are not written down."""


class WorkStore:
    """The instance's database as a place for logs."""

    def __init__(self, work: Work) -> None:
        self.work = work

    def reading(self) -> AbstractContextManager[Session]:
        """See :class:`kpa_federation.log.pulling.Store`."""
        return nullcontext(self.work.session)

    def writing(self) -> AbstractContextManager[Session]:
        """See :class:`kpa_federation.log.pulling.Store`."""
        return self.work.transaction()


class _Following(WorkStore):
    """The database, with who is followed now: it is read again within every transaction."""

    def __init__(self, work: Work) -> None:
        super().__init__(work)
        self.met: set[str] = set()
        self.gathering = Gathering(work)
        self._followed = _followed(work.session)

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """See :class:`kpa_federation.log.pulling.Store`."""
        with self.work.transaction() as session:
            self._followed = _followed(session)
            self.gathering.look(session)
            yield session

    def follows(self, origin: str) -> bool:
        """Tell whether an origin is followed, and remember that it was met."""
        self.met.add(origin)
        return origin in self._followed or self.gathering.takes(origin)


def _followed(session: Session) -> frozenset[str]:
    return frozenset(session.scalars(sa.select(PeerRow.origin).where(PeerRow.trust == "followed")))


def add_peer(work: Work, origin: str, address: str, name: str = "") -> PeerRow:
    """Follow another instance from now on.

    Raises:
        Misuse: the origin or the address cannot be one.
    """
    work.require(MANAGE)
    return meet(work, origin, address, name)


def meet(work: Work, origin: str, address: str, name: str) -> PeerRow:
    """Follow another instance, whoever decided it: a person here, or an invitation they made.

    Raises:
        Misuse: the origin or the address cannot be one; or it is blocked here.
    """
    if not ORIGIN.fullmatch(origin):
        raise Misuse(N_("Ce n'est pas l'identité d'un KPA : 32 lettres et chiffres."))
    if address:
        parse_web_address(address)
    with work.transaction() as session:
        if origin == own_origin(session):
            raise Misuse(N_("C'est l'identité de ce KPA."))
        row = session.get(PeerRow, origin) or _new(session, origin)
        if row.trust == "blocked" and not work.can(MANAGE):
            raise Misuse(N_("Ce KPA est bloqué ici."))
        before = {"trust": row.trust, "address": row.address}
        row.address, row.name, row.trust = address, name or row.name, "followed"
        row.failures, row.next_try_at = 0, None
        _ask_for_everything(session)
        after = {"trust": row.trust, "address": row.address}
        work.record(MANAGE, f"origin:{origin}", before=before, after=after)
        if address:
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
        before, row.trust = row.trust, trust
        if trust == "followed":
            _ask_for_everything(session)
        work.record(MANAGE, f"origin:{origin}", before={"trust": before}, after={"trust": trust})


def peer_at(work: Work, address: str) -> HttpPeer:
    """Return a peer to be asked at an address.

    Raises:
        Refused: this instance left the network.
    """
    leaving.check_inside(work)
    return HttpPeer(work.instance.http, address)


def _ask_for_everything(session: Session) -> None:
    """Ask every peer for all heads once more: it told of this origin's while nobody listened."""
    session.execute(sa.update(PeerRow).values(cursor=""))


def peers(session: Session) -> list[PeerRow]:
    """Return every origin that is known, by name."""
    return list(session.scalars(sa.select(PeerRow).order_by(PeerRow.name, PeerRow.origin)))


def pull_all(work: Work) -> dict[str, Pulled | str]:
    """Ask every peer whose turn it is; return what came, or the trouble, by origin."""
    leaving.check_inside(work)
    return {origin: pull_from(work, origin) for origin in _ready(work)}


def pull_some(work: Work) -> None:
    """Ask as many of them as a round needs: the others are asked another time."""
    for origin in choosing.whom_to_ask(_ready(work), random.Random()):
        pull_from(work, origin)


def _ready(work: Work) -> Sequence[str]:
    ready = sa.or_(PeerRow.next_try_at.is_(None), PeerRow.next_try_at <= now())
    asked = sa.select(PeerRow.origin).where(
        PeerRow.trust == "followed", PeerRow.address != "", ready
    )
    return work.session.scalars(asked).all()


def pull_from(work: Work, origin: str) -> Pulled | str:
    """Bring home what a peer has of the origins that are followed; return what went wrong else."""
    row = work.session.get_one(PeerRow, origin)
    peer, since = peer_at(work, row.address), row.cursor
    store = _Following(work)
    try:
        done: Pulled | str = pulling.pull(store, peer, since, follows=store.follows, now=now())
        missing.ask(store, peer, _followed(work.session))
    except (HttpError, ProtocolError) as error:
        done = str(error)
    except Exception as error:  # whatever one peer brings about, the others are asked
        log.exception("asking %s failed", origin)
        done = type(error).__name__
    with work.transaction() as session:
        _note(session.get_one(PeerRow, origin), done)
        _note_strangers(session, store.met, store.gathering.came(session))
    return done


def _note(row: PeerRow, done: Pulled | str) -> None:
    if isinstance(done, str):
        row.failures += 1
        row.trouble = done[:300]
        wait = backoff(row.failures, random.Random())
        row.next_try_at = now() + timedelta(seconds=wait)
        return
    row.failures, row.next_try_at, row.trouble = 0, None, ""
    row.seen_at, row.cursor = now(), done.cursor


def _note_strangers(session: Session, met: Iterable[str], gathered: set[str]) -> None:
    """Write down origins that a peer named and nobody here decided about, up to a number.

    ``gathered`` are those that a network node follows from now on.
    """
    known = {row.origin: row for row in session.scalars(sa.select(PeerRow))}
    strangers = set(met) - known.keys() - {own_origin(session)}
    room = STRANGERS - 1 - len(known)  # its own log is one that is known
    # The gathered ones first: names that lead to no log must not take their places.
    for origin in sorted(strangers, key=lambda one: (one not in gathered, one))[: max(room, 0)]:
        known[origin] = _new(session, origin)
    for origin in gathered & known.keys():
        if known[origin].trust == "waiting":
            known[origin].trust = "followed"


def _new(session: Session, origin: str) -> PeerRow:
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
    )
    session.add(row)
    return row


def hear_ping(work: Work) -> None:
    """A followed peer has something new: ask it soon. Others are not listened to.

    Raises:
        NotHeard: it is not signed by a peer that is followed.
    """
    asked = hearing.message(work)
    origin = asked.headers.get("kpa-sender", "")
    row = work.session.get(PeerRow, origin)
    key = hearing.key_of(work, origin) if row is not None and row.trust == "followed" else None
    if key is None:
        raise hearing.NotHeard(N_("La signature de cette demande n'est pas bonne."))
    with work.transaction():
        hearing.heard(work, asked, origin, key)
        work.ask(VISIT, {"origin": origin}, key=f"{origin}:{now():%Y%m%d%H%M}")


def tell_peers(work: Work) -> None:
    """Tell the peers that there is something new here; who is away will ask by itself.

    After a change of key they only know the old one yet: it signs this last message.
    """
    leaving.check_inside(work)
    root = work.instance.settings.root
    signing_keys = [head.read_key(root), keyring.old(root)]
    ready = [
        row
        for row in peers(work.session)
        if row.trust == "followed" and row.address and not row.failures
    ]
    for row in choosing.whom_to_tell(ready, random.Random()):
        for private in signing_keys:
            if private is not None and _ping(work, row, private):
                break


def _ping(work: Work, row: PeerRow, private: bytes) -> bool:
    """Tell one peer; return whether to leave it at that."""
    own = own_origin(work.session)
    asked = Message("POST", row.address + BASE + "/ping", b"", {"kpa-sender": own})
    signing.sign(asked, origin=own, recipient=row.origin, private=private, now=now())
    try:
        answer = work.instance.http.fetch("POST", asked.url, headers=asked.headers, body=b"")
    except HttpError:
        return True
    return answer.status == 204
