"""Groups of people who start together: a summer cohort has an end, its history stays."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core.contracts import INSTANCE, Scope
from kpa_core.errors import N_, Conflict, NotFound, Refused
from kpa_core.members.models import Cohort, CohortMember, Party
from kpa_core.work import Work


def scope_of_cohort(session: Session, cohort_id: UUID) -> Scope | None:
    """Return where a cohort belongs: to the KPA."""
    return INSTANCE if session.get(Cohort, cohort_id) else None


def cohorts(work: Work) -> list[Cohort]:
    """Return every cohort the actor may see, the newest first."""
    if not work.can("cohort.read"):
        return []
    query = sa.select(Cohort).order_by(Cohort.starts_on.desc(), Cohort.id)
    return list(work.session.scalars(query))


def find_cohort(work: Work, cohort_id: UUID) -> Cohort:
    """Return one cohort.

    Raises:
        NotFound: there is none, or not for this actor.
    """
    found = work.get(Cohort, cohort_id, "cohort.read", lambda _: INSTANCE)
    assert isinstance(found, Cohort)
    return found


def people_of(work: Work, cohort: Cohort) -> list[Party]:
    """Return who is in a cohort, by name."""
    query = sa.select(Party).join(CohortMember, CohortMember.party_id == Party.id)
    query = query.where(CohortMember.cohort_id == cohort.id, Party.merged_into_id.is_(None))
    return list(work.session.scalars(query.order_by(Party.display_name, Party.id)))


def add_cohort(work: Work, name: str, starts_on: date, ends_on: date | None = None) -> Cohort:
    """Open a group; with an end it is seasonal.

    Raises:
        Refused: no name, or the end is before the start.
        Conflict: the name is taken.
    """
    name = " ".join(name.split())
    if not name:
        raise Refused(N_("Il manque le nom du groupe."), field="name")
    if ends_on is not None and ends_on < starts_on:
        raise Refused(N_("La fin est avant le début. Change une des dates."), field="ends_on")
    with work.transaction() as session:
        work.require("cohort.write")
        if session.scalar(sa.select(Cohort.id).where(Cohort.name == name)):
            raise Conflict(N_("Un groupe s'appelle déjà « {name} »."), field="name", name=name)
        cohort = Cohort(
            name=name, starts_on=starts_on, ends_on=ends_on, created_by=work.actor.party_id
        )
        session.add(cohort)
        session.flush()
        work.record("cohort.write", cohort, after={"starts_on": starts_on, "ends_on": ends_on})
    return cohort


def close_cohort(work: Work, cohort_id: UUID) -> Cohort:
    """Close a group today; who was in it stays written."""
    with work.transaction():
        work.require("cohort.write")
        cohort = find_cohort(work, cohort_id)
        cohort.ends_on = max(work.today, cohort.starts_on)
        work.record("cohort.write", cohort, after={"ends_on": cohort.ends_on})
    return cohort


def place_person(work: Work, cohort_id: UUID, party_id: UUID) -> None:
    """Put a person in a group; twice changes nothing.

    Raises:
        NotFound: there is no such group or person.
    """
    with work.transaction() as session:
        work.require("cohort.write")
        cohort = find_cohort(work, cohort_id)
        party = session.get(Party, party_id)
        if party is None or party.kind != "person" or party.merged_into_id is not None:
            raise NotFound()
        place = sa.select(CohortMember.id).where(
            CohortMember.cohort_id == cohort_id, CohortMember.party_id == party_id
        )
        if session.scalar(place) is None:
            session.add(
                CohortMember(cohort_id=cohort_id, party_id=party_id, created_by=work.actor.party_id)
            )
            work.record("cohort.write", cohort, scope=Scope(person_id=party_id), after={"in": True})


def remove_person(work: Work, cohort_id: UUID, party_id: UUID) -> None:
    """Take a person out of a group they were put in by mistake."""
    with work.transaction() as session:
        work.require("cohort.write")
        cohort = find_cohort(work, cohort_id)
        gone = sa.delete(CohortMember).where(
            CohortMember.cohort_id == cohort_id, CohortMember.party_id == party_id
        )
        session.execute(gone)
        work.record("cohort.write", cohort, scope=Scope(person_id=party_id), after={"in": False})
