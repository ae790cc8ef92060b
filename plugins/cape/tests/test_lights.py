from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from kpa_cape.lights import green_light
from kpa_cape.policy import CarrierPolicy, read_policy

from kpa_core.api import EngagementFacts, Misuse, PersonFacts

MakeCape = Callable[..., EngagementFacts]
DAY = date(2026, 5, 20)
LAW = CarrierPolicy()


def d(text: str) -> date:
    return date.fromisoformat(text)


CASES: dict[str, tuple[dict[str, Any], tuple[str, str, str]]] = {
    "all is there": ({}, ("ok", "ok", "ok")),
    "signed on the very day": ({"starts_on": DAY, "signed_on": DAY}, ("ok", "ok", "ok")),
    "insured from the very day": ({"insured_from": DAY}, ("ok", "ok", "ok")),
    "the last day of the cover": ({"insured_until": DAY}, ("ok", "ok", "ok")),
    "the last day of the contract": ({"ends_on": DAY}, ("ok", "ok", "ok")),
    "ended on the very day": ({"ended_on": DAY}, ("ok", "ok", "ok")),
    "not signed": ({"signed_on": None}, ("ok", "waiting", "ok")),
    "signed tomorrow": ({"signed_on": d("2026-05-21")}, ("ok", "waiting", "ok")),
    "not insured": ({"insured_from": None}, ("ok", "ok", "waiting")),
    "insured from tomorrow": ({"insured_from": d("2026-05-21")}, ("ok", "ok", "waiting")),
    "the cover ended yesterday": ({"insured_until": d("2026-05-19")}, ("ok", "ok", "refused")),
    "the insurer said no": (
        {"insured_from": None, "terms": {"full_time_employee": False, "insurer_said_no": True}},
        ("ok", "ok", "refused"),
    ),
    "the contract starts tomorrow": (
        {"starts_on": d("2026-05-21"), "insured_from": DAY},
        ("ok", "waiting", "ok"),
    ),
    "the contract ended yesterday": ({"ends_on": d("2026-05-19")}, ("ok", "refused", "ok")),
    "left yesterday": ({"ended_on": d("2026-05-19")}, ("ok", "refused", "ok")),
    "too long": ({"ends_on": d("2027-01-05")}, ("ok", "refused", "ok")),
    "a question nobody asked": ({"terms": {}}, ("waiting", "ok", "ok")),
    "a full-time job": ({"terms": {"full_time_employee": True}}, ("refused", "ok", "ok")),
    "refused wins over waiting": (
        {"signed_on": None, "ends_on": d("2026-05-19")},
        ("ok", "refused", "ok"),
    ),
    "nothing at all": (
        {"signed_on": None, "insured_from": None, "terms": {}},
        ("waiting", "waiting", "waiting"),
    ),
}


@pytest.mark.parametrize(("changes", "states"), CASES.values(), ids=CASES)
def test_the_three_lights(
    changes: dict[str, Any], states: tuple[str, str, str], amina: PersonFacts, cape: MakeCape
) -> None:
    light = green_light(amina, cape(**changes), DAY, LAW)
    assert tuple(one.state for one in light.lights) == states
    assert light.is_green is (states == ("ok", "ok", "ok"))
    for one in light.lights:
        blocking = [reason for reason in one.reasons if reason.blocking]
        assert bool(blocking) is (one.state != "ok")


def test_the_first_day_at_sixteen(samir: PersonFacts, cape: MakeCape) -> None:
    engagement = cape(starts_on=DAY, signed_on=None, insured_from=None)
    light = green_light(samir, engagement, DAY, LAW)
    assert [one.state for one in light.lights] == ["ok", "waiting", "waiting"]
    assert [one.label for one in light.lights] == ["Papiers", "Contrat", "Assurance"]
    assert light.sentence == "Tu peux venir apprendre, pas encore travailler pour un client."
    assert [reason.message for reason in light.reasons] == [
        "Le contrat n'est pas encore signé.",
        "L'assurance n'a pas encore dit oui. Ne commence pas avant.",
    ]


def test_without_consent_a_minor_learns_or_stays_as_the_carrier_says(
    samir: PersonFacts, cape: MakeCape
) -> None:
    person = replace(samir, guardian_consent_on=None)
    engagement = cape(starts_on=d("2026-04-01"), signed_on=d("2026-04-01"))
    learns = green_light(person, engagement, DAY, LAW)
    assert learns.sentence == "Tu peux venir apprendre, pas encore travailler pour un client."
    stays = green_light(person, engagement, DAY, read_policy({"guardian_consent": "always"}))
    assert stays.sentence == "Attends l'accord d'un parent avant de venir."
    works = green_light(person, engagement, DAY, read_policy({"guardian_consent": "never"}))
    assert works.is_green


def test_a_late_signature_is_said_and_does_not_block(amina: PersonFacts, cape: MakeCape) -> None:
    light = green_light(amina, cape(signed_on=d("2026-01-06")), DAY, LAW)
    assert light.is_green
    assert [reason.blocking for reason in light.reasons] == [False]


def test_a_volunteer_never_works_for_pay(amina: PersonFacts, cape: MakeCape) -> None:
    light = green_light(amina, cape(kind="benevole"), DAY, LAW)
    assert not light.is_green
    assert light.contract.state == "refused"
    assert light.sentence == "Tu peux donner un coup de main, sans être payé."


def test_a_kind_of_somebody_else_gives_no_light(amina: PersonFacts, cape: MakeCape) -> None:
    with pytest.raises(Misuse):
        green_light(amina, cape(kind="salarie"), DAY, LAW)
