"""A network node follows whoever it hears of: its peers' peers, and theirs in turn.

Only a log that came and was verified is followed, up to a number; what a person blocked or put in
pause stays so. An ordinary KPA follows nobody by itself.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core.api import Work
from kpa_federation.log import keeping
from kpa_federation.own.writing import own_origin
from kpa_federation.peers.models import PeerRow

MOST = 300
"""Origins a node follows; beyond, a person decides."""


def is_node(work: Work) -> bool:
    """Tell whether this instance is a network node."""
    return work.instance.settings.instance.kind == "network"


class Gathering:
    """Who may be followed without a person's yes, during one pull."""

    def __init__(self, work: Work) -> None:
        self.is_node = is_node(work)
        self.found: set[str] = set()
        self._own = own_origin(work.session)
        self.look(work.session)

    def look(self, session: Session) -> None:
        """Read again what people decided."""
        if not self.is_node:
            return
        rows = session.execute(sa.select(PeerRow.origin, PeerRow.trust)).all()
        self._against = {one for one, trust in rows if trust in ("suspended", "blocked")}
        self._room = MOST - sum(trust == "followed" for _, trust in rows)

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
