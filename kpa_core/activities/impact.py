"""What the work is good for besides money: kilos collected, people met."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core.activities.models import Activity, ImpactCounter, ImpactEntry
from kpa_core.activities.scopes import find_activity
from kpa_core.errors import N_, Conflict, NotFound, Refused
from kpa_core.money import MAX_QUANTITY
from kpa_core.work import Work


@dataclass(frozen=True)
class Count:
    """A counter and what it has reached."""

    counter: ImpactCounter
    total: Decimal


def counts(session: Session, activity_id: UUID) -> list[Count]:
    """Return the counters of an activity with their totals, by name."""
    total = sa.func.coalesce(sa.func.sum(ImpactEntry.amount_thousandths), 0)
    query = (
        sa.select(ImpactCounter, total)
        .outerjoin(ImpactEntry, ImpactEntry.counter_id == ImpactCounter.id)
        .where(ImpactCounter.activity_id == activity_id)
        .group_by(ImpactCounter.id)
        .order_by(ImpactCounter.name, ImpactCounter.id)
    )
    return [
        Count(counter, Decimal(int(sum_)).scaleb(-3)) for counter, sum_ in session.execute(query)
    ]


def add_counter(work: Work, activity_id: UUID, name: str, unit: str = "") -> ImpactCounter:
    """Start to count something.

    Raises:
        Refused: it has no name.
        Conflict: the activity counts it already.
    """
    with work.transaction() as session:
        activity = find_activity(work, activity_id, "impact.write")
        name = " ".join(name.split())
        if not name:
            raise Refused(N_("Qu'est-ce qu'on compte ? Exemple : déchets ramassés."), field="name")
        same = sa.select(ImpactCounter.id).where(
            ImpactCounter.activity_id == activity_id, ImpactCounter.name == name
        )
        if session.scalar(same) is not None:
            raise Conflict(N_("On compte déjà « {name} » ici."), field="name", name=name)
        counter = ImpactCounter(
            activity_id=activity.id,
            name=name,
            unit=unit.strip(),
            created_by=work.actor.party_id,
        )
        session.add(counter)
        session.flush()
        work.record("impact.write", counter, scope=activity.scope, after={"name": name})
    return counter


def add_amount(
    work: Work, counter_id: UUID, amount: Decimal, day: date, note: str = ""
) -> ImpactEntry:
    """Count something done on a day; a negative amount takes back a mistake and says why.

    Raises:
        Refused: zero, more than three decimals, a day to come, or a correction without a reason.
    """
    with work.transaction() as session:
        counter = session.get(ImpactCounter, counter_id)
        activity = session.get(Activity, counter.activity_id) if counter else None
        if counter is None or activity is None or not work.can("impact.write", activity.scope):
            raise NotFound()
        _check_amount(amount, note)
        if day > work.today:
            raise Refused(N_("Ce jour n'est pas encore arrivé."), field="day")
        entry = ImpactEntry(
            counter_id=counter.id,
            day=day,
            amount_thousandths=int(amount * 1000),
            note=note.strip(),
            created_by=work.actor.party_id,
        )
        session.add(entry)
        session.flush()
        work.record("impact.write", entry, scope=activity.scope, after={"amount": str(amount)})
    return entry


def _check_amount(amount: Decimal, note: str) -> None:
    right = amount.is_finite() and abs(amount) <= MAX_QUANTITY and amount * 1000 % 1 == 0
    if not right or amount == 0:
        raise Refused(N_("Écris un nombre, par exemple 12,5."), field="amount")
    if amount < 0 and not note.strip():
        raise Refused(N_("Écris pourquoi tu corriges."), field="note")
