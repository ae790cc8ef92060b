"""The list of an order, ticked; and its cost, at the last price paid or unknown."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from kpa_catering import buying, orders
from kpa_catering.buying_models import PurchaseRow
from kpa_catering.settings import Settings
from kpa_core.api import NotFound, Refused


@pytest.fixture
def order(moulins):
    return chosen(moulins)


def chosen(moulins, guests=40, menu=None):
    menu_id = menu or moulins.buffet()
    order_id = moulins.order(guests)
    with moulins.work() as work:
        orders.choose(work, order_id, menu_id, 1500, Settings())
    return order_id


def line_of(moulins, order_id, key):
    with moulins.work() as work:
        lines = buying.shopping_of(work, order_id).lines
        return next(one for one in lines if one.key == key)


def test_a_line_is_ticked_once_and_put_back(moulins, order):
    with moulins.work() as work:
        whole = buying.shopping_of(work, order).left
        assert whole == 32
        buying.tick(work, order, "ail")
        buying.tick(work, order, "ail")
    with moulins.work() as work:
        assert buying.shopping_of(work, order).left == whole - 1
        buying.untick(work, order, "ail")
    with moulins.work() as work:
        assert buying.shopping_of(work, order).left == whole


def test_nothing_paid_is_nothing_known_whatever_prices_were_seen(moulins, order):
    with moulins.work() as work:
        cost = buying.shopping_of(work, order).cost
    assert cost.total_cents is None
    assert cost.at_least_cents == 0
    assert len(cost.missing) == 32


def test_the_last_price_paid_counts_for_the_next_order_with_its_day(moulins, order):
    with moulins.work() as work:
        buying.pay(work, order, "ail", 200)
    with moulins.kpa.work() as work, work.transaction() as session:
        session.execute(sa.update(PurchaseRow).values(bought_on=work.today - timedelta(days=9)))
        menu_id = orders.choice_of(session, order, moulins.catering).menu_id
    later = chosen(moulins, 41, menu_id)
    found = line_of(moulins, later, "ail")
    assert found.paid.cents == 200
    assert found.taken_on is None
    assert found.cost_cents == found.bought.packs * 200
    with moulins.work() as work:
        assert found.paid.day == work.today - timedelta(days=9)
        buying.pay(work, later, "ail", 250)
        assert buying.last_paid(work, found.bought).cents == 250
        assert buying.shopping_of(work, order).cost.at_least_cents == (
            line_of(moulins, order, "ail").bought.packs * 250
        )


def test_a_price_of_another_pack_is_not_this_one_s(moulins, order):
    with moulins.work() as work:
        buying.pay(work, order, "ail", 200)
    with moulins.kpa.work() as work, work.transaction() as session:
        session.execute(sa.update(PurchaseRow).values(size_thousandths=1))
    assert line_of(moulins, order, "ail").paid is None


def test_free_is_known_and_ticked_is_not_paid(moulins, order):
    with moulins.work() as work:
        buying.tick(work, order, "ail")
        assert buying.shopping_of(work, order).cost.missing.count("Ail") == 1
        buying.pay(work, order, "ail", 0)
    assert line_of(moulins, order, "ail").cost_cents == 0


def test_refused_lines_and_people(moulins, order):
    with moulins.work() as work:
        with pytest.raises(NotFound):
            buying.tick(work, order, "caviar")
        for cents in (-1, 1_000_001):
            with pytest.raises(Refused):
                buying.pay(work, order, "ail", cents)
        with pytest.raises(Refused):
            buying.shopping_of(work, moulins.order())
    for actor in (moulins.rider, moulins.member):
        with moulins.work(actor) as work, pytest.raises(NotFound):
            buying.shopping_of(work, order)
        with moulins.work(actor) as work, pytest.raises(NotFound):
            buying.tick(work, order, "ail")


def test_a_round_of_the_market_on_the_phone(moulins, order):
    here = f"/catering/commandes/{order}"
    with moulins.kpa.client_for(moulins.cook) as cook:
        assert f"{here}/courses" in cook.get(f"/commandes/{order}").text
        assert "Encore à prendre : 32" in cook.get(f"{here}/courses").text
        page = cook.submit(f"{here}/courses/prix?quoi=ail", what="ail", price="2,00")
        assert "Encore à prendre : 31" in page.text
        cost = cook.get(f"{here}/cout").text
        assert "Prix qui manquent" in cost
        assert "€ le " in cost
        assert cook.submit(f"{here}/courses/prix", what="caviar", price="2,00").status == 422
