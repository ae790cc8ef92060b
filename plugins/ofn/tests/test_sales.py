"""What a shop sold becomes orders of ours: once, to the cent, and following while it may."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine
from ofn_peer.server import KEY

from kpa_core import clock
from kpa_core.activities.models import Order
from kpa_core.api import Conflict, HttpError, KpaError, NotFound, Refused
from kpa_core.invoices.drafts import holding
from kpa_core.outbox import JobRow
from kpa_ofn import rates, reading, shops
from kpa_ofn.amounts import Unreadable
from kpa_ofn.models import SaleRow

POMMES = ("Pommes", 2, "4.50", 1)
PORT = ("Livraison", "5.00", 2)


def total(lines):
    """Return what lines come to, with tax."""
    return sum(
        line.quantity_thousandths * line.unit_price_cents // 1000 - line.discount_cents
        for line in lines
    )


def count(halle, model):
    with halle.kpa.work() as work:
        return work.session.scalar(sa.select(sa.func.count()).select_from(model))


def touch(sold):
    sold.changed = datetime.now(UTC) + timedelta(seconds=1)


def test_a_sale_becomes_an_order_with_its_lines_and_its_total(halle):
    halle.peer.sell(POMMES, fees=[PORT], hidden="1.10")
    assert halle.read() == reading.Count(seen=1, new=1)
    order, lines = halle.order()
    assert order.title == "R000000001, boutique Halle de Moulins"
    assert [line.label for line in lines] == ["Pommes", "Livraison", "Frais de la boutique"]
    assert {line.price_basis for line in lines} == {"gross"}
    assert total(lines) == 1510 == halle.sale().total_cents


def test_reading_again_changes_nothing(halle):
    for _ in range(3):
        halle.peer.sell(POMMES)
    assert halle.read().new == 3
    before = [(one.id, one.version) for one in (halle.sale(f"R{n:09}") for n in (1, 2, 3))]
    for whole in (False, True, False):
        assert halle.read(whole=whole).new == 0
    assert [(one.id, one.version) for one in (halle.sale(f"R{n:09}") for n in (1, 2, 3))] == before
    assert (count(halle, SaleRow), count(halle, Order)) == (3, 3)


def test_a_whole_reading_asks_only_for_what_differs(halle):
    for _ in range(5):
        halle.peer.sell(POMMES)
    halle.read()
    asked = halle.peer.count("/api/v0/orders/R")
    halle.peer.orders["R000000003"].payment = "balance_due"
    halle.read(whole=True)
    assert halle.peer.count("/api/v0/orders/R") == asked + 1
    assert halle.sale("R000000003").payment_state == "balance_due"


def test_an_order_written_while_the_last_reading_ran_is_not_missed(halle):
    with time_machine.travel(clock.now() + timedelta(hours=1)):
        halle.read()
    late = halle.peer.sell(POMMES)
    late.changed = clock.now() + timedelta(minutes=55)  # their clock is five minutes behind
    with time_machine.travel(clock.now() + timedelta(hours=2)):
        assert halle.read().new == 1


def test_every_page_is_read(halle):
    for _ in range(231):
        halle.peer.sell(POMMES)
    assert halle.read() == reading.Count(seen=231, new=231)
    assert halle.peer.count("/api/v0/orders?") == 3


def test_baskets_tests_and_orders_of_other_shops_are_no_sales(halle):
    halle.peer.sell(POMMES, state="cart")
    halle.peer.sell(POMMES, number="R555555555")
    halle.peer.sell(POMMES, shop="4")
    assert halle.read() == reading.Count(seen=2, new=0)
    assert count(halle, Order) == 0


def test_amounts_that_do_not_add_up_are_named_and_stop_no_other(halle):
    wrong = halle.peer.sell(("Faux", 1, "1.00", 1), hidden="-5.00")
    halle.peer.sell(POMMES)
    told = halle.read()
    assert (told.new, len(told.unreadable)) == (1, 1)
    assert wrong.number in halle.row().drift[0]["told"]


# --- following --------------------------------------------------------------------------------


def test_ours_follows_while_nothing_was_promised(halle):
    sold = halle.peer.sell(POMMES)
    halle.read()
    sold.items[0] = ("Pommes", 3, "4.50", 1)
    touch(sold)
    halle.read()
    _, lines = halle.order()
    assert total(lines) == 1350
    assert halle.sale().reason == ""


def test_a_cancelled_sale_cancels_ours_and_comes_back(halle):
    sold = halle.peer.sell(POMMES)
    halle.read()
    for state, ours in (
        ("canceled", "cancelled"),
        ("complete", "asked"),
        ("canceled", "cancelled"),
    ):
        sold.state = state
        touch(sold)
        halle.read()
        assert halle.order()[0].state == ours
    assert count(halle, Order) == 1


def done(halle):
    order, _ = halle.order()
    with halle.kpa.work() as work, work.transaction() as session:
        session.get_one(Order, order.id).state = "done"
    return order.id


def test_what_changes_after_the_work_is_done_is_for_people(halle):
    sold = halle.peer.sell(POMMES)
    halle.read()
    done(halle)
    sold.items[0] = ("Pommes", 3, "4.50", 1)
    touch(sold)
    halle.read()
    assert total(halle.order()[1]) == 900
    assert "déjà promis" in halle.sale().reason
    sold.state = "canceled"
    touch(sold)
    halle.read()
    assert halle.order()[0].state == "done"
    assert "annulée" in halle.sale().reason


def test_a_line_changed_by_hand_is_not_overwritten(halle):
    sold = halle.peer.sell(POMMES)
    halle.read()
    with halle.kpa.work() as work, work.transaction() as session:
        line = halle.order()[1][0]
        session.get_one(type(line), line.id).edited = True
    sold.items[0] = ("Pommes", 3, "4.50", 1)
    touch(sold)
    halle.read()
    assert total(halle.order()[1]) == 900
    assert "à la main" in halle.sale().reason


def test_a_sale_deleted_in_the_shop_is_told_once_a_day(halle):
    halle.peer.sell(POMMES)
    halle.read()
    halle.peer.orders.clear()
    halle.read()
    assert halle.row().drift == []
    halle.read(whole=True)
    assert "R000000001" in halle.row().drift[0]["told"]


# --- VAT --------------------------------------------------------------------------------------


def held(halle):
    order, _ = halle.order()
    with halle.kpa.work() as work:
        return [str(one) for one in holding.reasons(work, work.session.get_one(Order, order.id))]


def rate_of(halle, category):
    with halle.kpa.work() as work:
        return next(
            one for one in rates.rates_of(work.session, halle.shop) if one.category == category
        )


def test_no_paper_leaves_before_a_person_said_each_rate(halle):
    halle.peer.sell(POMMES, fees=[PORT])
    halle.read()
    assert [one.vat_rate_bp for one in halle.order()[1]] == [0, 0]
    reasons = held(halle)
    assert len(reasons) == 2
    assert "Pommes" in reasons[0]
    for category, rate in (("1", 550), ("2", 2000)):
        row = rate_of(halle, category)
        with halle.work(halle.treasurer) as work:
            rates.confirm(work, row.id, row.version, rate)
    assert held(halle) == []
    halle.run()
    assert [one.vat_rate_bp for one in halle.order()[1]] == [550, 2000]
    assert total(halle.order()[1]) == 1400


def test_only_a_treasurer_or_an_animator_says_a_rate_and_only_a_french_one(halle):
    halle.peer.sell(POMMES)
    halle.read()
    row = rate_of(halle, "1")
    with halle.work() as work, pytest.raises(NotFound):
        rates.confirm(work, row.id, row.version, 550)
    with halle.work(halle.treasurer) as work:
        with pytest.raises(Refused):
            rates.confirm(work, row.id, row.version, 551)
        rates.confirm(work, row.id, row.version, 550)
        with pytest.raises(Conflict):
            rates.confirm(work, row.id, row.version, 1000)


def test_who_said_a_rate_is_told_and_forgotten_and_the_rate_stays(halle):
    halle.peer.sell(POMMES)
    halle.read()
    row = rate_of(halle, "1")
    with halle.work(halle.treasurer) as work:
        rates.confirm(work, row.id, row.version, 550)
    who = halle.treasurer.party_id
    with halle.kpa.work() as work, work.transaction() as session:
        assert [one.value for one in rates.said_by(session, who)] == ["Pommes"]
        rates.forget_person(session, who)
        assert rates.said_by(session, who) == []
    assert rate_of(halle, "1").rate_bp == 550


def test_prices_without_tax_are_read_and_held(halle):
    with halle.kpa.work() as work, work.transaction() as session:
        session.get_one(type(halle.row()), halle.shop).with_tax = False
    halle.peer.sell(POMMES)
    halle.read()
    assert any("sans TVA" in one for one in held(halle))


# --- the server is down, slow or wrong --------------------------------------------------------


@pytest.mark.parametrize(
    ("how", "error"),
    [
        ("html", KpaError),
        ("cut", HttpError),
        ("500", Unreadable),
        ("422", Unreadable),
        ("504", Unreadable),
        ("garbage", Unreadable),
        ("401", Refused),
    ],
)
def test_a_reading_that_fails_halfway_is_read_again_whole(halle, how, error):
    for _ in range(3):
        halle.peer.sell(POMMES)
    halle.peer.faults.extend(["", "", how])  # the list, one order, and then this
    if error is Unreadable:
        assert halle.read().new == 2
        assert len(halle.row().drift) == 1
        halle.read(whole=True)
    else:
        with pytest.raises(error) as told:
            halle.read()
        assert KEY not in str(told.value)
        assert halle.row().read_at is None
        halle.read()
    assert count(halle, Order) == 3


def test_the_worker_reads_each_hour_and_a_day_without_the_server_loses_nothing(halle):
    for _ in range(10):
        halle.peer.sell(POMMES)
    halle.peer.down = "html"
    for hour in range(24):
        with time_machine.travel(clock.now() + timedelta(hours=hour)):
            with halle.kpa.work() as work, work.transaction():
                reading.follow(work, {})
            halle.run()
    assert halle.sale() is None
    halle.peer.down = ""
    with time_machine.travel(clock.now() + timedelta(hours=25)):
        halle.run()
        halle.run()
    assert count(halle, Order) == 10
    with halle.kpa.work() as work:
        alerts = work.session.scalars(
            sa.select(JobRow).where(JobRow.kind == "house.remote_away")
        ).all()
    assert len(alerts) == 1


# --- webhooks ---------------------------------------------------------------------------------


def poke(halle, secret=None, raw=b"{}", shop=None):
    with halle.kpa.work() as work:
        known = shops.hook_address(work, halle.row()).rsplit("/", 1)[1]
    place = f"/ofn/signal/{shop or halle.shop}/{known if secret is None else secret}"
    with halle.kpa.browser() as browser:
        return browser.client.post(place, data=raw).status_code


def test_a_poke_makes_us_read_and_makes_no_money_by_itself(halle):
    halle.peer.sell(POMMES)
    paid = b'{"id":"1","event":"payment.completed","data":{"order":{"number":"R9","total":"9"}}}'
    assert {poke(halle, raw=paid) for _ in range(5)} == {204}
    assert count(halle, Order) == 0
    with time_machine.travel(clock.now() + timedelta(seconds=11)):
        halle.run()
    assert count(halle, Order) == 1
    assert halle.sale("R9") is None
    assert halle.peer.count("/api/v0/orders?") in (1, 2)


@pytest.mark.parametrize("raw", [b"", b"null", b"[]", b"\xff", b'{"event":"order_cycle.opened"}'])
def test_any_body_at_the_right_address_is_only_a_poke(halle, raw):
    assert poke(halle, raw=raw) == 204


def test_a_wrong_address_is_not_there(halle):
    assert poke(halle, secret="x" * 32) == 404
    assert poke(halle, secret="é") == 404
    assert poke(halle, shop="0198c0de-0000-7000-8000-000000000000") == 404


def test_the_cycle_is_learned_from_its_webhook_and_the_shelf_is_read(halle):
    assert poke(halle, raw=b'{"event":"order_cycle.opened","data":{"id":7}}') == 204
    halle.run()
    row = halle.row()
    assert row.cycle == "7"
    assert row.shelf == [{"name": "Pommes", "unit": "1kg", "cents": 250, "from": "Ferme"}]


# --- the catalogue ----------------------------------------------------------------------------


def test_a_price_and_a_stock_are_set_on_the_server(halle):
    offer = halle.row().articles[0]["offer"]
    with halle.work() as work:
        reading.ask_to_set(work, halle.shop, offer, 399, 12)
    halle.run()
    assert halle.peer.articles["10001"]["cents"] == 399
    assert halle.peer.articles["10001"]["stock"] == 12
    assert halle.row().articles[0]["price_cents"] == 399
    with halle.work() as work, pytest.raises(NotFound):
        reading.ask_to_set(work, halle.shop, "/api/dfc/enterprises/4/offers/1", 1, 1)
    with halle.work(halle.other) as work, pytest.raises(NotFound):
        reading.ask_to_set(work, halle.shop, offer, 1, 1)


def test_a_shop_in_another_currency_is_refused(halle):
    halle.peer.currency = "dfc-m:AustralianDollar"
    new = shops.NewShop(halle.peer.address, KEY, "3", True)
    with halle.kpa.work() as work, pytest.raises(Refused):
        shops.connect(work, halle.activity, new)


def test_a_shop_that_is_left_is_read_no_more_and_its_sales_stay(halle):
    halle.peer.sell(POMMES)
    halle.read()
    with halle.kpa.work() as work:
        assert shops.disconnect(work, halle.shop).key == b""
    with pytest.raises(Refused):
        halle.read()
    assert total(halle.order()[1]) == 900
    assert poke(halle) == 404
