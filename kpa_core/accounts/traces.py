"""Who opened or changed a person's file, for the person to read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from uuid import UUID

import sqlalchemy as sa

from kpa_core import clock
from kpa_core.audit import AuditEntry
from kpa_core.contracts import Scope
from kpa_core.members.models import Party
from kpa_core.rights.table import CORE
from kpa_core.work import Work

SENTENCES = {right.key: right.sentence for right in CORE}
SHOWN = 30


@dataclass(frozen=True)
class Opening:
    """One act of someone else on a person's file; ``what`` is a message id."""

    at: datetime
    who: str
    what: str


def openings(work: Work, person_id: UUID) -> list[Opening]:
    """Return what others did with a person's file, the latest first.

    What somebody does several times in a row on one day is told once, as of the last time.
    """
    work.require("audit.own", Scope(person_id=person_id))
    query = (
        sa.select(AuditEntry, Party.display_name)
        .join(Party, Party.id == AuditEntry.actor_id)
        .where(AuditEntry.person_id == person_id, AuditEntry.actor_id != person_id)
        .where(AuditEntry.result == "done")
        .order_by(AuditEntry.seq.desc())
        .limit(SHOWN)
    )
    found = (
        Opening(entry.at, name, SENTENCES.get(entry.capability, entry.capability))
        for entry, name in work.session.execute(query)
    )
    zone = work.instance.settings.instance.timezone
    alike = groupby(found, lambda one: (one.who, one.what, clock.day_of(one.at, zone)))
    return [next(several) for _, several in alike]
