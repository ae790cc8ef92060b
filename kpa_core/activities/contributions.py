"""The time people give: written the day it is known, corrected by another row, never changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, joinedload

from kpa_core.activities.models import DAY_MINUTES, TIME_KINDS, Contribution, Order
from kpa_core.activities.people import current_id, is_in
from kpa_core.activities.scopes import (
    find_activity,
    find_contribution,
    find_task,
    visible_contributions,
)
from kpa_core.contracts import Scope
from kpa_core.errors import N_, Conflict, NotFound, Refused
from kpa_core.members.greenlight import green_light
from kpa_core.members.models import Party
from kpa_core.work import Work

KIND_LABELS = {
    "sale": N_("Pour un client"),
    "training": N_("Apprendre, montrer"),
    "life": N_("Vie du groupe"),
    "volunteer": N_("Coup de main"),
}
CLOSED_IN = ("shared", "reviewed")
"""Once the money of an order is shared, its hours no longer change."""


@dataclass(frozen=True)
class NewTime:
    """Minutes a person gave on a day."""

    person_id: UUID
    day: date
    minutes: int
    kind: str = "sale"
    order_id: UUID | None = None
    task_id: UUID | None = None
    note: str = ""
    witness_id: UUID | None = None


def add_time(work: Work, activity_id: UUID, new: NewTime) -> Contribution:
    """Write down time a person gave.

    Raises:
        Refused: not in the activity, a day to come, more than 24 hours on that day, or an order
            whose money is shared.
        NotFound: the activity, the order or the task is not for this actor.
    """
    with work.transaction() as session:
        activity = find_activity(work, activity_id, "contribution.write")
        person = _lock_person(session, new.person_id)
        _check(work, activity_id, new)
        _check_day(session, person, new.day, new.minutes)
        row = Contribution(
            activity=activity,
            created_by=work.actor.party_id,
            **{name: getattr(new, name) for name in new.__dataclass_fields__},
        )
        row.note = new.note.strip()
        session.add(row)
        session.flush()
        _record(work, row, {"minutes": row.minutes, "kind": row.kind})
    return row


def add_time_of_task(
    work: Work, task_id: UUID, people: Iterable[UUID], minutes: int, note: str = ""
) -> list[Contribution]:
    """Write down the same time for several people who did a task.

    Raises:
        Refused: nobody is named, or as :func:`add_time`.
    """
    with work.transaction():
        task = find_task(work, task_id, "contribution.write")
        kind = "sale" if task.paid else "volunteer"
        new = NewTime(
            person_id=task_id,
            day=task.day,
            minutes=minutes,
            kind=kind,
            order_id=task.order_id,
            task_id=task_id,
            note=note,
        )
        return add_time_of_several(work, task.activity_id, people, new)


def add_time_of_several(
    work: Work, activity_id: UUID, people: Iterable[UUID], new: NewTime
) -> list[Contribution]:
    """Write down the same time for several people; ``new.person_id`` is not read."""
    chosen = list(dict.fromkeys(people))
    if not chosen:
        raise Refused(N_("Choisis au moins une personne."), field="people")
    with work.transaction():
        return [add_time(work, activity_id, replace(new, person_id=one)) for one in chosen]


def correct_time(work: Work, contribution_id: UUID, minutes: int, reason: str) -> Contribution:
    """Put another number of minutes in the place of a wrong one; zero takes it away.

    Raises:
        Refused: no reason, more than 24 hours on that day, or an order whose money is shared.
        Conflict: it was corrected already; correct the newer row.
    """
    with work.transaction() as session:
        old = find_contribution(work, contribution_id, "contribution.write")
        person = _lock_person(session, old.person_id)
        if not reason.strip():
            raise Refused(N_("Écris pourquoi tu corriges."), field="reason")
        if session.scalar(sa.select(Contribution.id).where(Contribution.corrects_id == old.id)):
            raise Conflict(N_("Ces heures sont déjà corrigées. Ouvre la nouvelle ligne."))
        _check_order(work, old.activity_id, old.order_id)
        _check_minutes(minutes, least=0)
        _check_day(session, person, old.day, minutes - old.minutes)
        row = Contribution(
            corrects_id=old.id,
            minutes=minutes,
            reason=reason.strip(),
            created_by=work.actor.party_id,
            **{name: getattr(old, name) for name in _SAME},
        )
        session.add(row)
        session.flush()
        _record(work, row, {"minutes": minutes, "instead_of": old.minutes})
    return row


_SAME = (
    "person_id",
    "activity_id",
    "order_id",
    "task_id",
    "day",
    "kind",
    "note",
    "witness_id",
)


def counted() -> sa.Select[Contribution]:
    """Return the query of the rows that count: not corrected, and not taken away."""
    newer = aliased(Contribution)
    corrected = sa.exists().where(newer.corrects_id == Contribution.id)
    return sa.select(Contribution).where(~corrected, Contribution.minutes > 0)


def minutes_by_person(
    session: Session, order_id: UUID, kinds: Iterable[str] = ("sale",)
) -> dict[UUID, int]:
    """Return the minutes each person gave to an order, by the card they live on now."""
    rows = counted().where(Contribution.order_id == order_id, Contribution.kind.in_(tuple(kinds)))
    person = current_id(Contribution.person_id)
    query = rows.with_only_columns(person, sa.func.sum(Contribution.minutes)).group_by(person)
    return {person_id: int(total) for person_id, total in session.execute(query)}


def times(
    work: Work,
    *,
    activity_id: UUID | None = None,
    order_id: UUID | None = None,
    task_id: UUID | None = None,
    person_id: UUID | None = None,
) -> list[Contribution]:
    """Return the time the actor may see and that counts, the latest day first."""
    ids = counted().with_only_columns(Contribution.id)
    query = visible_contributions(work).where(Contribution.id.in_(ids))
    for column, value in (
        (Contribution.activity_id, activity_id),
        (Contribution.order_id, order_id),
        (Contribution.task_id, task_id),
        (current_id(Contribution.person_id), person_id),
    ):
        if value is not None:
            query = query.where(column == value)
    query = query.options(
        joinedload(Contribution.person),
        joinedload(Contribution.order),
        joinedload(Contribution.activity),
    )
    return list(work.session.scalars(query.order_by(Contribution.day.desc(), Contribution.id)))


def _check(work: Work, activity_id: UUID, new: NewTime) -> None:
    _check_minutes(new.minutes, least=1)
    if new.kind not in TIME_KINDS:
        raise Refused(N_("C'était pour quoi ? Choisis dans la liste."), field="kind")
    if new.day > work.today:
        raise Refused(N_("Ce jour n'est pas encore arrivé."), field="day")
    if not is_in(work.session, activity_id, new.person_id, new.day, work.today):
        raise Refused(
            N_("Cette personne n'est pas dans l'activité. Fais-la entrer d'abord."), field="people"
        )
    if new.kind == "sale" and not green_light(work, new.person_id, new.day).ok:
        raise Refused(
            N_(
                "{name} n'avait pas le feu vert ce jour-là. Ce temps ne peut pas être payé."
                " Choisis une autre réponse, ou voyez ensemble les papiers."
            ),
            field="kind",
            name=work.session.get_one(Party, new.person_id).display_name,
        )
    _check_order(work, activity_id, new.order_id)
    if new.task_id is not None:
        task = find_task(work, new.task_id, "contribution.write")
        if task.activity_id != activity_id or task.order_id != new.order_id:
            raise NotFound()


def _check_minutes(minutes: int, least: int) -> None:
    if not least <= minutes <= DAY_MINUTES:
        raise Refused(N_("Une durée va de 1 minute à 24 heures."), field="minutes")


def _check_order(work: Work, activity_id: UUID, order_id: UUID | None) -> None:
    if order_id is None:
        return
    order = work.session.get(Order, order_id)
    if order is None or order.activity_id != activity_id:
        raise NotFound()
    if order.state in CLOSED_IN:
        raise Refused(
            N_("L'argent de {reference} est déjà partagé. Ses heures ne changent plus."),
            reference=order.reference,
        )


def _lock_person(session: Session, person_id: UUID) -> Party:
    """Return the person, alone in the transaction: two entries at once must not pass 24 hours."""
    person = session.get(Party, person_id, with_for_update=True)
    if person is None or person.kind != "person":
        raise NotFound()
    return person


def _check_day(session: Session, person: Party, day: date, more: int) -> None:
    mine = current_id(Contribution.person_id) == (person.merged_into_id or person.id)
    rows = counted().where(mine, Contribution.day == day)
    already = session.scalar(rows.with_only_columns(sa.func.sum(Contribution.minutes))) or 0
    if already + more > DAY_MINUTES:
        raise Refused(
            N_("Avec ces heures, {name} dépasse 24 heures ce jour-là. Relis ce qui est noté."),
            field="minutes",
            name=person.display_name,
        )


def _record(work: Work, row: Contribution, after: dict[str, object]) -> None:
    place = row.activity.scope if row.activity else Scope(activity_id=row.activity_id)
    scope = replace(place, person_id=row.person_id)
    work.record("contribution.write", row, scope=scope, after=after)
