"""A menu of one KPA becomes a working draft at another with one button, and stays theirs."""

from __future__ import annotations

import re
from html import unescape

import pytest
from sqlalchemy import select

from kpa_catering import menus, pantry
from kpa_catering.books import import_cookbook
from kpa_catering.cookbook import example
from kpa_catering.menu_fields import KEY
from kpa_catering.menu_record import reasons_not_to, write_body
from kpa_catering.models import DeclarationRow, IngredientRow, MenuRow, TakenMenuRow
from kpa_catering.recipes import Pack
from kpa_catering.units import Quantity, Unit
from kpa_core.activities.activities import NewActivity, propose_activity
from kpa_core.api import NotFound, Refused
from kpa_core.jobs import run_due
from kpa_core.outbox import JobRow
from kpa_core.work import KPA
from kpa_federation.own import writing
from kpa_federation.peers import service
from kpa_federation.protocol.bodies import write_body as write_wire
from kpa_federation.protocol.entries import put
from kpa_federation.records import drafts, publishing, reading, taking, telling, things
from kpa_federation.records.kinds import kinds

MENU = "Buffet oriental"


class Kitchen:
    """A KPA with catering: its town, its activities, and a cook who may publish."""

    def __init__(self, town, *activities):
        self.town = town
        with town.work(KPA) as work:
            proposed = [propose_activity(work, NewActivity(one)) for one in activities]
            self.activities = [one.id for one in proposed]
        roles = [("participant", {"activity_id": one}) for one in self.activities]
        self.cook = town.kpa.person("Amina", "member", "animator", *roles)

    def work(self):
        return self.town.work(self.cook)

    def buffet(self):
        with self.work() as work:
            book = example()
            return import_cookbook(work, book, self.activities[0], vat_rate_bp=1000).menus[0].id

    def publish(self, menu_id):
        with self.work() as work:
            row = things.draft_thing(work, KEY, menu_id)
            return publishing.publish(work, row.id, row.version)

    def menu(self):
        with self.work() as work:
            row = work.session.scalar(select(MenuRow))
            return row, menus.allergens_of(row), menus.plan_of(row, 40)

    def answers(self):
        with self.work() as work:
            query = select(IngredientRow.name, DeclarationRow.allergen, DeclarationRow.presence)
            joined = query.join(DeclarationRow, DeclarationRow.ingredient_id == IngredientRow.id)
            return {tuple(row) for row in work.session.execute(joined)}


@pytest.fixture
def moulins(town):
    return Kitchen(town("Moulins", plugins=["catering"]), "Traiteur")


@pytest.fixture
def arras(town, moulins):
    return following(Kitchen(town("Arras", plugins=["catering"]), "Cuisine"), moulins)


def following(kitchen, other):
    kitchen.town.follow(other.town)
    return kitchen


def test_from_one_kitchen_to_a_draft_in_another_by_buttons(moulins, arras):
    menu_id = moulins.buffet()
    with moulins.town.kpa.client_for(moulins.cook) as browser:
        page = f"/catering/menus/{menu_id}"
        fields = dict(re.findall(r'name="(kind|thing)" value="([^"]*)"', browser.get(page).text))
        assert fields == {"kind": KEY, "thing": str(menu_id)}
        here = browser.submit("/federation/fiches/nos/depuis", page=page, **fields)
        assert here.status == 200, here.sentence()
        shown = browser.submit(f"{here.url}/publier")
        assert "/fiches/lire/" in shown.url, shown.sentence()
    arras.town.pull()
    with arras.town.kpa.client_for(arras.cook) as browser:
        read = browser.get(shown.url)
        assert "Tajine" in unescape(read.text) or "oulet" in unescape(read.text)
        assert "Gluten" in read.text
        taken = browser.submit(f"{shown.url}/reprendre", page=shown.url)
        assert re.fullmatch(r"/catering/menus/[0-9a-f-]{36}", taken.url), taken.sentence()
        text = unescape(taken.text)
        for said in ("C'est un brouillon", "« Buffet oriental », par Moulins", "CC-BY-SA-4.0"):
            assert said in text
        listed = unescape(browser.get("/federation/fiches/reprises").text)
        assert MENU in listed
        assert "par Moulins, licence CC BY-SA 4.0" in listed
    _, their_sheet, their_plan = moulins.menu()
    ours, our_sheet, our_plan = arras.menu()
    assert (ours.name, ours.state, ours.activity_id) == (MENU, "archived", arras.activities[0])
    assert our_sheet == their_sheet
    assert [(b.name, b.packs, b.needed) for b in our_plan.bought] == [
        (b.name, b.packs, b.needed) for b in their_plan.bought
    ]
    assert our_plan.minutes == their_plan.minutes
    assert {b.cost_cents for b in our_plan.bought} == {None}  # prices are those of a town


