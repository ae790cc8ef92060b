from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from kpa_cape.law import Certainty, Rule, rule_on
from kpa_cape.policy import RULES
from kpa_cape.works import WORKS, forbidden, plain
from kpa_core.api import Misuse

# Written down apart from the data, from the texts: a slip of the pen in one shows in the other.
TEXTS = {
    "cape_written": 1,
    "cape_months": 12,
    "cape_renewals": 2,
    "cape_total_months": 36,
    "cape_full_time_jobs": 0,
    "insurance": 1,
    "min_age": 16,
    "cjs_max_age": 18,
    "daily_minutes": 480,
    "weekly_minutes": 2100,
    "stretch_minutes": 270,
    "break_minutes": 30,
    "night_from": 1320,
    "night_until": 360,
    "daily_rest_minutes": 720,
    "daily_spread_minutes": 720,
    "weekly_rest_days": 2,
    "sunday_minutes": 0,
    "holiday_minutes": 0,
}

TAGS = {
    "as it is": ("machine", "machine"),
    "capital and plural": ("Machines", "machine"),
    "accent": ("Échelle", "height"),
    "without its accent": ("echelle", "height"),
    "the group's word": ("buvette", "alcohol"),
    "several words": ("Service d'alcool", "alcohol"),
    "with a hyphen": ("marteau-piqueur", "vibration"),
    "decomposed accents": ("e\u0301chelle", "height"),
}


def test_the_rules_say_what_the_texts_say() -> None:
    assert {row.key: row.value for row in RULES} == TEXTS


def test_every_rule_says_where_it_comes_from() -> None:
    for row in RULES:
        assert row.source, row.key
        assert row.read_in, row.key
        assert row.since <= date(2019, 1, 1), row.key


def test_no_two_rows_of_a_key_start_on_one_day() -> None:
    starts = [(row.key, row.since) for row in RULES]
    assert len(starts) == len(set(starts))
    assert len({work.tag for work in WORKS}) == len(WORKS)


def test_what_was_not_read_again_says_so() -> None:
    readings = {row.key for row in RULES if row.certainty is not Certainty.VERIFIED}
    assert readings == {"min_age", "daily_spread_minutes", "sunday_minutes"}
    recalled = {work.tag for work in WORKS if work.certainty is Certainty.RECALLED}
    assert recalled == {"radiation", "vibration", "demolition", "temperature", "animals"}


def test_a_new_version_of_a_rule_leaves_the_past_alone() -> None:
    old = rule_on(date(2026, 1, 1), "cape_months", RULES)
    new = replace(old, value=24, since=date(2027, 1, 1))
    rows: tuple[Rule, ...] = (new, *RULES)
    assert rule_on(date(2026, 12, 31), "cape_months", rows).value == 12
    assert rule_on(date(2027, 1, 1), "cape_months", rows).value == 24


def test_a_day_before_the_law_is_a_mistake_that_says_so() -> None:
    with pytest.raises(Misuse, match=r"cape_months.*04/08/2003"):
        rule_on(date(2003, 8, 4), "cape_months", RULES)


@pytest.mark.parametrize(("tag", "work"), TAGS.values(), ids=TAGS)
def test_a_tag_is_known_however_it_is_written(tag: str, work: str) -> None:
    assert [one.tag for one in forbidden([tag], date(2026, 5, 20))] == [work]


def test_an_ordinary_tag_is_no_work_of_the_list() -> None:
    assert forbidden(["cuisine", "livraison", "barquette"], date(2026, 5, 20)) == []


def test_a_work_is_refused_from_the_day_of_its_text() -> None:
    assert forbidden(["machine"], date(2013, 10, 13)) == []
    assert len(forbidden(["machine"], date(2013, 10, 14))) == 1


def test_no_word_names_two_works() -> None:
    words = [plain(word) for work in WORKS for word in (work.tag, *work.words)]
    assert len(words) == len(set(words))
