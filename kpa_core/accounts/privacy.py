"""What the software knows about a person, all of it; and how it forgets.

The law makes us keep invoices and the time behind them: they keep the person's id, which then leads
to nobody. Everything else goes, from the tables and then from the database's free pages and log.

Cards that were joined into a person's card are the person too: each feature and plugin is asked
once for each card.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from kpa_core import clock
from kpa_core.contracts import PersonalItem, Scope
from kpa_core.errors import N_, NotFound, Unavailable
from kpa_core.members import service
from kpa_core.members.models import Party
from kpa_core.work import Work, collect


@dataclass(frozen=True)
class Known:
    """What one feature or plugin keeps about a person."""

    source: str
    items: tuple[PersonalItem, ...]

    def alike(self) -> list[list[PersonalItem]]:
        """Return the items that follow each other with one name and one reason, together."""
        return [list(group) for _, group in groupby(self.items, _named)]


def export(work: Work, person_id: UUID) -> list[Known]:
    """Return all that the core and every plugin keep about a person; only the person may ask.

    Raises:
        PluginError: a plugin cannot say what it keeps; a copy that lacks something is none.
    """
    work.require("member.own", Scope(person_id=person_id))
    if work.session.get(Party, person_id) is None:
        raise NotFound()
    return [one for one in _all(work, person_id) if one.items]


def as_table(known: list[Known]) -> dict[str, Any]:
    """Return an export as plain data, for a file."""
    return {
        one.source: [
            {
                "what": str(item.what),
                "value": item.value,
                "why": str(item.why),
                "until": str(item.until),
            }
            for item in one.items
        ]
        for one in known
    }


def erase(work: Work, person_id: UUID) -> None:
    """Forget a person, by their own wish or by who welcomes people.

    Raises:
        Denied: it is someone else, and the actor may not.
        Refused: the person is the last referent of an activity.
        PluginError: a plugin failed; then nothing is erased.
    """
    with work.transaction() as session:
        if not work.can("member.own", Scope(person_id=person_id)):
            work.require("member.erase", service.person_scope(work, person_id))
        party = session.get(Party, person_id, with_for_update=True)
        if party is None or party.kind != "person" or party.erased_at is not None:
            raise NotFound()
        for card_id in _cards(session, person_id):
            # Plugins first: what they kept elsewhere is found by the names that go next.
            for _ in collect(work, "erase_personal_data", person_id=card_id):
                pass
            for feature in work.instance.features:
                feature.erase_personal_data(work, card_id)
        session.flush()
        work.record("member.erase", f"party:{person_id}", scope=Scope(person_id=person_id))
        # Two erasures in the same minute need one scrub, but none may be left out.
        work.ask("house.scrub", {}, key=f"{clock.now():%Y%m%d%H%M%S%f}")


def scrub(work: Work, _payload: Mapping[str, Any]) -> None:
    """Rewrite the database without its free pages, and empty its log.

    Raises:
        Unavailable: someone reads at this moment; the job tries again.
    """
    work.session.rollback()
    engine = work.instance.engine
    if engine.dialect.name == "sqlite":
        _scrub_sqlite(engine)
    else:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text("VACUUM FULL"))


def _scrub_sqlite(engine: Engine) -> None:
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        cursor.execute("VACUUM")
        busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        cursor.close()
    finally:
        raw.close()
    if busy:
        raise Unavailable(N_("La base est occupée. Le ménage se fera un peu plus tard."))


def _named(item: PersonalItem) -> tuple[str, str, str]:
    return str(item.what), str(item.why), str(item.until)


def _all(work: Work, person_id: UUID) -> Iterator[Known]:
    cards = _cards(work.session, person_id)
    for feature in work.instance.features:
        found = [item for card_id in cards for item in feature.personal_data(work, card_id)]
        yield Known(feature.name, tuple(found))
    told: dict[str, list[PersonalItem]] = {}
    for card_id in cards:
        for plugin, items in collect(work, "personal_data", person_id=card_id):
            told.setdefault(plugin, []).extend(items)
    yield from (Known(plugin, tuple(items)) for plugin, items in told.items())


def _cards(session: Session, person_id: UUID) -> list[UUID]:
    """Return every card of a person: the one they live on, then those that were joined into it."""
    found, new = [person_id], [person_id]
    while new:
        joined = sa.select(Party.id).where(Party.merged_into_id.in_(new)).order_by(Party.id)
        new = list(session.scalars(joined))
        found += new
    return found
