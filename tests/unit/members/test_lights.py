"""The green light's truth table: one engagement, one day, everything else fixed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from uuid import UUID

import pytest

from kpa_core.contracts import EngagementFacts, Problem
from kpa_core.members import lights

DAY = date(2026, 7, 15)
ONE = timedelta(days=1)
GOOD = EngagementFacts(
    id=UUID(int=1),
    person_id=UUID(int=2),
    kind="cape",
    carrier_id=None,
    starts_on=date(2026, 7, 1),
    ends_on=date(2026, 7, 31),
    renewal_number=0,
    first_starts_on=date(2026, 7, 1),
    signed_on=date(2026, 6, 20),
    insured_from=date(2026, 7, 1),
    insured_until=date(2026, 7, 31),
)
BLOCK = Problem("non", todo="fais ceci")
REMARK = Problem("attention", blocking=False)


def judge(engagement=GOOD, state="signed", *, paid_work=True, problems=(), day=DAY):
    return lights.ruling(engagement, state, paid_work=paid_work, problems=problems, day=day)


def test_signed_insured_and_inside_its_dates_is_green():
    assert judge().is_green
    assert judge().lights_on == 3


SIGNED = {"signed": DAY - ONE, "today": DAY, "tomorrow": DAY + ONE, "never": None}
INSURED = {
    "covered": (DAY, DAY),
    "no end": (DAY, None),
    "from tomorrow": (DAY + ONE, None),
    "until yesterday": (DAY - 2 * ONE, DAY - ONE),
    "not yet": (None, None),
}


@pytest.mark.parametrize("signed", SIGNED)
@pytest.mark.parametrize("insured", INSURED)
@pytest.mark.parametrize("blocked", [False, True])
@pytest.mark.parametrize("paid_work", [False, True])
def test_all_of_it_is_needed(signed, insured, blocked, paid_work):
    since, until = INSURED[insured]
    engagement = replace(GOOD, signed_on=SIGNED[signed], insured_from=since, insured_until=until)
    found = judge(engagement, paid_work=paid_work, problems=[BLOCK] if blocked else [REMARK])
    good = signed in ("signed", "today") and insured in ("covered", "no end")
    assert found.is_green is (good and paid_work and not blocked)


DAYS = {
    "the day before it starts": (GOOD.starts_on - ONE, "waiting"),
    "its first day": (GOOD.starts_on, "ok"),
    "its last day": (GOOD.ends_on, "ok"),
    "the day after": (GOOD.ends_on + ONE, "refused"),
}


@pytest.mark.parametrize(("day", "state"), DAYS.values(), ids=DAYS)
def test_the_contract_holds_from_its_first_to_its_last_day(day, state):
    insured = replace(GOOD, insured_from=date(2026, 1, 1), insured_until=None)
    assert judge(insured, day=day).state("contract") == state


def test_a_contract_ended_early_holds_until_that_day():
    ended = replace(GOOD, ended_on=DAY)
    assert judge(ended, "ended", day=DAY).is_green
    assert judge(ended, "ended", day=DAY + ONE).state("contract") == "refused"


def test_a_refused_contract_gives_no_light_even_signed_and_insured():
    assert judge(state="refused").state("contract") == "refused"


def test_a_remark_is_said_and_stops_nothing():
    found = judge(problems=[REMARK])
    assert found.is_green
    assert found.problem("papers") == REMARK


def test_the_worst_reason_is_the_one_said():
    found = judge(problems=[REMARK, BLOCK])
    assert found.problem("papers") == BLOCK


@pytest.mark.parametrize("light", lights.LABELS)
def test_nothing_known_is_no_light(light):
    assert lights.no_engagement().state(light) == "waiting"
    assert lights.unknown_kind("cape").state(light) == "refused"


def test_every_light_that_is_off_says_what_to_do():
    for signed, insured, state in product(SIGNED, INSURED, ("draft", "signed", "refused")):
        since, until = INSURED[insured]
        engagement = replace(
            GOOD, signed_on=SIGNED[signed], insured_from=since, insured_until=until
        )
        for finding in judge(engagement, state, paid_work=False, problems=[BLOCK]).findings:
            assert finding.state == "ok" or finding.problem.todo
