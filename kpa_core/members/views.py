"""Pages about people; those about roles, partners and contracts are in the modules beside."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from kpa_core.errors import N_
from kpa_core.members import (
    cohorts,
    engagements,
    merging,
    partners,
    portrait,
    roles,
    service,
)
from kpa_core.members.blocks import blocks
from kpa_core.members.body_views import add_body_pages
from kpa_core.members.engagement_views import add_engagement_pages
from kpa_core.members.forms import (
    NOBODY,
    ConsentForm,
    MergeForm,
    OwnCardForm,
    PersonForm,
    WelcomeForm,
)
from kpa_core.members.role_views import add_role_pages
from kpa_core.pages import Pages, current_work, page, say, see
from kpa_core.work import collect


def blueprint() -> Pages:
    """Return the pages about people and bodies."""
    pages = Pages(
        "members",
        __name__,
        scopes={
            "person_id": service.scope_of_party,
            "role_id": roles.scope_of_role,
            "partner_id": partners.scope_of_partner,
            "cohort_id": cohorts.scope_of_cohort,
            "engagement_id": engagements.scope_of_engagement,
        },
    )
    _add_reading(pages)
    _add_writing(pages)
    _add_own_card(pages)
    add_role_pages(pages)
    add_body_pages(pages)
    add_engagement_pages(pages)
    return pages


def _add_reading(pages: Pages) -> None:
    @pages.get("/membres", needs="member.list")
    def members() -> Response:
        work = current_work()
        shown = [
            {
                "person": person,
                "contact": portrait.shared_contact(work, person),
                "is_minor": work.can("minor.read", service.person_scope(work, person.id))
                and service.is_minor(work, person),
            }
            for person in service.people(work)
        ]
        return page("members/list.html", shown=shown, groups=cohorts.cohorts(work))

    @pages.get("/membres/<uuid:person_id>", needs="member.read")
    def member(person_id: UUID) -> Response:
        work = current_work()
        person = service.find_person(work, person_id)
        seen = portrait.portrait(work, person)
        offered = collect(work, "member_cards", member=service.member_ref(person))
        return page(
            "members/show.html",
            seen=seen,
            person=person,
            blocks=blocks(work, offered, seen.scope),
            titles=roles.TITLES,
            label_of=partners.label_of,
            is_own=person.id == work.actor.party_id,
        )


def _add_writing(pages: Pages) -> None:
    @pages.form(
        "/membres/nouveau",
        WelcomeForm,
        needs="member.welcome",
        template="members/welcome.html",
        fill=lambda: {"who": portrait.WHO_SEES},
    )
    def welcome(form: WelcomeForm) -> Response:
        new = service.NewPerson(
            display_name=form.display_name.data,
            family_name=form.family_name.data,
            email=form.email.data,
            phone=form.phone.data,
            birth_date=form.birth_date.data,
            language=form.language.data,
        )
        person = service.add_person(current_work(), new)
        say(N_("{name} est dans le KPA."), name=person.display_name)
        return see("members.member", person_id=person.id)

    @pages.form(
        "/membres/<uuid:person_id>/changer",
        PersonForm,
        needs="member.write",
        template="members/change.html",
        fill=_card,
    )
    def change(form: PersonForm, person_id: UUID) -> Response:
        fields = {name: form[name].data for name in service.EDITABLE if name in form}
        fields["birth_date"] = form.birth_date.data
        service.change_person(current_work(), person_id, _version(form), fields)
        say(N_("C'est noté."))
        return see("members.member", person_id=person_id)

    @pages.form(
        "/membres/<uuid:person_id>/accord",
        ConsentForm,
        needs="member.write",
        template="members/consent.html",
        fill=_person,
    )
    def consent(form: ConsentForm, person_id: UUID) -> Response:
        service.record_consent(
            current_work(),
            person_id,
            guardian_name=form.guardian_name.data,
            guardian_phone=form.guardian_phone.data,
            on=form.on.data,
        )
        say(N_("L'accord est noté."))
        return see("members.member", person_id=person_id)

    @pages.form(
        "/membres/<uuid:person_id>/reunir",
        MergeForm,
        needs="member.merge",
        template="members/merge.html",
        fill=_others,
    )
    def merge(form: MergeForm, person_id: UUID) -> Response:
        merging.merge(current_work(), person_id, form.gone_id.data)
        say(N_("Les deux fiches n'en font plus qu'une."))
        return see("members.member", person_id=person_id)


def _add_own_card(pages: Pages) -> None:
    @pages.form(
        "/moi/fiche", OwnCardForm, needs="member.own", template="members/own.html", fill=_own
    )
    def own(form: OwnCardForm) -> Response:
        fields = {name: form[name].data for name in service.OWN_FIELDS}
        service.change_own_card(current_work(), _version(form), fields)
        say(N_("C'est noté."))
        return see("accounts.me")


def _version(form: PersonForm | OwnCardForm) -> int:
    text = str(form.version.data or "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _card(person_id: UUID) -> dict[str, Any]:
    person = service.find_person(current_work(), person_id, "member.write")
    start = {name: getattr(person, name) for name in service.EDITABLE}
    return {
        "start": {**start, "version": person.version},
        "person": person,
        "who": portrait.WHO_SEES,
    }


def _own() -> dict[str, Any]:
    person = service.own_card(current_work())
    start = {name: getattr(person, name) for name in service.OWN_FIELDS}
    return {"start": {**start, "version": person.version}, "who": portrait.WHO_SEES}


def _person(person_id: UUID) -> dict[str, Any]:
    return {"person": service.find_person(current_work(), person_id, "member.write")}


def _others(person_id: UUID) -> dict[str, Any]:
    work = current_work()
    person = service.find_person(work, person_id, "member.merge")
    others = [(key, name) for key, name in service.names(work, "member.merge") if key != person_id]
    return {"person": person, "choices": {"gone_id": [NOBODY, *others]}}
