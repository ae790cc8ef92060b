"""Pages about contracts: prepare, sign, insure, answer, renew, end, refuse."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Response, request

from kpa_core.errors import N_, Refused
from kpa_core.members import engagements, greenlight, hosts, service
from kpa_core.members.engagements import NewEngagement
from kpa_core.members.forms import (
    NOBODY,
    NONE,
    EndForm,
    EngagementForm,
    InsureForm,
    RefuseForm,
    RenewForm,
    SignForm,
)
from kpa_core.members.models import Engagement, Party
from kpa_core.pages import Pages, current_work, download, page, say, see

STATES = {
    "draft": (N_("à signer"), "wait"),
    "signed": (N_("signé"), "ok"),
    "ended": (N_("fini"), ""),
    "refused": (N_("refusé"), "stop"),
}


def add_engagement_pages(pages: Pages) -> None:
    """Add the pages about contracts."""
    _add_reading(pages)
    _add_preparing(pages)
    _add_signing(pages)
    _add_ending(pages)


def _add_reading(pages: Pages) -> None:
    @pages.get("/contrats", needs="engagement.read", endpoint="engagements")
    def list_engagements() -> Response:
        work = current_work()
        found = [
            (engagement, work.session.get_one(Party, engagement.person_id))
            for engagement in work.session.scalars(engagements.visible_engagements(work))
        ]
        return page("members/engagements.html", found=found, states=STATES)

    @pages.get("/contrats/<uuid:engagement_id>", needs="engagement.read")
    def engagement(engagement_id: UUID) -> Response:
        work = current_work()
        found = engagements.find_engagement(work, engagement_id)
        kind = greenlight.loaded_kind(work.instance, found.kind)
        is_own = found.person_id == work.actor.party_id
        may_write = work.can("engagement.write", engagements.near(work, found))
        return page(
            "members/engagement.html",
            **_about(found),
            kind=kind,
            light=greenlight.light_of(work, found, work.today),
            questions=[
                one for one in (kind.questions if kind else ()) if one.key not in found.terms
            ],
            states=STATES,
            may_write=may_write,
            reads_all=is_own or may_write,
        )

    @pages.get("/contrats/<uuid:engagement_id>/papier", needs="engagement.read")
    def engagement_paper(engagement_id: UUID) -> Response:
        row, data = engagements.paper(current_work(), engagement_id)
        return download(data, row.media_type, "contrat.jpg", inline=True)


def _add_preparing(pages: Pages) -> None:
    @pages.form(
        "/contrats/nouveau",
        EngagementForm,
        needs="engagement.write",
        template="members/new_engagement.html",
        fill=_new,
    )
    def draft_engagement(form: EngagementForm) -> Response:
        new = NewEngagement(
            form.person_id.data,
            form.kind.data,
            form.starts_on.data,
            form.ends_on.data,
            form.carrier_id.data,
        )
        found = engagements.draft(current_work(), new)
        say(N_("Le contrat est prêt à signer."))
        return _see(found)

    @pages.post("/contrats/<uuid:engagement_id>/reponse", needs="engagement.write")
    def answer_engagement(engagement_id: UUID) -> Response:
        work = current_work()
        found = engagements.find_engagement(work, engagement_id)
        kind = greenlight.loaded_kind(work.instance, found.kind)
        key, said = request.form.get("question", ""), request.form.get("answer", "")
        if (
            kind is None
            or key not in {one.key for one in kind.questions}
            or said not in ("yes", "no")
        ):
            raise Refused(N_("Cette question n'existe pas. Rouvre la page."))
        engagements.answer(work, engagement_id, {key: said == "yes"})
        say(N_("C'est noté."))
        return _see(found)


def _add_signing(pages: Pages) -> None:
    @pages.form(
        "/contrats/<uuid:engagement_id>/signer",
        SignForm,
        needs="engagement.write",
        template="members/sign.html",
        fill=_today("signed_on"),
    )
    def sign_engagement(form: SignForm, engagement_id: UUID) -> Response:
        work = current_work()
        found = engagements.sign(work, engagement_id, form.signed_on.data, photo=form.paper.data)
        say(N_("La signature est notée."))
        return _see(found)

    @pages.form(
        "/contrats/<uuid:engagement_id>/assurer",
        InsureForm,
        needs="engagement.write",
        template="members/insure.html",
        fill=_insured,
    )
    def insure_engagement(form: InsureForm, engagement_id: UUID) -> Response:
        found = engagements.insure(
            current_work(), engagement_id, form.insured_from.data, form.insured_until.data
        )
        say(N_("L'assurance est notée."))
        return _see(found)


def _add_ending(pages: Pages) -> None:
    @pages.form(
        "/contrats/<uuid:engagement_id>/renouveler",
        RenewForm,
        needs="engagement.write",
        template="members/renew.html",
        fill=_renewed,
    )
    def renew_engagement(form: RenewForm, engagement_id: UUID) -> Response:
        found = engagements.renew(
            current_work(), engagement_id, form.ends_on.data, starts_on=form.starts_on.data
        )
        say(N_("La suite du contrat est prête à signer."))
        return _see(found)

    @pages.form(
        "/contrats/<uuid:engagement_id>/finir",
        EndForm,
        needs="engagement.write",
        template="members/end.html",
        fill=_today("ended_on"),
    )
    def end_engagement(form: EndForm, engagement_id: UUID) -> Response:
        found = engagements.end(current_work(), engagement_id, form.ended_on.data, form.reason.data)
        say(N_("La fin du contrat est notée."))
        return _see(found)

    @pages.form(
        "/contrats/<uuid:engagement_id>/refuser",
        RefuseForm,
        needs="engagement.write",
        template="members/refuse.html",
        fill=_fill,
    )
    def refuse_engagement(form: RefuseForm, engagement_id: UUID) -> Response:
        found = engagements.refuse(current_work(), engagement_id, form.reason.data)
        say(N_("Le refus est noté."))
        return _see(found)


def _see(found: Engagement) -> Response:
    return see("members.engagement", engagement_id=found.id)


def _about(found: Engagement) -> dict[str, Any]:
    session = current_work().session
    return {
        "engagement": found,
        "person": session.get_one(Party, found.person_id),
        "host": hosts.name_of(session, found.carrier_id),
    }


def _fill(engagement_id: UUID) -> dict[str, Any]:
    return _about(engagements.find_engagement(current_work(), engagement_id))


def _today(field: str) -> Any:
    def fill(engagement_id: UUID) -> dict[str, Any]:
        return {**_fill(engagement_id), "start": {field: current_work().today}}

    return fill


def _insured(engagement_id: UUID) -> dict[str, Any]:
    shown = _fill(engagement_id)
    found = shown["engagement"]
    start = {"insured_from": found.insured_from or found.starts_on}
    return {**shown, "start": {**start, "insured_until": found.insured_until}}


def _renewed(engagement_id: UUID) -> dict[str, Any]:
    shown = _fill(engagement_id)
    start = shown["engagement"].ends_on + timedelta(days=1)
    return {**shown, "start": {"starts_on": start}}


def _new() -> dict[str, Any]:
    work = current_work()
    kinds = greenlight.loaded_kinds(work.instance)
    carriers = hosts.hosts(work)
    alone = carriers[0][0] if len(carriers) == 1 else None
    reach = work.reach("engagement.write")
    may_leave_out = reach.everywhere or bool(reach.activities)
    try:
        person = UUID(request.args.get("person", ""))
    except ValueError:
        person = None
    return {
        "kinds": kinds,
        "start": {"person_id": person, "carrier_id": alone, "starts_on": work.today},
        "choices": {
            "person_id": [NOBODY, *service.names(work, "engagement.write")],
            "kind": [(kind.key, kind.label) for kind in kinds],
            "carrier_id": [*([NONE] if may_leave_out else []), *carriers],
        },
    }
