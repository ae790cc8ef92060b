"""A person's tasks in their own calendar, behind a secret address they can shut."""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from kpa_core import clock
from kpa_core.activities.models import Assignment, Availability, CalendarLink, Task
from kpa_core.contracts import Scope
from kpa_core.errors import N_, NotFound, Refused
from kpa_core.i18n import gettext
from kpa_core.members.models import Party
from kpa_core.work import Work

if TYPE_CHECKING:
    from icalendar import Event


def open_calendar(work: Work) -> str:
    """Make the actor's secret address anew and return its token, shown this once.

    The earlier one stops at once: only the hash of a token is kept.
    """
    with work.transaction() as session:
        person_id = _me(work)
        _revoke(session, person_id)
        token = secrets.token_urlsafe(32)
        link = CalendarLink(person_id=person_id, token_hash=_hash(token), created_by=person_id)
        session.add(link)
        session.flush()
        work.record(
            "account.own", link, scope=Scope(person_id=person_id), after={"calendar": "open"}
        )
    return token


def close_calendar(work: Work) -> None:
    """Shut the actor's secret address."""
    with work.transaction() as session:
        person_id = _me(work)
        _revoke(session, person_id)
        work.record(
            "account.own", "calendar", scope=Scope(person_id=person_id), after={"calendar": "shut"}
        )


def has_calendar(work: Work) -> bool:
    """Tell whether the actor has a secret address."""
    live = sa.select(CalendarLink.id).where(
        CalendarLink.person_id == work.actor.party_id, CalendarLink.revoked_at.is_(None)
    )
    return work.session.scalar(live) is not None


def calendar_of(work: Work, token: str) -> bytes:
    """Return the calendar behind a token: tasks the person has, and those they come to.

    Raises:
        NotFound: nobody has this token, or it was shut.
    """
    link = work.session.scalar(
        sa.select(CalendarLink)
        .join(Party, Party.id == CalendarLink.person_id)
        .where(CalendarLink.token_hash == _hash(token), CalendarLink.revoked_at.is_(None))
        .where(Party.erased_at.is_(None))
    )
    if link is None:
        raise NotFound()
    from icalendar import Calendar  # dear, and asked by telephones alone

    calendar = Calendar()
    calendar.add("prodid", "-//kpa//planning//FR")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", work.instance.settings.instance.name)
    for task, is_sure in _tasks(work.session, link.person_id):
        calendar.add_component(_event(work, task, is_sure))
    return bytes(calendar.to_ical())


def _tasks(session: Session, person_id: UUID) -> list[tuple[Task, bool]]:
    mine = sa.select(Assignment.task_id).where(
        Assignment.person_id == person_id, Assignment.removed_at.is_(None)
    )
    coming = sa.select(Availability.task_id).where(
        Availability.person_id == person_id, Availability.answer == "coming"
    )
    sure = set(session.scalars(mine))
    query = (
        sa.select(Task)
        .where(sa.or_(Task.id.in_(mine), Task.id.in_(coming)), Task.cancelled_at.is_(None))
        .options(joinedload(Task.activity))
        .order_by(Task.day, Task.starts_at, Task.id)
    )
    return [(task, task.id in sure) for task in session.scalars(query)]


def _event(work: Work, task: Task, is_sure: bool) -> Event:
    settings = work.instance.settings.instance
    from icalendar import Event

    event = Event()
    event.add("uid", f"{task.id}@kpa")
    event.add("dtstamp", task.created_at)
    event.add("sequence", task.version)
    event.add("summary", f"{task.title} · {task.activity.title}")
    # In UTC, so that no reader needs a table of time zones.
    event.add("dtstart", clock.instant_of(task.day, task.starts_at, settings.timezone))
    event.add("dtend", clock.instant_of(task.last_day, task.ends_at, settings.timezone))
    event.add("status", "CONFIRMED" if is_sure else "TENTATIVE")
    event.add("url", f"{settings.base_url.rstrip('/')}/taches/{task.id}")
    if task.place:
        event.add("location", task.place)
    if not is_sure:
        event.add("description", gettext(N_("Tu as dit : je viens. Ce n'est pas encore confié.")))
    return event


def _revoke(session: Session, person_id: UUID) -> None:
    session.execute(
        sa.update(CalendarLink)
        .where(CalendarLink.person_id == person_id, CalendarLink.revoked_at.is_(None))
        .values(revoked_at=clock.now())
        .execution_options(synchronize_session=False)
    )


def _me(work: Work) -> UUID:
    work.require("account.own", Scope(person_id=work.actor.party_id))
    if work.actor.party_id is None:
        raise Refused(N_("Une personne doit demander son agenda. Connecte-toi."))
    return work.actor.party_id


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
