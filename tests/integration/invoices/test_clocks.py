"""R9: clocks that are wrong, that jump, that change with the season, and the last second of a year.

Whatever the clock says: numbers follow each other without a gap, each year opens once, and no
document is dated before the one that precedes it.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
import time_machine

from kpa_core import clock
from kpa_core.invoices import checks
from kpa_core.invoices.making import issuing
from kpa_core.invoices.models import Carrier, Document
from kpa_core.invoices.proof import verification
from kpa_core.invoices.sealing import freezing

from .conftest import NOON
from .test_many_at_once import ready

NIGHTS = {
    "an hour is lost": datetime(2027, 3, 27, 22, 30, tzinfo=UTC),
    "an hour comes twice": datetime(2027, 10, 30, 21, 30, tzinfo=UTC),
    "a year ends": datetime(2026, 12, 31, 22, 30, tzinfo=UTC),
    "a leap day begins": datetime(2028, 2, 28, 22, 30, tzinfo=UTC),
}
AT_MIDNIGHT = """
import json, multiprocessing, sys
from datetime import datetime
from pathlib import Path
from uuid import UUID

import time_machine
from kpa_core.features import open_instance
from kpa_core.invoices.making import issuing
from kpa_core.work import KPA

root, shares = Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text())


def issue_all(share):
    moment, orders = share
    instance = open_instance(root)
    gate.wait()
    with time_machine.travel(datetime.fromisoformat(moment), tick=True):
        for order_id in orders:
            with instance.work(KPA) as work:
                issuing.issue(work, UUID(order_id))


alike = multiprocessing.get_context("fork")
gate = alike.Barrier(len(shares))
with alike.Pool(len(shares)) as crew:
    crew.map(issue_all, shares, chunksize=1)
"""


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    with time_machine.travel(moment, tick=False):
        yield


def issue(house: Any, order_id: UUID) -> Document:
    with house.work("kpa") as work:
        return issuing.issue(work, order_id)


def in_order(house: Any) -> list[tuple[str, date]]:
    """Return the numbers and dates of what was issued; see that they follow each other."""
    with house.work("kpa") as work:
        query = sa.select(Document.number, Document.issued_on).order_by(Document.chain_position)
        issued = [(number or "", day) for number, day in work.session.execute(query)]
        assert all(one.holds for one in verification.verify(work.session))
    assert all(before <= after for (_, before), (_, after) in pairwise(issued)), "dates go back"
    years = []
    for year, same in groupby(issued, key=lambda one: one[0].split("-")[1]):
        years.append(year)
        numbers = [number for number, _ in same]
        assert numbers == [f"KPA-{year}-{one:04}" for one in range(1, len(numbers) + 1)], "a gap"
    assert years == sorted(set(years)), "a year opened twice"
    assert all(number.split("-")[1] == str(day.year) for number, day in issued), "another year"
    return issued


@pytest.mark.parametrize("begins", NIGHTS.values(), ids=NIGHTS)
def test_a_night_of_invoices_is_dated_by_the_carriers_wall(house: Any, begins: datetime) -> None:
    orders = ready(house, 18)
    for quarter, order_id in enumerate(orders):
        with at(begins + timedelta(minutes=15 * quarter)):
            document = issue(house, order_id)
            assert document.issued_on == clock.today("Europe/Paris")

    days = {day for _, day in in_order(house)}
    assert len(days) == 2


@pytest.mark.parametrize(
    ("zone", "first", "last"),
    [
        ("UTC", "KPA-2026-0001", "KPA-2026-0002"),
        ("Europe/Paris", "KPA-2026-0001", "KPA-2027-0001"),
        ("Indian/Reunion", "KPA-2027-0001", "KPA-2027-0002"),
        ("America/Martinique", "KPA-2026-0001", "KPA-2026-0002"),
    ],
)
def test_the_last_second_of_the_year_is_the_carriers(
    house: Any, zone: str, first: str, last: str
) -> None:
    with house.work("kpa") as work, work.transaction() as session:
        session.get_one(Carrier, house.carrier_id).timezone = zone
    orders = ready(house, 2)
    with at(datetime(2026, 12, 31, 22, 59, 59, tzinfo=UTC)):
        assert issue(house, orders[0]).number == first
    with at(datetime(2026, 12, 31, 23, 0, 0, tzinfo=UTC)):
        assert issue(house, orders[1]).number == last
    in_order(house)


JUMPS = {
    "a day ahead": [1, 0, 1],
    "a day late": [0, -1, 0],
    "a year ahead": [0, 365, 0, 366],
    "to and fro": [0, 1, -1, 40, 3, 365, 39, -365, 366],
}


@pytest.mark.parametrize("jumps", JUMPS.values(), ids=JUMPS)
def test_a_clock_that_jumps_changes_no_order_and_is_told(house: Any, jumps: list[int]) -> None:
    orders = ready(house, len(jumps))
    for days, order_id in zip(jumps, orders, strict=True):
        with at(NOON + timedelta(days=days)):
            issue(house, order_id)
            late = (in_order(house)[-1][1] - clock.today("Europe/Paris")).days
            with house.work("kpa") as work:
                told = next(one for one in checks.health(work) if one.name == "clock")
            assert told.ok == (late == 0)
            assert (f"Jours de retard : {late}." in told.detail) == (late > 0)


def at_midnight(house: Any, moments: list[datetime]) -> list[tuple[str, date]]:
    """Have a process per clock issue at the end of the year; return what was issued."""
    root: Path = house.kpa.instance.settings.root
    url = house.kpa.instance.settings.database.url
    (root / "kpa.toml").write_text(
        f'[instance]\nname = "Essai"\n[database]\nurl = "{url}"\n', encoding="utf-8"
    )
    each, path = 12, root / "shares.json"
    orders = [str(one) for one in ready(house, each * len(moments))]
    shares = [
        [moment.isoformat(), orders[number :: len(moments)]]
        for number, moment in enumerate(moments)
    ]
    path.write_text(json.dumps(shares))
    words = [sys.executable, "-c", AT_MIDNIGHT, str(root), str(path)]
    subprocess.run(words, timeout=300, check=True)
    return in_order(house)


@pytest.mark.parametrize("apart", [0, 2, 86_400], ids=["alike", "two seconds", "a day"])
def test_two_processes_open_the_new_year_once(house: Any, apart: int) -> None:
    eve = datetime(2026, 12, 31, 22, 59, 59, 500_000, tzinfo=UTC)

    issued = at_midnight(house, [eve, eve - timedelta(seconds=apart)])

    assert len(issued) == 24
    assert {day for _, day in issued} <= {date(2026, 12, 30), date(2026, 12, 31), date(2027, 1, 1)}
    assert issued[-1][0].startswith("KPA-2027-")


# --- the trials themselves ------------------------------------------------------------------------


def test_the_trial_sees_a_date_that_goes_back(house: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(freezing, "issue_day", lambda _into, one: clock.today(one.timezone))
    with pytest.raises(AssertionError, match="dates go back"):
        test_a_clock_that_jumps_changes_no_order_and_is_told(house, [0, 2, 1])


def test_the_trial_sees_a_day_of_another_zone(house: Any, monkeypatch: Any) -> None:
    really = clock.today
    monkeypatch.setattr(freezing.clock, "today", lambda _zone: really("UTC"))
    orders = ready(house, 1)
    with at(datetime(2026, 12, 31, 23, 0, tzinfo=UTC)), pytest.raises(AssertionError):
        assert issue(house, orders[0]).number == "KPA-2027-0001"
