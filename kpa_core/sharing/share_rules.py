"""Which share rule a group chose, since when and how; earlier versions stay as they were."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core.activities import service as orders
from kpa_core.contracts import Scope
from kpa_core.errors import N_, Refused
from kpa_core.members import charter
from kpa_core.sharing.models import ShareRuleVersion
from kpa_core.sharing.rules import rule_named
from kpa_core.work import Work


@dataclass(frozen=True)
class Chosen:
    """The rule that holds: its key, its settings, and the version it comes from, if any."""

    key: str
    params: dict[str, Any]
    version_id: UUID | None = None


def rule_on(session: Session, day: date, activity_id: UUID) -> Chosen:
    """Return the rule of a day: the activity's newest, else the group's, else the charter's."""
    own_first = ShareRuleVersion.activity_id.is_(None)
    found = session.scalar(
        sa.select(ShareRuleVersion)
        .where(ShareRuleVersion.starts_on <= day)
        .where(sa.or_(ShareRuleVersion.activity_id == activity_id, own_first))
        .order_by(own_first, ShareRuleVersion.starts_on.desc(), ShareRuleVersion.id.desc())
        .limit(1)
    )
    if found is not None:
        return Chosen(found.key, dict(found.params), found.id)
    return Chosen(str(charter.rule(session, "share.rule", day, activity_id)["key"]), {})


def versions(work: Work) -> list[ShareRuleVersion]:
    """Return every version, the newest first."""
    if not work.reach("charter.read").anywhere:
        return []
    query = sa.select(ShareRuleVersion)
    return list(
        work.session.scalars(
            query.order_by(ShareRuleVersion.starts_on.desc(), ShareRuleVersion.id.desc())
        )
    )


def first_day(work: Work, activity_id: UUID | None = None) -> date:
    """Return the first day from which a new version may hold: tomorrow, once one was chosen."""
    here = ShareRuleVersion.activity_id == activity_id
    chosen = work.session.scalar(sa.select(ShareRuleVersion.id).where(here).limit(1))
    return work.today if chosen is None else work.today + timedelta(days=1)


def choose(
    work: Work, key: str, *, starts_on: date, voted: str, activity_id: UUID | None = None
) -> ShareRuleVersion:
    """Write a new version of the share rule, for one activity or for all.

    Raises:
        Refused: the rule is not known, starts too early, or nothing says who decided.
    """
    rule_named(key)
    if starts_on < work.today:
        raise Refused(N_("Une règle commence aujourd'hui ou plus tard."), field="starts_on")
    if not voted.strip():
        raise Refused(N_("Écris quand et comment le groupe a décidé."), field="voted")
    with work.transaction() as session:
        work.require("charter.write", Scope(activity_id=activity_id))
        charter.check_first_day(starts_on, first_day(work, activity_id))
        if activity_id is not None:
            orders.find_activity(work, activity_id)
        row = ShareRuleVersion(
            key=key,
            params={},
            starts_on=starts_on,
            voted=voted.strip(),
            activity_id=activity_id,
            created_by=work.actor.party_id,
        )
        session.add(row)
        session.flush()
        after = {"key": key, "starts_on": starts_on}
        work.record("charter.write", row, scope=Scope(activity_id=activity_id), after=after)
    return row
