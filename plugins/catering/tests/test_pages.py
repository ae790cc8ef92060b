"""The pages of the kitchen, in the browser of a cook and in that of others."""

from __future__ import annotations

import io
import re
from importlib.resources import files
from uuid import uuid4

import pytest

from kpa_catering import kitchen, menus, orders, pantry
from kpa_catering.cookbook import read_cookbook
from kpa_catering.recipes import Pack
from kpa_catering.units import Quantity, Unit
from kpa_core.api import NotFound

NNBSP, NBSP = "\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}"


def plain(answer):
    """Return what a page says, with ordinary spaces and without its tags' noise."""
    return (
        answer.text.replace(NNBSP, " ")
        .replace(NBSP, " ")
        .replace("&#39;", "'")
        .replace("&nbsp;", " ")
    )


@pytest.fixture
def cook(moulins):
    with moulins.kpa.client_for(moulins.cook) as browser:
        yield browser


def named(moulins, rows, name):
    with moulins.work() as work:
        return next(row for row in rows(work) if row.name == name)


def test_the_example_comes_in_by_a_form_and_becomes_a_menu_of_the_activity(moulins, cook):
    page = cook.submit("/catering/importer", source="example", activity_id=str(moulins.catering))
    said = plain(page)
    assert page.status == 200
    assert "Fiches arrivées dans la cuisine : 52." in said
    assert "<h1><bdi>Buffet oriental</bdi></h1>" in said
    assert "Achats : 198,00 €." in said
    assert "27 à 33 heures" in said
    with moulins.work() as work:
        assert menus.menu_named(work, "buffet-oriental").activity_id == moulins.catering


def test_a_cookbook_comes_in_as_a_file(moulins, cook):
    text = (files("kpa_catering") / "examples" / "buffet_oriental.toml").read_bytes()
    fields = {"source": "file", "activity_id": str(moulins.catering)}
    cook.submit("/catering/importer", **fields, file=(io.BytesIO(text), "carnet.toml"))
    with moulins.work() as work:
        assert len(kitchen.recipes(work)) == 11


REFUSED_FILES = {
    "none": None,
    "not a text": b"\xff\xfe\x00",
    "another format": b'format = "something"',
    "too large": b"#" * 300_000,
}


@pytest.mark.parametrize("sent", REFUSED_FILES.values(), ids=REFUSED_FILES)
def test_refused_files(moulins, cook, sent):
    file = {} if sent is None else {"file": (io.BytesIO(sent), "carnet.toml")}
    fields = {"source": "file", "activity_id": str(moulins.catering)}
    page = cook.submit("/catering/importer", **fields, **file)
    assert page.status == 422
    assert 'class="summary"' in page.text
    with moulins.work() as work:
        assert pantry.ingredients(work) == []


def test_a_menu_is_counted_for_the_guests_of_the_address(moulins, cook):
    menu_id = moulins.buffet()
    assert "Achats : 202,15 €." in plain(cook.get(f"/catering/menus/{menu_id}?convives=41"))
    assert "Achats : 198,00 €." in plain(cook.get(f"/catering/menus/{menu_id}"))
    moulins.price("Ail", None)
    said = plain(cook.get(f"/catering/menus/{menu_id}?convives=40"))
    assert "Achats : au moins 196,15 €. Prix qui manquent : 1." in said
    assert "on ne sait pas" in said
    assert "Cherche le prix de : Ail." in said


@pytest.mark.parametrize("typed", ["0", "-1", "40,5", "NaN", str(2**63), "beaucoup", ""])
def test_refused_numbers_of_guests(moulins, cook, typed):
    menu_id = moulins.buffet()
    for sheet in ("", "/courses", "/cuisine"):
        page = cook.get(f"/catering/menus/{menu_id}{sheet}", query_string={"convives": typed})
        assert page.status == 200
        assert "On ne peut pas encore compter" in plain(page)


