"""The pages of this plugin, as people see them."""

from __future__ import annotations

import re
from datetime import date
from html import unescape
from typing import Any

import pytest

from kpa_cape import policies
from kpa_cape.policy import SETTABLE

House = Any  # conftest.House, which a test module cannot import
FILLED = {"guardian_consent": "paid_work", "starts_on": "2026-06-01", "source": "Réunion de mai"}


@pytest.fixture
def policy_url(house: House) -> str:
    return f"/cape/maisons/{house.carrier_id}"


def stored(house: House) -> list[dict[str, Any]]:
    with house.work() as work:
        return [row.value for row in policies.versions(work, house.carrier_id)]


def test_a_host_tightens_and_the_page_remembers(house: House, policy_url: str) -> None:
    with house.kpa.client_for(house.person("Marc", "host")) as browser:
        assert "Optéos" in browser.get("/cape/maisons").text
        shown = browser.submit(
            policy_url,
            **FILLED,
            night_from="20:30",
            weekly_minutes="20",
            daily_minutes="6h30",
            min_age="17",
            refused_works="friteuse, caisse",
        )
        assert shown.status == 200
        again = browser.get(policy_url).text
    assert stored(house) == [
        {
            "min_age": 17,
            "daily_minutes": 390,
            "weekly_minutes": 1200,
            "night_from": 1230,
            "guardian_consent": "paid_work",
            "refused_works": ["friteuse", "caisse"],
        }
    ]
    assert {'value="20:30"', 'value="20"', 'value="6h30"', 'value="friteuse, caisse"'} <= set(
        re.findall(r'value="[^"]*"', again)
    )
    assert "Réunion de mai" in again


LOOSER = {
    "nine hours a day": ("daily_minutes", "9h", "La loi dit : 8 h"),
    "forty hours a week": ("weekly_minutes", "40", "La loi dit : 35 h"),
    "until 23:30": ("night_from", "23:30", "La loi dit : 22 h"),
    "a pause of 20 minutes": ("break_minutes", "20 min", "La loi dit : 30 min"),
    "fifteen years": ("min_age", "15", "La loi dit : 16"),
    "three renewals": ("cape_renewals", "3", "La loi dit : 2"),
}


@pytest.mark.parametrize(("field", "value", "said"), LOOSER.values(), ids=LOOSER)
def test_nobody_loosens_the_law_and_the_field_says_why(
    field: str, value: str, said: str, house: House, policy_url: str
) -> None:
    with house.kpa.client_for(house.person("Marc", "host")) as browser:
        shown = browser.submit(policy_url, **FILLED, **{field: value})
    assert shown.status == 422
    text = unescape(shown.text)
    assert said in text
    assert f'id="{field}-error"' in text
    assert stored(house) == []


@pytest.mark.parametrize(
    "changes", [{"starts_on": "2026-05-19"}, {"source": " "}], ids=["yesterday", "nobody decided"]
)
def test_a_version_has_a_day_to_come_and_somebody_who_decided(
    changes: dict[str, str], house: House, policy_url: str
) -> None:
    with house.kpa.client_for(house.person("Marc", "host")) as browser:
        assert browser.submit(policy_url, **{**FILLED, **changes}).status == 422
    assert stored(house) == []


@pytest.mark.parametrize("role", ["participant", "referent", "animator"])
def test_only_the_carriers_own_people_write_its_policy(
    role: str, house: House, policy_url: str
) -> None:
    with house.kpa.client_for(house.person("Rose", role)) as browser:
        assert browser.get(policy_url).status in (403, 404)
        assert browser.get("/cape/maisons").status in (403, 404)


def test_a_host_of_another_carrier_does_not_see_this_one(house: House, policy_url: str) -> None:
    from kpa_core.invoices.carrier import carriers

    with house.work() as work:
        other = carriers.add_carrier(
            work, carriers.NewCarrier("Une autre", "draft_for_carrier", {})
        )
    host = house.kpa.person("Zoé", ("host", {"carrier_id": other.id}))
    with house.kpa.client_for(host) as browser:
        assert browser.get(policy_url).status in (403, 404)
        assert "Optéos" not in browser.get("/cape/maisons").text


def test_the_form_asks_for_every_limit_a_carrier_may_set(house: House, policy_url: str) -> None:
    with house.kpa.client_for(house.person("Marc", "host")) as browser:
        shown = browser.get(policy_url).text
    for key in SETTABLE:
        assert f'name="{key}"' in shown


def test_a_person_reads_their_contract_and_their_rights(house: House) -> None:
    samir = house.person("Samir", "participant", birth=date(2010, 3, 15))
    house.contract(samir, starts_on=date(2026, 4, 2), ends_on=date(2026, 12, 31))
    with house.kpa.client_for(samir) as browser:
        shown = unescape(browser.get(f"/cape/{samir.party_id}").text)
    assert "L'accord d'un parent manque" in shown
    assert "Ton contrat dure 12 mois au plus." in shown
    assert "Tu travailles 8 h par jour au plus." in shown
    assert "Code du travail, art. L3162-1" in shown
    assert "Optéos" in shown


def test_a_referent_sees_the_contract_and_not_that_somebody_is_a_minor(house: House) -> None:
    samir = house.person("Samir", "participant", birth=date(2010, 3, 15))
    house.contract(samir, starts_on=date(2026, 4, 2), ends_on=date(2026, 12, 31))
    with house.kpa.client_for(house.person("Rose", "referent")) as browser:
        shown = unescape(browser.get(f"/cape/{samir.party_id}").text)
    assert "Ton contrat dure 12 mois au plus." in shown
    assert "Tu travailles 8 h par jour au plus." not in shown


def test_a_participant_does_not_read_somebody_elses(house: House) -> None:
    amina = house.person("Amina", "participant", birth=date(1988, 7, 2))
    house.contract(amina)
    with house.kpa.client_for(house.person("Paul", "participant")) as browser:
        assert browser.get(f"/cape/{amina.party_id}").status in (403, 404)


def test_the_members_page_holds_a_card_with_what_is_missing(house: House) -> None:
    amina = house.person("Amina", "participant", birth=date(1988, 7, 2))
    house.contract(amina, terms={})
    with house.kpa.client_for(amina) as browser:
        shown = unescape(browser.get(f"/membres/{amina.party_id}").text)
    assert "Contrat et droits" in shown
    assert "On ne sait pas si Amina a un emploi à temps plein." in shown
    assert "On peut encore le renouveler 2 fois." in shown
    assert f"/cape/{amina.party_id}" in shown


def test_the_questions_of_a_kind_are_asked_on_the_contracts_page(house: House) -> None:
    amina = house.person("Amina", birth=date(1988, 7, 2))
    contract = house.contract(amina, terms={})
    with house.kpa.client_for(house.person("Inès", "animator")) as browser:
        url = f"/contrats/{contract}"
        assert "emploi à temps plein ?" in browser.get(url).text
        browser.submit(f"{url}/reponse", page=url, question="full_time_employee", answer="no")
        assert "emploi à temps plein ?" not in browser.get(url).text


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        ("host", {"Règles des contrats"}),
        ("referent", {"Lettres à remettre"}),
        ("animator", {"Lettres à remettre"}),
        ("participant", set()),
    ],
)
def test_the_menu_offers_what_a_person_may_open(role: str, seen: set[str], house: House) -> None:
    with house.kpa.client_for(house.person("Rose", role)) as browser:
        shown = unescape(browser.get("/aujourdhui").text)
    assert {one for one in ("Règles des contrats", "Lettres à remettre") if one in shown} == seen
