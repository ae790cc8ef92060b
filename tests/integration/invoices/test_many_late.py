"""Late invoices are found in as many questions to the database, however many they are."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
import time_machine

from kpa_core.invoices import todo
from kpa_core.invoices.life import follow_ups, reminders
from kpa_core.work import Work

LATER = datetime(2027, 1, 4, 12, tzinfo=ZoneInfo("Europe/Paris"))


def waiting(work: Work) -> Iterable[Any]:
    """Look for reminders, and for those that leave by mail."""
    found = reminders.overdue(work)
    reminders.leaving_by_mail(work, found)
    return found


LOOKS: dict[str, Callable[[Work], Iterable[Any]]] = {
    "reminders": waiting,
    "what is late": todo._late,
    "what customers say they paid": lambda work: follow_ups.claimed(work, 99),
}


@pytest.fixture
def asked(house: Any) -> Callable[[str], tuple[int, int]]:
    """Return how many things are found, and with how many questions."""

    def asked(what: str) -> tuple[int, int]:
        questions: list[Any] = []
        engine = house.kpa.instance.engine

        def note(*given: Any) -> None:
            questions.append(given[2])

        with time_machine.travel(LATER, tick=True), house.work() as work:
            sa.event.listen(engine, "before_cursor_execute", note)
            try:
                return len(list(LOOKS[what](work))), len(questions)
            finally:
                sa.event.remove(engine, "before_cursor_execute", note)

    return asked


def test_the_questions_do_not_grow_with_what_is_late(house: Any, asked: Any) -> None:
    def more(many: int) -> None:
        for _ in range(many):
            document = house.invoiced()
            with house.work() as work, work.transaction():
                follow_ups.write(work, document, "claimed")

    with house.work("host") as work:
        reminders.set_schedule(work, house.carrier_id, [7, 21])
    found = {}
    for many in (3, 12):
        more(many)
        for _ in range(many):
            house.invoiced()
        for what in LOOKS:
            found[what, many] = asked(what)
    for what in LOOKS:
        (few, before), (all_, after) = found[what, 3], found[what, 12]
        assert all_ == 5 * few
        assert after == before, what
