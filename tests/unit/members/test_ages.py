from __future__ import annotations

from datetime import date

import pytest

from kpa_core.members.ages import age_on, is_minor_on

CASES = {
    "the day before": (date(2010, 7, 2), date(2026, 7, 1), 15),
    "the birthday": (date(2010, 7, 1), date(2026, 7, 1), 16),
    "born on 29 February, 28 February": (date(2008, 2, 29), date(2026, 2, 28), 17),
    "born on 29 February, 1 March": (date(2008, 2, 29), date(2026, 3, 1), 18),
}


@pytest.mark.parametrize(("birth", "day", "age"), CASES.values(), ids=CASES)
def test_years_are_full(birth, day, age):
    assert age_on(birth, day) == age


def test_eighteen_is_grown_up():
    assert is_minor_on(date(2008, 7, 2), date(2026, 7, 1))
    assert not is_minor_on(date(2008, 7, 1), date(2026, 7, 1))
