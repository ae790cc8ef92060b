"""Dated roles: who holds them, who may give them, how they end.

Nobody gives a right they could not give, nobody raises themself, and an activity never loses its
last referent. Ends are exclusive: a role that ends today is gone at once.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core.contracts import Actor, Grant, Scope
from kpa_core.errors import N_, NotFound, Refused
from kpa_core.members import hosts
from kpa_core.members.models import Party, Role
from kpa_core.work import Work

GRANTED_BY = {
    "participant": "role.grant.participant",
    "member": "role.grant.member",
    "referent": "role.grant.referent",
    "treasurer": "role.grant.treasurer",
    "animator": "role.grant.instance",
    "host": "role.grant.instance",
    "supporter": "role.grant.instance",
    "admin": "role.grant.instance",
}
"""Each role that gives rights, and the capability to give it."""

TITLES = {
    "participant": N_("Participe à une activité"),
    "member": N_("Membre"),
    "referent": N_("Référent·e"),
    "treasurer": N_("Trésorier·e"),
    "animator": N_("Animateur·rice"),
    "host": N_("Maison qui facture"),
    "supporter": N_("Structure porteuse"),
    "admin": N_("Gère la machine"),
}

PARTNER = "partner."
"""What the kind of a partner's role starts with; such a role gives no right."""


def capability_for(kind: str) -> str:
    """Return the capability that gives this kind of role.

    Raises:
        Refused: nobody gives it.
    """
    if kind.startswith(PARTNER):
        return "partner.write"
    if kind not in GRANTED_BY:
        raise Refused(N_("Le rôle {kind!r} n'existe pas."), field="kind", kind=kind)
    return GRANTED_BY[kind]


def holds(day: date | sa.BindParameter[date]) -> tuple[sa.ColumnElement[bool], ...]:
    """Return the conditions of a role that holds on a day."""
    return Role.starts_on <= day, sa.or_(Role.ends_on.is_(None), Role.ends_on > day)


_ROLES = (  # written once: every page asks it
    sa.select(Role)
    .where(Role.party_id == sa.bindparam("party"), *holds(sa.bindparam("day", type_=sa.Date)))
    .order_by(Role.kind, Role.id)
)


def roles_of(session: Session, party_id: UUID, day: date) -> list[Role]:
    """Return the roles a party holds on a day."""
    return list(session.scalars(_ROLES, {"party": party_id, "day": day}))


def grants_of(session: Session, party_id: UUID, day: date) -> tuple[Grant, ...]:
    """Return what a person's roles give on a day."""
    return tuple(
        Grant(role.kind, role.activity_id, role.carrier_id)
        for role in roles_of(session, party_id, day)
        if role.kind in GRANTED_BY
    )


def activities_of(session: Session, party_id: UUID, day: date) -> frozenset[UUID]:
    """Return the activities a party has a role in on a day."""
    query = sa.select(Role.activity_id).where(Role.party_id == party_id, *holds(day))
    return frozenset(filter(None, session.scalars(query)))


def holders(session: Session, kind: str, day: date, activity_id: UUID | None = None) -> list[UUID]:
    """Return the parties that hold a role on a day, in one activity or in the whole KPA."""
    query = sa.select(Role.party_id).where(Role.kind == kind, *holds(day), _is(activity_id))
    return list(session.scalars(query.order_by(Role.party_id)))


def held(
    session: Session,
    party_id: UUID,
    kind: str,
    day: date,
    *,
    activity_id: UUID | None = None,
    carrier_id: UUID | None = None,
) -> Role | None:
    """Return this very role if the party holds it on a day."""
    query = sa.select(Role).where(Role.party_id == party_id, Role.kind == kind, *holds(day))
    carrier = Role.carrier_id == carrier_id if carrier_id else Role.carrier_id.is_(None)
    return session.scalar(query.where(_is(activity_id), carrier).limit(1))


