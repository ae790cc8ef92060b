"""Cookbooks: menus with all they need, as one TOML file that people can read and pass on.

`examples/buffet_oriental.toml` shows the whole format. Numbers are read as decimals, never floats.
A cookbook names every ingredient, recipe and dish it uses, so it can be imported anywhere; a word
that is not in the format is refused, because a mistyped `allergens` must not become silence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from importlib.resources import files
from typing import TypeVar

from kpa_catering.allergens import Allergen, Presence, Sheet, declare
from kpa_catering.recipes import (
    Component,
    Dish,
    Ingredient,
    Menu,
    Pack,
    Recipe,
    RecipeLine,
    Serving,
    Span,
    WorkTime,
)
from kpa_catering.toml_table import Table, parse_toml
from kpa_catering.units import Equivalence, Quantity, exact, parse_amount, parse_unit, stated
from kpa_core.api import N_, KpaError, Refused

FORMAT = "kpa-catering-cookbook/1"

_KEY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_MAX_STEP = 500
T = TypeVar("T")


@dataclass(frozen=True)
class Cookbook:
    """Menus and dishes with their recipes and ingredients, each by its key."""

    lang: str
    licence: str
    ingredients: Mapping[str, Ingredient]
    recipes: Mapping[str, Recipe]
    dishes: Mapping[str, Dish]
    menus: Mapping[str, Menu]


def read_cookbook(text: str) -> Cookbook:
    """Read a cookbook from TOML text.

    Raises:
        Refused: not TOML, another format, too large, an unknown word, a name nobody defined, or
            any record that `recipes` refuses. The message names the record.
    """
    return read_tables(parse_toml(text))


def read_tables(tables: Mapping[str, object]) -> Cookbook:
    """Read a cookbook from tables as TOML has them, numbers as integers or decimals.

    Raises:
        Refused: as `read_cookbook`.
    """
    root = Table("cookbook", tables)
    if root.text("format") != FORMAT:
        raise Refused(N_("Ce fichier n'est pas un carnet de recettes « {format} »."), format=FORMAT)
    lang, licence = root.text("lang"), root.text("licence")
    ingredients = _each(root, "ingredient", _ingredient)
    recipes = _each(root, "recipe", lambda key, table: _recipe(key, table, ingredients))
    dishes = _each(root, "dish", lambda key, table: _dish(key, table, recipes))
    menus = _each(root, "menu", lambda key, table: _menu(key, table, dishes))
    root.end()
    return Cookbook(lang, licence, ingredients, recipes, dishes, menus)


def decode_cookbook(data: bytes) -> Cookbook:
    """Read a cookbook from the bytes of a file.

    Raises:
        Refused: not UTF-8 text, or as `read_cookbook`.
    """
    try:
        return read_cookbook(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise Refused(N_("Ce fichier n'est pas un texte."), field="file") from error


def example(name: str = "buffet_oriental") -> Cookbook:
    """Return a cookbook that comes with the plugin."""
    return read_cookbook((files("kpa_catering") / "examples" / f"{name}.toml").read_text("utf-8"))


def is_key(text: str) -> bool:
    """Tell whether a text can be a record's key: small Latin letters, digits, dashes between."""
    return _KEY.fullmatch(text) is not None


def _each(root: Table, word: str, read: Callable[[str, Table], T]) -> dict[str, T]:
    """Read every table of one kind; a refusal is told with the record's key."""
    found: dict[str, T] = {}
    for table in root.tables(word):
        key = table.text("key")
        if not is_key(key) or key in found:
            raise Refused(
                N_("{where} : la clé « {key} » est déjà prise ou mal écrite."),
                where=table.where,
                key=key[:40],
            )
        table.where = f"{word} {key}"
        try:
            found[key] = read(key, table)
        except KpaError as error:
            if "where" in error.params:
                raise
            raise Refused(N_("{where} → {why}"), where=table.where, why=error) from error
        table.end()
    return found


