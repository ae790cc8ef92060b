"""A request comes in, from a visitor or written by a member."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from kpa_core.accounts.models import Message
from kpa_core.activities import asking, changes, customers, offers, scopes
from kpa_core.activities.asking import Wanted
from kpa_core.activities.customers import NewCustomer
from kpa_core.activities.models import Customer, Order
from kpa_core.contracts import Actor
from kpa_core.errors import Conflict, NotFound, Refused
from kpa_core.members.models import Party
from kpa_core.work import VISITOR

PETIT = NewCustomer("Madame Petit", "person", phone="06 12 34 56 78", email="petit@exemple.fr")
TOWN = NewCustomer("Mairie de Lille", "public", siret="73282932000074", email="mairie@lille.fr")


def test_a_visitor_asks_and_the_referents_are_told(house, referent: Actor) -> None:
    with house.work(VISITOR) as work:
        order = asking.ask(work, PETIT, Wanted(wishes="Un gâteau\npour dix", guests=10))
        assert order.reference == f"C-{work.today.year}-0001"
        assert (order.state, order.title) == ("asked", asking.plain_title(None, work.today))
        assert order.customer.phone == "+33612345678"
        assert not order.customer.confirmed
        told = work.session.scalars(sa.select(Message.party_id)).all()
    assert told == [referent.party_id]


def test_references_follow_each_other_and_never_repeat(house) -> None:
    with house.work(VISITOR) as work:
        found = [asking.ask(work, PETIT, Wanted(wishes="Bonjour")).reference for _ in range(3)]
        year = work.today.year
    assert found == [f"C-{year}-000{number}" for number in (1, 2, 3)]


def test_a_visitor_cannot_take_a_members_phone_or_mail(house, cook: Actor) -> None:
    """The card of a person stays free of what a stranger types: sign-in goes by it."""
    with house.work(VISITOR) as work:
        order = asking.ask(work, PETIT, Wanted(wishes="Bonjour"))
        party = work.session.get_one(Party, order.customer.party_id)
        assert (party.email, party.phone) == ("", "")


REFUSED = {
    "nobody to answer": (replace(PETIT, phone="", email=""), Wanted(), "phone"),
    "no name": (replace(PETIT, name=" "), Wanted(), "name"),
    "unknown kind": (replace(PETIT, kind="friend"), Wanted(), "kind"),
    "wrong siret": (replace(TOWN, siret="123"), Wanted(), "siret"),
    "wrong mail": (replace(PETIT, email="petit"), Wanted(), "email"),
    "nobody comes": (PETIT, Wanted(guests=0), "guests"),
    "negative budget": (PETIT, Wanted(budget_cents=-1), "budget_cents"),
}


@pytest.mark.parametrize(("who", "wanted", "field"), REFUSED.values(), ids=REFUSED)
def test_a_request_that_cannot_be_answered_leaves_nothing_behind(
    house, who: NewCustomer, wanted: Wanted, field: str
) -> None:
    with house.work(VISITOR) as work:
        with pytest.raises(Refused) as refused:
            asking.ask(work, who, wanted)
        assert refused.value.field == field
        for table in (Order, Customer, Party):
            assert work.session.scalar(sa.select(sa.func.count()).select_from(table)) == 0


def test_a_day_that_has_passed_or_is_too_near_is_refused(house, referent: Actor) -> None:
    with house.work(referent) as work:
        offer = offers.add_offer(
            work, house.activity.id, offers.NewOffer("Buffet", 1500, 1000, lead_days=7)
        )
        offers.set_offer_state(work, offer.id, "published")
    with house.work(VISITOR) as work:
        for days, words in ((-1, "passé"), (6, "7 jours")):
            wanted = Wanted(offer_id=offer.id, day=work.today + timedelta(days=days))
            with pytest.raises(Refused, match=words):
                asking.ask(work, PETIT, wanted)
        wanted = Wanted(offer_id=offer.id, day=work.today + timedelta(days=7))
        order = asking.ask(work, PETIT, wanted)
    assert (order.offer_id, order.title) == (offer.id, "Buffet")


@pytest.mark.parametrize("state", ["draft", "archived"])
def test_an_offer_that_is_not_public_cannot_be_asked_for(house, state: str) -> None:
    with house.work() as work:
        new = offers.NewOffer("Buffet", 1500, 1000)
        offer = offers.add_offer(work, house.activity.id, new)
        offers.set_offer_state(work, offer.id, state)
    with house.work(VISITOR) as work:
        assert offers.shown(work) == []
        with pytest.raises(NotFound):
            offers.find_published(work, offer.id)
        with pytest.raises(NotFound):
            asking.ask(work, PETIT, Wanted(offer_id=offer.id))


def test_the_public_price_is_said_in_words(house) -> None:
    with house.work() as work:
        new = offers.NewOffer("Buffet", 1500, 1000, unit="personne", sentence="Chaud.")
        offer = offers.add_offer(work, house.activity.id, new)
        offers.set_offer_state(work, offer.id, "published")
        shown = offers.shown(work)
    price = "15,00\N{NO-BREAK SPACE}€ par personne, sans la TVA"
    url = f"/offres/{offer.id}"
    assert shown == [{"title": "Buffet", "sentence": "Chaud.", "price": price, "url": url}]


def test_a_published_price_is_only_changed_by_who_may_publish(
    house, cook: Actor, referent: Actor
) -> None:
    with house.work(referent) as work:
        offer = offers.add_offer(work, house.activity.id, offers.NewOffer("Buffet", 1500, 1000))
        offers.set_offer_state(work, offer.id, "published")
    with house.work(cook) as work, pytest.raises(NotFound):
        offers.change_offer(work, offer.id, 2, {"unit_price_cents": 1})
    with house.work(referent) as work:
        offers.change_offer(work, offer.id, 2, {"unit_price_cents": 1600})
        assert offers.find_published(work, offer.id).unit_price_cents == 1600


def test_a_new_customer_that_we_know_joins_the_card_we_have(house, cook: Actor) -> None:
    with house.work(cook) as work:
        known = customers.add_customer(work, TOWN)
    with house.work(VISITOR) as work:
        order = asking.ask(work, replace(TOWN, name="La mairie"), Wanted(wishes="Buffet"))
    with house.work(cook) as work:
        order = scopes.find_order(work, order.id)
        newcomer = order.customer
        assert [one.id for one in customers.look_alikes(work, newcomer)] == [known.id]
        customers.use_instead(work, order.id, known.id)
        assert scopes.find_order(work, order.id).customer_id == known.id
        assert newcomer.party.merged_into_id == known.party_id
        assert [one.id for one in customers.listed_customers(work)] == [known.id]


def test_the_same_siret_twice_is_a_conflict(house, cook: Actor) -> None:
    with house.work(cook) as work:
        customers.add_customer(work, TOWN)
        with pytest.raises(Conflict, match="SIRET"):
            customers.add_customer(work, replace(TOWN, name="Encore"))
        assert len(customers.listed_customers(work)) == 1


def test_a_customer_changed_twice_at_once_is_a_conflict(house, cook: Actor) -> None:
    with house.work(cook) as work:
        customer = customers.add_customer(work, TOWN)
        seen = customer.version
        customers.change_customer(work, customer.id, seen, {"town": "Lille"})
        with pytest.raises(Conflict):
            customers.change_customer(work, customer.id, seen, {"town": "Roubaix"})
        assert customer.party.town == "Lille"
        assert customer.party.siren == "732829320"


def test_a_request_goes_to_the_activity_that_can_answer(
    house, cook: Actor, make_line: Callable
) -> None:
    sewing = house.start("Couture")
    tailor = house.person("Zora", "participant", at=sewing)
    order = house.order()
    with house.work(tailor) as work, pytest.raises(NotFound):
        changes.hand_over(work, order.id, sewing.id)
    with house.work(cook) as work:
        changes.hand_over(work, order.id, sewing.id)
        with pytest.raises(NotFound):
            scopes.find_order(work, order.id)
    with house.work(tailor) as work:
        assert scopes.order_named(work, order.reference).id == order.id


def test_an_order_no_longer_changes_once_invoiced(house, cook: Actor) -> None:
    order = house.order()
    with house.work(cook) as work:
        changed = changes.change_order(
            work, order.id, order.version, {"guests": 41, "engagement_number": " EJ-1 "}
        )
        assert (changed.guests, changed.engagement_number) == (41, "EJ-1")
        with pytest.raises(Conflict):
            changes.change_order(work, order.id, order.version, {"guests": 42})
        with work.transaction():
            changed.state = "invoiced"
        with pytest.raises(Refused, match="ne change plus"):
            changes.change_order(work, order.id, changed.version, {"guests": 42})


def test_a_request_may_be_put_on_the_right_customer(site, house, cook) -> None:
    order = house.order()
    with house.work() as work:
        right = customers.add_customer(work, customers.NewCustomer("École", "public"))
    with site.client_for(cook) as browser:
        shown = browser.submit(f"/commandes/{order.id}/autre-client", customer_id=str(right.id))
        assert "École" in shown.text
    with house.work() as work:
        assert work.session.get_one(Order, order.id).customer_id == right.id
