"""Bodies that did not come with their headers: which ones, and asking other peers for them.

A peer may leave out the body of a live record: the proofs hold all the same. The record is shown as
withheld, and every peer that is asked later may have it. What comes is compared with the header
that is held, so it does not matter who gives it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_federation.log.keeping import ENTRIES, RECORDS
from kpa_federation.log.models import LogRow
from kpa_federation.log.serving import LEAST, Asked
from kpa_federation.protocol.bundle import BundleReader
from kpa_federation.protocol.reading import Section

if TYPE_CHECKING:
    from kpa_federation.log.pulling import Peer
    from kpa_federation.log.taking_in import Store

AT_ONCE = 20
"""Questions to one peer in one pull."""

_HELD = sa.and_(ENTRIES.c.log_id == RECORDS.c.log_id, ENTRIES.c.place == RECORDS.c.place)
_WITHHELD = (
    sa.select(LogRow.origin, ENTRIES.c.place)
    .select_from(RECORDS)
    .join(ENTRIES, _HELD)
    .join(LogRow, LogRow.id == RECORDS.c.log_id)
    .where(RECORDS.c.op == "put", ENTRIES.c.body.is_(None), LogRow.size >= LogRow.target)
    .order_by(LogRow.origin, ENTRIES.c.place)
)


def withheld(session: Session, most: int | None = None) -> list[tuple[str, int]]:
    """Return origin and place of each live record whose body is not held."""
    return [(origin, place) for origin, place in session.execute(_WITHHELD.limit(most))]


def ask(store: Store, peer: Peer, origins: Iterable[str]) -> int:
    """Ask a peer for bodies that are missing of these origins; return how many came.

    Raises:
        ProtocolError: what it gives is no bundle.
    """
    wanted, came = set(origins), 0
    with store.reading() as session:
        left = [one for one in withheld(session) if one[0] in wanted]
    for _ in range(AT_ONCE):
        if not left:
            break
        origin, place = left[0]
        asked = Asked({origin: place}, most=1, chunk=LEAST)  # one section, beginning there
        got: set[tuple[str, int]] = set()
        for section in BundleReader(peer.sync(asked)):
            got |= {(section.origin, at) for at in fill(store, section)}
        came += len(got)
        left = [one for one in left[1:] if one not in got]
    return came


def fill(store: Store, section: Section) -> list[int]:
    """Keep the bodies of a section whose headers are held without them; return their places.

    A body that is longer than its header says was never counted, and nobody could read it.
    """
    inside = sa.and_(
        LogRow.origin == section.origin,
        ENTRIES.c.place >= section.start,
        ENTRIES.c.place < section.end,
    )
    asked = _WITHHELD.where(inside).with_only_columns(
        ENTRIES.c.log_id, ENTRIES.c.place, ENTRIES.c.line
    )
    filled = []
    with store.writing() as session:
        for log_id, place, line in session.execute(asked).all():
            entry, body = section.entries[place - section.start], section.bodies.get(place, b"")
            if entry.line == line and 0 < len(body) <= entry.fields["bytes"]:
                here = sa.and_(ENTRIES.c.log_id == log_id, ENTRIES.c.place == place)
                session.execute(sa.update(ENTRIES).where(here).values(body=body))
                filled.append(place)
    return filled
