"""Menus of an activity: theirs alone, whole or refused."""

from __future__ import annotations

from fractions import Fraction
from uuid import uuid4

import pytest

from kpa_catering import kitchen, menus, stored
from kpa_catering.menus import MenuFacts
from kpa_catering.recipes import Span, WorkTime
from kpa_core.api import Conflict, NotFound, Refused


def add(moulins, name="Goûter", activity=None, actor=None):
    with moulins.work(actor) as work:
        return menus.add_menu(work, activity or moulins.catering, name, vat_rate_bp=1000).id


def test_a_menu_is_written_one_dish_at_a_time(moulins):
    menu_id = add(moulins)
    with moulins.work() as work:
        tea, cake = (kitchen.add_dish(work, name).id for name in ("Thé", "Gâteau"))
        menus.add_serving(work, menu_id, tea, Fraction(3, 2))
        gone = menus.add_serving(work, menu_id, cake).id
        menu = stored.menu(menus.find_menu(work, menu_id))
        assert [(one.dish.name, one.per_guest) for one in menu.servings] == [
            ("Thé", Fraction(3, 2)),
            ("Gâteau", 1),
        ]
        assert len(menus.remove_serving(work, gone).servings) == 1


def test_price_vat_and_time_are_told_of_a_menu(moulins):
    menu_id = add(moulins)
    time = WorkTime(Span(300, 420), Span(33, 39))
    with moulins.work() as work:
        menus.change_menu(work, menu_id, 1, MenuFacts("Goûter d'école", 450, 550, time))
        row = menus.find_menu(work, menu_id)
        assert (row.name, row.slug) == ("Goûter d'école", "gouter-d-ecole")
        assert (row.price_per_guest_cents, row.vat_rate_bp) == (450, 550)
        assert stored.work_time(row) == time
        menus.change_menu(work, menu_id, row.version, MenuFacts("Goûter", None, 1000))
        row = menus.find_menu(work, menu_id)
        assert (row.price_per_guest_cents, stored.work_time(row)) == (None, None)


def test_a_lost_update_is_told(moulins):
    menu_id = add(moulins)
    with moulins.work() as work:
        menus.change_menu(work, menu_id, 1, MenuFacts("Goûter", 450, 1000))
        with pytest.raises(Conflict, match="Quelqu'un d'autre"):
            menus.change_menu(work, menu_id, 1, MenuFacts("Goûter", 500, 1000))


REFUSED_FACTS = {
    "no name": MenuFacts(" ", 450, 1000),
    "a negative price": MenuFacts("Goûter", -1, 1000),
    "a price of 2^63": MenuFacts("Goûter", 2**63, 1000),
    "a price with a comma": MenuFacts("Goûter", 4.5, 1000),
    "a rate above the whole": MenuFacts("Goûter", 450, 10_001),
    "a negative rate": MenuFacts("Goûter", 450, -1),
    "a rate of the past": MenuFacts("Goûter", 450, 1960),
}


@pytest.mark.parametrize("facts", REFUSED_FACTS.values(), ids=REFUSED_FACTS)
def test_refused_facts(moulins, facts):
    menu_id = add(moulins)
    with moulins.work() as work, pytest.raises(Refused):
        menus.change_menu(work, menu_id, 1, facts)
    assert moulins.read_menu(menu_id).price_per_guest_cents is None


def test_two_activities_may_have_a_menu_of_one_name(moulins):
    first = add(moulins)
    with pytest.raises(Conflict, match="« Goûter » existe déjà"):
        add(moulins, "goûter")
    second = add(moulins, activity=moulins.bikes, actor=moulins.rider)
    both = moulins.kpa.person("Zoé", "animator")
    with moulins.work(both) as work:
        with pytest.raises(Refused, match=str(second)):
            menus.menu_named(work, "gouter")
        assert menus.menu_named(work, str(first)).activity_id == moulins.catering


def test_a_menu_is_found_as_commands_write_it(moulins):
    menu_id = moulins.buffet()
    with moulins.work() as work:
        for text in ("buffet-oriental", "Buffet oriental", str(menu_id)):
            assert menus.menu_named(work, text).id == menu_id
        with pytest.raises(NotFound, match="« couscous »"):
            menus.menu_named(work, "couscous")


def test_an_archived_menu_is_kept_and_not_offered(moulins):
    menu_id = moulins.buffet()
    with moulins.work() as work:
        assert [row.id for row in menus.menus_to_choose(work, moulins.catering)] == [menu_id]
        menus.set_state(work, menu_id, "archived")
        assert menus.menus_to_choose(work, moulins.catering) == []
        assert menus.find_menu(work, menu_id).state == "archived"
        with pytest.raises(Refused, match="n'existe pas"):
            menus.set_state(work, menu_id, "deleted")


def test_menus_stay_inside_their_activity(moulins):
    menu_id = moulins.buffet()
    with moulins.work() as work:
        assert [title for title, _ in menus.menus(work)] == ["Traiteur de Moulins"]
        serving_id = menus.find_menu(work, menu_id).servings[0].id
    for actor in (moulins.rider, moulins.member):
        with moulins.work(actor) as work:
            assert menus.menus(work) == []
            assert menus.menus_to_choose(work, moulins.catering) == []
            acts = (
                lambda work=work: menus.find_menu(work, menu_id),
                lambda work=work: menus.menu_named(work, "buffet-oriental"),
                lambda work=work: menus.change_menu(work, menu_id, 1, MenuFacts("A", 1, 1)),
                lambda work=work: menus.set_state(work, menu_id, "archived"),
                lambda work=work: menus.remove_serving(work, serving_id),
                lambda work=work: menus.add_menu(work, moulins.catering, "A", vat_rate_bp=0),
            )
            for act in acts:
                with pytest.raises(NotFound):
                    act()
    assert moulins.read_menu(menu_id).state == "open"


def test_an_absent_activity_has_no_menu(moulins):
    with moulins.work() as work, pytest.raises(NotFound):
        menus.add_menu(work, uuid4(), "Goûter", vat_rate_bp=1000)
