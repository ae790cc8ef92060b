"""What is wrong in the network: two heads of one log, old backups. For those who hold keys."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Response

from kpa_core.api import Pages, Work, current_work, page
from kpa_federation.log import keeping
from kpa_federation.log.branches import AHEAD
from kpa_federation.log.models import EvidenceRow
from kpa_federation.own import elsewhere, mark
from kpa_federation.own.writing import FROZEN, own_origin
from kpa_federation.peers.models import PeerRow
from kpa_federation.protocol.words import words_of
from kpa_federation.texts import gettext, lazy

VERDICTS = {
    "keep": lazy("On garde la suite qu'on avait : des gardien·nes l'ont signée."),
    "replace": lazy("On suit maintenant l'autre suite : des gardien·nes l'ont signée."),
    "freeze": lazy("On s'arrête là où les deux suites se séparent. Appelle ce KPA."),
    "too_late": lazy("L'autre suite part de trop loin. On garde la nôtre."),
    AHEAD: lazy("Un voisin a des lignes signées avec notre clé qui ne sont pas ici."),
}
OWN = lazy("Deux suites de notre journal ont été signées avec notre clé.")
OTHERS = lazy("Ce KPA a signé deux suites différentes de son journal.")


def add_to(pages: Pages) -> None:
    """Add the page of alarms."""

    @pages.get("/alertes", needs="federation.keys")
    def alarms() -> Response:
        session = current_work().session
        own = own_origin(session)
        names = {row.origin: row.name for row in session.scalars(sa.select(PeerRow))}
        names[own] = current_work().instance.settings.instance.name
        rows = session.scalars(sa.select(EvidenceRow).order_by(EvidenceRow.found_at.desc()))
        found = [
            {
                "row": row,
                "name": names.get(row.origin) or words_of(row.origin),
                "what": str(OWN if row.origin == own else OTHERS),
                "said": str(VERDICTS[row.verdict]),
            }
            for row in rows
        ]
        return page("federation/alarms.html", found=found, own=_own(current_work(), own))


def _own(work: Work, origin: str) -> str:
    """Return what keeps this KPA from publishing, if anything does."""
    row = keeping.log_row(work.session, origin)
    if row is None:
        return ""
    if row.frozen_at is not None:
        return gettext(FROZEN)
    behind = mark.BEHIND if mark.get(work) == "behind" else ""
    said = elsewhere.trouble(work.session, row, work.instance.settings.root) or behind
    return gettext(said) if said else ""
