"""Pages about partners and about groups of people who start together."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from kpa_core.errors import N_
from kpa_core.members import cohorts, partners, roles, service
from kpa_core.members.contact import shown_phone
from kpa_core.members.forms import (
    NOBODY,
    CohortForm,
    CohortPersonForm,
    PartnerForm,
    PartnerRoleForm,
)
from kpa_core.pages import Pages, current_work, page, say, see


def add_body_pages(pages: Pages) -> None:
    """Add the pages about partners and cohorts."""
    _add_partners(pages)
    _add_cohorts(pages)


def _add_partners(pages: Pages) -> None:
    @pages.get("/partenaires", needs="partner.read", endpoint="partners")
    def list_partners() -> Response:
        return page("members/partners.html", found=partners.partners(current_work()))

    @pages.get("/partenaires/<uuid:partner_id>", needs="partner.read")
    def partner(partner_id: UUID) -> Response:
        work = current_work()
        found = partners.find_partner(work, partner_id)
        return page(
            "members/partner.html",
            partner=found,
            phone=shown_phone(found.phone),
            history=list(partners.history(work.session, partner_id)),
            today=work.today,
        )

    @pages.form(
        "/partenaires/nouveau",
        PartnerForm,
        needs="partner.write",
        template="members/new_partner.html",
    )
    def add_partner(form: PartnerForm) -> Response:
        names = ("name", "kind", "email", "phone", "address", "postcode", "town", "siret")
        new = partners.NewPartner(**{name: form[name].data for name in names})
        found = partners.add_partner(current_work(), new)
        say(N_("{name} est noté."), name=found.display_name)
        return see("members.partner", partner_id=found.id)

    @pages.form(
        "/partenaires/<uuid:partner_id>/role",
        PartnerRoleForm,
        needs="partner.write",
        template="members/partner_role.html",
        fill=_partner,
    )
    def add_partner_role(form: PartnerRoleForm, partner_id: UUID) -> Response:
        partners.add_role(current_work(), partner_id, form.kind.data, starts_on=form.starts_on.data)
        say(N_("C'est noté."))
        return see("members.partner", partner_id=partner_id)

    @pages.post("/partenaires/roles/<uuid:role_id>/fin", needs="partner.write")
    def end_partner_role(role_id: UUID) -> Response:
        role = roles.end_role(current_work(), role_id)
        say(N_("Ce rôle est fini."))
        return see("members.partner", partner_id=role.party_id)


def _add_cohorts(pages: Pages) -> None:
    @pages.get("/groupes", needs="cohort.read", endpoint="cohorts")
    def list_cohorts() -> Response:
        return page("members/cohorts.html", cohorts=cohorts.cohorts(current_work()))

    @pages.form(
        "/groupes/nouveau", CohortForm, needs="cohort.write", template="members/new_cohort.html"
    )
    def add_cohort(form: CohortForm) -> Response:
        cohort = cohorts.add_cohort(
            current_work(), form.name.data, form.starts_on.data, form.ends_on.data
        )
        say(N_("Le groupe {name} est ouvert."), name=cohort.name)
        return see("members.cohort", cohort_id=cohort.id)

    @pages.get("/groupes/<uuid:cohort_id>", needs="cohort.read")
    def cohort(cohort_id: UUID) -> Response:
        work = current_work()
        found = cohorts.find_cohort(work, cohort_id)
        is_open = found.ends_on is None or found.ends_on > work.today
        people = cohorts.people_of(work, found)
        names_too = work.reach("member.list").anywhere  # the carrying structure sees how many
        return page(
            "members/cohort.html",
            cohort=found,
            people=people if names_too else [],
            count=len(people),
            is_open=is_open,
        )

    @pages.form(
        "/groupes/<uuid:cohort_id>/personne",
        CohortPersonForm,
        needs="cohort.write",
        template="members/cohort_person.html",
        fill=_cohort,
    )
    def place_person(form: CohortPersonForm, cohort_id: UUID) -> Response:
        cohorts.place_person(current_work(), cohort_id, form.person_id.data)
        say(N_("C'est noté."))
        return see("members.cohort", cohort_id=cohort_id)

    @pages.post("/groupes/<uuid:cohort_id>/<uuid:person_id>/retirer", needs="cohort.write")
    def remove_person(cohort_id: UUID, person_id: UUID) -> Response:
        cohorts.remove_person(current_work(), cohort_id, person_id)
        say(N_("C'est noté."))
        return see("members.cohort", cohort_id=cohort_id)

    @pages.post("/groupes/<uuid:cohort_id>/fermer", needs="cohort.write")
    def close_cohort(cohort_id: UUID) -> Response:
        closed = cohorts.close_cohort(current_work(), cohort_id)
        say(N_("Le groupe {name} est fermé. Rien n'est effacé."), name=closed.name)
        return see("members.cohort", cohort_id=cohort_id)


def _partner(partner_id: UUID) -> dict[str, Any]:
    work = current_work()
    start = {"starts_on": work.today}
    return {"partner": partners.find_partner(work, partner_id), "start": start}


def _cohort(cohort_id: UUID) -> dict[str, Any]:
    work = current_work()
    cohort = cohorts.find_cohort(work, cohort_id)
    here = {person.id for person in cohorts.people_of(work, cohort)}
    others = [one for one in service.names(work, "cohort.write") if one[0] not in here]
    return {"cohort": cohort, "choices": {"person_id": [NOBODY, *others]}}
