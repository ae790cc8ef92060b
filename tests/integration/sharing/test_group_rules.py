"""The group's rules: versions from a day on, who decided, numbers in their range."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kpa_core.errors import NotFound, Refused
from kpa_core.sharing import group_rules, share_rules


def change(house, key, value, by: str = "Animatrice", **more) -> None:
    with house.work(by) as work:
        given = {"starts_on": work.today, "source": "Conseil du 3 mars"}
        group_rules.change(work, key, value, **{**given, **more})


def test_a_rule_holds_from_its_day_on(numbered) -> None:
    with numbered.work("Amina") as work:
        assert group_rules.rule(work, "pot.common").value == {"rate_bp": 1500}
        tomorrow = work.today + timedelta(days=1)
    change(numbered, "pot.common", {"rate_bp": 1000})
    change(numbered, "pot.common", {"rate_bp": 0}, starts_on=tomorrow)
    with numbered.work("Amina") as work:
        held = group_rules.rule(work, "pot.common")
        assert (held.value, held.starts_on) == ({"rate_bp": 1000}, work.today)
        assert held.source == "Conseil du 3 mars"
        assert [one.key for one in group_rules.rules(work)] == list(group_rules.charter.RULES)


WRONG = [
    ("pot.common", {"rate_bp": 10_001}),
    ("pot.common", {"rate_bp": -1}),
    ("pot.common", {"rate_bp": "15 %"}),
    ("pot.common", {"rate_bp": True}),
    ("pot.common", {"taux": 1}),
    ("quote.approvals", {"people": 0}),
    ("share.second_person", {"adults": 101}),
    ("share.second_person", {"from_cents": -1}),
    ("pay.cut_off_day", {"day": 29}),
    ("share.rule", {"key": "dice"}),
    ("weather", {"sun": 1}),
]


@pytest.mark.parametrize(("key", "value"), WRONG, ids=str)
def test_wrong_values(numbered, key, value) -> None:
    with pytest.raises(Refused):
        change(numbered, key, value)


@pytest.mark.parametrize("key", ["pot.common", "share.rule"])
def test_a_rule_says_who_decided_and_starts_today_or_later(numbered, key: str) -> None:
    value = {"key": "equal"} if key == "share.rule" else {"rate_bp": 0}
    with pytest.raises(Refused, match="a décidé"):
        change(numbered, key, value, source=" ")
    with numbered.work() as work:
        yesterday = work.today - timedelta(days=1)
    with pytest.raises(Refused, match="aujourd'hui ou plus tard"):
        change(numbered, key, value, starts_on=yesterday)


MONEY = {
    "quote.approvals": {"people": 1},
    "invoice.issuers": {"referent": True},
    "pot.common": {"rate_bp": 0},
    "share.rule": {"key": "equal"},
    "share.second_person": {"from_cents": 10**9},
}


def test_a_rule_about_money_that_was_decided_changes_tomorrow_at_the_earliest(numbered) -> None:
    with numbered.work() as work:
        tomorrow = work.today + timedelta(days=1)
    for key, value in MONEY.items():
        change(numbered, key, value)
        with pytest.raises(Refused, match="demain, au plus tôt") as refused:
            change(numbered, key, value)
        assert refused.value.field == "starts_on"
        change(numbered, key, value, starts_on=tomorrow)
    for day in (7, 8):
        change(numbered, "pay.cut_off_day", {"day": day})


@pytest.mark.parametrize("by", ["Amina", "Trésor", "Hôte"])
def test_one_activity_does_not_decide_for_all(numbered, by: str) -> None:
    with pytest.raises(NotFound):
        change(numbered, "pot.common", {"rate_bp": 0}, by)
    with pytest.raises(NotFound):
        change(numbered, "share.rule", {"key": "equal"}, by)


def test_an_activity_may_have_its_own_share_rule(numbered) -> None:
    with numbered.work("Animatrice") as work:
        share_rules.choose(work, "equal", starts_on=work.today, voted="Tous")
    with numbered.work() as work:
        share_rules.choose(
            work,
            "hours",
            starts_on=work.today,
            voted="La cuisine",
            activity_id=numbered.activity_id,
        )
        assert share_rules.rule_on(work.session, work.today, numbered.activity_id).key == "hours"
        assert group_rules.rule(work, "share.rule").value == {"key": "equal"}
        before = work.today - timedelta(days=1)
        assert share_rules.rule_on(work.session, before, numbered.activity_id).key == "hours"
        assert len(share_rules.versions(work)) == 2
