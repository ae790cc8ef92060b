"""Ask, price, read again, send: what a plugin proposes and what people decide."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from kpa_core.activities import approvals, lines, pricing, service
from kpa_core.activities.lines import lines_of
from kpa_core.activities.models import Order
from kpa_core.contracts import Actor, Line
from kpa_core.errors import N_, Conflict, NotFound, PluginError, Refused
from kpa_core.members import charter

KITCHEN = "kitchen"


def labels(house, order: Order) -> list[tuple[str, str]]:
    with house.work() as work:
        return [(line.plugin, line.label) for line in lines_of(work.session, order.id)]


def test_the_plugin_prices_for_the_guests_and_hand_lines_stay(
    house, cook: Actor, make_line: Callable
) -> None:
    order = house.order()
    with house.work(cook) as work:
        lines.add_line(work, order.id, make_line(label="Service", planned_cost_cents=None))
        pricing.price(work, order.id)
        pricing.price(work, order.id)
        found = lines_of(work.session, order.id)
        assert [(line.plugin, line.quantity) for line in found] == [("", 40), (KITCHEN, 40)]
        assert lines.amount(found[1]) == 60_000
        assert lines.estimate(found).total_cents is None


def test_forty_and_forty_one_guests_do_not_cost_the_same(house, cook: Actor) -> None:
    with house.work(cook) as work:
        amounts = [
            lines.amount(pricing.price(work, house.order(guests=guests).id)[0])
            for guests in (40, 41)
        ]
    assert amounts == [60_000, 61_500]


def test_a_line_changed_by_hand_is_only_replaced_when_told(house, cook: Actor, make_line) -> None:
    order = house.order()
    with house.work(cook) as work:
        line = pricing.price(work, order.id)[0]
        changed = lines.change_line(work, line.id, line.version, make_line(unit_price_cents=1600))
        assert (changed.plugin, changed.edited) == (KITCHEN, True)
        with pytest.raises(Refused, match="changée à la main"):
            pricing.price(work, order.id)
        assert lines_of(work.session, order.id)[0].unit_price_cents == 1600
        again = pricing.price(work, order.id, replace_edited=True)
        assert [one.unit_price_cents for one in again] == [1500]


WRONG = {
    "a float price": Line("Buffet", Decimal(1), 15.5, 1000),  # type: ignore[arg-type]
    "a float quantity": Line("Buffet", 1.5, 1500, 1000),  # type: ignore[arg-type]
    "a negative price": Line("Buffet", Decimal(1), -1, 1000),
    "four decimals": Line("Buffet", Decimal("1.0001"), 1500, 1000),
    "a yes for a price": Line("Buffet", Decimal(1), True, 1000),
}


@pytest.mark.parametrize("line", WRONG.values(), ids=WRONG)
def test_a_wrong_line_of_a_plugin_changes_nothing_and_names_it(
    house, cook: Actor, line: Line
) -> None:
    order = house.order()
    with house.work(cook) as work:
        pricing.price(work, order.id)
    house.instance.plugins.get(KITCHEN).proposed = (line,)
    with house.work(cook) as work, pytest.raises(PluginError, match=KITCHEN):
        pricing.price(work, order.id)
    assert labels(house, order) == [(KITCHEN, "Buffet oriental")]


def test_an_order_with_lines_of_a_stopped_plugin_goes_no_further(
    house, cook: Actor, referent: Actor
) -> None:
    order = house.order()
    with house.work(cook) as work:
        pricing.price(work, order.id)
    house.instance.plugins.refuse(KITCHEN, Refused(N_("cassé")))
    with house.work(cook) as work:
        for act in (
            lambda: pricing.price(work, order.id),
            lambda: approvals.approve(work, order.id),
            lambda: service.mark(work, service.find_order(work, order.id), "quoted"),
        ):
            with pytest.raises(Refused, match=f"{KITCHEN}.*cassé"):
                act()
        service.move(work, order.id, "cancelled", "Le module est cassé.")
        assert service.find_order(work, order.id).state == "cancelled"


def test_money_that_arrived_is_a_fact_even_without_the_plugin(house, cook: Actor) -> None:
    order = house.order()
    with house.work(cook) as work:
        pricing.price(work, order.id)
        with work.transaction():
            found = service.find_order(work, order.id)
            found.state = "invoiced"
    house.instance.plugins.refuse(KITCHEN, Refused(N_("cassé")))
    with house.work() as work:
        found = service.find_order(work, order.id)
        service.mark(work, found, "paid")
        with pytest.raises(Refused, match=KITCHEN):
            service.mark(work, found, "shared")


def test_a_quote_leaves_with_two_yeses_to_the_lines_as_they_are(
    house, cook: Actor, referent: Actor, make_line: Callable
) -> None:
    order = house.priced()
    with house.work(cook) as work:
        approvals.approve(work, order.id)
        approvals.approve(work, order.id)
        found = service.find_order(work, order.id)
        assert approvals.missing(work, found) == 1, "the same person said yes twice"
        with pytest.raises(Refused, match=r"manquent sur .* : 1\."):
            service.mark(work, found, "quoted")
    with house.work(referent) as work:
        approvals.approve(work, order.id)
        found = service.find_order(work, order.id)
        assert approvals.missing(work, found) == 0
        line = lines_of(work.session, order.id)[0]
        lines.change_line(work, line.id, line.version, make_line(unit_price_cents=1600))
        assert approvals.missing(work, found) == 2, "a changed line voids every yes"
        with pytest.raises(Refused, match=r"manquent sur .* : 2\."):
            service.mark(work, found, "quoted")


def test_the_group_decides_how_many_yeses(house, cook: Actor) -> None:
    order = house.priced()
    with house.work() as work:
        charter.set_rule(
            work, "quote.approvals", {"people": 1}, starts_on=work.today, source="conseil"
        )
    with house.work(cook) as work:
        approvals.approve(work, order.id)
        found = service.find_order(work, order.id)
        assert service.mark(work, found, "quoted").state == "quoted"


def test_a_price_that_left_no_longer_changes(
    house, cook: Actor, referent: Actor, make_line: Callable
) -> None:
    order = quoted(house, cook, referent)
    with house.work(cook) as work:
        line = lines_of(work.session, order.id)[0]
        for act in (
            lambda: lines.add_line(work, order.id, make_line()),
            lambda: lines.change_line(work, line.id, line.version, make_line()),
            lambda: lines.remove_line(work, line.id),
            lambda: pricing.price(work, order.id),
        ):
            with pytest.raises(Refused, match="déjà sur un devis"):
                act()
        with pytest.raises(Refused, match="déjà parti"):
            approvals.approve(work, order.id)
        service.move(work, order.id, "asked")
        lines.add_line(work, order.id, make_line(label="Service"))
    assert labels(house, order) == [("", "Buffet"), ("", "Service")]


def test_a_member_notes_the_answer_and_the_work_done(house, cook: Actor, referent: Actor) -> None:
    order = quoted(house, cook, referent)
    with house.work(cook) as work:
        service.move(work, order.id, "accepted", "Par téléphone")
        service.move(work, order.id, "done")
        told = [(event.from_state, event.to_state, event.note) for event in history(work, order)]
    assert told == [
        ("accepted", "done", ""),
        ("quoted", "accepted", "Par téléphone"),
        ("asked", "quoted", ""),
        ("asked", "asked", ""),
    ]


@pytest.mark.parametrize("state", ["quoted", "invoiced", "paid", "shared"])
def test_a_step_that_comes_from_a_paper_is_not_made_by_hand(house, cook: Actor, state: str) -> None:
    order = house.priced()
    before = {"quoted": "asked", "invoiced": "done", "paid": "invoiced", "shared": "paid"}[state]
    with house.work() as work, work.transaction():
        service.find_order(work, order.id).state = before
    with house.work(cook) as work:
        with pytest.raises(Refused, match="Commence là"):
            service.move(work, order.id, state)
        assert service.find_order(work, order.id).state == before


def test_who_cancels_says_why(house, cook: Actor) -> None:
    order = house.order()
    with house.work(cook) as work:
        with pytest.raises(Refused) as refused:
            service.move(work, order.id, "cancelled", "  ")
        assert refused.value.field == "note"
        assert service.move(work, order.id, "cancelled", "Plus de cuisine").state == "cancelled"


def test_two_people_changing_one_line_is_a_conflict(house, cook: Actor, make_line) -> None:
    order = house.priced()
    with house.work(cook) as work:
        line = lines_of(work.session, order.id)[0]
        seen = line.version
        lines.change_line(work, line.id, seen, make_line(unit_price_cents=1600))
        with pytest.raises(Conflict):
            lines.change_line(work, line.id, seen, make_line(unit_price_cents=1700))


def test_another_activity_neither_sees_nor_prices_the_order(house, make_line: Callable) -> None:
    order = house.priced()
    sewing = house.start("Couture")
    tailor = house.person("Zora", "participant", "referent", at=sewing)
    with house.work(tailor) as work:
        line = lines_of(house.work().session, order.id)[0]
        for act in (
            lambda: service.find_order(work, order.id),
            lambda: service.order_named(work, order.reference),
            lambda: lines.add_line(work, order.id, make_line()),
            lambda: lines.change_line(work, line.id, line.version, make_line()),
            lambda: lines.remove_line(work, line.id),
            lambda: pricing.price(work, order.id),
            lambda: approvals.approve(work, order.id),
            lambda: service.move(work, order.id, "cancelled", "Non"),
            lambda: service.add_note(work, order.id, "Bonjour"),
        ):
            with pytest.raises(NotFound):
                act()
        assert list(work.session.scalars(service.visible_orders(work))) == []


def quoted(house, cook: Actor, referent: Actor) -> Order:
    """Write an order whose quote has left."""
    order = house.priced()
    for actor in (cook, referent):
        with house.work(actor) as work:
            approvals.approve(work, order.id)
    with house.work(cook) as work:
        return service.mark(work, service.find_order(work, order.id), "quoted")


def history(work, order: Order) -> list:
    return service.history(work.session, order.id)


def test_an_order_knows_its_day(house) -> None:
    order = house.order(day=date(2099, 1, 5))
    assert service.order_ref(order).day == date(2099, 1, 5)