def test_declared_absent_and_unknown_stay_apart(moulins, arras):
    menu_id = moulins.buffet()
    name = moulins.publish(menu_id)
    arras.town.pull()
    with arras.work() as work:
        taking.take(work, name)
    answers = arras.answers()
    assert answers == moulins.answers()
    assert ("Carottes", "gluten", "absent") in answers
    assert not {one for one in answers if one[:2] == ("Dattes en vrac", "sulphites")}
    sheet = arras.menu()[1]
    assert sheet.whole.answers["sulphites"].presence == "unknown"
    assert "sulphites" in sheet.questions["Dattes en vrac"]
    assert sheet.whole.answers["crustaceans"].presence == "absent"


def test_what_is_here_under_the_same_name_stays_ours_and_is_told(moulins, arras):
    with arras.work() as work:
        pack = Pack(Quantity(500, Unit.G), "botte", 90)
        pantry.add_ingredient(work, "CAROTTES", pack)
    name = moulins.publish(moulins.buffet())
    arras.town.pull()
    with arras.work() as work:
        address = taking.take(work, name)
        assert work.session.scalar(select(TakenMenuRow.kept)) == ["CAROTTES"]
    with arras.town.kpa.client_for(arras.cook) as browser:
        assert "CAROTTES" in browser.get(address).text


def test_a_draft_cannot_be_chosen_before_the_group_takes_it_out(moulins, arras):
    name = moulins.publish(moulins.buffet())
    arras.town.pull()
    with arras.work() as work:
        taking.take(work, name)
        assert menus.menus_to_choose(work, arras.activities[0]) == []
        row = work.session.scalar(select(MenuRow))
        menus.set_state(work, row.id, "open")
        assert menus.menus_to_choose(work, arras.activities[0]) == [row]
        assert work.session.scalar(select(TakenMenuRow.opened_on)) == work.today


def test_taken_twice_makes_two_drafts(moulins, arras):
    name = moulins.publish(moulins.buffet())
    arras.town.pull()
    with arras.work() as work:
        assert taking.take(work, name) != taking.take(work, name)
        names = work.session.scalars(select(MenuRow.name).order_by(MenuRow.name)).all()
    assert names == [MENU, f"{MENU} (2)"]


def test_with_several_activities_the_page_asks_which(town, moulins):
    arras = following(Kitchen(town("Arras", plugins=["catering"]), "Cuisine", "Café"), moulins)
    name = moulins.publish(moulins.buffet())
    arras.town.pull()
    page = f"/federation/fiches/lire/{name}"
    with arras.town.kpa.client_for(arras.cook) as browser:
        asked = browser.submit(f"{page}/reprendre", page=page)
        assert "/catering/menus/repris/" in asked.url
        assert "Pour quelle activité" in asked.text
        made = browser.submit(asked.url, activity_id=str(arras.activities[1]))
        assert "C'est un brouillon" in unescape(made.text)
        assert browser.submit(asked.url, activity_id=str(arras.activities[0])).status == 404
    assert arras.menu()[0].activity_id == arras.activities[1]


def test_whoever_does_not_cook_takes_no_menu(moulins, arras):
    name = moulins.publish(moulins.buffet())
    arras.town.pull()
    with arras.town.work(arras.town.kpa.person("Lise", "member")) as work:
        with pytest.raises(Refused, match="une activité de cuisine"):
            taking.take(work, name)
        assert work.session.scalar(select(MenuRow)) is None
        assert taking.taken(work) == []
    with moulins.town.work(moulins.town.kpa.person("Lise", "member")) as work:
        (activity,) = moulins.activities
        assert activity
        menu = work.session.scalar(select(MenuRow.id))
        with pytest.raises(NotFound):
            things.draft_thing(work, KEY, menu)


