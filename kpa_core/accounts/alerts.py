"""Tell whoever keeps the machine that another one does not answer any more: once for each time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from kpa_core.accounts import messages
from kpa_core.errors import N_
from kpa_core.members import roles
from kpa_core.remotes import RemoteRow
from kpa_core.work import Work

SUBJECT = N_("{kpa} : une autre machine ne répond plus")
TEXT = N_(
    "Bonjour {name}.\n\n« {remote} » ne répond plus.\n\n"
    "Ce qui est pour cette machine attend. Rien n'est perdu, rien ne partira deux fois.\n"
    "Tu peux voir ce qui attend : page « Machine », ou « kpa outbox away »."
)


def tell(work: Work, payload: Mapping[str, Any]) -> None:
    """Write to every administrator, unless the machine is back in the meantime."""
    name = payload["remote"]
    row = work.session.scalar(sa.select(RemoteRow).where(RemoteRow.name == name))
    if row is None or not row.is_away:
        return
    for person in sorted(set(roles.holders(work.session, "admin", work.today))):
        key = f"away:{name}:{row.away_since}:{person}"
        messages.send(work, person, "house.away", SUBJECT, TEXT, key=key, remote=name)
