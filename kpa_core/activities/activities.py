"""What a group tries: propose it, carry it along, say who is in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core.activities.models import ACTIVITY_STATES, Activity, Order
from kpa_core.activities.scopes import find_activity, visible_activities
from kpa_core.contracts import PluginWork, Scope
from kpa_core.errors import N_, Conflict, Refused
from kpa_core.members.roles import give_role
from kpa_core.work import Work, lender

UNDER_WAY = ("quoted", "accepted", "done", "invoiced", "paid")
"""Where an order's papers or money are at the body that invoices, and not shared yet."""

EDITABLE = ("title", "kind", "description", "grant_funded")

STATE_LABELS = {
    "idea": N_("Idée"),
    "prototype": N_("Prototype"),
    "offer": N_("Offre"),
    "running": N_("En marche"),
    "review": N_("Bilan"),
    "archived": N_("Archivée"),
}


@dataclass(frozen=True)
class NewActivity:
    """What is asked to start: a title is enough. ``kind`` is a plugin's activity type."""

    title: str
    kind: str = ""
    description: str = ""
    grant_funded: bool = False


def listed_activities(
    work: Work, capability: str = "activity.read", *, archived: bool = False
) -> list[Activity]:
    """Return the activities by title: all for whoever may see the list, else those of one right."""
    if not work.reach("activity.list").anywhere:
        query = visible_activities(work, capability)
    else:
        query = sa.select(Activity)
    if not archived:
        query = query.where(Activity.state != "archived")
    return list(work.session.scalars(query.order_by(Activity.title, Activity.id)))


def activities_for(work: Work | PluginWork, capability: str) -> list[Activity]:
    """Return the live activities where the actor holds a capability, by title."""
    query = visible_activities(lender(work), capability).where(Activity.state != "archived")
    return list(work.session.scalars(query.order_by(Activity.title, Activity.id)))


def propose_activity(work: Work, new: NewActivity) -> Activity:
    """Start an activity as an idea; a member who proposes it is in it from today.

    Raises:
        Refused: no title, or a kind no plugin brings.
        Conflict: the title is taken.
    """
    with work.transaction() as session:
        work.require("activity.propose")
        activity = Activity(
            title=_title(session, new.title),
            kind=_kind(work, new.kind),
            description=new.description.strip(),
            grant_funded=new.grant_funded,
            created_by=work.actor.party_id,
        )
        session.add(activity)
        session.flush()
        if work.actor.party_id is not None and work.actor.has_role("member"):
            give_role(
                work,
                work.actor.party_id,
                "participant",
                starts_on=work.today,
                activity_id=activity.id,
            )
        work.record(
            "activity.propose", activity, scope=activity.scope, after={"title": activity.title}
        )
    return activity


def change_activity(
    work: Work, activity_id: UUID, version: int, changes: Mapping[str, Any]
) -> Activity:
    """Change fields named in ``EDITABLE``.

    Raises:
        Conflict: someone else changed it in between, or the title is taken.
    """
    with work.transaction() as session:
        activity = find_activity(work, activity_id, "activity.write")
        if activity.version != version:
            raise Conflict(
                N_("Quelqu'un d'autre a changé cette activité. Rouvre-la, puis recommence.")
            )
        kept = {name: changes[name] for name in EDITABLE if name in changes}
        before = {name: getattr(activity, name) for name in kept}
        if "title" in kept:
            kept["title"] = _title(session, kept["title"], activity.id)
        if "kind" in kept and kept["kind"] != activity.kind:
            kept["kind"] = _kind(work, kept["kind"])
        for name, value in kept.items():
            setattr(activity, name, value)
        work.record("activity.write", activity, scope=activity.scope, before=before, after=kept)
    return activity


def set_state(work: Work, activity_id: UUID, state: str) -> Activity:
    """Say where an activity is; archiving it, or taking it back, is for its referents.

    Raises:
        Refused: there is no such state.
    """
    if state not in ACTIVITY_STATES:
        raise Refused(N_("L'état {state!r} n'existe pas."), field="state", state=state)
    with work.transaction():
        activity = find_activity(work, activity_id, "activity.write")
        capability = "activity.write"
        if "archived" in (state, activity.state):
            capability = "activity.publish"
            work.require(capability, activity.scope)
        before, activity.state = activity.state, state
        work.record(
            capability,
            activity,
            scope=activity.scope,
            before={"state": before},
            after={"state": state},
        )
    return activity


def set_carrier(work: Work, activity_id: UUID, carrier_id: UUID | None) -> Activity:
    """Say which body invoices for an activity; the caller knows that it exists.

    Raises:
        Denied: the actor does not choose this body.
        Refused: orders are under way with the body of now.
    """
    with work.transaction() as session:
        activity = find_activity(work, activity_id, "carrier.choose")
        if carrier_id is not None:
            work.require("carrier.choose", Scope(activity.id, carrier_id))
        before = activity.carrier_id
        if before is not None and before != carrier_id:
            _check_none_under_way(session, activity)
        activity.carrier_id = carrier_id
        work.record(
            "carrier.choose",
            activity,
            scope=activity.scope,
            before={"carrier": before},
            after={"carrier": carrier_id},
        )
    return activity


def _check_none_under_way(session: Session, activity: Activity) -> None:
    query = sa.select(Order.reference).where(Order.activity_id == activity.id)
    found = list(
        session.scalars(query.where(Order.state.in_(UNDER_WAY)).order_by(Order.id).limit(5))
    )
    if found:
        raise Refused(
            N_(
                "Des commandes sont en cours avec cette maison : {references}. "
                "Termine leur partage ou annule-les, puis change de maison."
            ),
            field="carrier_id",
            references=", ".join(found),
        )


def kind_label(work: Work, kind: str) -> str:
    """Return the name of a kind of activity, as its plugin says it."""
    found = work.instance.registered.activity_types.get(kind)
    return str(found[1].label) if found else kind


def _title(session: Session, text: str, own_id: UUID | None = None) -> str:
    title = " ".join(text.split())
    if not title:
        raise Refused(N_("Il manque le nom de l'activité."), field="title")
    same = session.scalar(sa.select(Activity.id).where(Activity.title == title))
    if same is not None and same != own_id:
        raise Conflict(
            N_("Une activité s'appelle déjà « {title} ». Choisis un autre nom."),
            field="title",
            title=title,
        )
    return title


def _kind(work: Work, kind: str) -> str:
    if kind and kind not in work.instance.registered.activity_types:
        raise Refused(N_("Aucun module ne connaît le type {kind!r}."), field="kind", kind=kind)
    return kind
