"""Pokes that are heard, deliveries that are followed, lists that are compared."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from coopcycle_peer.facts import fact

from kpa_coopcycle import connections, following
from kpa_coopcycle.models import ConnectionRow
from kpa_coopcycle.signature import HEADER, sign
from kpa_core import clock
from kpa_core.sharing.models import Expense


def expenses(moulins):
    with moulins.kpa.work() as work:
        return work.session.scalars(sa.select(Expense)).all()


# --- webhooks ---------------------------------------------------------------------------------


@pytest.fixture
def hooked(moulins):
    """The co-op tells us of six events."""
    with moulins.kpa.work() as work:
        count = connections.hook(work, moulins.connection, "https://kpa.example/signal")
        assert (count, len(moulins.peer.coop.books.webhooks)) == (6, 6)
        assert connections.hook(work, moulins.connection, "https://kpa.example/signal") == 0
    delivery_id = moulins.ordered()
    moulins.run()
    return delivery_id


def poke(moulins, raw=None, secret="secret-5=", at=None):
    raw = raw or fact("webhook-delivery-valid").more["raw_body"].encode()
    with moulins.kpa.browser() as browser:
        client = browser.client
        return client.post(
            f"/coopcycle/signal/{at or moulins.connection}",
            data=raw,
            headers={HEADER: sign(secret, raw)},
        ).status_code


def reads(moulins):
    return moulins.peer.count("GET", "/api/deliveries/1")


def test_a_signed_poke_makes_us_ask_and_many_pokes_ask_once(moulins, hooked):
    assert {poke(moulins) for _ in range(7)} == {204}
    before = reads(moulins)
    moulins.theirs()[0].tasks[0].status = "DONE"
    with time_machine.travel(clock.now() + timedelta(seconds=11)):
        moulins.run()
    assert reads(moulins) - before in (1, 2)  # pokes may fall in two spans of ten seconds
    assert moulins.row(hooked).status == "doing"


def test_a_poke_makes_no_money_by_itself(moulins, hooked):
    raw = json.dumps({"data": {"object": "/api/deliveries/1", "event": "delivery.completed"}})
    assert poke(moulins, raw.encode()) == 204
    with time_machine.travel(clock.now() + timedelta(seconds=11)):
        moulins.run()
    assert expenses(moulins) == []
    assert moulins.row(hooked).status == "todo"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b"[]",
        b'{"data":{}}',
        b'{"data":{"object":["x"],"event":"delivery.completed"}}',
        b'{"data":{"object":"https://evil.example/api/deliveries/1","event":"x"}}',
        b'{"data":{"object":"/api/deliveries/99","event":"foo.bar"}}',
        b"\xff\xfe",
    ],
)
def test_a_signed_poke_about_anything_else_is_heard_and_does_nothing(moulins, hooked, raw):
    waiting = len(moulins.peer.asked)
    assert poke(moulins, raw or b" ") == 204
    with time_machine.travel(clock.now() + timedelta(seconds=11)):
        moulins.run()
    assert [one[1] for one in moulins.peer.asked[waiting:]] == []


def test_an_unsigned_poke_or_one_for_nobody_is_not_heard(moulins, hooked):
    assert poke(moulins, secret="other") == 422
    assert poke(moulins, secret="") == 422
    assert poke(moulins, at="0198c0de-0000-7000-8000-000000000000") == 404
    with moulins.kpa.browser() as browser:
        place = f"/coopcycle/signal/{moulins.connection}"
        assert browser.client.post(place, data=b"x").status_code == 422


# --- following and comparing ------------------------------------------------------------------


def test_an_open_delivery_is_read_every_five_minutes_until_it_ends(moulins):
    moulins.ordered()
    moulins.run()
    for n in range(1, 5):
        with time_machine.travel(clock.now() + timedelta(minutes=5 * n + 1)):
            moulins.run()
    assert reads(moulins) == 4
    for task in moulins.theirs()[0].tasks:
        task.status = "DONE"
    for n in range(5, 9):
        with time_machine.travel(clock.now() + timedelta(minutes=5 * n + 1)):
            moulins.run()
    assert reads(moulins) == 5


def drift(moulins):
    with moulins.kpa.work() as work:
        at = work.session.get_one(ConnectionRow, moulins.connection)
        return [(one.kind, one.path) for one in following.compare(work, at)]


def test_where_both_sides_differ_is_reported(moulins):
    moulins.ordered()
    moulins.run()
    assert drift(moulins) == []
    (one,) = moulins.theirs()
    one.total = 999
    assert drift(moulins) == [("price", "/api/deliveries/1")]
    one.total = 499
    one.tasks[-1].status = "FAILED"
    assert drift(moulins) == [("status", "/api/deliveries/1")]
    one.tasks[-1].status = "TODO"
    del moulins.peer.coop.books.deliveries[1]
    assert drift(moulins) == [("theirs_missing", "/api/deliveries/1")]
    moulins.peer.coop.books.deliveries[1] = one
    books = moulins.peer.coop.books
    before = (clock.now() + timedelta(days=1)).isoformat()
    for ref in (one.tasks[-1].metadata["kpa_ref"], "http://127.0.0.1:8000:ffff", "of others"):
        books.make({"dropoff": {"before": before, "metadata": {"kpa_ref": ref}}}, 1)
    found = drift(moulins)
    assert ("double", "/api/deliveries/2") in found
    assert "/api/deliveries/4" not in {path for _, path in found}


def test_every_hour_the_lists_are_compared_and_the_slots_read(moulins):
    moulins.ordered()
    moulins.run()
    moulins.theirs()[0].total = 999
    moulins.peer.coop.books.slots = ((8, 9),)
    with moulins.kpa.work() as work, work.transaction():
        following.follow(work, {})
    moulins.run()
    with moulins.kpa.work() as work:
        at = work.session.get_one(ConnectionRow, moulins.connection)
        assert [one["kind"] for one in at.drift] == ["price"]
        assert len(at.slots) == 2


def forget_in(moulins, days):
    then = clock.now() + timedelta(days=days)
    with time_machine.travel(then), moulins.kpa.work() as work, work.transaction():
        following.forget(work, {})


def test_what_is_private_is_sealed_and_forgotten_a_month_after(moulins):
    delivery_id = moulins.ordered()
    moulins.run()
    row = moulins.row(delivery_id)
    assert b"Jeanne" not in row.wish
    for task in moulins.theirs()[0].tasks:
        task.status = "DONE"
    with time_machine.travel(clock.now() + timedelta(minutes=6)):
        moulins.run()
    forget_in(moulins, 29)
    assert moulins.row(delivery_id).wish is not None
    forget_in(moulins, 31)
    row = moulins.row(delivery_id)
    assert (row.wish, row.street, row.tracking_url) == (None, "", "")
