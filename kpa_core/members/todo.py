"""What a person could do next about papers: their own, and those they prepare for others."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from flask import url_for

from kpa_core.contracts import Todo
from kpa_core.errors import N_
from kpa_core.i18n import lazy, ngettext
from kpa_core.members import engagements, greenlight
from kpa_core.members.models import Engagement
from kpa_core.work import Work


def todo(work: Work) -> Iterator[Todo]:
    """Yield what waits for this person, inside a request."""
    yield from _own_papers(work)
    if work.reach("engagement.write").anywhere:
        yield from _papers_of_others(work)


def _own_papers(work: Work) -> Iterator[Todo]:
    person_id = work.actor.party_id
    if person_id is None or not work.actor.has_role("member"):
        return
    mine = greenlight.engagements_of(work.session, person_id)
    running = [one for one in mine if one.state in ("draft", "signed")]
    light = greenlight.green_light(work, person_id, work.today)
    if running and not light.ok:
        url = url_for("members.member", person_id=person_id)
        yield Todo(lazy(N_("Regarde tes papiers")), light.reason, url, order=40, kind="papier")


def _papers_of_others(work: Work) -> Iterator[Todo]:
    query = engagements.visible_engagements(work).where(
        Engagement.state.in_(("draft", "signed")),
        sa.or_(Engagement.state == "draft", Engagement.insured_from.is_(None)),
        Engagement.ends_on >= work.today,
        Engagement.person_id != work.actor.party_id,
    )
    count = len(list(work.session.scalars(query)))
    if count:
        text = ngettext(
            "{n} contrat attend une signature ou l'assurance.",
            "{n} contrats attendent une signature ou l'assurance.",
            count,
        ).format(n=count)
        url = url_for("members.engagements")
        yield Todo(lazy(N_("Finis de préparer les contrats")), text, url, order=50, kind="papier")
