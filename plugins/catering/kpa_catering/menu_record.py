"""A menu as other groups read it: its body is a cookbook with one menu, in whole numbers.

Amounts are thousandths of their unit, for records have no fractions. Prices stay here: they are
those of one town on one day. An allergen nobody answered for is not written, and is not "absent".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from kpa_catering import plan
from kpa_catering.allergens import Presence
from kpa_catering.cookbook import FORMAT, Cookbook, read_tables
from kpa_catering.cookbook_text import LICENCES, cookbook_text
from kpa_catering.menu_fields import LANGUAGES, MINUTES
from kpa_catering.plan import AllergenSheet
from kpa_catering.recipes import Menu
from kpa_catering.toml_table import parse_toml
from kpa_core.api import N_, Problem, Refused

THOUSANDTHS = {
    "ingredients": ("size",),
    "lines": ("quantity",),
    "parts": ("portions",),
    "servings": ("per_guest",),
}
"""Which numbers are thousandths, in which list."""
SAID = tuple(one.value for one in Presence if one is not Presence.UNKNOWN)


@dataclass(frozen=True)
class MenuRead:
    """A menu from elsewhere, in the kitchen's own terms."""

    book: Cookbook
    menu: Menu
    sheet: AllergenSheet


def write_body(menu: Menu, lang: str = "fr") -> dict[str, Any]:
    """Return a menu as the body of a record.

    Raises:
        Refused: a name in it cannot be written.
    """
    said = parse_toml(cookbook_text(menu, LICENCES[0], "fr"))
    (one,) = said["menu"]
    body: dict[str, Any] = {"title": one["name"], "lang": lang if lang in LANGUAGES else "fr"}
    body["ingredients"] = [_ingredient(table) for table in said.get("ingredient", ())]
    body["recipes"] = [
        {
            **_whole("recipes", table, without=("lines", "steps")),
            "lines": [_whole("lines", line) for line in table["lines"]],
            "steps": [{"text": step} for step in table["steps"]],
        }
        for table in said.get("recipe", ())
    ]
    body["dishes"] = [
        {
            **_whole("dishes", table, without=("recipes",)),
            "parts": [_whole("parts", part) for part in table["recipes"]],
        }
        for table in said.get("dish", ())
    ]
    body["servings"] = [_whole("servings", dish) for dish in one["dishes"]]
    if "minutes" in one:
        spans = (*one["minutes"]["fixed"], *one["minutes"]["per_guest"])
        body.update(zip(MINUTES, spans, strict=True))
    return body


def read_body(body: Mapping[str, Any]) -> MenuRead:
    """Return the menu a body speaks of.

    Raises:
        Refused: it names what it does not bring, or something cannot be counted.
    """
    menu: dict[str, Any] = {
        "key": "menu",
        "name": body["title"],
        "dishes": [_exact("servings", one, ("dish", "per_guest")) for one in body["servings"]],
    }
    minutes = [body.get(one) for one in MINUTES]
    if None not in minutes:
        menu["minutes"] = {"fixed": minutes[:2], "per_guest": minutes[2:]}
    elif minutes != [None] * len(MINUTES):
        raise Refused(N_("Il faut les quatre temps, ou aucun."))
    book = read_tables(
        {
            "format": FORMAT,
            "lang": body["lang"],
            "licence": LICENCES[0],
            "ingredient": [_ingredient_table(one) for one in body["ingredients"]],
            "recipe": [_recipe_table(one) for one in body["recipes"]],
            "dish": [_dish_table(one) for one in body["dishes"]],
            "menu": [menu],
        }
    )
    (found,) = book.menus.values()
    return MenuRead(book, found, plan.allergen_sheet(found))


def reasons_not_to(body: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield why a menu should wait: it cannot be cooked yet, or its allergens are not all known."""
    try:
        read = read_body(body)
        plan.plan_for(read.menu, 1)
    except Refused as error:
        yield Problem(error.message, params=error.params, where="dishes")
        return
    asked = read.sheet.questions
    if asked:
        yield Problem(
            N_("On ne sait pas tout sur les allergènes de : {names}."),
            params={"names": ", ".join(asked)},
            blocking=False,
            todo=N_("Demande, ou publie : les autres verront qu'on ne sait pas."),
            where="ingredients",
        )


def _ingredient(table: Mapping[str, Any]) -> dict[str, Any]:
    made = _whole("ingredients", table, without=("allergens", "price_cents"))
    said = table["allergens"]
    return {**made, **{one: said[one] for one in SAID if said.get(one)}}


def _ingredient_table(one: Mapping[str, Any]) -> dict[str, Any]:
    made = _exact("ingredients", one, ("key", "name", "pack", "size", "unit", "same"))
    return {**made, "allergens": {said: list(one[said]) for said in SAID if one.get(said)}}


def _recipe_table(one: Mapping[str, Any]) -> dict[str, Any]:
    names = ("ingredient", "quantity", "unit", "yield_percent")
    return {
        **_exact("recipes", one, ("key", "name", "portions")),
        "lines": [_exact("lines", line, names) for line in one.get("lines", ())],
        "steps": [step["text"] for step in one.get("steps", ())],
    }


def _dish_table(one: Mapping[str, Any]) -> dict[str, Any]:
    parts = [_exact("parts", part, ("recipe", "portions")) for part in one.get("parts", ())]
    return {**_exact("dishes", one, ("key", "name")), "recipes": parts}


def _whole(place: str, table: Mapping[str, Any], without: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return a table of a cookbook with its exact numbers in thousandths."""
    exact = THOUSANDTHS.get(place, ())
    return {
        word: int(Decimal(value) * 1000) if word in exact else value
        for word, value in table.items()
        if word not in without
    }


def _exact(place: str, said: Mapping[str, Any], words: tuple[str, ...]) -> dict[str, Any]:
    """Return a table of a cookbook again; what a newer version added is left out."""
    exact = THOUSANDTHS.get(place, ())
    return {
        word: Decimal(said[word]).scaleb(-3) if word in exact else said[word]
        for word in words
        if word in said
    }
