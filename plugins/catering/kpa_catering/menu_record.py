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
from kpa_catering.allergens import Allergen, Presence
from kpa_catering.cookbook import FORMAT, Cookbook, read_tables
from kpa_catering.cookbook_text import LICENCES, cookbook_text
from kpa_catering.names import MAX_NAME
from kpa_catering.plan import AllergenSheet
from kpa_catering.recipes import MAX_MINUTES, MAX_PER_GUEST, MAX_PORTIONS, MAX_YIELD_PERCENT, Menu
from kpa_catering.texts import lazy
from kpa_catering.toml_table import MAX_ITEMS, parse_toml
from kpa_catering.units import MAX_AMOUNT, Unit
from kpa_core.api import N_, Problem, RecordField, Refused

KEY = "kpa-cite.fr/menu/1"
THOUSANDTHS = {
    "ingredients": ("size",),
    "lines": ("quantity",),
    "parts": ("portions",),
    "servings": ("per_guest",),
}
"""Which numbers are thousandths, in which list."""
SAID = tuple(one.value for one in Presence if one is not Presence.UNKNOWN)
MINUTES = ("fixed_low", "fixed_high", "guest_low", "guest_high")
LANGUAGES = ("fr", "fr-x-simple", "ar", "en")
UNITS = tuple((unit.value, lazy(unit.label)) for unit in Unit)
FEW = 20


def _name(label: str = "Nom") -> RecordField:
    return RecordField("name", lazy(label), required=True, longest=MAX_NAME, example="Couscous")


def _key(name: str, label: str) -> RecordField:
    return RecordField(name, lazy(label), required=True, longest=MAX_NAME, example="couscous")


def _amount(name: str, label: str, most: int = MAX_AMOUNT) -> RecordField:
    return RecordField(
        name, lazy(label), "number", required=True, least=1, most=most * 1000, example=1000
    )


def _unit() -> RecordField:
    return RecordField(
        "unit", lazy(N_("Unité")), "choice", required=True, choices=UNITS, example="kg"
    )


def _list(name: str, label: str, *of: RecordField, required: bool = False) -> RecordField:
    return RecordField(
        name, lazy(label), "list", required=required, longest=MAX_ITEMS, example=[], of=of
    )


def _allergens(name: str, label: str) -> RecordField:
    return RecordField(name, lazy(label), "list", longest=len(Allergen), example=[])


FIELDS = (
    RecordField("title", lazy(N_("Titre")), required=True, longest=MAX_NAME, example="Buffet"),
    RecordField("place", lazy(N_("Lieu")), "place", example="Lille"),
    RecordField(
        "lang",
        lazy(N_("Langue")),
        "choice",
        required=True,
        example="fr",
        choices=tuple((one, one) for one in LANGUAGES),
    ),
    _list(
        "ingredients",
        N_("Ingrédients"),
        _key("key", N_("Clé")),
        _name(),
        RecordField("pack", lazy(N_("Paquet")), longest=40),
        _amount("size", N_("Taille du paquet, en millièmes")),
        _unit(),
        RecordField("same", lazy(N_("C'est pareil")), "list", longest=FEW),
        _allergens("contains", N_("Il y en a")),
        _allergens("traces", N_("Traces possibles")),
        _allergens("absent", N_("Il n'y en a pas, c'est vérifié")),
        required=True,
    ),
    _list(
        "recipes",
        N_("Recettes"),
        _key("key", N_("Clé")),
        _name(),
        RecordField(
            "portions", lazy(N_("Portions")), "number", required=True, least=1, most=MAX_PORTIONS
        ),
        _list(
            "lines",
            N_("Ce qu'il faut"),
            _key("ingredient", N_("Ingrédient")),
            _amount("quantity", N_("Quantité, en millièmes")),
            _unit(),
            RecordField(
                "yield_percent",
                lazy(N_("Ce qui reste de 100")),
                "number",
                least=1,
                most=MAX_YIELD_PERCENT,
            ),
        ),
        _list(
            "steps",
            N_("Comment on fait"),
            RecordField("text", lazy(N_("Étape")), "long_text", required=True, longest=500),
        ),
        required=True,
    ),
    _list(
        "dishes",
        N_("Plats"),
        _key("key", N_("Clé")),
        _name(),
        _list(
            "parts",
            N_("Recettes du plat"),
            _key("recipe", N_("Recette")),
            _amount("portions", N_("Portions, en millièmes"), MAX_PER_GUEST),
        ),
        required=True,
    ),
    _list(
        "servings",
        N_("Au menu"),
        _key("dish", N_("Plat")),
        _amount("per_guest", N_("Portions par personne, en millièmes"), MAX_PER_GUEST),
        required=True,
    ),
    *(
        RecordField(one, lazy(N_("Minutes de travail")), "number", most=MAX_MINUTES)
        for one in MINUTES
    ),
)
EXAMPLE: Mapping[str, Any] = {
    "title": "Thé pour tous",
    "place": "Lille",
    "lang": "fr",
    "ingredients": [
        {
            "key": "the-vert",
            "name": "Thé vert",
            "size": 250,
            "unit": "kg",
            "same": ["1 l = 300 g"],
            "absent": ["gluten", "milk"],
        }
    ],
    "recipes": [
        {
            "key": "the",
            "name": "Thé",
            "portions": 10,
            "lines": [{"ingredient": "the-vert", "quantity": 30_000, "unit": "g"}],
            "steps": [{"text": "On verse l'eau chaude. On attend cinq minutes."}],
        }
    ],
    "dishes": [
        {"key": "the-servi", "name": "Thé servi", "parts": [{"recipe": "the", "portions": 1000}]}
    ],
    "servings": [{"dish": "the-servi", "per_guest": 1500}],
}


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