def may_grant(work: Work, role: Role | Grant, by: Actor | None = None) -> bool:
    """Tell whether the actor, or ``by``, could give such a role to someone else."""
    kind = role.kind if isinstance(role, Role) else role.role
    place = _place(work.session, kind, role.activity_id, role.carrier_id)
    reach = work.instance.rights.reach(by or work.actor, capability_for(kind))
    return reach.covers(place)


def could_grant(work: Work, party_id: UUID, role: Grant) -> bool:
    """Tell whether a person could give such a role today."""
    grants = grants_of(work.session, party_id, work.today)
    return may_grant(work, role, Actor("person", "", party_id=party_id, grants=grants))


def may_stand_in(work: Work, party_id: UUID) -> bool:
    """Tell whether the actor may hand this person a way in, and so act in their place.

    Only who could give every role of the person may, those to come too: otherwise a card would be
    a way to raise oneself.
    """
    if work.actor.party_id == party_id:
        return True
    query = sa.select(Role).where(Role.party_id == party_id, Role.kind.in_(GRANTED_BY))
    query = query.where(_not_over(work.today))
    return all(may_grant(work, role) for role in work.session.scalars(query))


def give_role(
    work: Work,
    party_id: UUID,
    kind: str,
    *,
    starts_on: date,
    activity_id: UUID | None = None,
    carrier_id: UUID | None = None,
    ends_on: date | None = None,
    note: str = "",
) -> Role:
    """Give a dated role, in the current transaction; rights are checked by the caller."""
    with work.transaction() as session:
        place = {"activity_id": activity_id, "carrier_id": carrier_id}
        already = held(session, party_id, kind, starts_on, **place)
        if already is not None:
            return already
        role = Role(
            party_id=party_id,
            kind=kind,
            starts_on=starts_on,
            ends_on=ends_on,
            note=note,
            created_by=work.actor.party_id,
            **place,
        )
        session.add(role)
        session.flush()
    return role


def grant(
    work: Work,
    party_id: UUID,
    kind: str,
    *,
    activity_id: UUID | None = None,
    carrier_id: UUID | None = None,
    starts_on: date | None = None,
    ends_on: date | None = None,
    note: str = "",
) -> Role:
    """Give a role to someone else, from today unless said.

    Raises:
        Denied: the actor may not give this role there.
        Refused: it is for oneself, lacks its activity or carrier, or its dates are swapped.
    """
    capability, day = capability_for(kind), starts_on or work.today
    place = {"activity_id": activity_id, "carrier_id": carrier_id}
    with work.transaction() as session:
        work.require(capability, _place(session, kind, activity_id, carrier_id))
        _check_party(session, party_id, kind)
        _check_grant(work, party_id, kind, day, ends_on, **place)
        already = held(session, party_id, kind, day, **place)
        role = give_role(work, party_id, kind, starts_on=day, ends_on=ends_on, note=note, **place)
        if role is not already:
            after = {"role": kind, "starts_on": day, "ends_on": ends_on}
            work.record(capability, role, scope=_scope(role), after=after)
            tell_given(work, role)
    return role


def tell_given(work: Work, role: Role) -> None:
    """Tell the rooms above that a person has a role they had not, in the current transaction."""
    is_over = role.ends_on is not None and role.ends_on <= work.today
    if role.kind in GRANTED_BY and not is_over:
        given = Grant(role.kind, role.activity_id, role.carrier_id)
        for feature in work.instance.features:
            feature.role_given(work, role.party_id, given)


def end_role(work: Work, role_id: UUID) -> Role:
    """End a role today; everyone may lay down their own.

    Raises:
        Denied: the actor may not give this role, so cannot take it.
        Refused: it is the last referent of an activity.
    """
    with work.transaction() as session:
        role = session.get(Role, role_id)
        if role is None:
            raise NotFound()
        capability = capability_for(role.kind)
        if role.party_id != work.actor.party_id or role.kind not in GRANTED_BY:
            place = _place(session, role.kind, role.activity_id, role.carrier_id)
            work.require(capability, place)
        _end(work, role)
    return role