def _ingredient(key: str, table: Table) -> Ingredient:
    name = table.text("name")
    pack = Pack(
        _quantity(table, "size"),
        table.text("pack", default=""),
        table.take("price_cents", int, None),
    )
    equivalences = tuple(_equivalence(text) for text in table.texts("same"))
    allergens = _sheet(table.table("allergens"), name)
    return Ingredient(key, name, pack, equivalences, allergens)


def _recipe(key: str, table: Table, ingredients: Mapping[str, Ingredient]) -> Recipe:
    lines = []
    for line in table.tables("lines"):
        ingredient = _known(line, "ingredient", ingredients)
        quantity = _quantity(line, "quantity")
        lines.append(RecipeLine(ingredient, quantity, line.take("yield_percent", int, 100)))
        line.end()
    steps = table.texts("steps", most=_MAX_STEP)
    return Recipe(key, table.text("name"), table.take("portions", int), tuple(lines), steps)


def _dish(key: str, table: Table, recipes: Mapping[str, Recipe]) -> Dish:
    components = []
    for part in table.tables("recipes"):
        recipe = _known(part, "recipe", recipes)
        components.append(Component(recipe, exact(part.number("portions", Decimal(1)))))
        part.end()
    return Dish(key, table.text("name"), tuple(components))


def _menu(key: str, table: Table, dishes: Mapping[str, Dish]) -> Menu:
    servings = []
    for part in table.tables("dishes"):
        dish = _known(part, "dish", dishes)
        servings.append(Serving(dish, exact(part.number("per_guest", Decimal(1)))))
        part.end()
    return Menu(key, table.text("name"), tuple(servings), _work_time(table))


def _work_time(table: Table) -> WorkTime | None:
    if not table.has("minutes"):
        return None
    minutes = table.table("minutes")
    spans = [_span(minutes, word) for word in ("fixed", "per_guest")]
    minutes.end()
    return WorkTime(*spans)


def _span(minutes: Table, word: str) -> Span:
    ends = minutes.take(word, list)
    if len(ends) != 2 or any(type(end) is not int for end in ends):
        raise Refused(
            N_("{where} : écris « {word} = [le moins, le plus] » en minutes."),
            where=minutes.where,
            word=word,
        )
    return Span(*ends)


def _quantity(table: Table, word: str) -> Quantity:
    amount = stated(table.number(word), field=word)
    return Quantity(amount, parse_unit(table.text("unit"), field="unit"))


def _equivalence(text: str) -> Equivalence:
    sides = [side.split() for side in text.split("=")]
    if len(sides) != 2 or any(len(side) != 2 for side in sides):
        raise Refused(
            N_("« {text} » n'est pas une égalité. Écris par exemple 1 piece = 120 g."),
            text=text[:40],
        )
    left, right = (Quantity(parse_amount(amount), parse_unit(unit)) for amount, unit in sides)
    return Equivalence(left, right)


def _sheet(table: Table, of: str) -> Sheet:
    said = {p: _allergens(table.texts(p.value)) for p in Presence}
    rest = Presence(_one_of(table.text("rest", default="unknown"), ("unknown", "absent")))
    table.end()
    return declare(said, rest=rest, of=of)


def _allergens(words: Iterable[str]) -> list[Allergen]:
    known = [allergen.value for allergen in Allergen]
    return [Allergen(_one_of(word, known)) for word in words]


def _known(table: Table, word: str, records: Mapping[str, T]) -> T:
    key = table.text(word)
    if key not in records:
        near = get_close_matches(key, records, 1) or sorted(records)[:5]
        raise Refused(
            N_("« {key} » n'est pas dans ce carnet. Peut-être : {near}."),
            key=key[:40],
            near=", ".join(near),
        )
    return records[key]


def _one_of(word: str, known: Iterable[str]) -> str:
    words = list(known)
    if word not in words:
        raise Refused(
            N_("« {word} » n'est pas dans la liste : {known}."),
            word=word[:40],
            known=", ".join(words),
        )
    return word
