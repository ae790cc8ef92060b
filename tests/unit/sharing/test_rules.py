"""Who receives how much, and why."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpa_core.errors import Refused
from kpa_core.money import MAX_CENTS, MoneyError
from kpa_core.sharing.reasons import Reason, Sentence, format_minutes
from kpa_core.sharing.rules import RULES, Case, Portion, ShareRule, Stake, rule_named, share

EQUAL, HOURS = RULES["equal"], RULES["hours"]
PEOPLE = [UUID(int=number) for number in range(1, 7)]
COOKS, RIDERS = PEOPLE[:4], PEOPLE[4:]
TEAM = [Stake(cook, 360) for cook in COOKS] + [Stake(rider, 180) for rider in RIDERS]


def cents_of(portions: Iterable[Portion]) -> list[int]:
    return [portion.cents for portion in portions]


def why(portion: Portion) -> str:
    """Return the reason with ordinary spaces, to be read in a test."""
    return portion.reason.text().replace("\u00a0", " ").replace("\u202f", " ")


def test_the_share_out_of_the_story() -> None:
    portions = share(HOURS, 302_40, TEAM)
    assert [portion.person_id for portion in portions] == PEOPLE
    assert cents_of(portions) == [60_48] * 4 + [30_24] * 2
    assert why(portions[0]) == "Tu as fait 6 h sur 30 h. 302,40 € × 6 h / 30 h = 60,48 €."


def test_the_share_out_at_sixteen_euros_in_every_order_of_rows() -> None:
    expected = [66_50, 66_50, 66_50, 66_49, 33_25, 33_25]
    for rows in permutations(TEAM):
        portions = share(HOURS, 332_49, rows)
        assert [portion.person_id for portion in portions] == PEOPLE
        assert cents_of(portions) == expected


def test_a_person_is_told_about_the_cents_left_over() -> None:
    portions = share(HOURS, 332_49, TEAM)
    assert why(portions[0]) == (
        "Tu as fait 6 h sur 30 h. 332,49 € × 6 h / 30 h = 66,49 € et un petit reste."
        " Il restait 5 centimes. Ils vont aux plus grands restes."
        " Des restes étaient égaux. L'ordre des fiches a décidé."
        " Tu as 1 centime de plus. Ta part est de 66,50 €."
    )
    assert why(portions[3]).endswith(
        "L'ordre des fiches a décidé. Tu n'as pas de centime de plus. Ta part est de 66,49 €."
    )
    assert why(portions[4]) == (
        "Tu as fait 3 h sur 30 h. 332,49 € × 3 h / 30 h = 33,24 € et un petit reste."
        " Il restait 5 centimes. Ils vont aux plus grands restes."
        " Tu as 1 centime de plus. Ta part est de 33,25 €."
    )


def test_one_cent_left_is_told_in_the_singular() -> None:
    portions = share(HOURS, 1_00, [Stake(PEOPLE[0], 60), Stake(PEOPLE[1], 120)])
    assert cents_of(portions) == [33, 67]
    assert why(portions[1]) == (
        "Tu as fait 2 h sur 3 h. 1,00 € × 2 h / 3 h = 0,66 € et un petit reste."
        " Il restait 1 centime. Il va au plus grand reste."
        " Tu as 1 centime de plus. Ta part est de 0,67 €."
    )
    assert "égaux" not in why(portions[0])


def test_equal_parts_are_told() -> None:
    stakes = [Stake(person, 0) for person in PEOPLE]
    portions = share(EQUAL, 302_40, stakes)
    assert cents_of(portions) == [50_40] * 6
    assert why(portions[0]) == "Vous êtes 6. Les parts sont égales. 302,40 € / 6 = 50,40 €."
    portions = share(EQUAL, 100_00, stakes[:3])
    assert cents_of(portions) == [33_34, 33_33, 33_33]
    assert why(portions[2]) == (
        "Vous êtes 3. Les parts sont égales. 100,00 € / 3 = 33,33 € et un petit reste."
        " Il restait 1 centime. Il va au plus grand reste."
        " Des restes étaient égaux. L'ordre des fiches a décidé."
        " Tu n'as pas de centime de plus. Ta part est de 33,33 €."
    )


def test_a_person_alone_receives_everything() -> None:
    (portion,) = share(EQUAL, 12_34, [Stake(PEOPLE[0], 0)])
    assert portion.cents == 12_34
    assert why(portion) == "Tu es la seule personne. Tu reçois tout : 12,34 €."


def test_a_person_without_hours_is_told_so() -> None:
    portions = share(HOURS, 10_00, [Stake(PEOPLE[0], 0), Stake(PEOPLE[1], 45)])
    assert cents_of(portions) == [0, 10_00]
    assert why(portions[0]) == "Tu n'as pas noté d'heures. Ta part est de 0,00 €."
    assert why(portions[1]) == "Tu as fait 45 min sur 45 min. 10,00 € × 45 min / 45 min = 10,00 €."


def test_nothing_to_share_gives_everyone_zero() -> None:
    assert cents_of(share(HOURS, 0, TEAM)) == [0] * 6


any_team = st.dictionaries(st.uuids(), st.integers(0, 6_000), min_size=1, max_size=12).map(
    lambda minutes: [Stake(person, spent) for person, spent in minutes.items()]
)


@settings(deadline=None, max_examples=1_000, database=None)
@given(st.integers(0, MAX_CENTS), any_team, st.randoms(use_true_random=True))
def test_any_share_is_exact_and_blind_to_the_order_of_rows(
    total: int, team: list[Stake], random: Any
) -> None:
    rules = [EQUAL, HOURS] if any(stake.minutes for stake in team) else [EQUAL]
    for rule in rules:
        portions = share(rule, total, team)
        assert sum(cents_of(portions)) == total
        assert all(type(portion.cents) is int and portion.cents >= 0 for portion in portions)
        assert share(rule, total, random.sample(team, len(team))) == portions


@settings(deadline=None, max_examples=300, database=None)
@given(st.integers(0, 10_000_00), any_team)
def test_every_reason_ends_with_the_amount_received(total: int, team: list[Stake]) -> None:
    for portion in share(EQUAL, total, team):
        last = portion.reason.sentences[-1]
        said = [value for name, value in last.params.items() if name.endswith("_cents")]
        assert said[-1] == portion.cents


BAD_TEAMS: dict[str, tuple[int, list[Stake], str]] = {
    "a debt": (-1, TEAM, "somme à partager"),
    "more than kpa counts": (MAX_CENTS + 1, TEAM, "somme à partager"),
    "nobody": (100, [], "n'y a personne"),
    "a person twice": (100, [TEAM[0], TEAM[0]], "deux fois"),
    "negative minutes": (100, [TEAM[0], Stake(PEOPLE[1], -1)], "plus petite que zéro"),
    "nobody noted hours": (100, [Stake(PEOPLE[0], 0)], "Notez d'abord vos heures"),
}


@pytest.mark.parametrize(("total", "team", "reason"), BAD_TEAMS.values(), ids=BAD_TEAMS)
def test_a_share_that_cannot_be_is_refused(total: int, team: list[Stake], reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        share(HOURS, total, team)


# A rule of a plugin


def weighing(weigh: Any) -> ShareRule:
    def explain(case: Case) -> Iterable[Sentence]:
        yield Sentence("Cuisine compte plus : {part_cents}.", {"part_cents": case.whole_cents})

    return ShareRule("cuisine", "Cuisine × 1,2", weigh, explain)


def _cooking_counts_more(people: Sequence[Stake]) -> Mapping[UUID, int | Fraction]:
    return {each.person_id: Fraction(each.minutes) * Fraction(6, 5) for each in people[:1]} | {
        each.person_id: each.minutes for each in people[1:]
    }


def test_a_rule_of_a_plugin_is_shared_and_told_in_the_same_way() -> None:
    rule = weighing(_cooking_counts_more)
    portions = share(rule, 100, TEAM[:2])
    assert cents_of(portions) == [55, 45]
    assert why(portions[0]) == (
        "Cuisine compte plus : 0,54 €. Il restait 1 centime. Il va au plus grand reste."
        " Tu as 1 centime de plus. Ta part est de 0,55 €."
    )


def test_equal_remainders_follow_the_ids_even_when_a_rule_weighs_in_another_order() -> None:
    rule = weighing(lambda people: {each.person_id: 1 for each in reversed(people)})
    assert cents_of(share(rule, 100, TEAM[:3])) == [34, 33, 33]


BAD_RULES: dict[str, tuple[Any, type[Exception], str]] = {
    "forgets someone": (lambda people: {people[0].person_id: 1}, Refused, "oublie ou ajoute"),
    "adds a stranger": (
        lambda people: {each.person_id: 1 for each in people} | {UUID(int=99): 1},
        Refused,
        "oublie ou ajoute",
    ),
    "takes from someone": (
        lambda people: dict(zip([each.person_id for each in people], [3, -1], strict=True)),
        MoneyError,
        "plus petite que zéro",
    ),
    "weighs with floats": (
        lambda people: {each.person_id: 0.5 for each in people},
        TypeError,
        "not 0.5",
    ),
}


@pytest.mark.parametrize(("weigh", "error", "reason"), BAD_RULES.values(), ids=BAD_RULES)
def test_a_rule_that_does_not_add_up_is_refused(
    weigh: Any, error: type[Exception], reason: str
) -> None:
    with pytest.raises(error, match=reason):
        share(weighing(weigh), 100, TEAM[:2])


def test_rules_are_found_by_name_and_none_is_guessed() -> None:
    assert rule_named("hours") is HOURS
    with pytest.raises(Refused, match="« cuisine » n'est pas là"):
        rule_named("cuisine")


# Reasons as data


def test_a_reason_survives_storage() -> None:
    for portion in share(HOURS, 332_49, TEAM):
        stored = json.loads(json.dumps(portion.reason.as_data()))
        assert Reason.from_data(stored).text() == portion.reason.text()


def test_a_reason_is_told_in_the_readers_language() -> None:
    english = {
        "Tu as fait {own_minutes} sur {all_minutes}.": "You did {own_minutes} of {all_minutes}."
    }
    reason = share(HOURS, 302_40, TEAM)[0].reason
    text = reason.text(lambda message: english.get(message, message), "en")
    assert text.replace("\u00a0", " ") == ("You did 6 h of 30 h. €302.40 × 6 h / 30 h = €60.48.")


def test_words_in_a_reason_stay_words() -> None:
    said = Sentence("{name_cents} {name_minutes}", {"name_cents": "rien", "name_minutes": "peu"})
    assert said.text() == "rien peu"


DURATIONS = {0: "0 min", 45: "45 min", 60: "1 h", 65: "1 h 05", 390: "6 h 30", 1800: "30 h"}


@pytest.mark.parametrize(("minutes", "text"), DURATIONS.items())
def test_durations_are_written_as_people_say_them(minutes: int, text: str) -> None:
    assert format_minutes(minutes).replace("\u00a0", " ") == text
