"""What is wrong in the network: two heads of one log, old backups. For those who hold keys."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Response

from kpa_core.api import Pages, current_work, page
from kpa_federation.log.models import EvidenceRow
from kpa_federation.own import mark
from kpa_federation.peers.models import PeerRow
from kpa_federation.protocol.words import words_of
from kpa_federation.texts import gettext, lazy

VERDICTS = {
    "keep": lazy("On garde la suite qu'on avait : des gardien·nes l'ont signée."),
    "replace": lazy("On suit maintenant l'autre suite : des gardien·nes l'ont signée."),
    "freeze": lazy("On s'arrête là où les deux suites se séparent. Appelle ce KPA."),
    "too_late": lazy("L'autre suite part de trop loin. On garde la nôtre."),
}


def add_to(pages: Pages) -> None:
    """Add the page of alarms."""

    @pages.get("/alertes", needs="federation.keys")
    def alarms() -> Response:
        session = current_work().session
        names = {row.origin: row.name for row in session.scalars(sa.select(PeerRow))}
        rows = session.scalars(sa.select(EvidenceRow).order_by(EvidenceRow.found_at.desc()))
        found = [
            {
                "row": row,
                "name": names.get(row.origin) or words_of(row.origin),
                "said": str(VERDICTS[row.verdict]),
            }
            for row in rows
        ]
        state = mark.get(current_work())
        own = gettext(mark.BEHIND) if state == "behind" else ""
        return page("federation/alarms.html", found=found, own=own)
