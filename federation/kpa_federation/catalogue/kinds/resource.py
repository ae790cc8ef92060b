"""A resource, "Recette à partager": what a group can do, written so that another can do it too."""

from __future__ import annotations

from kpa_core.api import RecordField, RecordType
from kpa_federation.catalogue.kinds.shared_fields import DOMAIN, LANGUAGE, PLACE, TAGS, TITLE
from kpa_federation.texts import lazy

STATES = (
    ("draft", lazy("à consolider")),
    ("tested", lazy("testée par le groupe")),
    ("solid", lazy("solide : reprise par d'autres groupes")),
)

FIELDS = (
    TITLE,
    RecordField(
        "summary",
        lazy("En une phrase"),
        required=True,
        longest=300,
        example="Un buffet de produits locaux et de saveurs orientales, livré et servi.",
    ),
    RecordField(
        "text",
        lazy("Comment on fait"),
        "long_text",
        required=True,
        longest=50_000,
        example="On choisit six plats. On achète au marché. On cuisine la veille.",
        hint=lazy("Des phrases courtes. Pas de nom, pas de téléphone."),
    ),
    PLACE,
    RecordField(
        "needs",
        lazy("Ce qu'il faut avant de commencer"),
        "list",
        longest=20,
        example=["une cuisine aux normes", "une formation à l'hygiène"],
        hint=lazy("Une cuisine, une machine, une formation, une assurance…"),
    ),
    RecordField(
        "state", lazy("Où ça en est"), "choice", required=True, example="draft", choices=STATES
    ),
    LANGUAGE,
    TAGS,
)

RESOURCE = RecordType(
    key=f"{DOMAIN}/resource/1",
    label=lazy("Recette à partager"),
    sentence=lazy("Ce qu'on sait faire. Les autres groupes peuvent le reprendre."),
    fields=FIELDS,
    example={field.name: field.example for field in FIELDS},
    files=True,
)
