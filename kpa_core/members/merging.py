"""Two cards of the same person become one. Documents keep the party they were written for."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core.contracts import Scope
from kpa_core.errors import N_, NotFound, Refused
from kpa_core.i18n import gettext
from kpa_core.members import roles, service
from kpa_core.members.models import CohortMember, Engagement, Party, Role
from kpa_core.work import Work

FILLED = ("family_name", "email", "phone", "address", "postcode", "town", "skills", "birth_sealed")
"""What the kept card takes over where it has nothing."""


def merge(work: Work, kept_id: UUID, gone_id: UUID) -> Party:
    """Join the card ``gone_id`` into ``kept_id``: roles, cohorts and engagements move.

    Raises:
        Refused: the same card twice, another kind of party, one's own card, or a role the actor
            could not give (joining cards must not be a way to take rights).
        NotFound: one of them is absent, joined already or erased.
    """
    with work.transaction() as session:
        kept, gone = _party(session, kept_id), _party(session, gone_id)
        for one in (kept, gone):
            work.require("member.merge", service.person_scope(work, one.id))
        _check(work, kept, gone)
        moved = _move_roles(session, kept.id, gone.id)
        _move_cohorts(session, kept.id, gone.id)
        _point(session, Engagement.person_id, kept.id, gone.id)
        _point(session, Party.guardian_id, kept.id, gone.id)
        _point(session, Party.merged_into_id, kept.id, gone.id)
        _fill(kept, gone)
        gone.merged_into_id = kept.id
        after = {"joined": gone.id}
        work.record("member.merge", kept, scope=Scope(person_id=kept.id), after=after)
        session.flush()
        for role in moved:
            roles.tell_given(work, role)
    return kept


def current(session: Session, party_id: UUID) -> Party:
    """Return the card a party lives on now, after any joining.

    Raises:
        NotFound: there is none.
    """
    party = session.get(Party, party_id)
    if party is not None and party.merged_into_id is not None:
        party = session.get(Party, party.merged_into_id)
    if party is None:
        raise NotFound()
    return party


def _party(session: Session, party_id: UUID) -> Party:
    party = session.get(Party, party_id)
    if party is None or party.merged_into_id is not None or party.erased_at is not None:
        raise NotFound()
    return party


def _check(work: Work, kept: Party, gone: Party) -> None:
    if kept.id == gone.id or kept.kind != gone.kind:
        raise Refused(N_("Choisis deux fiches de la même personne."), field="gone_id")
    if work.actor.party_id in (kept.id, gone.id):
        raise Refused(N_("On ne réunit pas sa propre fiche. Demande à une autre personne."))
    held = roles.grants_of(work.session, gone.id, work.today)
    held += roles.grants_of(work.session, kept.id, work.today)
    for grant in held:
        if not roles.may_grant(work, grant):
            raise Refused(
                N_("Une des fiches a un rôle que tu ne donnes pas : {role}. Termine-le d'abord."),
                role=gettext(roles.TITLES[grant.role]),
            )


def _move_roles(session: Session, kept_id: UUID, gone_id: UUID) -> list[Role]:
    moved = []
    mine = {_place(role) for role in session.scalars(_of(kept_id)) if role.ends_on is None}
    for role in list(session.scalars(_of(gone_id))):
        if role.ends_on is None and _place(role) in mine:
            session.delete(role)  # the kept card holds the very same role
        else:
            role.party_id = kept_id
            moved.append(role)
    return moved


def _of(party_id: UUID) -> sa.Select[Role]:
    return sa.select(Role).where(Role.party_id == party_id)


def _place(role: Role) -> tuple[str, UUID | None, UUID | None]:
    return role.kind, role.activity_id, role.carrier_id


def _move_cohorts(session: Session, kept_id: UUID, gone_id: UUID) -> None:
    query = sa.select(CohortMember).where(CohortMember.party_id.in_((kept_id, gone_id)))
    places = list(session.scalars(query))
    mine = {place.cohort_id for place in places if place.party_id == kept_id}
    for place in places:
        if place.party_id == gone_id and place.cohort_id in mine:
            session.delete(place)
        else:
            place.party_id = kept_id


def _point(
    session: Session, column: sa.orm.InstrumentedAttribute[UUID | None], kept: UUID, gone: UUID
) -> None:
    session.execute(
        sa.update(column.class_)
        .where(column == gone)
        .values({column.key: kept})
        .execution_options(synchronize_session="fetch")
    )


def _fill(kept: Party, gone: Party) -> None:
    for name in FILLED:
        if not getattr(kept, name):
            setattr(kept, name, getattr(gone, name))
    if kept.guardian_consent_on is None:
        kept.guardian_id = gone.guardian_id
        kept.guardian_consent_on = gone.guardian_consent_on
    gone.email = gone.phone = ""  # one way to reach a person leads to one card
