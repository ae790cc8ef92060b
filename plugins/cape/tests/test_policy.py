from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpa_cape import policy as policy_module
from kpa_cape.law import Rule, rule_on
from kpa_cape.policy import (
    FIXED_KEYS,
    RULES,
    SETTABLE,
    CarrierPolicy,
    Consent,
    read_policy,
)
from kpa_core.api import Refused

TODAY = date(2026, 5, 20)

LOOSER: dict[str, dict[str, object]] = {
    "nine hours a day": {"daily_minutes": 540},
    "forty hours a week": {"weekly_minutes": 2400},
    "five hours without a pause": {"stretch_minutes": 300},
    "a pause of 20 minutes": {"break_minutes": 20},
    "restaurants until 23:30": {"night_from": "23:30"},
    "bakers from 4": {"night_until": "04:00"},
    "eleven hours of rest": {"daily_rest_minutes": 660},
    "a day of 13 hours": {"daily_spread_minutes": 780},
    "one day off a week": {"weekly_rest_days": 1},
    "fifteen year olds": {"min_age": 15},
    "thirteen months": {"cape_months": 13},
    "three renewals": {"cape_renewals": 3},
    "four years in all": {"cape_total_months": 48},
    "CJS at 19": {"cjs_max_age": 19},
}

SENSELESS: dict[str, dict[str, object]] = {
    "a misspelt protection": {"daily_minuts": 420},
    "half an hour as a fraction": {"break_minutes": 30.5},
    "a number as a word": {"daily_minutes": "huit"},
    "yes is no number": {"cape_renewals": True},
    "below zero": {"daily_minutes": -1},
    "eight days off a week": {"weekly_rest_days": 8},
    "a day of rest longer than a day": {"daily_rest_minutes": 1441},
    "25 o'clock": {"night_from": "25:00"},
    "a clock time without minutes": {"night_from": "21"},
    "a clock time with letters": {"night_until": "sept:00"},
    "a sign in a clock time": {"night_until": "+7:00"},
    "Sunday as a setting": {"sunday_minutes": 0},
    "an unknown consent": {"guardian_consent": "sometimes"},
    "one refused work as a word": {"refused_works": "laser"},
    "refused works that are no words": {"refused_works": [1]},
}


@pytest.mark.parametrize("table", LOOSER.values(), ids=LOOSER)
def test_a_looser_policy_cannot_be_made(table: dict[str, object]) -> None:
    with pytest.raises(Refused, match="protège moins que la loi") as refused:
        read_policy(table)
    assert refused.value.field == next(iter(table))


@pytest.mark.parametrize("key", SETTABLE)
def test_no_limit_can_be_loosened_even_by_one(key: str) -> None:
    law = rule_on(TODAY, key, RULES)
    looser = law.value + (1 if law.stricter == "lower" else -1)
    with pytest.raises(Refused):
        CarrierPolicy(values={key: looser})


def test_the_list_of_loosenings_covers_every_limit() -> None:
    assert {next(iter(table)) for table in LOOSER.values()} == set(SETTABLE)
    assert set(SETTABLE) | set(FIXED_KEYS) == {row.key for row in RULES}


@pytest.mark.parametrize("table", SENSELESS.values(), ids=SENSELESS)
def test_a_policy_nobody_can_read_is_refused(table: dict[str, object]) -> None:
    with pytest.raises(Refused) as refused:
        read_policy(table)
    assert "{" not in str(refused.value)


def test_a_misspelt_key_is_answered_with_the_nearest() -> None:
    with pytest.raises(Refused, match="Le plus proche : daily_minutes"):
        read_policy({"daily_minuts": 420})


def test_a_stricter_limit_holds_in_the_carriers_name() -> None:
    limit = read_policy({"night_from": "20:00"}).limit("night_from", TODAY)
    assert (limit.value, limit.from_law) == (1200, False)
    assert limit.source == "Règle de la maison qui facture"


def test_the_law_answers_where_the_carrier_says_nothing_or_the_same() -> None:
    for policy in (CarrierPolicy(), read_policy({"night_from": 1320})):
        limit = policy.limit("night_from", TODAY)
        assert (limit.value, limit.from_law) == (1320, True)
        assert "L3163-1" in limit.source


def test_a_law_that_gets_stricter_wins_over_an_older_policy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    policy = read_policy({"night_from": "21:00"})
    stricter = _night_rule(20 * 60, date(2027, 1, 1))
    monkeypatch.setattr(policy_module, "RULES", (*RULES, stricter))
    assert policy.limit("night_from", date(2026, 12, 31)).value == 21 * 60
    assert policy.limit("night_from", date(2027, 1, 1)) == policy_module.Limit(
        "night_from", 20 * 60, "loi de demain", from_law=True
    )


def test_a_policy_is_compared_with_the_newest_law(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policy_module, "RULES", (*RULES, _night_rule(20 * 60, date(2099, 1, 1))))
    with pytest.raises(Refused):
        read_policy({"night_from": "21:00"})


def test_consent_is_the_carriers_own_decision() -> None:
    assert CarrierPolicy().consent is Consent.PAID_WORK
    assert read_policy({"guardian_consent": "never"}).consent is Consent.NEVER
    assert read_policy({"guardian_consent": "always"}).consent is Consent.ALWAYS


def test_a_policy_cannot_be_loosened_after_it_was_made() -> None:
    table = {"daily_minutes": 420}
    policy = CarrierPolicy(values=table)
    table["daily_minutes"] = 1440
    assert policy.limit("daily_minutes", TODAY).value == 420
    with pytest.raises(TypeError):
        policy.values["daily_minutes"] = 1440  # type: ignore[index]


@given(st.sampled_from(SETTABLE), st.integers(-10_000, 10_000))
def test_whatever_a_carrier_writes_the_limit_is_never_looser_than_the_law(
    key: str, value: int
) -> None:
    law = rule_on(TODAY, key, RULES)
    try:
        policy = CarrierPolicy(values={key: value})
    except Refused:
        return
    assert law.allows(policy.limit(key, TODAY).value)


def _night_rule(value: int, since: date) -> Rule:
    law = rule_on(TODAY, "night_from", RULES)
    return Rule("night_from", value, "lower", since, "loi de demain", law.certainty, law.read_in)
