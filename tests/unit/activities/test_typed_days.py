"""Days on the command line: two ways to write them, and a sentence for any other."""

from __future__ import annotations

from datetime import datetime

import pytest

from kpa_core.activities.cli.typed import read_day
from kpa_core.errors import Refused


@pytest.mark.parametrize("text", ["2026-12-03", "03/12/2026", " 2026-12-03 "])
def test_a_day_is_read_as_people_write_it(text: str) -> None:
    assert read_day(text) == datetime(2026, 12, 3)


@pytest.mark.parametrize(
    "text", ["", "2026-99-99", "31/02/2026", "demain", "3 décembre", "\N{EYES}"]
)
def test_what_is_no_day_is_told_with_an_example(text: str) -> None:
    with pytest.raises(Refused, match="n'est pas un jour"):
        read_day(text)