def test_the_sheets_say_what_to_buy_to_cook_and_to_ask(moulins, cook):
    menu_id = moulins.buffet()
    shopping = plain(cook.get(f"/catering/menus/{menu_id}/courses?convives=40"))
    assert "3 × filet (8 pièces)" in shopping
    cooking = plain(cook.get(f"/catering/menus/{menu_id}/cuisine?convives=40"))
    assert "Coupe chaque pain en quatre." in cooking
    assert "<bdi>Pain rond</bdi> : 60 pièces" in cooking
    allergens = plain(cook.get(f"/catering/menus/{menu_id}/allergenes"))
    assert "Il reste à demander" in allergens
    assert "<bdi>Dattes en vrac</bdi> : Sulfites" in allergens
    assert allergens.count("<tr>") == 15


def test_a_menu_goes_out_as_a_file_without_anybody_s_name(moulins, cook):
    menu_id = moulins.buffet()
    answer = cook.client.get(f"/catering/menus/{menu_id}/carnet")
    assert answer.headers["Content-Disposition"] == "attachment; filename=buffet-oriental.toml"
    assert "Amina" not in answer.text
    assert str(moulins.cook.party_id) not in answer.text
    assert read_cookbook(answer.text).menus["buffet-oriental"].name == "Buffet oriental"


def test_an_unfinished_menu_says_what_is_missing(moulins, cook):
    page = cook.submit("/catering/menus/nouveau", activity_id=str(moulins.catering), name="Goûter")
    assert "Le menu « Goûter » n'a pas encore de plat." in plain(page)
    menu_id = named(moulins, lambda work: menus.menus(work)[0][1], "Goûter").id
    assert cook.get(f"/catering/menus/{menu_id}/allergenes").status == 200


def test_a_whole_menu_is_typed_question_by_question(moulins, cook):
    cook.submit(
        "/catering/ingredients/nouveau",
        name="Thé vert",
        pack_size="0,25",
        pack_unit="kg",
        pack_label="sachet",
        price="3,10",
    )
    cook.submit("/catering/recettes/nouvelle", name="Thé", portions="20")
    tea = named(moulins, pantry.ingredients, "Thé vert")
    recipe = named(moulins, kitchen.recipes, "Thé")
    page = cook.submit(
        f"/catering/recettes/{recipe.id}/ingredients",
        ingredient_id=str(tea.id),
        quantity="40",
        unit="g",
        yield_percent="100",
    )
    assert "40 g" in plain(page)
    page = cook.submit(
        f"/catering/recettes/{recipe.id}/changer",
        name="Thé vert chaud",
        portions="20",
        steps="Chauffe l'eau.\r\nVerse.",
    )
    assert "<li>Verse.</li>" in page.text
    cook.submit("/catering/plats/nouveau", name="Un verre de thé")
    dish = named(moulins, kitchen.dishes, "Un verre de thé")
    page = cook.submit(
        f"/catering/plats/{dish.id}/recettes", recipe_id=str(recipe.id), portions="1"
    )
    assert "On ne sait pas" in plain(page)
    cook.submit("/catering/menus/nouveau", activity_id=str(moulins.catering), name="Pause")
    menu_id = named(moulins, lambda work: menus.menus(work)[0][1], "Pause").id
    page = cook.submit(f"/catering/menus/{menu_id}/plats", dish_id=str(dish.id), per_guest="1,5")
    assert "Achats : 3,10 €." in plain(page)
    page = cook.submit(
        f"/catering/menus/{menu_id}/changer",
        name="Pause",
        price="2,50",
        vat_rate="5,5",
        fixed_low="10",
        fixed_high="20",
        guest_low="1",
        guest_high="2",
    )
    assert "2,50 € par personne, sans la TVA (5,5 %)." in plain(page)
    assert "1 à 1,5 heures" in plain(page)
    cook.submit(
        f"/catering/menus/{menu_id}/etat", page=f"/catering/menus/{menu_id}", state="archived"
    )
    assert moulins.read_menu(menu_id).state == "archived"


def test_some_of_the_four_times_are_refused_beside_their_field(moulins, cook):
    menu_id = moulins.buffet()
    page = cook.submit(
        f"/catering/menus/{menu_id}/changer", name="Buffet", vat_rate="10", fixed_low="10"
    )
    assert page.status == 422
    assert "Remplis les quatre temps, ou aucun." in plain(page)
    assert 'id="fixed_high-error"' in page.text


