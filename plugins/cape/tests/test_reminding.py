"""Reminders: told once to the person and to who looks after them, on paper if need be."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine

from kpa_cape import letters
from kpa_cape.reminding import REMIND, ending_soon, remind
from kpa_core import health, jobs

House = Any  # conftest.House, which a test module cannot import
TODAY = date(2026, 5, 20)
IN_A_MONTH = TODAY + timedelta(days=30)


def ends_in_a_month(house: House, name: str = "Amina", *roles: str) -> Any:
    person = house.person(name, *roles, birth=date(1988, 7, 2))
    house.contract(person, starts_on=date(2026, 1, 5), ends_on=IN_A_MONTH)
    return person


def run(house: House) -> None:
    with house.work() as work, work.transaction():
        remind(work, {})


def test_the_person_and_the_referent_are_told_once_even_if_the_job_runs_twice(
    house: House,
) -> None:
    ends_in_a_month(house, "Amina", "participant")
    house.person("Rose", "referent")
    run(house)
    run(house)
    assert sorted(house.messages()) == [
        (
            "Amina",
            "Ton contrat finit bientôt",
            "Ton contrat finit le 19/06/2026, dans 30 jours. "
            "Tu peux encore le renouveler : 2 fois. Parles-en avec ton groupe.",
        ),
        (
            "Rose",
            "Un contrat finit bientôt",
            "Le contrat de Amina finit le 19/06/2026, dans 30 jours. "
            "On peut encore le renouveler : 2 fois. Parlez-en ensemble.",
        ),
    ]


def test_each_of_the_three_days_tells_once(house: House) -> None:
    ends_in_a_month(house)
    told = []
    for day in range(31):
        with time_machine.travel(f"{TODAY + timedelta(days=day)} 06:00Z"):
            run(house)
            told.append(len(house.messages()))
    assert (told[0], told[22], told[23], told[30]) == (1, 1, 2, 2)


def test_the_schedule_does_it_every_day(house: House) -> None:
    ends_in_a_month(house)
    jobs.plan_schedules(house.kpa.instance)
    with time_machine.travel("2026-05-21 05:00Z"):
        house.run_jobs()
        house.run_jobs()
    assert len(house.messages()) == 1


@pytest.mark.parametrize("what", ["refused", "ended", "draft", "renewed", "erased"])
def test_nobody_is_told_of_a_contract_that_matters_no_more(what: str, house: House) -> None:
    from kpa_core.accounts import privacy
    from kpa_core.members import engagements

    amina = house.person("Amina", birth=date(1988, 7, 2))
    contract = house.contract(
        amina, starts_on=date(2026, 1, 5), ends_on=IN_A_MONTH, signed=what != "draft"
    )
    with house.work() as work, work.transaction():
        if what == "refused":
            engagements.refuse(work, contract, "Trop tard")
        if what == "ended":
            engagements.end(work, contract, TODAY)
        if what == "renewed":
            later = engagements.renew(work, contract, IN_A_MONTH + timedelta(days=90))
            engagements.sign(work, later.id, TODAY)
        if what == "erased":
            privacy.erase(work, amina.party_id)
    run(house)
    assert house.messages() == []


def test_without_a_referent_the_animator_is_told(house: House) -> None:
    ends_in_a_month(house)
    house.person("Inès", "animator")
    run(house)
    assert [name for name, _, _ in house.messages()] == ["Amina", "Inès"]


def test_contracts_that_end_are_counted_for_the_machine(house: House) -> None:
    ends_in_a_month(house)
    with house.work() as work:
        assert len(ending_soon(work)) == 1
    (said,) = [one for one in health.checks(house.kpa.instance) if one.name == "cape contracts"]
    assert (said.ok, str(said.detail)) == (True, "Finissent dans 30 jours, sans suite : 1.")
    with time_machine.travel("2026-06-20 06:00Z"), house.work() as work:
        assert ending_soon(work) == []


# --- on paper -------------------------------------------------------------------------------------


def unreachable(house: House, *roles: str) -> Any:
    """Somebody whose phone and mail are gone, as after two cards became one."""
    from kpa_core.members.models import Party

    person = ends_in_a_month(house, "Amina", *roles)
    with house.work() as work, work.transaction() as session:
        party = session.get_one(Party, person.party_id)
        party.phone = party.email = ""
    return person


def waiting(house: House, actor: Any = None) -> list[Any]:
    with house.work(*([actor] if actor else [])) as work:
        return letters.letters(work)


def test_whom_nothing_reaches_gets_a_letter_once(house: House) -> None:
    unreachable(house)
    run(house)
    house.run_jobs()
    run(house)
    house.run_jobs()
    (letter,) = waiting(house)
    assert letter.subject == "Ton contrat finit bientôt"
    assert letter.handed_on is None


def test_a_retried_message_writes_no_second_letter(house: House) -> None:
    person = unreachable(house)
    from kpa_core.api import Message

    said = Message(person.party_id, "cape.end", "Sujet", "Texte", None, None, "fr")
    with house.work() as work:
        assert letters.write(work, said, "the-key")
        assert letters.write(work, said, "the-key")
    assert len(waiting(house)) == 1


def test_whoever_has_a_phone_stays_in_the_list_of_people_to_tell(house: House) -> None:
    from kpa_core.accounts import messages

    ends_in_a_month(house)
    run(house)
    house.run_jobs()
    assert waiting(house) == []
    with house.work() as work:
        assert [one.person.display_name for one in messages.to_tell(work)] == ["Amina"]


def test_a_kpa_may_write_letters_to_everyone_without_email(make_house: Any) -> None:
    house = make_house(settings={"cape": {"letters_without_email": True}})
    ends_in_a_month(house)
    run(house)
    house.run_jobs()
    assert len(waiting(house)) == 1


def test_a_letter_is_seen_by_who_looks_after_the_person(house: House) -> None:
    unreachable(house, "participant")
    run(house)
    house.run_jobs()
    assert len(waiting(house, house.person("Rose", "referent"))) == 1
    assert len(waiting(house, house.person("Inès", "animator"))) == 1
    assert waiting(house, house.person("Paul", "participant")) == []


def test_a_letter_is_printed_and_handed_over_on_its_page(house: House) -> None:
    unreachable(house, "participant")
    run(house)
    house.run_jobs()
    (letter,) = waiting(house)
    url = f"/cape/courriers/{letter.id}"
    with house.kpa.client_for(house.person("Rose", "referent")) as browser:
        assert "Ton contrat finit le 19/06/2026" in browser.get(url).text
        assert "pas encore remise" in browser.get("/cape/courriers").text
        browser.submit(f"{url}/remis", page=url, done="yes")
        assert "remise le" in browser.get("/cape/courriers").text
        browser.submit(f"{url}/remis", page=url, done="no")
        assert "pas encore remise" in browser.get("/cape/courriers").text
    with house.kpa.client_for(house.person("Paul", "participant")) as browser:
        assert browser.get(url).status in (403, 404)


def test_letters_are_personal_data_and_go_when_the_person_goes(house: House) -> None:
    from kpa_core.accounts import privacy
    from kpa_core.work import collect

    person = unreachable(house)
    run(house)
    house.run_jobs()
    with house.work() as work:
        (told,) = [
            item
            for _, items in collect(work, "personal_data", person_id=person.party_id)
            for item in items
        ]
        assert "Ton contrat finit bientôt" in told.value
    with house.work() as work:
        privacy.erase(work, person.party_id)
    assert waiting(house) == []


def test_the_job_can_be_asked_for_by_hand(house: House) -> None:
    ends_in_a_month(house)
    with house.work() as work, work.transaction():
        work.ask(REMIND, {})
    house.run_jobs()
    assert len(house.messages()) == 1
