"""Reading, writing and adding up, without a server: against the facts and to the cent."""

from __future__ import annotations

import json
import random
from decimal import Decimal

import pytest
from ofn_peer.facts import fact, facts

from kpa_ofn import answers, dfc
from kpa_ofn.amounts import Unreadable, cents, decimal
from kpa_ofn.answers import Fee, Item, Order, Summary
from kpa_ofn.sale import HIDDEN, LABELS, ROUNDING, lines_of

CATALOG = "dfc-get-enterprises-enterprise-id-catalog-items-200-with-given-enterprise-id"
OFFER = "dfc-put-enterprises-enterprise-id-offers-id-204"


def order(items=(), fees=(), total=None, adjustments=None, item_total=None):
    items = [Item(name, n, Decimal(price), "1") for name, n, price in items]
    fees = [Fee(label, Decimal(amount), "2") for label, amount in fees]
    whole = sum((one.price * one.quantity for one in items), Decimal(0))
    whole = whole.quantize(Decimal("0.01")) if item_total is None else Decimal(item_total)
    extra = sum((one.amount for one in fees), Decimal(0))
    extra = extra if adjustments is None else Decimal(adjustments)
    total = whole + extra if total is None else Decimal(total)
    head = Summary("R1", "complete", "paid", "ready", whole, extra, total, "2", None)
    return Order(head, tuple(items), tuple(fees))


def test_there_are_108_facts_and_how_many_speak_of_what_we_ask():
    assert len(facts()) == 108
    asked = ("/api/v0/orders", "/api/v0/shops/3", "/api/v0/order_cycles", "catalog_items", "offers")
    mine = [one for one in facts() if any(part in one.path for part in asked)]
    assert len(mine) >= 30


def test_the_example_of_an_order_is_read():
    said = fact("v0-order-show-full-example-unverified").answer
    read = answers.order({**said, "a key of next year": 1})
    assert read.summary.total == Decimal("42.00")
    assert read.items == (Item("Tomatoes", 2, Decimal("4.50"), ""),)
    assert read.fees[0].label == "Shipping"
    assert read.summary.completed_at.isoformat() == "2024-01-01T10:00:00+00:00"


def test_the_example_of_a_list_and_a_shop_are_read():
    (one,) = answers.orders(fact("v0-orders-list-full-example-unverified").answer)
    assert (one.number, one.cycle) == ("R123456789", "2")
    shop = answers.shop(fact("v0-shop-show-full-example-unverified").answer)
    assert (shop.name, shop.path, shop.is_open) == ("Green Hub", "/green-hub/shop", True)


CATALOGUES = [one for one in facts() if one.path.endswith("catalog_items") and one.status == 200]


def exact(said):
    """Return an answer as the client reads it: numbers by their own text."""
    return json.loads(json.dumps(said), parse_float=Decimal)


@pytest.mark.parametrize("one", CATALOGUES, ids=repr)
def test_a_catalogue_is_read_or_refused_when_it_is_of_another_version(one):
    if "v2" in one.name:
        with pytest.raises(Unreadable):
            dfc.articles(one.answer)
        return
    for article in dfc.articles(exact(one.answer)):
        assert article.item.startswith("/api/dfc/enterprises/10000/catalog_items/")
        assert article.offer.startswith("/api/dfc/enterprises/10000/offers/")
        assert article.price_cents == 1999
        assert article.unit == "dfc-m:AustralianDollar"


def test_nothing_to_see_is_an_empty_catalogue():
    assert (
        dfc.articles(fact("dfc-enterprises-list-empty-body-without-permissions").answer or "") == []
    )


def test_setting_an_offer_is_written_as_theirs():
    asked = fact(OFFER)
    path = dfc.path_of(asked.body["@id"])
    assert dfc.offer_body("http://test.host", path, 999, 7) == asked.body
    assert path == asked.path


REQUIRED = {
    "number": answers.order,
    "state": answers.order,
    "item_total": answers.order,
    "adjustment_total": answers.order,
    "total": answers.order,
    "line_items": answers.order,
    "adjustments": answers.order,
}


@pytest.mark.parametrize("key", REQUIRED)
def test_a_missing_key_is_refused_by_name(key):
    said = fact("v0-order-show-full-example-unverified").answer
    for broken in ({x: y for x, y in said.items() if x != key}, {**said, key: None}):
        with pytest.raises(Unreadable) as told:
            REQUIRED[key](broken)
        assert key in str(told.value)