def test_an_allergen_is_asked_one_question_per_screen(moulins, cook):
    with moulins.work() as work:
        row = pantry.add_ingredient(work, "Dattes", Pack(Quantity(1, Unit.KG)))
    first = f"/catering/ingredients/{row.id}/allergenes/gluten"
    assert "Question 1 sur 14" in plain(cook.get(first))
    page = cook.submit(first, presence="absent", source="étiquette")
    assert "Question 2 sur 14" in plain(page)
    page = cook.submit(
        f"/catering/ingredients/{row.id}/allergenes/molluscs",
        presence="unknown",
        source="étiquette",
    )
    assert "<h1><bdi>Dattes</bdi></h1>" in page.text
    with moulins.work() as work:
        (said,) = pantry.find_ingredient(work, row.id).declarations
        assert (said.allergen, said.presence, said.said_by) == (
            "gluten",
            "absent",
            moulins.cook.party_id,
        )
    assert cook.get(f"/catering/ingredients/{row.id}/allergenes/poison").status == 404


REFUSED_INGREDIENTS = {
    "no name": {"name": ""},
    "nothing in the pack": {"pack_size": "0"},
    "a pack with four decimals": {"pack_size": "1,0001"},
    "a negative pack": {"pack_size": "-1"},
    "an unknown unit": {"pack_unit": "livre"},
    "a price with three decimals": {"price": "3,105"},
    "a price that is NaN": {"price": "NaN"},
    "a price of 2^63": {"price": str(2**63)},
    "a negative price": {"price": "-3"},
    "a price above what a pack can cost": {"price": "10000,01"},
}


@pytest.mark.parametrize("wrong", REFUSED_INGREDIENTS.values(), ids=REFUSED_INGREDIENTS)
def test_refused_ingredients(moulins, cook, wrong):
    right = {"name": "Thé", "pack_size": "1", "pack_unit": "kg", "pack_label": "", "price": "3"}
    page = cook.submit("/catering/ingredients/nouveau", **{**right, **wrong})
    assert page.status == 422
    assert 'class="summary"' in page.text
    with moulins.work() as work:
        assert pantry.ingredients(work) == []


def test_a_menu_is_chosen_on_the_page_of_the_order(moulins, cook):
    order_id, menu_id = moulins.order(), moulins.buffet()
    order = f"/commandes/{order_id}"
    assert "Aucun menu n'est encore choisi." in plain(cook.get(order))
    page = cook.submit(
        f"/catering/commandes/{order_id}/menu",
        menu_id=str(menu_id),
        price="15,00",
        reason="pour un premier client",
    )
    said = plain(page)
    assert "« Buffet oriental » est choisi." in said
    assert "40 personnes × 15,00 €, sans la TVA (10 %)." in said
    assert "Achats : 198,00 €." in said
    card = plain(cook.get(order))
    assert "pour un premier client" in card
    assert "Il reste à demander" in card
    with moulins.kpa.work() as work:
        choice = orders.choice_of(work.session, order_id, moulins.catering)
    assert choice.price_per_guest_cents == 1500


def test_a_choice_that_is_refused_says_why(moulins, cook):
    menu_id = moulins.buffet()
    silent = moulins.order(guests=None)
    page = cook.submit(f"/catering/commandes/{silent}/menu", menu_id=str(menu_id), price="15")
    assert page.status == 422
    assert "ne dit pas pour combien de personnes" in plain(page)


def test_without_a_menu_the_page_says_how_to_begin(moulins, cook):
    said = plain(cook.get(f"/catering/commandes/{moulins.order()}/menu"))
    assert "Cette activité n'a pas encore de menu." in said
    assert "/catering/menus/nouveau" in said


