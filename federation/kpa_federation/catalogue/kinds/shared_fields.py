"""Fields that both kinds have."""

from __future__ import annotations

from kpa_core.api import RecordField
from kpa_federation.texts import lazy

DOMAIN = "kpa-cite.fr"

LANGUAGES = (
    ("fr", lazy("français")),
    ("fr-x-simple", lazy("français simple")),
    ("ar", lazy("arabe")),
    ("en", lazy("anglais")),
)

TITLE = RecordField(
    "title",
    lazy("Titre"),
    required=True,
    longest=120,
    example="Buffet oriental pour 40 personnes",
    hint=lazy("Quelques mots, pour qu'on te trouve."),
)
PLACE = RecordField(
    "place",
    lazy("Lieu"),
    "place",
    example="Lille, quartier de Moulins",
    hint=lazy("La ville ou le quartier. Jamais l'adresse d'une personne."),
)
LANGUAGE = RecordField(
    "lang", lazy("Langue"), "choice", required=True, example="fr", choices=LANGUAGES
)
TAGS = RecordField(
    "tags",
    lazy("Mots pour chercher"),
    "list",
    longest=12,
    example=["cuisine", "buffet"],
)
