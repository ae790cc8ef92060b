"""The public list of instances that a network node keeps: who they are, and when they were seen.

What each says of itself comes from its own signed profile; who published none is told by six words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from kpa_core.api import KpaError, NotFound, Work, now, parse_web_address
from kpa_federation.catalogue.reading import fold_text
from kpa_federation.log.models import LogRow
from kpa_federation.network.profile import Profile, profiles
from kpa_federation.own import leaving
from kpa_federation.own.writing import own_origin
from kpa_federation.peers import gathering
from kpa_federation.peers.models import PeerRow
from kpa_federation.protocol.words import words_of
from kpa_federation.records import reading
from kpa_federation.trust import advising

PAGE = "/federation/reseau"
STALE = timedelta(days=7)


@dataclass(frozen=True)
class Listed:
    """One instance of the list; texts are its own, and empty before it says who it is."""

    origin: str
    words: str
    said: Profile | None
    seen_on: date
    is_away: bool
    is_this_node: bool

    @property
    def contact(self) -> str:
        """The page where one writes to it, when it is an address one can follow."""
        contact = self.said.contact if self.said else ""
        try:
            parse_web_address(contact)
        except KpaError:
            return ""
        return contact

    def facts(self) -> dict[str, Any]:
        """Return it for a machine."""
        said = self.said
        return {
            "origin": self.origin,
            "name": said.name if said else "",
            "territory": said.territory if said else "",
            "contact": self.contact,
            "version": said.version if said else "",
            "languages": list(said.languages) if said else [],
            "seen": self.seen_on.isoformat(),
        }


def instances(work: Work) -> list[Listed]:
    """Return every instance this node follows and no list hides, and itself, by place and name.

    Raises:
        NotFound: this is no node, or it left the network: whom a KPA follows is its own affair.
    """
    if not gathering.is_node(work) or leaving.has_left(work.session):
        raise NotFound()
    session, said, own = work.session, profiles(work), own_origin(work.session)
    peers = {row.origin: row for row in session.scalars(sa.select(PeerRow))}
    logs = session.scalars(sa.select(LogRow).where(reading.is_shown(work)))
    hidden = advising.effects(work).hidden()
    found = [_listed(row, peers, said, own) for row in logs if row.origin not in hidden]
    return sorted(found, key=_order)


def _listed(
    row: LogRow, peers: Mapping[str, PeerRow], said: Mapping[str, Profile], own: str
) -> Listed:
    peer, is_own = peers.get(row.origin), row.origin == own
    seen = now() if is_own else max(row.grew_at, (peer and peer.seen_at) or row.grew_at)
    return Listed(
        row.origin,
        words_of(row.origin),
        said.get(row.origin),
        seen.date(),
        now() - seen > STALE,
        is_own,
    )


def _order(one: Listed) -> tuple[bool, str, str, str]:
    said = one.said
    place, name = (said.territory, said.name) if said else ("", "")
    return said is None, fold_text(place), fold_text(name), one.origin
