"""A person's engagement with a host body: prepared, signed, insured, renewed, ended or refused.

What was signed and what the insurer said are facts, written as they are; whether they make a green
light is worked out by :mod:`kpa_core.members.greenlight`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kpa_core import sessions
from kpa_core.contracts import EngagementKind, Scope
from kpa_core.errors import N_, NotFound, Refused
from kpa_core.files import StoredFile
from kpa_core.members import greenlight, hosts, roles
from kpa_core.members.models import Engagement, Party, Role
from kpa_core.work import Work


@dataclass(frozen=True)
class NewEngagement:
    """An engagement to prepare. ``terms`` are the answers that the kind's rules read."""

    person_id: UUID
    kind: str
    starts_on: date
    ends_on: date
    carrier_id: UUID | None = None
    terms: Mapping[str, Any] = field(default_factory=dict)


# --- reading --------------------------------------------------------------------------------------


def scope_of_engagement(session: Session, engagement_id: UUID) -> Scope | None:
    """Return where an engagement belongs: to the person, their activities and the carrier."""
    engagement = session.get(Engagement, engagement_id)
    return _near(session, engagement.scope, sessions.today(session)) if engagement else None


def near(work: Work, engagement: Engagement) -> Scope:
    """Return where an engagement belongs today, the activities of its person included."""
    return _near(work.session, engagement.scope, work.today)


def visible_engagements(work: Work) -> sa.Select[Engagement]:
    """Return the query of engagements the actor may see, the latest end first."""
    reach = work.reach("engagement.read")
    near = sa.select(Role.party_id).where(
        Role.activity_id.in_(reach.activities), *roles.holds(work.today)
    )
    mine = reach.where(carrier=Engagement.carrier_id, person=Engagement.person_id)
    query = sa.select(Engagement).where(sa.or_(mine, Engagement.person_id.in_(near)))
    return query.order_by(Engagement.ends_on.desc(), Engagement.id)


def find_engagement(work: Work, engagement_id: UUID) -> Engagement:
    """Return an engagement the actor may see.

    Raises:
        NotFound: there is none, or not for this actor.
    """
    found = work.session.scalar(visible_engagements(work).where(Engagement.id == engagement_id))
    if found is None:
        raise NotFound()
    return found


def paper(work: Work, engagement_id: UUID) -> tuple[StoredFile, bytes]:
    """Return the signed paper: for the person, and for who prepares contracts.

    Raises:
        NotFound: there is none, or not for this actor.
    """
    engagement = find_engagement(work, engagement_id)
    is_own = engagement.person_id == work.actor.party_id
    if engagement.paper_id is None or not (
        is_own or work.can("engagement.write", near(work, engagement))
    ):
        raise NotFound()
    row = work.session.get_one(StoredFile, engagement.paper_id)
    return row, work.instance.files.read(row)


# --- writing --------------------------------------------------------------------------------------


def draft(work: Work, new: NewEngagement) -> Engagement:
    """Prepare an engagement.

    Raises:
        Refused: its kind is not offered by a loaded plugin, or its dates are swapped.
        NotFound: there is no such person.
    """
    _kind(work, new.kind)
    _check_dates(new.starts_on, new.ends_on)
    with work.transaction() as session:
        scope = Scope(carrier_id=new.carrier_id, person_id=new.person_id)
        work.require("engagement.write", _near(session, scope, work.today))
        person = session.get(Party, new.person_id)
        if person is None or person.kind != "person" or person.erased_at or person.merged_into_id:
            raise NotFound()
        if new.carrier_id is not None and not hosts.name_of(session, new.carrier_id):
            raise NotFound()
        engagement = Engagement(
            person_id=new.person_id,
            carrier_id=new.carrier_id,
            kind=new.kind,
            starts_on=new.starts_on,
            ends_on=new.ends_on,
            terms=dict(new.terms),
            created_by=work.actor.party_id,
        )
        session.add(engagement)
        session.flush()
        _record(work, engagement, {"state": "draft", "kind": new.kind, "until": new.ends_on})
    return engagement


def sign(
    work: Work, engagement_id: UUID, signed_on: date, *, photo: bytes | None = None
) -> Engagement:
    """Note that the engagement was signed on a day; the paper's photo is kept sealed.

    Raises:
        Refused: it is not waiting for a signature, or the day is in the future.
    """
    if signed_on > work.today:
        raise Refused(N_("Ce jour n'est pas encore arrivé."), field="signed_on")
    with work.transaction() as session:
        engagement = _to_change(work, engagement_id, "draft")
        if photo is not None:
            kept = work.instance.files.keep(
                session, photo, media_type="image/jpeg", scope=engagement.scope, seal=True
            )
            engagement.paper_id = kept.id
        engagement.signed_on, engagement.state = signed_on, "signed"
        after = {"state": "signed", "signed_on": signed_on}
        _record(work, engagement, after, before={"state": "draft"})
    return engagement


