from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpa_cape.policy import CarrierPolicy
from kpa_cape.reminders import due_reminder, due_reminders, notice, reminders
from kpa_core.api import EngagementFacts

MakeCape = Callable[..., EngagementFacts]
LAW = CarrierPolicy()


def d(text: str) -> date:
    return date.fromisoformat(text)


def test_a_year_has_three_reminders(cape: MakeCape) -> None:
    assert [(one.days_before, one.due_on) for one in reminders(cape())] == [
        (60, d("2026-11-05")),
        (30, d("2026-12-05")),
        (7, d("2026-12-28")),
    ]


def test_a_reminder_over_a_leap_day_counts_days(cape: MakeCape) -> None:
    sixty = reminders(cape(ends_on=d("2028-03-15"), starts_on=d("2027-03-16")))[0]
    assert sixty.due_on == d("2028-01-15")


def test_a_key_is_the_same_whenever_it_is_asked_and_other_for_another_end(cape: MakeCape) -> None:
    keys = [one.key for one in reminders(cape())]
    assert keys == [one.key for one in reminders(cape())]
    assert keys[2] == "cape.reminder:00000000-0000-0000-0000-00000000000a:2027-01-04:7"
    other_end = [one.key for one in reminders(cape(ends_on=d("2026-12-31")))]
    other_person = [one.key for one in reminders(replace(cape(), id=UUID(int=11)))]
    assert len({*keys, *other_end, *other_person}) == 9


@pytest.mark.parametrize(
    ("today", "days_before"),
    [
        ("2026-11-04", None),
        ("2026-11-05", 60),
        ("2026-12-04", 60),
        ("2026-12-05", 30),
        ("2026-12-27", 30),
        ("2026-12-28", 7),
        ("2027-01-04", 7),
        ("2027-01-05", None),
    ],
)
def test_one_reminder_a_day_the_most_urgent(
    today: str, days_before: int | None, cape: MakeCape
) -> None:
    found = due_reminder(cape(), d(today))
    assert (found.days_before if found else None) == days_before


def test_no_reminder_stays_due_longer_than_done_jobs_are_kept(cape: MakeCape) -> None:
    days = [d("2026-01-05") + timedelta(days=count) for count in range(400)]
    found = [one.key for day in days if (one := due_reminder(cape(), day))]
    assert max(found.count(key) for key in found) <= 30


def test_a_short_contract_skips_what_would_come_before_it(cape: MakeCape) -> None:
    summer = cape(kind="cjs", starts_on=d("2026-07-01"), ends_on=d("2026-08-14"))
    assert [one.days_before for one in reminders(summer)] == [30, 7]
    assert due_reminder(summer, d("2026-07-01")) is None


@pytest.mark.parametrize(
    "changes",
    [{"ended_on": d("2026-06-01")}, {"kind": "benevole"}, {"kind": "of another plugin"}],
    ids=["ended early", "a volunteer", "somebody else's kind"],
)
def test_some_engagements_have_none(changes: dict[str, object], cape: MakeCape) -> None:
    assert reminders(cape(**changes)) == ()


def test_nobody_is_reminded_of_a_contract_already_renewed(cape: MakeCape) -> None:
    ending, today = cape(), d("2026-12-05")
    renewed = cape(
        id=UUID(int=11), starts_on=d("2027-01-05"), ends_on=d("2028-01-04"), renewal_number=1
    )
    assert [one.id for one, _ in due_reminders([ending], today)] == [ending.id]
    assert due_reminders([ending, renewed], today) == []
    not_signed = replace(renewed, signed_on=None)
    assert len(due_reminders([ending, not_signed], today)) == 1
    somebody_else = replace(renewed, person_id=UUID(int=3))
    assert len(due_reminders([ending, somebody_else], today)) == 1


def test_a_reminder_says_what_is_left(cape: MakeCape) -> None:
    first = notice(cape(), d("2026-12-05"), LAW)
    assert first.text.format(**first.params) == (
        "Ton contrat finit le 04/01/2027, dans 30 jours. "
        "Tu peux encore le renouveler : 2 fois. Parles-en avec ton groupe."
    )
    last = replace(cape(), renewal_number=2, first_starts_on=d("2024-01-05"))
    told = notice(last, d("2026-12-28"), LAW)
    assert told.text.format(**told.params) == (
        "Ton contrat finit le 04/01/2027, dans 7 jours. "
        "On ne peut plus le renouveler. Parlons ensemble de la suite."
    )


@given(
    st.integers(1, 400),
    st.lists(st.integers(0, 420), min_size=1, max_size=40),
)
def test_however_often_the_machine_wakes_nobody_is_told_twice(
    length: int, wakings: list[int]
) -> None:
    start = d("2026-01-05")
    engagement = _engagement(start, start + timedelta(days=length))
    told: list[str] = []
    for after in sorted(wakings):
        found = due_reminder(engagement, start + timedelta(days=after))
        # The jobs table keeps a unique key: a second row with the same key is not written.
        if found is not None and found.key not in told:
            told.append(found.key)
    assert len(told) <= 3
    days = [int(key.rsplit(":", 1)[1]) for key in told]
    assert days == sorted(days, reverse=True)


def _engagement(start: date, end: date) -> EngagementFacts:
    return EngagementFacts(
        id=UUID(int=10),
        person_id=UUID(int=2),
        kind="cape",
        carrier_id=None,
        starts_on=start,
        ends_on=end,
        renewal_number=0,
        first_starts_on=start,
        signed_on=start,
        insured_from=start,
        insured_until=None,
    )