def end_all_roles(work: Work, party_id: UUID) -> None:
    """End every role a party holds or will hold; rights are checked by the caller.

    Raises:
        Refused: the party is the last referent of an activity.
    """
    query = sa.select(Role).where(Role.party_id == party_id, _not_over(work.today))
    with work.transaction() as session:
        for role in list(session.scalars(query.order_by(Role.id))):
            _end(work, role)


def scope_of_role(session: Session, role_id: UUID) -> Scope | None:
    """Return where a role belongs."""
    role = session.get(Role, role_id)
    if role is None:
        return None
    place = _place(session, role.kind, role.activity_id, role.carrier_id)
    return replace(place, person_id=role.party_id)


def _place(session: Session, kind: str, activity_id: UUID | None, carrier_id: UUID | None) -> Scope:
    """Return where the right to give a role is asked: a treasurer's, at the activity's carrier."""
    if kind == "treasurer":
        carrier_id = hosts.carrier_of(session, activity_id)
    return Scope(activity_id, carrier_id)


def _end(work: Work, role: Role) -> None:
    if role.kind == "referent" and role.starts_on <= work.today:
        _check_not_the_last(work, role)
    before = {"ended": role.ends_on}
    role.ends_on = max(work.today, role.starts_on)
    after = {"role": role.kind, "ended": role.ends_on}
    work.record(capability_for(role.kind), role, scope=_scope(role), before=before, after=after)


def _check_not_the_last(work: Work, role: Role) -> None:
    # Rows are locked, so that two referents leaving at once do not both count the other.
    query = sa.select(Role).where(Role.kind == "referent", *holds(work.today))
    query = query.where(_is(role.activity_id)).order_by(Role.id)
    query = query.with_for_update().execution_options(populate_existing=True)
    others = [one for one in work.session.scalars(query) if one.party_id != role.party_id]
    if not others:
        raise Refused(N_("C'est la dernière personne référente. Nommes-en une autre d'abord."))


def _check_party(session: Session, party_id: UUID, kind: str) -> None:
    party = session.get(Party, party_id)
    if party is None or party.merged_into_id is not None or party.erased_at is not None:
        raise NotFound()
    if kind in GRANTED_BY and party.kind != "person":
        raise Refused(N_("Ce rôle est pour une personne, pas pour une structure."), field="kind")


def _check_grant(
    work: Work,
    party_id: UUID,
    kind: str,
    starts_on: date,
    ends_on: date | None,
    *,
    activity_id: UUID | None,
    carrier_id: UUID | None,
) -> None:
    if kind in GRANTED_BY and party_id == work.actor.party_id:
        raise Refused(
            N_("On ne se donne pas un rôle à soi-même. Demande à une autre personne."), field="kind"
        )
    if kind == "participant" and activity_id is None:
        raise Refused(N_("Choisis l'activité où cette personne entre."), field="activity_id")
    if kind == "host" and carrier_id is None:
        raise Refused(N_("Choisis la maison qui facture."), field="carrier_id")
    if kind == "referent" and ends_on is not None:
        raise Refused(
            N_("Une personne référente n'a pas de fin prévue. Termine son rôle le jour venu."),
            field="ends_on",
        )
    if ends_on is not None and ends_on < starts_on:
        raise Refused(N_("La fin est avant le début. Change une des dates."), field="ends_on")


def _scope(role: Role) -> Scope:
    return Scope(role.activity_id, role.carrier_id, role.party_id)


def _not_over(day: date) -> sa.ColumnElement[bool]:
    return sa.or_(Role.ends_on.is_(None), Role.ends_on > day)


def _is(activity_id: UUID | None) -> sa.ColumnElement[bool]:
    return Role.activity_id == activity_id if activity_id else Role.activity_id.is_(None)
