"""``kpa cape``, as its users type it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from click.testing import CliRunner, Result

from kpa_core.commands import Session
from kpa_core.work import OPERATOR

House = Any  # conftest.House, which a test module cannot import


@pytest.fixture
def cape(house: House) -> Callable[..., Result]:
    """Run ``kpa cape …`` as somebody, by default as the machine's operator."""

    def run(*words: str, by: Any = OPERATOR) -> Result:
        group = house.kpa.instance.registered.commands["cape"]
        session = Session(lambda: house.kpa.instance, lambda _work, _token: by)
        return CliRunner().invoke(group, words, obj=session)

    return run


@pytest.fixture
def ines(house: House) -> Any:
    return house.person("Inès", "animator")


def test_list_shows_what_ends_first(house: House, cape: Any, ines: Any) -> None:
    amina, lea = (house.person(name, birth=date(1988, 7, 2)) for name in ("Amina", "Léa"))
    house.contract(amina)
    house.contract(lea, ends_on=date(2026, 6, 30), signed=False)
    rows = json.loads(cape("list", "--json", by=ines).stdout)
    assert [(row["name"], row["state"], row["last_day"]) for row in rows] == [
        ("Léa", "draft", "2026-06-30"),
        ("Amina", "signed", "2027-01-04"),
    ]
    assert cape("list", by=ines).stdout.splitlines()[0].startswith("Léa  cape  draft")


def test_running_the_machine_shows_nobodys_contract(house: House, cape: Any) -> None:
    house.contract(house.person("Amina", birth=date(1988, 7, 2)))
    for words in (("list",), ("check", "Amina")):
        result = cape(*words)
        assert result.exit_code == 1
        assert "Amina" not in result.output


def test_a_person_sees_their_own_and_no_other(house: House, cape: Any) -> None:
    amina, lea = (house.person(name, birth=date(1988, 7, 2)) for name in ("Amina", "Léa"))
    house.contract(amina)
    house.contract(lea)
    assert [row["name"] for row in json.loads(cape("list", "--json", by=lea).stdout)] == ["Léa"]
    assert cape("check", "Amina", by=lea).exit_code == 1


def test_check_says_the_lights_and_every_reason(house: House, cape: Any, ines: Any) -> None:
    amina = house.person("Amina", birth=date(1988, 7, 2))
    house.contract(amina, ends_on=date(2027, 3, 1), terms={})
    for who in ("amina", str(amina.party_id)):
        said = cape("check", who, by=ines).stdout
        assert "Amina peut venir apprendre, pas encore travailler pour un client." in said
        assert "On ne sait pas si Amina a un emploi à temps plein." in said
        assert "Ce contrat dure trop longtemps : 12 mois au plus." in said
        assert "Assurance : C'est bon." in said


@pytest.mark.parametrize("names", [("Léa",), ("Amina", "Amina")], ids=["nobody", "two people"])
def test_check_asks_for_one_person(
    names: tuple[str, ...], house: House, cape: Any, ines: Any
) -> None:
    for name in names:
        house.contract(house.person(name, birth=date(1988, 7, 2)))
    result = cape("check", "Amina", by=ines)
    assert result.exit_code == 1
    assert "« Amina »" in str(result.exception)


def test_remind_asks_the_worker(house: House, cape: Any) -> None:
    house.contract(house.person("Amina", birth=date(1988, 7, 2)), ends_on=date(2026, 6, 19))
    assert cape("remind").exit_code == 0
    house.run_jobs()
    assert cape("remind").exit_code == 0
    house.run_jobs()
    assert len(house.messages()) == 1
