"""The menu of an order: chosen, kept, priced. The figures are those of the main scenario."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

import pytest

from kpa_catering import menus, orders, pantry
from kpa_catering.settings import Settings
from kpa_core.activities.lines import lines_of
from kpa_core.activities.models import Order
from kpa_core.activities.pricing import price
from kpa_core.api import NotFound, QuoteRequest, Refused
from kpa_core.audit import AuditEntry

SETTINGS = Settings()


def choose(moulins, order_id, menu_id, cents=1500, settings=SETTINGS, actor=None, **more):
    with moulins.work(actor) as work:
        return orders.choose(work, order_id, menu_id, cents, settings, **more)


def lines(moulins, order_id, **changes):
    """Ask for the quote as the core does, with some facts of the order changed."""
    with moulins.kpa.work() as work:
        order = work.session.get_one(Order, order_id)
        asked = QuoteRequest(order_id, order.activity_id, "catering", None, order.guests, "")
        return orders.quote_lines(work.session, replace(asked, **changes), SETTINGS)


def test_a_buffet_for_40_at_15_euros_is_600_net_with_198_of_purchases(moulins):
    order_id, menu_id = moulins.order(), moulins.buffet()
    choose(moulins, order_id, menu_id, reason="pour un premier client")

    with moulins.work() as work:
        price(work, order_id)
        (line,) = lines_of(work.session, order_id)

    assert (line.label, line.quantity, line.unit) == ("Buffet oriental", Decimal(40), "personne")
    assert (line.unit_price_cents, line.vat_rate_bp) == (1500, 1000)
    assert line.quantity * line.unit_price_cents == 60_000
    assert (line.planned_cost_cents, line.plugin) == (19_800, "catering")


def test_a_customer_reads_the_dishes_and_never_our_purchases(moulins):
    order_id = moulins.order()
    choose(moulins, order_id, moulins.buffet())
    moulins.price("Ail", None)

    (line,) = lines(moulins, order_id)

    assert line.details.startswith("Couscous de légumes, Poulet rôti au citron, Taboulé")
    assert "Achats" not in line.details
    assert "198" not in line.details


def test_the_41st_guest_costs_three_packs_more(moulins):
    order_id = moulins.order(guests=41)
    choose(moulins, order_id, moulins.buffet())
    (line,) = lines(moulins, order_id)
    assert (line.quantity, line.planned_cost_cents) == (Decimal(41), 20_215)


def test_a_missing_price_makes_the_purchases_unknown_and_not_zero(moulins):
    order_id, menu_id = moulins.order(), moulins.buffet()
    moulins.price("Ail", None)
    choose(moulins, order_id, menu_id)

    (line,) = lines(moulins, order_id)

    assert line.planned_cost_cents is None
    assert line.data["missing_prices"] == ["Ail"]
    assert line.data["at_least_cents"] == 19_800 - 185


def test_a_free_ingredient_is_known_to_cost_nothing(moulins):
    order_id, menu_id = moulins.order(), moulins.buffet()
    moulins.price("Ail", 0)
    choose(moulins, order_id, menu_id)
    (line,) = lines(moulins, order_id)
    assert line.planned_cost_cents == 19_800 - 185


def test_a_recipe_changed_later_does_not_change_what_was_promised(moulins):
    order_id, menu_id = moulins.order(), moulins.buffet()
    choose(moulins, order_id, menu_id)
    before = lines(moulins, order_id)

    moulins.price("Semoule de blé moyenne", 9_999)
    with moulins.work() as work:
        menus.remove_serving(work, menus.find_menu(work, menu_id).servings[0].id)

    assert lines(moulins, order_id) == before
    with moulins.work() as work:
        kept = orders.choice_of(work.session, order_id, moulins.catering).plan
        assert kept.allergens.dishes[0].name == "Couscous de légumes"
        assert menus.plan_of(menus.find_menu(work, menu_id), 40).cost.total_cents != 19_800


def test_choosing_again_promises_what_is_true_today(moulins):
    order_id, menu_id = moulins.order(), moulins.buffet()
    first = choose(moulins, order_id, menu_id)
    moulins.price("Ail", 285)
    again = choose(moulins, order_id, menu_id, 1600)
    (line,) = lines(moulins, order_id)
    assert again.id == first.id
    assert (line.unit_price_cents, line.planned_cost_cents) == (1600, 19_900)


def test_an_order_without_a_menu_has_no_line(moulins):
    assert lines(moulins, moulins.order()) == []


@pytest.mark.parametrize("guests", [39, 41, None])
def test_other_guests_than_those_counted_stop_the_quote(moulins, guests):
    order_id = moulins.order()
    choose(moulins, order_id, moulins.buffet())
    with pytest.raises(Refused, match="compté pour 40 personnes"):
        lines(moulins, order_id, guests=guests)


def test_a_carrier_without_vat_charges_none(moulins):
    order_id = moulins.order()
    choose(moulins, order_id, moulins.buffet())
    (line,) = lines(moulins, order_id, vat_regime="franchise")
    assert (line.vat_rate_bp, line.unit_price_cents) == (0, 1500)


REFUSED_PRICES = {"negative": -1, "one cent too much": 1_000_001, "2^63": 2**63, "true": True}


@pytest.mark.parametrize("cents", REFUSED_PRICES.values(), ids=REFUSED_PRICES)
def test_refused_prices(moulins, cents):
    order_id, menu_id = moulins.order(), moulins.buffet()
    with pytest.raises(Refused, match="nombre entier de 0 à"):
        choose(moulins, order_id, menu_id, cents)
    assert lines(moulins, order_id) == []


def test_a_menu_put_away_cannot_be_chosen(moulins):
    order_id, menu_id = moulins.order(), moulins.buffet()
    with moulins.work() as work:
        menus.set_state(work, menu_id, "archived")
    with pytest.raises(Refused, match="n'est pas au choix"):
        choose(moulins, order_id, menu_id)


def test_an_order_that_does_not_say_for_how_many_is_refused(moulins):
    menu_id = moulins.buffet()
    with pytest.raises(Refused, match="ne dit pas pour combien"):
        choose(moulins, moulins.order(guests=None), menu_id)


def test_an_empty_menu_is_refused(moulins):
    with moulins.work() as work:
        empty = menus.add_menu(work, moulins.catering, "Vide", vat_rate_bp=1000).id
    with pytest.raises(Refused, match="pas encore de plat"):
        choose(moulins, moulins.order(), empty)


def test_an_unknown_menu_and_a_long_reason_leave_nothing(moulins):
    order_id, menu_id = moulins.order(), moulins.buffet()
    with pytest.raises(NotFound):
        choose(moulins, order_id, uuid4())
    with pytest.raises(Refused, match="trop long"):
        choose(moulins, order_id, menu_id, reason="a" * 201)
    assert lines(moulins, order_id) == []


def test_above_most_guests_the_advice_is_to_share_the_order(moulins):
    order_id, menu_id = moulins.order(guests=41), moulins.buffet()
    with pytest.raises(Refused, match="Partage la commande avec un autre KPA"):
        choose(moulins, order_id, menu_id, settings=Settings(most_guests=40))
    choose(moulins, order_id, menu_id, settings=Settings(most_guests=41))


def test_a_quote_that_left_keeps_its_menu(moulins):
    order_id, menu_id = moulins.order(), moulins.buffet()
    choose(moulins, order_id, menu_id)
    with moulins.kpa.work() as work, work.transaction() as session:
        session.get_one(Order, order_id).state = "quoted"
    with pytest.raises(Refused, match="déjà sur un devis"):
        choose(moulins, order_id, menu_id, 1600)
    (line,) = lines(moulins, order_id)
    assert line.unit_price_cents == 1500


def test_a_menu_of_another_activity_is_not_for_this_order(moulins):
    menu_id, order_id = moulins.buffet(), moulins.order(activity=moulins.bikes)
    both = moulins.kpa.person(
        "Zoé",
        ("participant", {"activity_id": moulins.catering}),
        ("participant", {"activity_id": moulins.bikes}),
    )
    with pytest.raises(Refused, match="n'est pas au choix"):
        choose(moulins, order_id, menu_id, actor=both)


def test_an_order_handed_over_leaves_its_menu_behind(moulins):
    order_id, menu_id = moulins.order(), moulins.buffet()
    choose(moulins, order_id, menu_id)
    assert lines(moulins, order_id, activity_id=moulins.bikes) == []
    assert len(lines(moulins, order_id)) == 1


def test_people_of_another_activity_choose_nothing(moulins):
    order_id, menu_id = moulins.order(), moulins.buffet()
    for actor in (moulins.rider, moulins.member):
        with pytest.raises(NotFound):
            choose(moulins, order_id, menu_id, actor=actor)


def test_a_choice_leaves_one_line_in_the_log(moulins):
    order_id, menu_id = moulins.order(), moulins.buffet()
    choose(moulins, order_id, menu_id, reason="pour un premier client")
    with moulins.kpa.work() as work:
        (entry,) = [
            one
            for one in work.session.query(AuditEntry)
            if one.subject.startswith("catering_order_menu")
        ]
    assert (entry.capability, entry.activity_id) == ("catering.choose", moulins.catering)
    assert entry.after["reason"] == "pour un premier client"
    assert entry.after["price_per_guest_cents"] == 1500


def test_a_new_answer_about_an_allergen_does_not_rewrite_a_promise(moulins):
    order_id, menu_id = moulins.order(), moulins.buffet()
    choose(moulins, order_id, menu_id)
    with moulins.work() as work:
        dates = next(one for one in pantry.ingredients(work) if one.name == "Dattes en vrac")
        sulphites = pantry.Allergen.SULPHITES
        pantry.declare(work, dates.id, sulphites, pantry.Presence.ABSENT, "étiquette")
        kept = orders.choice_of(work.session, order_id, moulins.catering).plan
        today = menus.allergens_of(menus.find_menu(work, menu_id))
    assert kept.allergens.questions == {"Dattes en vrac": ("sulphites",)}
    assert today.questions == {}
