"""What plugins ask about people and contracts: frozen facts, for the actor's own reach.

Each function takes the work of a page, of a job, or the one a hook was lent.
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core.contracts import EngagementFacts, PersonFacts, PersonNames, PluginWork, Scope
from kpa_core.errors import NotFound
from kpa_core.members import engagements as contracts
from kpa_core.members import greenlight, hosts, roles, service
from kpa_core.members.greenlight import GreenLight
from kpa_core.members.models import Engagement, Party
from kpa_core.work import Work, lender


def person_facts(work: Work | PluginWork, person_id: UUID) -> PersonFacts:
    """Return what an engagement's rules may know of a person; rights are the caller's matter.

    Raises:
        NotFound: there is no such person.
    """
    core = lender(work)
    party = core.session.get(Party, person_id)
    if party is None or party.kind != "person":
        raise NotFound()
    return service.person_facts(core, party)


def names_of_everyone(work: Work | PluginWork) -> list[PersonNames]:
    """Return the names of every person with a card, to look for them in a text; never to show.

    Cards that were joined keep their own spelling, under the id of the one that stays.
    """
    core = lender(work)
    query = sa.select(Party).where(Party.kind == "person", Party.erased_at.is_(None))
    return [
        PersonNames(
            one.merged_into_id or one.id,
            one.display_name,
            one.family_name,
            service.is_minor(core, one),
        )
        for one in core.session.scalars(query.order_by(Party.id))
    ]


def engagements(
    work: Work | PluginWork, person_id: UUID | None = None, *, everyone: bool = False
) -> list[EngagementFacts]:
    """Return the engagements the actor may see, those of one person if given, by their end.

    Those of people who had their data erased are left out. ``everyone`` leaves the actor's reach
    aside: for counts, never to show.
    """
    core = lender(work)
    query = sa.select(Engagement) if everyone else contracts.visible_engagements(core)
    query = query.where(Engagement.person_id.in_(_still_here()))
    if person_id is not None:
        query = query.where(Engagement.person_id == person_id)
    found = core.session.scalars(query.order_by(None).order_by(Engagement.ends_on, Engagement.id))
    return [greenlight.facts_of(core.session, one) for one in found]


def green_light(work: Work | PluginWork, person_id: UUID, day: date) -> GreenLight:
    """Return whether a person may do paid work on a day; rights are the caller's matter.

    Raises:
        NotFound: there is no such person.
    """
    return greenlight.green_light(lender(work), person_id, day)


def referents_of(work: Work | PluginWork, person_id: UUID) -> list[UUID]:
    """Return who looks after a person today: the referents of their activities, else animators."""
    core = lender(work)
    found: set[UUID] = set()
    for activity_id in roles.activities_of(core.session, person_id, core.today):
        found.update(roles.holders(core.session, "referent", core.today, activity_id))
    found.update(roles.holders(core.session, "referent", core.today))
    found.discard(person_id)
    return sorted(found or set(roles.holders(core.session, "animator", core.today)) - {person_id})


def people_seen(work: Work | PluginWork, capability: str) -> sa.Select[UUID]:
    """Return the query of the ids of people the actor may see, those of joined cards too."""
    seen = service.visible_people(lender(work), capability).with_only_columns(Party.id)
    now = sa.func.coalesce(Party.merged_into_id, Party.id)
    return sa.select(Party.id).where(now.in_(seen))


def scope_of_person(session: Session, person_id: UUID) -> Scope | None:
    """Return where a person belongs, after any joining of cards."""
    party = session.get(Party, person_id)
    return service.scope_of_party(session, party.merged_into_id or party.id) if party else None


def carriers(work: Work | PluginWork, capability: str) -> list[tuple[UUID, str]]:
    """Return the carriers where the actor holds ``capability``, as (id, name), by name."""
    return hosts.hosts(lender(work), capability)


def carrier_name(work: Work | PluginWork, carrier_id: UUID | None) -> str:
    """Return a carrier's name, or an empty text."""
    return hosts.name_of(lender(work).session, carrier_id)


def _still_here() -> sa.Select[UUID]:
    return sa.select(Party.id).where(Party.erased_at.is_(None))
