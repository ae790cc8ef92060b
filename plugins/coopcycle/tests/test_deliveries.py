"""A delivery from its price to its cost, with everything that may go wrong on the way."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from kpa_coopcycle import connections, deliveries
from kpa_coopcycle.cards import quote_lines
from kpa_coopcycle.models import ConnectionRow, DeliveryRow, StepRow
from kpa_coopcycle.settings import Settings
from kpa_coopcycle.wishes import Stop
from kpa_core import clock
from kpa_core.api import Conflict, NotFound, QuoteRequest, Refused
from kpa_core.outbox import JobRow
from kpa_core.sharing.models import Expense

NOWHERE = Stop("nowhere")
LOOK = timedelta(minutes=2)


def job(moulins, kind, n=-1):
    """Return a job of a kind as it is now."""
    with moulins.kpa.work() as work:
        query = sa.select(JobRow).where(JobRow.kind == kind).order_by(JobRow.created_at, JobRow.id)
        return work.session.scalars(query).all()[n]


def expenses(moulins):
    with moulins.kpa.work() as work:
        return work.session.scalars(sa.select(Expense)).all()


def later(moulins, *spans):
    """Let time pass, and the worker do its rounds."""
    for span in spans:
        with time_machine.travel(clock.now() + span, tick=False):
            moulins.run()


# --- the way it goes well ---------------------------------------------------------------------


def test_connecting_learns_the_store_its_money_zone_and_slots(moulins):
    with moulins.work() as work:
        at = work.session.get_one(ConnectionRow, moulins.connection)
        assert (at.name, at.store, at.currency) == ("Acme", "/api/stores/1", "EUR")
        assert at.zone == "Europe/Paris"
        assert len(at.slots) == 4
        assert at.pickup.startswith("272, rue Saint Honoré")
        assert b"s3cret" not in at.key


def test_a_price_is_asked_and_nothing_is_ordered(moulins):
    row = moulins.row(moulins.asked())
    assert (row.state, row.price_cents, row.price_tax_cents) == ("priced", 499, 83)
    assert row.net_price_cents == 416
    assert moulins.theirs() == []
    asserted = moulins.peer.count("POST", "/api/deliveries/assert")
    assert asserted == moulins.peer.count("POST", "/api/retail_prices/calculate") == 1


def test_an_ordered_delivery_is_at_the_co_op_once_with_our_reference(moulins):
    delivery_id = moulins.ordered()
    assert moulins.row(delivery_id).state == "ordered"
    moulins.run()
    row = moulins.row(delivery_id)
    assert (row.state, row.status, row.path) == ("booked", "todo", "/api/deliveries/1")
    assert (row.total_cents, row.tax_cents) == (499, 83)
    assert row.tracking_url.startswith(f"{moulins.peer.address}/d/")
    (theirs,) = moulins.theirs()
    ref = theirs.tasks[-1].metadata["kpa_ref"]
    assert ref.endswith(f":{delivery_id.hex}")
    assert f"ref {ref}" in theirs.tasks[-1].comments
    moulins.run()
    assert len(moulins.theirs()) == 1


def test_a_finished_delivery_is_a_purchase_of_its_order_once(moulins):
    delivery_id = moulins.ordered()
    moulins.run()
    for task in moulins.theirs()[0].tasks:
        task.status = "DONE"
    with time_machine.travel(clock.now() + timedelta(minutes=6)):
        moulins.run()
    (bought,) = expenses(moulins)
    assert (bought.order_id, bought.net_cents, bought.vat_cents) == (moulins.order, 416, 83)
    assert bought.supplier == "Acme"
    row = moulins.row(delivery_id)
    assert (row.status, row.expense_id) == ("done", bought.id)
    # Theirs goes back and forth: it was not done after all, then it is.
    drop = moulins.theirs()[0].tasks[-1]
    for n, status in enumerate(("TODO", "DONE")):
        drop.status = status
        with time_machine.travel(clock.now() + timedelta(minutes=7 + n)):
            with moulins.kpa.work() as work, work.transaction():
                work.ask("coopcycle.read", {"delivery": str(delivery_id)}, key=f"again:{n}")
            moulins.run()
    assert len(expenses(moulins)) == 1
    with moulins.kpa.work() as work:
        steps = [(one.was, one.became) for one in deliveries.steps_of(work.session, delivery_id)]
    assert steps == [("", "todo"), ("todo", "done"), ("done", "doing"), ("doing", "done")]


def test_a_cost_that_cannot_be_booked_is_told_and_the_delivery_stands(moulins):
    delivery_id = moulins.ordered()
    moulins.run()
    with moulins.kpa.work() as work, work.transaction() as session:
        session.execute(sa.text("UPDATE activity SET carrier_id = NULL"))
    for task in moulins.theirs()[0].tasks:
        task.status = "DONE"
    with time_machine.travel(clock.now() + timedelta(minutes=6)):
        moulins.run()
    row = moulins.row(delivery_id)
    assert (row.status, row.expense_id) == ("done", None)
    assert "maison" in row.reason
    assert expenses(moulins) == []


def test_when_the_kpa_is_the_co_op_the_delivery_is_a_line_of_the_quote(moulins):
    moulins.asked()
    request = QuoteRequest(
        order_id=moulins.order,
        activity_id=moulins.activity,
        activity_kind="",
        day=None,
        guests=40,
        wishes="",
        vat_regime="normal",
    )
    with moulins.kpa.work() as work, work.transaction() as session:
        assert quote_lines(session, request, Settings()) == []
        session.get_one(ConnectionRow, moulins.connection).role = "coop"
        (line,) = quote_lines(session, request, Settings())
        assert (line.unit_price_cents, line.vat_rate_bp) == (416, 2000)


# --- at most once -----------------------------------------------------------------------------

DOUBTS = ("commit-cut", "commit-500", "cut", "502", "408")


@pytest.mark.parametrize("how", DOUBTS)
def test_an_order_that_may_have_left_is_looked_for_and_never_doubled(moulins, how):
    delivery_id = moulins.ordered()
    moulins.peer.fail(how)
    moulins.run()
    assert job(moulins, "coopcycle.create").state == "unknown"
    later(moulins, LOOK, 2 * LOOK, 3 * LOOK, 4 * LOOK)
    assert job(moulins, "coopcycle.create").state == "sent"
    assert moulins.row(delivery_id).state == "booked"
    assert len(moulins.theirs()) == 1
    sent = moulins.peer.count("POST", "/api/deliveries")
    assert sent == (1 if how.startswith("commit") else 2)


def test_a_delivery_that_is_there_is_never_sent_again_even_when_all_else_forgot(moulins):
    """The row says it was never sent, the server has it: it is found before anything is sent."""
    delivery_id = moulins.ordered()
    moulins.run()
    with moulins.kpa.work() as work, work.transaction() as session:
        row = session.get_one(DeliveryRow, delivery_id)
        row.state, row.path, row.status = "ordered", None, ""
        session.execute(
            sa.update(JobRow).where(JobRow.kind == "coopcycle.create").values(state="pending")
        )
    moulins.run()
    assert len(moulins.theirs()) == 1
    assert moulins.row(delivery_id).path == "/api/deliveries/1"


def test_a_server_closed_for_works_costs_no_attempt_and_loses_nothing(moulins):
    delivery_id = moulins.ordered()
    moulins.peer.down = "html"
    moulins.run()
    assert job(moulins, "coopcycle.create").attempts == 0
    moulins.peer.down = ""
    later(moulins, timedelta(hours=1))
    assert moulins.row(delivery_id).state == "booked"
    assert len(moulins.theirs()) == 1


def test_an_address_nobody_finds_is_for_a_person(moulins):
    row = moulins.row(moulins.asked(NOWHERE))
    assert row.state == "refused"
    assert "adresse" in row.reason
    assert moulins.theirs() == []


def test_a_broken_order_with_a_text_address_waits_for_a_person(moulins):
    delivery_id = moulins.asked(Stop("12, rue qui bouge, Moulins"))
    with moulins.work() as work:
        deliveries.order(work, delivery_id, 499)
    moulins.peer.fail("500", times=5)
    moulins.run()
    later(moulins, LOOK, 2 * LOOK, 3 * LOOK, 4 * LOOK)
    row = moulins.row(delivery_id)
    assert row.state == "refused"
    assert "adresse" in row.reason
    assert moulins.peer.count("POST", "/api/deliveries") == 1
    moulins.peer.faults.clear()
    with moulins.work() as work:
        deliveries.ask_again(work, delivery_id, row.version, moulins.wish())
    moulins.run()
    with moulins.work() as work:
        deliveries.order(work, delivery_id, 499)
    moulins.run()
    assert moulins.row(delivery_id).state == "booked"
    assert len(moulins.theirs()) == 1


def test_a_slot_that_is_no_longer_offered_is_not_promised(moulins):
    delivery_id = moulins.ordered()
    moulins.peer.coop.books.slots = ((8, 9),)
    moulins.run()
    row = moulins.row(delivery_id)
    assert (row.state, moulins.theirs()) == ("refused", [])
    assert "créneau" in row.reason
    assert job(moulins, "coopcycle.create").state == "failed"


def test_a_link_that_leads_elsewhere_is_not_kept(moulins):
    moulins.peer.coop.books.home = "javascript:alert(1)//"
    delivery_id = moulins.ordered()
    moulins.run()
    assert moulins.row(delivery_id).tracking_url == ""


def test_a_refusal_is_told_with_the_field(moulins):
    moulins.peer.coop.books.most_km = 4
    row = moulins.row(moulins.asked())
    assert row.state == "refused"
    assert "items" in row.reason


def test_packages_the_server_dropped_are_told(moulins):
    delivery_id = moulins.ordered(Stop("1 rue du Port", lat=1.0, lng=1.0, packages=(("HUGE", 1),)))
    moulins.run()
    assert "HUGE" in moulins.row(delivery_id).reason


# --- cancelling -------------------------------------------------------------------------------


def test_what_was_not_ordered_is_cancelled_here(moulins):
    delivery_id = moulins.asked()
    with moulins.work() as work:
        assert deliveries.cancel(work, delivery_id).state == "cancelled"
        with pytest.raises(Refused):
            deliveries.cancel(work, delivery_id)


def test_what_was_ordered_is_cancelled_there(moulins):
    delivery_id = moulins.ordered()
    with moulins.work() as work, pytest.raises(Refused):
        deliveries.cancel(work, delivery_id)  # it is leaving
    moulins.run()
    with moulins.work() as work:
        deliveries.cancel(work, delivery_id)
    moulins.run()
    assert moulins.row(delivery_id).state == "cancelled"
    assert {one.status for one in moulins.theirs()[0].tasks} == {"CANCELLED"}


def test_a_courier_on_the_way_is_for_people_to_call(moulins):
    delivery_id = moulins.ordered()
    moulins.run()
    moulins.theirs()[0].tasks[0].assigned = True
    with moulins.work() as work:
        deliveries.cancel(work, delivery_id)
    moulins.run()
    row = moulins.row(delivery_id)
    assert (row.state, row.status) == ("booked", "todo")
    assert "assigned" in row.reason
    assert job(moulins, "coopcycle.cancel").state == "failed"


# --- who may ----------------------------------------------------------------------------------


def test_nobody_else_asks_orders_or_cancels(moulins):
    delivery_id = moulins.asked()
    with moulins.work(moulins.other) as work:
        for act in (
            lambda: deliveries.ask(work, moulins.order, moulins.connection, moulins.wish()),
            lambda: deliveries.order(work, delivery_id, 499),
            lambda: deliveries.cancel(work, delivery_id),
        ):
            with pytest.raises(NotFound):
                act()


def test_a_price_that_changed_is_read_again(moulins):
    delivery_id = moulins.asked()
    with moulins.work() as work, pytest.raises(Refused):
        deliveries.order(work, delivery_id, 498)
    row = moulins.row(delivery_id)
    with moulins.work() as work:
        deliveries.ask_again(work, delivery_id, row.version, moulins.wish())
        with pytest.raises(Conflict):
            deliveries.ask_again(work, delivery_id, row.version, moulins.wish())


def test_a_co_op_is_left_when_nothing_is_on_its_way(moulins):
    delivery_id = moulins.ordered()
    moulins.run()
    with moulins.kpa.work() as work, pytest.raises(Conflict):
        connections.disconnect(work, moulins.connection)
    with moulins.work() as work:
        deliveries.cancel(work, delivery_id)
    moulins.run()
    with moulins.kpa.work() as work:
        assert connections.disconnect(work, moulins.connection).key == b""
    assert moulins.row(delivery_id).state == "cancelled"
    with moulins.kpa.work() as work:
        assert work.session.scalars(sa.select(StepRow)).all()
