"""One minor, one task: who is refused what, in which words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from kpa_cape.minors import check_minor
from kpa_cape.policy import CarrierPolicy, read_policy
from kpa_core.api import Assignment, PersonFacts

MakeTask = Callable[..., Assignment]
LAW = CarrierPolicy()


def said(task: Assignment, policy: CarrierPolicy = LAW, zone: str = "Europe/Paris") -> list[str]:
    found = check_minor(task, policy, zone)
    assert all(one.blocking and one.source for one in found)
    assert all("{" not in one.todo.format(**one.params) for one in found)
    return [one.message.format(**one.params) for one in found]


ALLOWED: dict[str, tuple[str, dict[str, Any]]] = {
    "two hours in the morning": ("2026-05-20 10:00-12:00", {}),
    "until 22:00 sharp": ("2026-05-20 18:00-22:00", {}),
    "from 6:00 sharp": ("2026-05-20 06:00-08:00", {}),
    "four hours and a half": ("2026-05-20 08:00-12:30", {}),
    "eight hours with half an hour of pause": (
        "2026-05-20 13:00-16:30",
        {"others": ["2026-05-20 08:00-12:30"]},
    ),
    "twelve hours after last evening": (
        "2026-05-21 10:00-12:00",
        {"others": ["2026-05-20 20:00-22:00"]},
    ),
    "a day that spreads over twelve hours": (
        "2026-05-20 18:00-20:00",
        {"others": ["2026-05-20 08:00-10:00"]},
    ),
    "35 hours in five days": (
        "2026-06-05 13:00-16:00",
        {
            "others": [
                *(f"2026-06-0{day} 08:00-12:00" for day in (1, 2, 3, 4, 5)),
                *(f"2026-06-0{day} 13:00-16:00" for day in (1, 2, 3, 4)),
            ]
        },
    ),
    "unpaid help on a Sunday": ("2026-05-24 10:00-12:00", {"paid": False}),
    "unpaid help on a holiday": ("2026-05-25 10:00-12:00", {"paid": False}),
    "ordinary tags": ("2026-05-20 10:00-12:00", {"tags": ("cuisine", "service")}),
    "the same task twice in the list": (
        "2026-05-20 08:00-12:00",
        {"others": ["2026-05-20 08:00-12:00"]},
    ),
    "tasks that overlap count once": (
        "2026-05-20 08:00-12:00",
        {"others": ["2026-05-20 09:00-12:30"]},
    ),
}

NIGHT_AFTER = "Samir a 16 ans. La loi ne permet pas de travailler après 22 h."
NIGHT_BEFORE = "Samir a 16 ans. La loi ne permet pas de travailler avant 6 h."
SUNDAY = "Samir a 16 ans. Le 24/05/2026 est un dimanche. La loi en fait son jour de repos."

REFUSED: dict[str, tuple[str, dict[str, Any], list[str]]] = {
    "a minute past 22:00": ("2026-05-20 18:00-22:01", {}, [NIGHT_AFTER]),
    "to midnight": ("2026-05-20 20:00-00:00", {}, [NIGHT_AFTER]),
    "past midnight": ("2026-05-20 21:00-00:30", {}, [NIGHT_AFTER]),
    "a minute before 6:00": ("2026-05-20 05:59-08:00", {}, [NIGHT_BEFORE]),
    "in the small hours": ("2026-05-20 00:30-04:00", {}, [NIGHT_BEFORE]),
    "unpaid, at night all the same": ("2026-05-20 22:00-23:00", {"paid": False}, [NIGHT_AFTER]),
    "a minute more than four hours and a half": (
        "2026-05-20 08:00-12:31",
        {},
        [
            "Samir a 16 ans. La loi demande une pause après 4 h 30 de travail. "
            "Ici, 4 h 31 sans pause."
        ],
    ),
    "a pause of 29 minutes is none": (
        "2026-05-20 12:29-14:00",
        {"others": ["2026-05-20 08:00-12:00"]},
        [
            "Samir a 16 ans. La loi demande une pause après 4 h 30 de travail. "
            "Ici, 5 h 31 sans pause."
        ],
    ),
    "eight hours and a minute": (
        "2026-05-20 13:00-16:31",
        {"others": ["2026-05-20 08:00-12:30"]},
        ["Samir a 16 ans. La loi permet 8 h par jour. Le 20/05/2026 ferait 8 h 01."],
    ),
    "35 hours and a minute": (
        "2026-06-05 13:00-16:01",
        {
            "others": [
                *(f"2026-06-0{day} 08:00-12:00" for day in (1, 2, 3, 4, 5)),
                *(f"2026-06-0{day} 13:00-16:00" for day in (1, 2, 3, 4)),
            ]
        },
        [
            "Samir a 16 ans. La loi permet 35 h par semaine. "
            "La semaine du 01/06/2026 ferait 35 h 01."
        ],
    ),
    "a minute too early after last evening": (
        "2026-05-21 09:59-12:00",
        {"others": ["2026-05-20 20:00-22:00"]},
        ["Samir a 16 ans. La loi demande 12 h de repos entre deux jours. Ici, il reste 11 h 59."],
    ),
    "a minute too late before an early morning": (
        "2026-05-20 18:00-20:01",
        {"others": ["2026-05-21 08:00-10:00"]},
        ["Samir a 16 ans. La loi demande 12 h de repos entre deux jours. Ici, il reste 11 h 59."],
    ),
    "a day that spreads too far": (
        "2026-05-20 18:00-20:01",
        {"others": ["2026-05-20 08:00-10:00"]},
        [
            "Samir a 16 ans. Entre le début et la fin de la journée, la loi permet 12 h. "
            "Le 20/05/2026 ferait 12 h 01."
        ],
    ),
    "a sixth day": (
        "2026-06-06 10:00-12:00",
        {
            "others": [f"2026-06-0{day} 10:00-12:00" for day in (2, 3, 4, 5)]
            + ["2026-06-07 10:00-12:00"]
        },
        [
            "Samir a 16 ans. La loi demande 2 jours de repos de suite par semaine. "
            "La semaine du 01/06/2026 ne les a plus."
        ],
    ),
    "work on a Sunday": ("2026-05-24 10:00-12:00", {}, [SUNDAY]),
    "work on Whit Monday": (
        "2026-05-25 10:00-12:00",
        {},
        ["Samir a 16 ans. Le 25/05/2026 est férié. La loi ne permet pas d'y travailler."],
    ),
    "serving wine": (
        "2026-05-20 18:00-20:00",
        {"tags": ("Service d'alcool",)},
        ["Samir a 16 ans. La loi ne permet pas de servir de l'alcool avant 18 ans."],
    ),
    "a circular saw and a roof, unpaid": (
        "2026-05-20 10:00-12:00",
        {"tags": ("scie", "toit"), "paid": False},
        [
            "Samir a 16 ans. La loi interdit les machines dangereuses avant 18 ans.",
            "Samir a 16 ans. La loi interdit le travail en hauteur avant 18 ans.",
        ],
    ),
    "a task without a length": (
        "2026-05-20 10:00-10:00",
        {},
        [
            NIGHT_AFTER,
            "Samir a 16 ans. La loi permet 8 h par jour. Le 20/05/2026 ferait 14 h.",
            "Samir a 16 ans. La loi permet 8 h par jour. Le 21/05/2026 ferait 10 h.",
            "Samir a 16 ans. La loi demande une pause après 4 h 30 de travail. "
            "Ici, 24 h sans pause.",
            "Samir a 16 ans. Entre le début et la fin de la journée, la loi permet 12 h. "
            "Le 20/05/2026 ferait 24 h.",
        ],
    ),
}


@pytest.mark.parametrize(("when", "changes"), ALLOWED.values(), ids=ALLOWED)
def test_a_minor_may(when: str, changes: dict[str, Any], task: MakeTask) -> None:
    assert said(task(when, **changes)) == []


@pytest.mark.parametrize(("when", "changes", "sentences"), REFUSED.values(), ids=REFUSED)
def test_a_minor_may_not(
    when: str, changes: dict[str, Any], sentences: list[str], task: MakeTask
) -> None:
    assert said(task(when, **changes)) == sentences


@pytest.mark.parametrize(("when", "changes", "sentences"), REFUSED.values(), ids=REFUSED)
def test_an_adult_may(
    when: str, changes: dict[str, Any], sentences: list[str], task: MakeTask, amina: PersonFacts
) -> None:
    assert said(task(when, person=amina, **changes)) == []


BIRTHDAYS = {
    "the eve of 16": ("2010-05-21", ["Samir a 15 ans. La loi demande 16 ans pour travailler."]),
    "sixteen today": ("2010-05-20", [NIGHT_AFTER]),
    "the eve of 18": ("2008-05-21", [NIGHT_AFTER.replace("16", "17", 1)]),
    "eighteen today": ("2008-05-20", []),
    "fourteen": ("2012-01-01", ["Samir a 14 ans. La loi demande 16 ans pour travailler."]),
    "born tomorrow": ("2026-05-21", ["Samir a -1 ans. La loi demande 16 ans pour travailler."]),
}


@pytest.mark.parametrize(("born", "sentences"), BIRTHDAYS.values(), ids=BIRTHDAYS)
def test_ages_on_the_day_of_the_task(
    born: str, sentences: list[str], task: MakeTask, samir: PersonFacts
) -> None:
    person = replace(samir, birth_date=date.fromisoformat(born))
    assert said(task("2026-05-20 21:00-23:00", person=person)) == sentences


def test_under_sixteen_even_unpaid_help_is_refused(task: MakeTask, samir: PersonFacts) -> None:
    child = replace(samir, birth_date=date(2011, 1, 1))
    assert said(task(person=child, paid=False)) == [
        "Samir a 15 ans. La loi demande 16 ans pour travailler."
    ]


def test_the_birthday_counts_even_in_the_middle_of_a_night(
    task: MakeTask, samir: PersonFacts
) -> None:
    eighteen_tomorrow = replace(samir, birth_date=date(2008, 5, 21))
    assert len(said(task("2026-05-20 23:30-02:00", person=eighteen_tomorrow))) == 1


def test_an_unknown_age_is_a_question_only_where_age_matters(
    task: MakeTask, samir: PersonFacts
) -> None:
    unknown = replace(samir, birth_date=None, guardian_consent_on=None)
    assert said(task(person=unknown)) == []
    question = ["On ne connaît pas l'âge de Samir. Cette tâche n'est pas pour les mineurs."]
    assert said(task("2026-05-20 21:00-23:00", person=unknown)) == question
    assert said(task(person=unknown, tags=("bar",))) == question
    assert said(task(person=unknown), read_policy({"min_age": 17})) == question


CONSENTS = {
    "paid, by default": ("paid_work", True, None, True),
    "unpaid, by default": ("paid_work", False, None, False),
    "unpaid, where always asked": ("always", False, None, True),
    "paid, where never asked": ("never", True, None, False),
    "given on the day": ("always", True, "2026-05-20", False),
    "given the day after": ("always", True, "2026-05-21", True),
}


@pytest.mark.parametrize(("choice", "paid", "given", "asked"), CONSENTS.values(), ids=CONSENTS)
def test_a_guardians_consent(
    choice: str, paid: bool, given: str | None, asked: bool, task: MakeTask, samir: PersonFacts
) -> None:
    given_on = date.fromisoformat(given) if given else None
    one = task(person=replace(samir, guardian_consent_on=given_on), paid=paid)
    found = said(one, read_policy({"guardian_consent": choice}))
    assert found == (["Samir a 16 ans. L'accord d'un parent manque."] if asked else [])


STRICTER: dict[str, tuple[dict[str, object], str, dict[str, Any], str]] = {
    "home at 20:00": (
        {"night_from": "20:00"},
        "2026-05-20 19:00-21:00",
        {},
        "Samir a 16 ans. La maison qui facture dit : pas de travail après 20 h.",
    ),
    "not before 8:30": (
        {"night_until": "08:30"},
        "2026-05-20 08:00-10:00",
        {},
        "Samir a 16 ans. La maison qui facture dit : pas de travail avant 8 h 30.",
    ),
    "from 17": (
        {"min_age": 17},
        "2026-05-20 10:00-12:00",
        {},
        "Samir a 16 ans. La maison qui facture demande 17 ans.",
    ),
    "a short day": (
        {"daily_minutes": 90},
        "2026-05-20 10:00-12:00",
        {},
        "Samir a 16 ans. La maison qui facture permet 1 h 30 par jour. Le 20/05/2026 ferait 2 h.",
    ),
    "a short week": (
        {"weekly_minutes": 119},
        "2026-05-20 10:00-12:00",
        {},
        "Samir a 16 ans. La maison qui facture permet 1 h 59 par semaine. "
        "La semaine du 18/05/2026 ferait 2 h.",
    ),
    "a pause after an hour": (
        {"stretch_minutes": 60},
        "2026-05-20 10:00-12:00",
        {},
        "Samir a 16 ans. La maison qui facture demande une pause après 1 h. Ici, 2 h sans pause.",
    ),
    "a long night": (
        {"daily_rest_minutes": 900},
        "2026-05-21 10:00-12:00",
        {"others": ["2026-05-20 18:00-20:00"]},
        "Samir a 16 ans. La maison qui facture demande 15 h de repos entre deux jours. "
        "Ici, il reste 14 h.",
    ),
    "a compact day": (
        {"daily_spread_minutes": 300},
        "2026-05-20 15:00-16:00",
        {"others": ["2026-05-20 10:00-12:00"]},
        "Samir a 16 ans. Entre le début et la fin de la journée, la maison qui facture permet 5 h. "
        "Le 20/05/2026 ferait 6 h.",
    ),
    "a long weekend": (
        {"weekly_rest_days": 4},
        "2026-05-21 10:00-12:00",
        {"others": ["2026-05-18 10:00-12:00", "2026-05-24 10:00-12:00"]},
        "Samir a 16 ans. La maison qui facture demande 4 jours de repos de suite par semaine. "
        "La semaine du 18/05/2026 ne les a plus.",
    ),
    "no knives": (
        {"refused_works": ["Couteaux"]},
        "2026-05-20 10:00-12:00",
        {"tags": ("couteau",)},
        "Samir a 16 ans. La maison qui facture refuse « couteau » avant 18 ans.",
    ),
}


@pytest.mark.parametrize(("table", "when", "changes", "sentence"), STRICTER.values(), ids=STRICTER)
def test_a_stricter_carrier_is_obeyed_and_named(
    table: dict[str, object], when: str, changes: dict[str, Any], sentence: str, task: MakeTask
) -> None:
    one = task(when, **changes)
    assert said(one) == []
    assert said(one, read_policy(table)) == [sentence]
    assert {found.source for found in check_minor(one, read_policy(table))} == {
        "Règle de la maison qui facture"
    }


def test_a_refusal_says_what_to_do_and_where_the_law_is(task: MakeTask) -> None:
    (night,) = check_minor(task("2026-05-20 20:00-23:00"), LAW)
    assert night.todo.format(**night.params) == (
        "Finis la tâche à 22 h, ou choisis une personne majeure."
    )
    assert night.source == "Code du travail, art. L3163-1 et L3163-2"
