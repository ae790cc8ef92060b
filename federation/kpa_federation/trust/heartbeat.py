"""Give a sign of life once a day, and look for those of the origins that are followed.

Only what an origin signed itself counts, whoever passes it on: a peer that answers, and hides what
is new of one origin, cannot hide that this origin is silent here.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core.api import HttpError, KpaError, Work, now
from kpa_federation.log import keeping, signs
from kpa_federation.log.models import SignRow
from kpa_federation.own import head, mark
from kpa_federation.own.head import Head
from kpa_federation.own.writing import own_origin
from kpa_federation.peers import choosing, service, visiting
from kpa_federation.peers.models import PeerRow
from kpa_federation.protocol import keys, notes
from kpa_federation.protocol.errors import ProtocolError
from kpa_federation.protocol.notes import Checkpoint, read_checkpoint

AT_ONCE = 50
"""Signed lines that are asked of one peer in a day, of those who were silent longest."""
SILENT = timedelta(days=7)
AHEAD = timedelta(days=1)
"""How far another clock may be ahead of ours: a sign from later is none."""


def beat(work: Work) -> bool:
    """Cosign one's own head, once a day; return whether it was done.

    Only the head that was signed last, and only when the log may grow: never an old one.
    """
    origin = own_origin(work.session)
    row = keeping.log_row(work.session, origin)
    if row is None or row.frozen_at is not None or mark.get(work) != "open":
        return False
    last, root = work.session.get(SignRow, origin), work.instance.settings.root
    checkpoint, key = read_checkpoint(row.note), _key(work.session, origin)
    if last is not None and signs.day_number(last.at) >= signs.day_number(now()):
        return False
    if head.last_head(root) != Head(checkpoint.size, checkpoint.root):
        return False
    try:
        private = head.read_key(root)
    except KpaError:
        return False  # the page of keys says what to do
    if keys.public_key(private) != key:
        return False
    at = now().replace(microsecond=0)
    line = notes.cosign(checkpoint, origin, private, int(at.timestamp())).line()
    with work.transaction() as session:
        signs.keep(session, origin, at, checkpoint.size, line)
    return True


def listen(work: Work) -> int:
    """Ask peers, each once a day, for signs of life of all; return how many came."""
    today = now().date()
    is_due = sa.or_(PeerRow.signs_on.is_(None), PeerRow.signs_on != today)
    rows = visiting.reachable(work.session, is_due)
    return sum(_listen_to(work, row, today) for row in choosing.whom_to_ask(rows, random.Random()))


def silent_since(work: Work) -> dict[str, date]:
    """Return since when nothing was heard of followed origins, for more than a week."""
    heard = signs.heard(work.session)
    last = {
        row.origin: heard.get(row.origin, row.added_at)
        for row in service.peers(work.session)
        if row.trust == "followed"
    }
    return {origin: at.date() for origin, at in last.items() if now() - at > SILENT}


def _listen_to(work: Work, row: PeerRow, today: date) -> int:
    came = 0
    with suppress(HttpError, ProtocolError), visiting.asked(work, row) as peer:
        for origin in _wanted(work, peer.alive(row.cursor)):
            came += _believe(work, origin, peer.checkpoint(origin, cosigned=True))
    with work.transaction() as session:
        session.get_one(PeerRow, row.origin).signs_on = today
    return came


def _wanted(work: Work, told: Mapping[str, int]) -> list[str]:
    """Return the origins that a peer says to have a newer sign of, the longest silent first."""
    session, latest = work.session, signs.day_number(now() + AHEAD)
    known = {row.origin: signs.day_number(row.at) for row in session.scalars(sa.select(SignRow))}
    followed = [row.origin for row in service.peers(session) if row.trust == "followed"]
    newer = [one for one in followed if known.get(one, -1) < told.get(one, -1) <= latest]
    return sorted(newer, key=lambda one: (known.get(one, -1), one))[:AT_ONCE]


def _believe(work: Work, origin: str, shown: Checkpoint | None) -> bool:
    """Keep a sign of life if the origin signed it, now, under the head that is known here."""
    with work.transaction() as session:
        row, key = keeping.log_row(session, origin), _key(session, origin)
        if row is None or key is None or shown is None:
            return False
        known = read_checkpoint(row.note)
        if (shown.origin, shown.size, shown.root) != (origin, known.size, known.root):
            return False
        found = signs.read(shown, key)
        last = session.get(SignRow, origin)
        if found is None or not _is_news(found[0], last):
            return False
        signs.keep(session, origin, found[0], shown.size, found[1])
    return True


def _is_news(at: datetime, last: SignRow | None) -> bool:
    return at <= now() + AHEAD and (last is None or at > last.at)


def _key(session: Session, origin: str) -> bytes | None:
    row = keeping.log_row(session, origin)
    identity = keeping.state_in(row).identity if row is not None else None
    return identity.key if identity is not None else None