def test_a_menu_published_in_turn_names_where_it_came_from(town, moulins, arras):
    name = moulins.publish(moulins.buffet())
    arras.town.pull()
    with arras.work() as work:
        taking.take(work, name)
        menu_id = work.session.scalar(select(MenuRow.id))
    again = arras.publish(menu_id)
    lens = following(Kitchen(town("Lens", plugins=["catering"]), "Cuisine"), arras)
    lens.town.pull()
    with lens.work() as work:
        known = kinds(work)
        found = reading.record(work, known, again)
        assert found.sources == ((name, 1),)
        assert "par Moulins" in taking.credit_of(work, known, found)  # which Lens does not follow
        assert reading.chain(work, known, found) == [(1, name, None)]
        with pytest.raises(NotFound):
            taking.take(work, name)
        taking.take(work, again)
        assert "par Moulins" in work.session.scalar(select(TakenMenuRow.credit))


def test_shared_again_it_is_the_same_draft_and_says_what_changed(moulins):
    menu_id = moulins.buffet()
    name = moulins.publish(menu_id)
    with moulins.work() as work:
        row = things.draft_thing(work, KEY, menu_id)
        assert not row.unsent
        menus.set_state(work, menu_id, "open")
        menu = menus.find_menu(work, menu_id, "catering.choose")
        facts = menus.MenuFacts("Grand buffet", None, 1000)
        menus.change_menu(work, menu_id, menu.version, facts)
        changed = things.draft_thing(work, KEY, menu_id)
        assert (changed.id, changed.unsent) == (row.id, True)
        assert publishing.publish(work, changed.id, changed.version) == name


def test_a_menu_that_cannot_be_cooked_is_not_published_and_an_unknown_is_told(moulins):
    book = example()
    (menu,) = book.menus.values()
    body = write_body(menu)
    (warning,) = reasons_not_to(body)
    assert not warning.blocking
    assert "Dattes en vrac" in warning.params["names"]
    empty = {**body, "recipes": [{**body["recipes"][0], "lines": []}, *body["recipes"][1:]]}
    (refusal,) = reasons_not_to(empty)
    assert refusal.blocking
    with moulins.work() as work:
        row = drafts.write_draft(work, KEY, empty)
        with pytest.raises(publishing.NotReady):
            publishing.publish(work, row.id, row.version)


def test_a_change_or_a_withdrawal_at_the_source_is_told_on_the_menu(moulins, arras):
    menu_id = moulins.buffet()
    name = moulins.publish(menu_id)
    hear(arras)
    with arras.work() as work:
        page = taking.take(work, name)
    with moulins.work() as work:
        facts = menus.MenuFacts("Grand buffet", None, 1000)
        menus.change_menu(work, menu_id, menus.find_menu(work, menu_id).version, facts)
    moulins.publish(menu_id)
    assert hear(arras) == 1
    assert hear(arras) == 0
    with arras.town.kpa.client_for(arras.cook) as browser:
        assert "Ce groupe a changé son menu" in browser.get(page).text
        with moulins.work() as work:
            publishing.retract(work, name, "safety")
        assert hear(arras) == 1
        assert "Ce groupe a retiré son menu" in browser.get(page).text


def test_what_is_hidden_or_put_aside_is_told_to_nobody(moulins, arras):
    name = moulins.publish(moulins.buffet())
    other = write_body_without_dishes()
    with moulins.town.work(KPA) as work:
        line = put(other, at=work.today, kind=KEY, licence="CC0-1.0")
        writing.append(work, [line], {0: other})
    arras.town.pull()
    with arras.town.work() as work:
        service.set_trust(work, moulins.town.origin, "blocked")
    assert hear(arras) == 0
    with arras.town.work() as work:
        service.set_trust(work, moulins.town.origin, "followed")
    assert told(arras) == []
    assert hear(arras) == 1
    assert [one["name"] for one in told(arras)] == [name]


def write_body_without_dishes():
    return write_wire({"title": "Vide", "lang": "fr"})


def hear(kitchen):
    """Pull, tell, and let the worker run what that asks for."""
    kitchen.town.pull()
    with kitchen.town.work(KPA) as work:
        count = telling.tell(work)
    run_due(kitchen.town.kpa.instance)
    return count


def told(kitchen):
    with kitchen.town.work(KPA) as work:
        rows = work.session.scalars(select(JobRow).where(JobRow.kind == "event:catering"))
        return [event["data"] for one in rows for event in one.payload["events"]]
