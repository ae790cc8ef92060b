from __future__ import annotations

from datetime import date

import pytest

from kpa_cape import policy as policy_module
from kpa_cape.history import PolicyHistory, read_history
from kpa_cape.kinds import KINDS
from kpa_cape.law import Rule, rule_on
from kpa_cape.policy import RULES, Consent
from kpa_cape.rights import contract_rights, minor_rights, works_kept_away
from kpa_core.api import Refused


def d(text: str) -> date:
    return date.fromisoformat(text)


TWO = read_history(
    [
        (d("2026-03-01"), {"night_from": "21:00", "guardian_consent": "always"}),
        (d("2026-06-01"), {"night_from": "20:00", "refused_works": ["friteuse"]}),
    ]
)


@pytest.mark.parametrize(
    ("day", "minutes", "consent"),
    [
        ("2026-02-28", 22 * 60, Consent.PAID_WORK),
        ("2026-03-01", 21 * 60, Consent.ALWAYS),
        ("2026-05-31", 21 * 60, Consent.ALWAYS),
        ("2026-06-01", 20 * 60, Consent.PAID_WORK),
        ("2030-01-01", 20 * 60, Consent.PAID_WORK),
    ],
)
def test_each_day_has_the_version_of_that_day(day: str, minutes: int, consent: Consent) -> None:
    assert TWO.limit("night_from", d(day)).value == minutes
    assert TWO.on(d(day)).consent is consent


def test_of_two_versions_from_one_day_the_later_wins() -> None:
    day = d("2026-03-01")
    found = read_history([(day, {"min_age": 17}), (day, {"min_age": 18})])
    assert found.limit("min_age", day).value == 18


def test_a_stored_version_keeps_its_days_when_the_law_gets_stricter(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    law = rule_on(d("2026-05-20"), "night_from", RULES)
    coming = Rule(law.key, 20 * 60, "lower", d("2027-01-01"), "demain", law.certainty, law.read_in)
    monkeypatch.setattr(policy_module, "RULES", (*RULES, coming))
    found = read_history([(d("2026-03-01"), {"night_from": "21:00"})])
    assert found.limit("night_from", d("2026-12-31")).value == 21 * 60
    assert found.limit("night_from", d("2027-01-01")).value == 20 * 60


def test_a_stored_version_that_cannot_be_read_is_an_error() -> None:
    with pytest.raises(Refused):
        read_history([(d("2026-03-01"), {"nigth_from": "21:00"})])


def test_a_right_says_the_limit_of_the_day_and_whose_it_is() -> None:
    before, after = (
        next(right for right in minor_rights(TWO, d(day)) if "après {limit}." in right.message)
        for day in ("2026-02-01", "2026-07-01")
    )
    assert (before.values, before.from_law) == ({"limit": "22 h"}, True)
    assert "L3163-1" in before.source
    assert (after.values, after.from_law) == ({"limit": "20 h"}, False)
    assert "friteuse" in works_kept_away(TWO, d("2026-07-01"))
    assert "friteuse" not in works_kept_away(TWO, d("2026-05-01"))


def test_a_volunteer_has_no_contract_rights() -> None:
    assert list(contract_rights(KINDS["benevole"], PolicyHistory(), d("2026-05-20"))) == []
    assert len(list(contract_rights(KINDS["cjs"], PolicyHistory(), d("2026-05-20")))) == 6
