"""The stored versions of each carrier's policy."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from uuid import UUID

import sqlalchemy as sa

from kpa_cape.history import PolicyHistory, read_history
from kpa_cape.models import PolicyRow
from kpa_cape.policy import read_policy
from kpa_core.api import N_, PluginWork, Refused, Scope, Work

POLICY = "cape.policy"
"""The right to write what a carrier asks on top of the law."""


def history_of(work: PluginWork, carrier_id: UUID | None) -> PolicyHistory:
    """Return what a carrier asks over time; without a carrier, the law alone.

    Raises:
        Refused: a version cannot be read. Nothing is allowed then.
    """
    if carrier_id is None:
        return PolicyHistory()
    return read_history((row.starts_on, row.value) for row in versions(work, carrier_id))


def versions(work: PluginWork, carrier_id: UUID) -> list[PolicyRow]:
    """Return the versions of a carrier's policy, the oldest first."""
    query = sa.select(PolicyRow).where(PolicyRow.carrier_id == carrier_id)
    return list(work.session.scalars(query.order_by(PolicyRow.starts_on, PolicyRow.id)))


def set_policy(
    work: Work, carrier_id: UUID, table: Mapping[str, object], *, starts_on: date, source: str
) -> PolicyRow:
    """Write a new version, which may only be stricter than the law; earlier ones stay.

    Raises:
        Denied: the actor does not speak for this carrier.
        Refused: a limit is looser than the law, or the day is past, or nobody says who decided.
    """
    if starts_on < work.today:
        raise Refused(N_("Une règle commence aujourd'hui ou plus tard."), field="starts_on")
    if not source.strip():
        raise Refused(N_("Écris qui l'a décidé."), field="source")
    read_policy(table)
    with work.transaction() as session:
        work.require(POLICY, Scope(carrier_id=carrier_id))
        row = PolicyRow(
            carrier_id=carrier_id,
            starts_on=starts_on,
            value=dict(table),
            source=source.strip(),
            created_by=work.actor.party_id,
        )
        session.add(row)
        session.flush()
        after = {"starts_on": starts_on, **table}
        work.record(POLICY, row, scope=Scope(carrier_id=carrier_id), after=after)
    return row


def unreadable(work: PluginWork) -> list[PolicyRow]:
    """Return the versions that cannot be read: while there are any, their carriers' lights stay
    off."""
    return [row for row in work.session.scalars(sa.select(PolicyRow)) if not _is_readable(row)]


def _is_readable(row: PolicyRow) -> bool:
    try:
        read_policy(row.value, stored=True)
    except Refused:
        return False
    return True
