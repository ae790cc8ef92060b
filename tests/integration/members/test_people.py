"""Cards: what each reader sees, who may change what, and the extra care for minors."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa
import time_machine

from kpa_core.audit import AuditEntry
from kpa_core.contracts import Card
from kpa_core.errors import Conflict, Refused
from kpa_core.hookspecs import hookimpl
from kpa_core.members import portrait, service
from kpa_core.members.models import Party
from kpa_core.plugins import Plugin

PHONE = "06 12 34 56 78"


@pytest.fixture
def activity():
    return uuid4()


@pytest.fixture
def lou(kpa, activity):
    """Somebody of 16, in an activity."""
    with kpa.work() as work:
        born = work.today.replace(year=work.today.year - 16, day=1)
    person = kpa.person("Lou", ("participant", {"activity_id": activity}), birth=born, phone=PHONE)
    with kpa.work() as work, work.transaction() as session:
        session.get_one(Party, person.party_id).family_name = "Petit-Nom"
    return person


def card_seen_by(kpa, reader, person):
    with kpa.client_for(reader) as browser:
        return browser.get(f"/membres/{person.party_id}")


# --- who reads what -------------------------------------------------------------------------------


def test_people_of_the_same_activity_reach_each_other(kpa, activity):
    here = ("participant", {"activity_id": activity})
    awa, zoe = kpa.person("Awa", here, phone=PHONE), kpa.person("Zoé", here)
    assert "06 12 34 56 78" in card_seen_by(kpa, zoe, awa).text


@pytest.mark.parametrize("hour", [22, 23], ids=["evening", "after midnight"])
def test_a_role_of_today_holds_from_the_first_hour_of_the_day_here(kpa, activity, hour):
    here = ("participant", {"activity_id": activity})
    with time_machine.travel(datetime(2026, 11, 23, hour, 30, tzinfo=UTC)):
        awa, zoe = kpa.person("Awa", here, phone=PHONE), kpa.person("Zoé", here)
        assert "06 12 34 56 78" in card_seen_by(kpa, zoe, awa).text


def test_people_of_another_activity_find_nothing_there(kpa, activity):
    awa = kpa.person("Awa", ("participant", {"activity_id": activity}))
    zoe = kpa.person("Zoé", ("participant", {"activity_id": uuid4()}))
    refused = card_seen_by(kpa, zoe, awa)
    with kpa.client_for(zoe) as browser:
        absent = browser.get(f"/membres/{uuid4()}")
    assert (refused.status, refused.sentence()) == (404, absent.sentence())


def test_the_list_shows_names_and_only_shared_contacts(kpa):
    shy, open_ = kpa.person("Awa", phone=PHONE), kpa.person("Zoé", phone="06 99 88 77 66")
    with kpa.work() as work, work.transaction() as session:
        session.get_one(Party, open_.party_id).shares_contact = True
    with kpa.client_for(shy) as browser:
        page = browser.get("/membres").text
    assert "Awa" in page
    assert "06 99 88 77 66" in page
    assert "06 12 34 56 78" not in page


def test_the_family_name_is_for_the_person_and_who_welcomes(kpa, activity):
    here = ("participant", {"activity_id": activity})
    awa, zoe = kpa.person("Awa", here), kpa.person("Zoé", here)
    with kpa.work() as work, work.transaction() as session:
        session.get_one(Party, awa.party_id).family_name = "Diallo"
    assert "Diallo" in card_seen_by(kpa, awa, awa).text
    assert "Diallo" in card_seen_by(kpa, kpa.person("Ali", "animator"), awa).text
    assert "Diallo" not in card_seen_by(kpa, zoe, awa).text
    with kpa.client_for("animator") as browser:
        assert "Diallo" not in browser.get("/membres").text


# --- minors ---------------------------------------------------------------------------------------


def test_a_minors_file_is_for_the_person_and_who_looks_after_them(kpa, lou, activity):
    here = {"activity_id": activity}
    for reader in (kpa.person("Sam", ("referent", here)), kpa.person("Zoé", ("participant", here))):
        page = card_seen_by(kpa, reader, lou).text
        assert "Lou" in page
        for secret in ("Petit-Nom", "06 12 34 56 78", "+33612345678", "moins de 18 ans"):
            assert secret not in page
    page = card_seen_by(kpa, kpa.person("Ali", "animator"), lou).text
    for shown in ("Petit-Nom", "06 12 34 56 78", "moins de 18 ans"):
        assert shown in page


def test_a_minors_name_and_number_are_on_no_list(kpa, lou):
    with kpa.work() as work, work.transaction() as session:
        session.get_one(Party, lou.party_id).shares_contact = True
    with kpa.client_for("member") as browser:
        page = browser.get("/membres").text
    assert "Lou" in page
    for secret in ("Petit-Nom", "06 12 34 56 78", "moins de 18 ans"):
        assert secret not in page


def test_a_birth_date_is_shown_to_nobody_and_readable_in_no_file(kpa, lou):
    with kpa.work() as work:
        party = work.session.get_one(Party, lou.party_id)
        birth = service.birth_date(work, party)
        assert birth.isoformat().encode() not in party.birth_sealed
    for reader in (lou, kpa.person("Ali", "animator")):
        page = card_seen_by(kpa, reader, lou).text
        assert birth.isoformat() not in page
        words = re.sub(r"<[^>]*>", " ", page)  # a year may stand in an id by chance
        assert str(birth.year) not in words


def test_opening_a_minors_file_leaves_a_trace_and_opening_ones_own_does_not(kpa, lou):
    ali = kpa.person("Ali", "animator")
    card_seen_by(kpa, lou, lou)
    card_seen_by(kpa, ali, lou)
    card_seen_by(kpa, ali, kpa.person("Awa"))
    with kpa.work() as work:
        query = sa.select(AuditEntry).where(AuditEntry.capability == "minor.read")
        (entry,) = work.session.scalars(query)
    assert (entry.actor_id, entry.person_id) == (ali.party_id, lou.party_id)


def test_a_parents_yes_is_noted_with_its_day(kpa, lou):
    with kpa.client_for("animator") as browser, kpa.work() as work:
        done = browser.submit(
            f"/membres/{lou.party_id}/accord",
            guardian_name="Sonia",
            guardian_phone=PHONE,
            on=work.today.isoformat(),
        )
        assert done.status == 200
        assert "Sonia" in done.text
        facts = service.person_facts(work, work.session.get_one(Party, lou.party_id))
        assert facts.guardian_consent_on == work.today


def test_a_parents_yes_of_tomorrow_is_refused(kpa, lou):
    ali = kpa.person("Ali", "animator")
    with kpa.work(ali) as work, pytest.raises(Refused) as refused:
        service.record_consent(
            work,
            lou.party_id,
            guardian_name="Sonia",
            guardian_phone="",
            on=work.today + timedelta(days=1),
        )
    assert refused.value.field == "on"


def test_a_parents_number_does_not_keep_a_second_child_out(kpa, lou):
    ali = kpa.person("Ali", "animator")
    mother = "06 44 44 44 44"
    with kpa.work(ali) as work:
        service.record_consent(
            work, lou.party_id, guardian_name="Sonia", guardian_phone=mother, on=work.today
        )
        service.add_person(work, service.NewPerson("Petite sœur", phone=mother))


# --- changing -------------------------------------------------------------------------------------


def test_a_person_is_welcomed_with_one_way_to_reach_them(kpa):
    with kpa.client_for("animator") as browser:
        fields = {
            "family_name": "",
            "email": "",
            "phone": PHONE,
            "birth_date": "",
            "language": "fr",
        }
        done = browser.submit("/membres/nouveau", display_name="Awa", **fields)
        assert done.status == 200
        assert "Awa est dans le KPA." in done.text
        refused = browser.submit("/membres/nouveau", display_name="Zoé", **{**fields, "phone": ""})
        assert refused.status == 422
        assert "Il faut un téléphone ou une adresse mail" in refused.text
        again = browser.submit("/membres/nouveau", display_name="Zoé", **fields)
        assert again.status == 409
        assert "déjà sur une autre fiche" in again.text


def test_nobody_under_16_is_welcomed(kpa):
    with kpa.work(kpa.person("Ali", "animator")) as work:
        born = work.today.replace(year=work.today.year - 15, day=1)
        with pytest.raises(Refused, match="à partir de 16 ans"):
            service.add_person(work, service.NewPerson("Tom", phone=PHONE, birth_date=born))


def test_a_lost_update_is_refused(kpa):
    awa, ali = kpa.person("Awa"), kpa.person("Ali", "animator")
    with kpa.work(ali) as work:
        service.change_person(work, awa.party_id, 1, {"town": "Roubaix"})
        with pytest.raises(Conflict):
            service.change_person(work, awa.party_id, 1, {"town": "Lille"})


def test_a_form_changes_no_more_than_its_fields(kpa):
    awa = kpa.person("Awa")
    with kpa.client_for("animator") as browser:
        browser.submit(
            f"/membres/{awa.party_id}/changer",
            display_name="Awa",
            phone=PHONE,
            language="fr",
            kind="body",
            merged_into_id=str(awa.party_id),
            guardian_consent_on="2020-01-01",
            shares_contact="y",
        )
    with kpa.work() as work:
        party = work.session.get_one(Party, awa.party_id)
        assert (party.phone, party.kind) == ("+33612345678", "person")
        assert party.merged_into_id is None
        assert party.guardian_consent_on is None


def test_one_changes_ones_own_card_and_nobody_elses(kpa):
    awa, zoe = kpa.person("Awa", phone=PHONE), kpa.person("Zoé")
    with kpa.client_for(awa) as browser:
        done = browser.submit(
            "/moi/fiche",
            display_name="Awa la Grande",
            phone="06 77 77 77 77",
            language="en",
            shares_contact="y",
        )
        assert done.url == "/moi"
        assert browser.get(f"/membres/{zoe.party_id}/changer").status == 404
    with kpa.work() as work:
        party = work.session.get_one(Party, awa.party_id)
        assert (party.display_name, party.phone) == ("Awa la Grande", "+33677777777")
        assert (party.language, party.shares_contact) == ("en", True)


def test_moving_the_number_of_someone_with_more_rights_is_refused(kpa, activity):
    """Whoever receives the sign-in links could act in their place."""
    tao = kpa.person("Tao", ("treasurer", {"activity_id": activity}), phone=PHONE)
    ali = kpa.person("Ali", "animator")
    with kpa.work(ali) as work:
        for changes in ({"phone": "06 66 66 66 66"}, {"email": "ali@exemple.fr"}):
            with pytest.raises(Refused, match="un rôle que tu ne donnes pas"):
                service.change_person(work, tao.party_id, 1, changes)
        same = {"phone": "06 12 34 56 78", "town": "Lille"}
        assert service.change_person(work, tao.party_id, 1, same).town == "Lille"


def test_the_log_keeps_names_of_fields_not_their_values(kpa):
    awa, ali = kpa.person("Awa"), kpa.person("Ali", "animator")
    with kpa.work(ali) as work:
        service.change_person(work, awa.party_id, 1, {"town": "Roubaix", "skills": "chanter"})
        query = sa.select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(1)
        entry = work.session.scalars(query).one()
    assert entry.after == {"fields": ["skills", "town"]}


# --- what plugins add -----------------------------------------------------------------------------


class Badges(Plugin):
    """Badges of people."""

    name = "badges"
    api_version = 1
    template = "badges.html"

    @hookimpl
    def member_cards(self, member):
        return [
            Card("Badges", self.template, "member.read", {"who": member.display_name}),
            Card("Secrets", self.template, "house.operate", {"who": "secret"}),
        ]


@pytest.mark.parametrize("template", ["{{ who }} a un badge", "{{ absent }}", "{% broken"])
def test_a_plugins_block_is_shown_to_who_may_and_a_broken_one_hurts_no_page(make_kpa, template):
    from jinja2 import ChoiceLoader, DictLoader

    kpa = make_kpa(plugins=[Badges])
    kpa.app.jinja_env.loader = ChoiceLoader(
        [DictLoader({"badges.html": template}), kpa.app.jinja_env.loader]
    )
    page = card_seen_by(kpa, awa := kpa.person("Awa"), awa)
    assert page.status == 200
    assert ("Awa a un badge" in page.text) is (template == "{{ who }} a un badge")
    assert "Secrets" not in page.text


def test_each_field_says_who_sees_it():
    assert set(portrait.WHO_SEES) >= {"phone", "email", "family_name", "birth_date", "skills"}
