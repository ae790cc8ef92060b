"""What a menu says to other groups: the fields of its kind of record, and a whole example."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kpa_catering.allergens import Allergen
from kpa_catering.names import MAX_NAME
from kpa_catering.recipes import MAX_MINUTES, MAX_PER_GUEST, MAX_PORTIONS, MAX_YIELD_PERCENT
from kpa_catering.texts import lazy
from kpa_catering.toml_table import MAX_ITEMS
from kpa_catering.units import MAX_AMOUNT, Unit
from kpa_core.api import N_, RecordField

KEY = "kpa-cite.fr/menu/1"
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
