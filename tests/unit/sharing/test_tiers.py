"""A fee scale as it is typed."""

from __future__ import annotations

import pytest

from kpa_core.errors import Refused
from kpa_core.sharing.fees import Tier
from kpa_core.sharing.tiers import read_tiers, write_tiers

PUBLISHED = (Tier(30_000_00, 1150), Tier(60_000_00, 1050), Tier(None, 750))


def test_what_is_typed_is_read() -> None:
    assert read_tiers("30000 : 11,5\n60 000,00 : 10,5 %\n\n* : 7,5\n") == PUBLISHED
    assert read_tiers(": 10") == (Tier(None, 1000),)


def test_what_is_written_is_read_again() -> None:
    assert read_tiers(write_tiers(PUBLISHED)) == PUBLISHED


WRONG = [
    "",
    "11,5",
    "30000 : 11,5",
    "* : 101",
    "a : 1\n* : 1",
    "2 : 1\n1 : 1\n* : 1",
    "1:2:3",
    "* : NaN",
]


@pytest.mark.parametrize("text", WRONG)
def test_what_cannot_be_read(text: str) -> None:
    with pytest.raises(Refused):
        read_tiers(text)
