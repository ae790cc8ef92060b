"""A network node follows whoever it hears of: its peers' peers, and theirs in turn.

Only a log that came and was verified is followed, up to a number; what a person blocked or put in
pause stays so. Nobody chose who is gathered: its word counts for nobody else, and it has the
smallest room. An ordinary KPA follows nobody by itself.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core.api import Work
from kpa_federation.log import keeping
from kpa_federation.own.writing import own_origin
from kpa_federation.peers.models import GATHERED, PeerRow

MOST = 300
"""Origins a node follows; beyond, a person decides."""
EACH = (100, 30)
"""Of those, how many come from one peer: one that people here chose, or any other."""


def is_node(work: Work) -> bool:
    """Tell whether this instance is a network node."""
    return work.instance.settings.instance.kind == "network"


class Gathering:
    """Who may be followed without a person's yes, during one pull from ``told_by``."""

    def __init__(self, work: Work, told_by: str) -> None:
        self.is_node, self._told_by = is_node(work), told_by
        self.found: set[str] = set()
        self._own = own_origin(work.session)
        self.look(work.session)

    def look(self, session: Session) -> None:
        """Read again what people decided."""
        if not self.is_node:
            return
        rows = list(session.scalars(sa.select(PeerRow)))
        self._against = {row.origin for row in rows if row.trust in ("suspended", "blocked")}
        teller = next((row for row in rows if row.origin == self._told_by), None)
        each = EACH[teller is None or teller.step > 0]
        told = sum(row.step == GATHERED and row.told_by == self._told_by for row in rows)
        room = MOST - sum(row.trust == "followed" for row in rows)
        self._room = min(room, each - told)

    def takes(self, origin: str) -> bool:
        """Tell whether an origin that nobody decided about is followed from now on."""
        if not self.is_node or origin == self._own or origin in self._against:
            return False
        if origin not in self.found and len(self.found) >= self._room:
            return False
        self.found.add(origin)
        return True

    def came(self, session: Session) -> set[str]:
        """Return those whose log is here by now, verified."""
        return set(keeping.log_rows(session, self.found))