@pytest.mark.parametrize("key", ["references", "offeredThrough", "stockLimitation"])
def test_a_missing_key_of_the_catalogue_is_refused(key):
    said = exact(fact(CATALOG).answer)
    del said["@graph"][0][f"dfc-b:{key}"]
    with pytest.raises(Unreadable):
        dfc.articles(said)
    for other in (None, 3, [], {"@context": "https://evil.example/x", "@graph": []}):
        if other is not None:
            with pytest.raises(Unreadable):
                dfc.articles(other)


def test_rows_of_another_kind_are_refused_and_not_a_crash():
    for said in ([1], [{"variants": 3}], [{"variants": [1]}], [{"name": "x", "variants": [{}]}], 3):
        with pytest.raises(Unreadable):
            answers.products(said)
    head = fact("v0-orders-list-full-example-unverified").answer["orders"][0]
    for key in ("payment_state", "shipment_state"):
        with pytest.raises(Unreadable):
            answers.summary({**head, key: 3})
    read = answers.summary({**head, "completed_at_utc_iso8601": "2024-01-01T10:00:00"})
    assert read.completed_at.isoformat() == "2024-01-01T10:00:00+00:00"


@pytest.mark.parametrize("value", ["", "x", None, True, [], "NaN", "Infinity", "1e99", 1.5])
def test_what_is_no_amount_is_refused(value):
    with pytest.raises(Unreadable):
        decimal(value, "total")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1.005", 101), ("-1.005", -101), ("0.1", 10), ("19.99", 1999), ("7", 700)],
)
def test_half_a_cent_goes_away_from_zero(text, expected):
    assert cents(decimal(text, "x")) == expected


# --- adding up --------------------------------------------------------------------------------


def test_what_is_shown_becomes_lines_and_what_is_hidden_one_more():
    lines = lines_of(order([("Pommes", 2, "4.50")], [("Livraison", "5.00")], adjustments="6.10"))
    told = [(one.label, one.quantity, one.unit_cents, one.category) for one in lines]
    assert told == [
        ("Pommes", 2, 450, "1"),
        ("Livraison", 1, 500, "2"),
        (LABELS[HIDDEN], 1, 110, HIDDEN),
    ]
    assert sum(one.cents for one in lines) == 1510


def test_a_price_finer_than_a_cent_counts_for_the_whole_line():
    lines = lines_of(order([("Vrac", 3, "1.333")]))
    assert [(one.quantity, one.unit_cents, one.details) for one in lines] == [
        (1, 400, "3 × 1.333 €")
    ]


def test_what_only_rounding_explains_is_a_line_that_says_so():
    lines = lines_of(order([("a", 1, "0.333"), ("b", 1, "0.333"), ("c", 1, "0.334")]))
    assert sum(one.cents for one in lines) == 100
    assert (lines[-1].label, lines[-1].unit_cents) == (LABELS[ROUNDING], 1)


def test_rounding_down_and_discounts_come_off_the_largest_line_and_say_why():
    lines = lines_of(
        order([("a", 1, "0.335"), ("b", 1, "0.335"), ("c", 1, "9")], [("Bon", "-2.00")])
    )
    assert sum(one.cents for one in lines) == 767
    assert all(one.cents >= 0 for one in lines)
    assert lines[2].why.startswith("Bon")
    with pytest.raises(Unreadable):
        lines_of(order([("a", 1, "1.00")], [("Bon", "-2.00")]))


def test_amounts_that_do_not_add_up_are_refused():
    with pytest.raises(Unreadable) as told:
        lines_of(order([("a", 1, "1.00")], total="1.01"))
    assert "R1" in str(told.value)


def some(chance, most, parts):
    return str(Decimal(chance.randint(1, most)) / parts)


def test_five_thousand_orders_add_up_to_the_cent():
    chance = random.Random(20261124)
    rounded = hidden = 0
    for _ in range(5000):
        items = [
            (
                f"p{n}",
                chance.randint(1, 9),
                str(Decimal(chance.randint(1, 99999)) / chance.choice((100, 1000))),
            )
            for n in range(chance.randint(1, 6))
        ]
        fees = [
            ("f", str(Decimal(chance.randint(0, 900)) / 100)) for _ in range(chance.randint(0, 3))
        ]
        extra = sum((Decimal(amount) for _, amount in fees), Decimal(0))
        extra += Decimal(chance.randint(0, 500)) / 100
        one = order(items, fees, adjustments=str(extra))
        lines = lines_of(one)
        assert sum(line.cents for line in lines) == cents(one.summary.total)
        rounded += any(line.category == ROUNDING or "Arrondi" in line.why for line in lines)
        hidden += any(line.category == HIDDEN for line in lines)
    assert rounded > 100
    assert hidden > 1000