def addresses(moulins):
    """Return one address of every page, on things that exist."""
    menu_id, order_id = moulins.buffet(), moulins.order()
    with moulins.work() as work:
        row, dish, recipe = (
            rows(work)[0].id for rows in (pantry.ingredients, kitchen.dishes, kitchen.recipes)
        )
    pages = ["menus", "recettes", "plats", "ingredients"]
    pages += [f"menus/{menu_id}{sheet}" for sheet in ("", "/courses", "/cuisine", "/allergenes")]
    pages += [f"menus/{menu_id}/changer", f"menus/{menu_id}/plats", "menus/nouveau"]
    pages += [f"menus/{menu_id}/carnet"]
    pages += [f"recettes/{recipe}{part}" for part in ("", "/changer", "/ingredients")]
    pages += [f"plats/{dish}{part}" for part in ("", "/nom", "/recettes")]
    pages += [f"ingredients/{row}{part}" for part in ("", "/nom", "/prix", "/egalite")]
    pages += [f"ingredients/{row}/allergenes/milk", "importer", f"commandes/{order_id}/menu"]
    pages += ["recettes/nouvelle", "plats/nouveau", "ingredients/nouveau"]
    return [f"/catering/{page}" for page in pages]


KITCHEN = {"menus", "recettes", "plats", "ingredients"}


def test_every_page_opens_for_the_cook_and_for_whom_it_is_only(moulins, cook):
    pages = addresses(moulins)
    assert {page: cook.get(page).status for page in pages} == dict.fromkeys(pages, 200)
    with moulins.kpa.client_for(moulins.member) as browser:
        seen = {page for page in pages if browser.get(page).status == 200}
        assert {page.split("/")[2] for page in seen} == KITCHEN
        assert not any(page.endswith(("nouveau", "nouvelle", "/changer", "/nom")) for page in seen)
        assert not any(page.startswith("/catering/menus/") for page in seen)
    with moulins.kpa.client_for(moulins.rider) as browser:
        theirs = [page for page in pages if page.startswith("/catering/menus/")]
        others = [page for page in theirs if not page.endswith("nouveau")]
        assert {browser.get(page).status for page in others} == {404}
    with moulins.kpa.browser() as browser:
        said = {browser.client.get(page).status_code for page in pages}
        assert 200 not in said


def test_what_is_absent_and_what_is_another_s_look_the_same(moulins):
    menu_id = moulins.buffet()
    with moulins.kpa.client_for(moulins.rider) as browser:
        hidden = browser.get(f"/catering/menus/{menu_id}")
        absent = browser.get(f"/catering/menus/{uuid4()}")
    assert hidden.status == absent.status == 404
    mark = re.compile(r'(?<=name="csrf_token" value=")[^"]*')  # it says the second it was made
    assert mark.sub("", hidden.text) == mark.sub("", absent.text)


def test_a_name_with_tags_is_shown_as_text(moulins, cook):
    page = cook.submit("/catering/plats/nouveau", name="<script>alert(1)</script> {{ 7 * 7 }}")
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{ 7 * 7 }}" in page.text


def test_a_line_is_taken_out_with_one_button(moulins, cook):
    menu_id = moulins.buffet()
    with moulins.work() as work:
        serving = menus.find_menu(work, menu_id).servings[0].id
        recipe = kitchen.recipes(work)[0]
        line, recipe_id = recipe.lines[0].id, recipe.id
        dish = kitchen.dishes(work)[0]
        part, dish_id = dish.components[0].id, dish.id
    for act, shown in (
        (f"/catering/menus/plats/{serving}/retirer", f"/catering/menus/{menu_id}"),
        (f"/catering/recettes/lignes/{line}/retirer", f"/catering/recettes/{recipe_id}"),
        (f"/catering/plats/recettes/{part}/retirer", f"/catering/plats/{dish_id}"),
    ):
        assert cook.submit(act, page=shown).status == 200
    with moulins.work() as work:
        assert len(menus.find_menu(work, menu_id).servings) == 7
        with pytest.raises(NotFound):
            kitchen.remove_line(work, line)
        with pytest.raises(NotFound):
            kitchen.remove_component(work, part)


def test_a_page_is_read_in_english_too(moulins, cook):
    menu_id = moulins.buffet()
    url = f"/catering/menus/{menu_id}?convives=40"
    cook.get("/langue/en")
    said = plain(cook.get(url))
    assert "€198.00" in said
    assert "0.75 per" in said
    assert "Sulphites (dried fruit, wine, vinegar)" in said
