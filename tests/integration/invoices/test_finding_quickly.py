"""Looking for work reads no more than it shows: indexes, conditions in the query, few queries."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine

from kpa_core.activities.models import Customer
from kpa_core.contracts import Scope
from kpa_core.invoices import todo
from kpa_core.invoices.carrier import carriers
from kpa_core.invoices.life import platforms
from kpa_core.invoices.models import CarrierAnswer, Document
from kpa_core.invoices.paying import payments

LATER = datetime(2026, 12, 26, 12, tzinfo=UTC)
"""Three days late: no reminder is due yet."""
WAYS: dict[str, tuple[Any, str]] = {
    "what corrects a document": (
        sa.select(Document.id).where(Document.corrects_id == sa.literal("x", sa.String())),
        "ix_document_corrects_id",
    ),
    "an answer by its number": (
        sa.select(CarrierAnswer.id).where(CarrierAnswer.number == "F1"),
        "ix_carrier_answer_number",
    ),
}


@pytest.mark.parametrize("what", WAYS)
def test_an_index_finds(sqlite_house, what: str) -> None:
    query, index = WAYS[what]
    with sqlite_house.kpa.instance.engine.connect() as connection:
        told = query.compile(connection, compile_kwargs={"literal_binds": True})
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {told}").all()
    assert any(index in row[-1] for row in plan), plan


def test_a_person_is_left_out_before_its_paper_is_read(
    sqlite_house, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = sqlite_house
    with house.work("host") as work:
        found = carriers.find_carrier(work, house.carrier_id)
        carriers.change_carrier(work, found.id, found.version, {"emits_from": work.today})
    document = house.issued()
    customer = sa.update(Customer).values(kind="person", version=1)
    with house.kpa.instance.engine.begin() as connection:
        connection.execute(customer)

    monkeypatch.setattr(platforms, "is_to_deposit", lambda _session, _document: True)
    with house.work() as work:
        assert list(platforms.to_deposit(work, 10)) == []
    # Its kind changed since: the paper tells what it was that day.
    with house.kpa.instance.engine.begin() as connection:
        connection.execute(customer.values(version=2))
    with house.work() as work:
        assert [one.id for one in platforms.to_deposit(work, 10)] == [document.id]


def test_what_the_law_has_us_keep_is_never_weighed(sqlite_house) -> None:
    asked: list[str] = []
    engine = sqlite_house.kpa.instance.engine
    sa.event.listen(engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    with sqlite_house.work() as work, work.transaction() as session:
        for within in (False, True):
            asked.clear()
            work.instance.files.keep(
                session, b"x", media_type="text/plain", scope=Scope(), within_quota=within
            )
            assert any("sum(stored_file.size)" in one for one in asked) is within


def test_what_is_paid_hides_no_late_invoice(sqlite_house, monkeypatch: pytest.MonkeyPatch) -> None:
    house = sqlite_house
    paid, late = house.issued(), house.issued()
    with house.work() as work:  # not confirmed: its order is still to be paid
        payments.record_payment(work, paid.id, 66_000, work.today)
        assert work.session.get_one(Document, paid.id).due_on <= late.due_on
    monkeypatch.setattr(todo, "MOST", 1)
    with (
        time_machine.travel(LATER, tick=True),
        house.kpa.client_for(house.people["treasurer"]) as browser,
    ):
        text = browser.get("/aujourdhui").sentence()
    assert late.number in text
    assert text.count(late.number) == 1
