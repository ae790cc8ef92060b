"""The list of papers: each says where it stands, and fifty ask no more questions than ten."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine

from kpa_core.activities import service as orders
from kpa_core.invoices.life import states
from kpa_core.invoices.models import Document
from kpa_core.invoices.paying import payments

LAST_HOUR = datetime(2026, 12, 23, 22, 30, tzinfo=UTC)
"""Half past eleven in Paris, on the last day of a quote of 23 November."""
TOO_LATE = datetime(2026, 12, 23, 23, 30, tzinfo=UTC)


def standing_of(house: Any, document: Document) -> str:
    with house.work("kpa") as work:
        found = work.session.get_one(Document, document.id)
        return states.states_of(work.session, [found])[document.id]


def test_the_questions_do_not_grow_with_the_list(house: Any) -> None:
    asked: list[Any] = []
    sa.event.listen(
        house.kpa.instance.engine, "before_cursor_execute", lambda *given: asked.append(given[2])
    )

    def look(browser: Any) -> tuple[int, int]:
        asked.clear()
        rows = browser.get("/documents?genre=invoice").text.count('class="stretch"')
        return rows, len(asked)

    with house.kpa.client_for(house.people["treasurer"]) as browser:
        found = []
        for many in (5, 20):
            for _ in range(many):
                house.invoiced()
            look(browser)  # the first look at a page may read more
            found.append(look(browser))
    (few, before), (all_, after) = found
    assert (few, all_) == (5, 25)
    assert after == before


def test_a_bill_is_paid_once_the_carrier_confirmed_all(house: Any) -> None:
    paid, partly, said = house.invoiced(), house.invoiced(), house.invoiced()
    with house.work("host") as work:
        payments.record_payment(work, paid.id, 66_000, work.today)
        payments.record_payment(work, partly.id, 65_999, work.today)
    with house.work() as work:  # not the carrier: nobody confirmed it
        payments.record_payment(work, said.id, 66_000, work.today)

    found = [standing_of(house, one) for one in (paid, partly, said)]

    assert found == [states.PAID, states.TO_PAY, states.TO_PAY]


@pytest.mark.parametrize(
    ("now", "state", "shown"),
    [
        (LAST_HOUR, states.WAITS, "Attend une réponse"),
        (TOO_LATE, states.EXPIRED, "Plus valable"),
    ],
)
def test_a_quote_out_of_date_waits_for_no_answer(
    house: Any, now: datetime, state: str, shown: str
) -> None:
    quote = house.quoted()
    with time_machine.travel(now, tick=True):
        assert standing_of(house, quote) == state
        with house.kpa.client_for(house.people["one"]) as browser:
            assert shown in browser.get("/documents").sentence()


def test_a_quote_taken_back_waits_for_no_answer(house: Any) -> None:
    quote = house.quoted()
    with house.work("one") as work:
        orders.move(work, quote.order_id, "asked")

    assert standing_of(house, quote) == states.TAKEN_BACK


def test_every_state_has_its_words_and_its_look() -> None:
    keys = {value for name, value in vars(states).items() if name.isupper() and value is str(value)}
    assert keys == set(states.LABELS)