def insure(
    work: Work, engagement_id: UUID, insured_from: date, insured_until: date | None = None
) -> Engagement:
    """Note the insurer's yes, from a day until another; without one, until the engagement ends.

    Raises:
        Refused: the engagement is over, or the dates are swapped.
    """
    with work.transaction():
        engagement = _to_change(work, engagement_id, "draft", "signed")
        until = insured_until or engagement.ends_on
        if until < insured_from:
            raise Refused(
                N_("La fin est avant le début. Change une des dates."), field="insured_until"
            )
        before = {
            "insured_from": engagement.insured_from,
            "insured_until": engagement.insured_until,
        }
        engagement.insured_from, engagement.insured_until = insured_from, until
        after = {"insured_from": insured_from, "insured_until": until}
        _record(work, engagement, after, before=before)
    return engagement


def answer(work: Work, engagement_id: UUID, terms: Mapping[str, Any]) -> Engagement:
    """Write answers that the kind's rules ask for; the others stay."""
    with work.transaction():
        engagement = _to_change(work, engagement_id, "draft", "signed")
        before = engagement.terms
        engagement.terms = {**before, **terms}
        known = sorted(name for name in terms if name in before)
        _record(work, engagement, {"terms": sorted(terms)}, before={"terms": known})
    return engagement


def renew(
    work: Work, engagement_id: UUID, ends_on: date, *, starts_on: date | None = None
) -> Engagement:
    """Prepare what follows an engagement, from the day after its end unless said.

    Raises:
        Refused: it was not signed, is renewed already, or its kind cannot be.
    """
    with work.transaction() as session:
        before = _to_change(work, engagement_id, "signed")
        if not _kind(work, before.kind).renewable:
            raise Refused(N_("Ce contrat ne se renouvelle pas."))
        followed = sa.select(Engagement.id).where(
            Engagement.renews_id == before.id, Engagement.state != "refused"
        )
        if session.scalar(followed) is not None:
            raise Refused(N_("Ce contrat est déjà renouvelé."))
        start = starts_on or before.ends_on + timedelta(days=1)
        if start <= before.starts_on:
            raise Refused(N_("La suite commence après le début du contrat."), field="starts_on")
        new = NewEngagement(
            before.person_id, before.kind, start, ends_on, before.carrier_id, before.terms
        )
        engagement = draft(work, new)
        engagement.renews_id = before.id
        engagement.renewal_number = before.renewal_number + 1
        session.flush()
    return engagement


def end(work: Work, engagement_id: UUID, ended_on: date, reason: str = "") -> Engagement:
    """End a signed engagement early; ``ended_on`` is its last day.

    Raises:
        Refused: it is not running, or the day lies outside it.
    """
    with work.transaction():
        engagement = _to_change(work, engagement_id, "signed")
        if not engagement.starts_on <= ended_on <= engagement.ends_on:
            raise Refused(N_("Choisis un jour entre le début et la fin."), field="ended_on")
        engagement.ended_on, engagement.state = ended_on, "ended"
        engagement.end_reason = reason.strip()
        after = {"state": "ended", "ended_on": ended_on}
        _record(work, engagement, after, before={"state": "signed"})
    return engagement


def refuse(work: Work, engagement_id: UUID, reason: str) -> Engagement:
    """Note that the host or the insurer said no; the light stays off.

    Raises:
        Refused: it is over already, or no reason is given.
    """
    if not reason.strip():
        raise Refused(N_("Dis pourquoi : la personne doit le savoir."), field="reason")
    with work.transaction():
        engagement = _to_change(work, engagement_id, "draft", "signed")
        before = {"state": engagement.state}
        engagement.state, engagement.end_reason = "refused", reason.strip()
        _record(work, engagement, {"state": "refused"}, before=before)
    return engagement


def _to_change(work: Work, engagement_id: UUID, *states: str) -> Engagement:
    engagement = work.session.get(Engagement, engagement_id, with_for_update=True)
    if engagement is None:
        raise NotFound()
    work.require("engagement.write", near(work, engagement))
    if engagement.state not in states:
        raise Refused(N_("Ce contrat n'en est plus là. Rouvre sa page."))
    return engagement


def _near(session: Session, scope: Scope, day: date) -> Scope:
    assert scope.person_id is not None
    return replace(scope, activities=roles.activities_of(session, scope.person_id, day))


def _kind(work: Work, key: str) -> EngagementKind:
    kind = greenlight.loaded_kind(work.instance, key)
    if kind is None:
        raise Refused(
            N_("Le module qui connaît les règles du contrat « {kind} » n'est pas là."),
            field="kind",
            kind=key,
        )
    return kind


def _check_dates(starts_on: date, ends_on: date) -> None:
    if ends_on < starts_on:
        raise Refused(N_("La fin est avant le début. Change une des dates."), field="ends_on")


def _record(
    work: Work,
    engagement: Engagement,
    after: dict[str, Any],
    before: dict[str, Any] | None = None,
) -> None:
    work.session.flush()
    work.record("engagement.write", engagement, scope=engagement.scope, before=before, after=after)
