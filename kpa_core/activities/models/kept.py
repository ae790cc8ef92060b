"""Rows that are only ever added."""

from __future__ import annotations

from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import object_session

from kpa_core.db import Row
from kpa_core.errors import N_, Refused

APPEND_ONLY = ("order_event", "approval", "contribution", "impact_entry")
"""Their tables; the guards against raw SQL take the names from here."""


class Kept(Row):
    """A row that is only ever added: a correction is another row."""


@event.listens_for(Kept, "before_update", propagate=True)
@event.listens_for(Kept, "before_delete", propagate=True)
def _refuse_change(_mapper: object, _connection: object, row: Any) -> None:
    session = object_session(row)
    if session is None or row in session.deleted or session.is_modified(row):
        raise Refused(N_("Ce qui est écrit ici ne change plus. Ajoute une correction."))
