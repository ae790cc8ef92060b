"""Partners with dated roles from an open list, and groups that close without losing anything."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kpa_core.errors import Conflict, Refused
from kpa_core.members import cohorts, partners, roles
from kpa_core.members.partners import NewPartner
from kpa_core.work import Denied


def test_a_partner_has_roles_in_any_words(kpa):
    with kpa.work(kpa.person("Ali", "animator")) as work:
        body = partners.add_partner(work, NewPartner("Maison de quartier", "Porteuse"))
        partners.add_role(work, body.id, "lieu")
        partners.add_role(work, body.id, "prête le four")
        ((found, held),) = partners.partners(work)
    assert found.id == body.id
    assert [one.label for one in held] == ["Structure porteuse", "Lieu d'accueil", "Prête le four"]


def test_a_role_that_ended_is_history(kpa):
    with kpa.work(kpa.person("Ali", "animator")) as work:
        body = partners.add_partner(work, NewPartner("ANIS", "porteuse"))
        (role,) = partners.history(work.session, body.id)
        roles.end_role(work, role.id)
        assert partners.partners(work) == []
        (kept,) = partners.history(work.session, body.id)
        assert kept.ends_on == work.today


REFUSED = {
    "no name": (NewPartner(" ", "lieu"), "name"),
    "no role": (NewPartner("ANIS", " "), "kind"),
    "a long role": (NewPartner("ANIS", "x" * 41), "kind"),
    "a wrong SIRET": (NewPartner("ANIS", "lieu", siret="12345678901234"), "siret"),
    "a wrong mail": (NewPartner("ANIS", "lieu", email="anis"), "email"),
}


@pytest.mark.parametrize(("new", "field"), REFUSED.values(), ids=REFUSED)
def test_wrong_partners_are_refused_beside_their_field_and_nothing_is_written(kpa, new, field):
    with kpa.work(kpa.person("Ali", "animator")) as work:
        with pytest.raises(Refused) as refused:
            partners.add_partner(work, new)
        assert refused.value.field == field
        assert partners.partners(work) == []


def test_a_member_reads_partners_and_changes_none(kpa):
    awa = kpa.person("Awa")
    with kpa.work() as work:
        partners.add_partner(work, NewPartner("Optéos", "économique"))
    with kpa.work(awa) as work:
        assert len(partners.partners(work)) == 1
        with pytest.raises(Denied):
            partners.add_partner(work, NewPartner("ANIS", "lieu"))


def test_a_partner_is_added_on_the_page(kpa):
    with kpa.client_for("animator") as browser, kpa.work() as work:
        done = browser.submit("/partenaires/nouveau", name="Optéos", kind="économique")
        assert done.status == 200
        assert "Structure économique" in done.text
        place = done.url
        day = work.today.isoformat()
        more = browser.submit(f"{place}/role", kind="financeur", starts_on=day)
        assert "Financeur" in more.text
        assert "Optéos" in browser.get("/partenaires").text


# --- groups ---------------------------------------------------------------------------------------


def test_a_group_closes_and_keeps_its_people(kpa):
    awa = kpa.person("Awa")
    with kpa.work(kpa.person("Ali", "animator")) as work:
        group = cohorts.add_cohort(work, "Été 2026", work.today - timedelta(days=9))
        cohorts.place_person(work, group.id, awa.party_id)
        cohorts.place_person(work, group.id, awa.party_id)
        cohorts.close_cohort(work, group.id)
        assert group.ends_on == work.today
        assert [one.display_name for one in cohorts.people_of(work, group)] == ["Awa"]


def test_two_groups_have_two_names(kpa):
    with kpa.work(kpa.person("Ali", "animator")) as work:
        cohorts.add_cohort(work, "Été", work.today)
        with pytest.raises(Conflict) as conflict:
            cohorts.add_cohort(work, " Été ", work.today)
    assert conflict.value.field == "name"


def test_a_group_does_not_end_before_it_starts(kpa):
    with kpa.work(kpa.person("Ali", "animator")) as work, pytest.raises(Refused) as refused:
        cohorts.add_cohort(work, "Été", work.today, work.today - timedelta(days=1))
    assert refused.value.field == "ends_on"


def test_a_group_is_made_on_the_pages(kpa):
    awa = kpa.person("Awa")
    with kpa.client_for("animator") as browser, kpa.work() as work:
        made = browser.submit(
            "/groupes/nouveau", name="Été", starts_on=work.today.isoformat(), ends_on=""
        )
        place = made.url
        assert "Été" in made.text
        joined = browser.submit(f"{place}/personne", person_id=str(awa.party_id))
        assert "Awa" in joined.text
        browser.submit(f"{place}/{awa.party_id}/retirer", page=place)
        assert "Awa" not in browser.get(place).text
        browser.submit(f"{place}/fermer", page=place)
        assert "Fermer ce groupe" not in browser.get(place).text
