"""Write a menu as a cookbook: the text that `cookbook.read_cookbook` reads back.

What is written is what a kitchen knows of food: recipes, packs, prices, allergens. Who typed it,
who answered for an allergen and which customers asked for it stay here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar

from kpa_catering.allergens import Presence, Sheet
from kpa_catering.cookbook import FORMAT, is_key
from kpa_catering.names import slug
from kpa_catering.recipes import Dish, Ingredient, Menu, Recipe, RecipeLine
from kpa_catering.units import Equivalence, Quantity
from kpa_core.api import N_, Refused

LICENCES = ("CC-BY-SA-4.0", "CC-BY-4.0", "CC0-1.0")

_Record = TypeVar("_Record", Ingredient, Recipe, Dish)
Keys = Mapping[str, str]
"""The key a record has in the file, by the key it has here."""


def cookbook_text(menu: Menu, licence: str, lang: str = "fr") -> str:
    """Return a cookbook with one menu and all it needs.

    Raises:
        Refused: the licence is not one others may build on.
    """
    if licence not in LICENCES:
        raise Refused(
            N_("Choisis une licence : {known}."), field="licence", known=", ".join(LICENCES)
        )
    dishes = _once(serving.dish for serving in menu.servings)
    recipes = _once(part.recipe for dish in dishes for part in dish.components)
    ingredients = _once(line.ingredient for recipe in recipes for line in recipe.lines)
    bought, cooked, eaten = _keys(ingredients), _keys(recipes), _keys(dishes)
    parts = [_head(licence, lang)]
    parts += [_ingredient(one, bought) for one in ingredients]
    parts += [_recipe(one, cooked, bought) for one in recipes]
    parts += [_dish(one, eaten, cooked) for one in dishes]
    parts.append(_menu(menu, eaten))
    return "\n".join(parts)


def _head(licence: str, lang: str) -> str:
    return _lines(
        f"format = {_text(FORMAT)}", f"lang = {_text(lang)}", f"licence = {_text(licence)}"
    )


def _ingredient(one: Ingredient, keys: Keys) -> str:
    pack = one.pack
    return _lines(
        "[[ingredient]]",
        *_named(one.name, keys[one.key]),
        *([f"pack = {_text(pack.label)}"] if pack.label else []),
        f"size = {_number(pack.size.amount)}",
        f"unit = {_text(pack.size.unit.value)}",
        *([] if pack.price_cents is None else [f"price_cents = {pack.price_cents}"]),
        *([f"same = [{_list(map(_same, one.equivalences))}]"] if one.equivalences else []),
        f"allergens = {{ {_said(one.allergens)} }}",
    )


def _recipe(one: Recipe, keys: Keys, bought: Keys) -> str:
    return _lines(
        "[[recipe]]",
        *_named(one.name, keys[one.key]),
        f"portions = {one.portions}",
        "lines = [",
        *(f"    {_line(line, bought)}," for line in one.lines),
        "]",
        "steps = [",
        *(f"    {_text(step)}," for step in one.steps),
        "]",
    )


def _line(line: RecipeLine, bought: Keys) -> str:
    kept = "" if line.yield_percent == 100 else f", yield_percent = {line.yield_percent}"
    amount = f"quantity = {_number(line.quantity.amount)}, unit = {_text(line.quantity.unit.value)}"
    return f"{{ ingredient = {_text(bought[line.ingredient.key])}, {amount}{kept} }}"


def _dish(one: Dish, keys: Keys, cooked: Keys) -> str:
    parts = (
        f"    {{ recipe = {_text(cooked[part.recipe.key])}, portions = {_number(part.portions)} }},"
        for part in one.components
    )
    return _lines("[[dish]]", *_named(one.name, keys[one.key]), "recipes = [", *parts, "]")


def _menu(menu: Menu, eaten: Keys) -> str:
    dishes = (
        f"    {{ dish = {_text(eaten[one.dish.key])}, per_guest = {_number(one.per_guest)} }},"
        for one in menu.servings
    )
    time, minutes = menu.work_time, []
    if time is not None:
        fixed, guest = time.fixed, time.per_guest
        spans = f"fixed = [{fixed.low}, {fixed.high}], per_guest = [{guest.low}, {guest.high}]"
        minutes = [f"minutes = {{ {spans} }}"]
    key = _keys([menu])[menu.key]
    return _lines("[[menu]]", *_named(menu.name, key), "dishes = [", *dishes, "]", *minutes)


def _said(sheet: Sheet) -> str:
    """Write the answers; what is unknown is not written."""
    by_answer = {
        presence: [allergen.value for allergen, said in sheet.items() if said is presence]
        for presence in (Presence.CONTAINS, Presence.TRACES, Presence.ABSENT)
    }
    return ", ".join(f"{one.value} = [{_list(said)}]" for one, said in by_answer.items() if said)


def _same(one: Equivalence) -> str:
    return f"{_quantity(one.left)} = {_quantity(one.right)}"


def _quantity(one: Quantity) -> str:
    return f"{_number(one.amount)} {one.unit.value}"


def _once(records: Iterable[_Record]) -> list[_Record]:
    return list({one.key: one for one in records}.values())


def _keys(records: Iterable[Ingredient | Recipe | Dish | Menu]) -> dict[str, str]:
    """Return a key for each record: its name when Latin letters can write it, else a number."""
    found: dict[str, str] = {}
    for place, one in enumerate(records, 1):
        wanted = slug(one.name)
        free = is_key(wanted) and wanted not in found.values()
        found[one.key] = wanted if free else f"n{place}-{len(found)}"
    return found


def _named(name: str, key: str) -> list[str]:
    return [f"key = {_text(key)}", f"name = {_text(name)}"]


def _lines(*lines: str) -> str:
    return "".join(f"{line}\n" for line in lines)


def _list(words: Iterable[str]) -> str:
    return ", ".join(map(_text, words))


def _text(text: str) -> str:
    """Write a TOML string: JSON's escapes are among TOML's."""
    return json.dumps(text, ensure_ascii=False)


def _number(amount: Fraction) -> str:
    """Write an amount with the three decimals it was stated with."""
    return f"{Decimal(int(amount * 1000)).scaleb(-3).normalize():f}"
